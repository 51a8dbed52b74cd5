"""What an officer types when a customer calls, and the complaint it makes."""

from datetime import date, datetime, timezone
from typing import Any

import pytest

from casestore.console.registration_form import defaults, phone_of, read
from casestore.domain.case import Complaint, Consent, Forwarded, Group, IncidentDate, Role, Source
from casestore.domain.errors import InvalidRequest

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
CALL = {
    "name": "赵六",
    "phone": "138 0000-1234",
    "detail": "排队太久，\n没有人解释",
    "request": "道歉",
    "business": "借记卡",
    "reason": "因定价收费引起的投诉",
    "branch": "人民路支行",
}


def typed(**changes: str) -> dict[str, str]:
    """The form of a phone call with some fields changed."""
    return {**defaults(NOW), **CALL, **changes}


def complaint(**changes: str) -> Complaint:
    return read(typed(**changes), NOW).complaint


def problems(**changes: str) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        read(typed(**changes), NOW)
    return caught.value.fields


def test_a_phone_call_needs_only_what_the_customer_says() -> None:
    made = complaint()
    assert made.source is Source.PHONE
    assert made.submitted_at == NOW
    assert made.complainant.phone == "13800001234"
    assert made.complainant.role is Role.SELF
    assert (made.detail, made.request) == (CALL["detail"], "道歉")
    assert (made.staff, made.amount_fen, made.group, made.forwarded) == (None, None, None, None)
    assert made.consent is None


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(InvalidRequest) as caught:
        read({}, NOW)
    needed = {"source", "received_at", "name", "phone", "role", "contact", "detail", "request"}
    assert set(caught.value.fields) == needed | {"business", "reason", "branch"}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"phone": "12345"}, "phone"),
        ({"phone": "一三八"}, "phone"),
        ({"source": "web_chat "}, "source"),
        ({"business": "个人储蓄"}, "business"),
        ({"reason": "不满意"}, "reason"),
        ({"detail": "长" * 5001}, "detail"),
        ({"detail": "空\0"}, "detail"),
        ({"name": "\ud800"}, "name"),
        ({"name": "名" * 51}, "name"),
        ({"amount": "一百"}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1e9"}, "amount"),
        ({"id_number": "11010519491231002"}, None),
        ({"id_number": "110105194912310021"}, "id_number"),
        ({"id_number": "证件"}, "id_number"),
        ({"received_at": "昨天"}, "received_at"),
        ({"received_at": "2026-11-23T17:01"}, "received_at"),
        ({"received_at": "0001-01-01T00:00"}, "received_at"),
        ({"incident_on": "2026-13-01"}, "incident_on"),
        ({"group_size": "1"}, "group_size"),
        ({"group_size": "很多"}, "group_size"),
        ({"source": "regulator"}, "forwarded_number"),
        ({"source": "regulator", "forwarded_number": "1", "forwarded_due": "x"}, "forwarded_due"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, str], wrong: str | None) -> None:
    if wrong is None:
        assert complaint(**changes).complainant.id_number == changes["id_number"]
    else:
        assert list(problems(**changes)) == [wrong]


def test_an_identity_card_is_kept_without_blanks_and_with_a_capital_x() -> None:
    assert complaint(id_number="110105 19491231 002x").complainant.id_number == "11010519491231002X"


@pytest.mark.parametrize(
    ("written", "fen"), [("12.5", 1250), ("1,200", 120_000), ("0.01", 1), ("０", None), ("", None)]
)
def test_sums_are_exact(written: str, fen: int | None) -> None:
    if written == "０":
        assert "amount" in problems(amount=written)
    else:
        assert complaint(amount=written).amount_fen == fen


def test_what_came_more_than_30_days_ago_needs_a_reason() -> None:
    assert problems(received_at="2026-10-24T16:59") == {
        "late_reason": "收到已超过 30 天，请说明为什么现在才登记"
    }
    late = read(typed(received_at="2026-10-24T16:59", late_reason="信压在收发室"), NOW)
    assert late.late_reason == "信压在收发室"
    assert read(typed(received_at="2026-10-24T17:00"), NOW).late_reason == ""


def test_the_received_time_is_china_time() -> None:
    assert complaint(received_at="2026-11-23T08:00").submitted_at == datetime(
        2026, 11, 23, 0, 0, tzinfo=timezone.utc
    )


def test_a_regulators_number_and_deadline_are_kept() -> None:
    regulator = {"source": "regulator", "forwarded_number": "豫金监转 12 号"}
    assert complaint(**regulator, forwarded_due="2026-12-01").forwarded == Forwarded(
        "豫金监转 12 号", date(2026, 12, 1)
    )
    assert complaint(**regulator).forwarded == Forwarded("豫金监转 12 号", None)


def test_another_source_has_no_regulators_number() -> None:
    assert complaint(forwarded_number="12").forwarded is None


@pytest.mark.parametrize(
    ("changes", "group"),
    [
        ({}, None),
        ({"group_size": "25"}, Group(25, "")),
        ({"group_text": "同单位"}, Group(None, "同单位")),
    ],
)
def test_a_group_is_told_by_number_or_words(changes: dict[str, str], group: Group | None) -> None:
    assert complaint(**changes).group == group


def test_when_it_happened_is_a_day_or_the_customers_words() -> None:
    day = date(2026, 11, 1)
    assert complaint(incident_on="2026-11-01").incident == IncidentDate("", day, day)
    assert complaint(incident_text="上个月").incident == IncidentDate("上个月", None, None)


def test_telling_of_the_notice_is_kept_as_consent_by_mouth() -> None:
    assert complaint(is_told="1").consent == Consent("口头告知", NOW)


@pytest.mark.parametrize("written", ["138 0000 1234", "138-0000-1234", "（138）00001234"])
def test_phones_are_found_however_they_are_written(written: str) -> None:
    fields: dict[str, Any] = {"phone": written}
    assert phone_of(fields) == "13800001234"
