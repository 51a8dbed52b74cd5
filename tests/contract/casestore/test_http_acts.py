"""The customer's later acts over HTTP, as the contract says."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from casestore.domain.case import EventKind
from casestore.domain.staff import SYSTEM, Officer, StaffRole
from casestore.edge.services import Services
from casestore.service.acting import Deed
from casestore.service.notices import Receipt
from casestore.service.ports import Store
from tests.bank import CHIEFS, HANDLER, Staff
from tests.contract.casestore.http_kit import (
    RECEIPT,
    REFERENCE,
    act,
    file,
    make_act,
    put_attachment,
    rate,
    refused,
    request_review,
    status,
    supplement,
    withdraw,
)
from tests.contract.casestore.kit import (
    Clock,
    TestClient,
    make_id,
    make_payload,
    make_reference,
)

LI = Officer("li", "李明", frozenset({StaffRole.HANDLER, StaffRole.SUPERVISOR}))
HEAD = Officer("head", "孙总", frozenset({StaffRole.SUPERVISOR, StaffRole.EXECUTIVE}))

CALLS = {
    "supplements": {"text": "还有一笔"},
    "withdrawal": {"reason": "已经解决"},
    "satisfaction": {"rating": 4, "comment": "还行"},
    "review-request": {"reason": "不同意"},
}


@pytest.fixture
def filed(bot: TestClient) -> TestClient:
    """The bot, with one case."""
    assert file(bot).status_code == 201
    return bot


@pytest.fixture
def answered(filed: TestClient, services: Services, office: Store) -> TestClient:
    """The bot, with one case that has been replied to."""
    with office.transaction() as tx:
        for account in (HANDLER, *CHIEFS):
            tx.staff.add_account(account, services.now())
        tx.commit()
    Staff(office, services.casework, services.replies).reply(REFERENCE, "已退还 12.5 元")
    return filed


def close(services: Services) -> None:
    """The bot confirms that the customer has the reply; the case is filed away."""
    for notice in services.notices.of(REFERENCE):
        services.notices.confirm("bot", notice.id, Receipt(True, services.now()))
    data = {"business": "借记卡", "reason": "服务态度及服务质量", "channel": "营业现场"}
    services.casework.do(REFERENCE, Deed(EventKind.CLASSIFIED, make_id(60), data=data), HEAD)
    services.casework.do(REFERENCE, Deed(EventKind.CLOSED, make_id(61)), HEAD)


def history(services: Services) -> list[tuple[str, str | None]]:
    events = services.desk.open_case(REFERENCE, SYSTEM).events
    return [(event.kind.value, event.act.text if event.act else None) for event in events]


def test_a_supplement_is_recorded_and_moves_nothing(filed: TestClient, services: Services) -> None:
    response = supplement(filed, "还有\n一笔")
    assert response.status_code == 201
    assert response.json() == {**RECEIPT, "id": make_id(1)}
    assert history(services) == [("registered", None), ("supplemented", "还有\n一笔")]


def test_a_withdrawal_ends_the_case_on_the_day_it_was_submitted(
    filed: TestClient, clock: Clock
) -> None:
    clock.forward(days=2)
    late = make_act(submitted_at="2026-11-23T16:30:00+00:00", reason=None)  # 0:30 in China
    response = act(filed, "withdrawal", late)
    assert response.status_code == 201
    assert response.json() == {
        **RECEIPT,
        "id": make_id(1),
        "state": "withdrawn",
        "state_label": "已撤回",
        "ended_on": "2026-11-24",
    }


def test_a_second_withdrawal_changes_nothing(
    filed: TestClient, services: Services, clock: Clock
) -> None:
    first = withdraw(filed, "不投诉了")
    clock.forward(days=1)
    second = act(filed, "withdrawal", make_act(5, submitted_at="2026-11-24T08:00:00Z"))
    assert second.status_code == 200
    assert second.json() == {**first.json(), "id": make_id(5)}
    assert history(services) == [("registered", None), ("withdrawn", "不投诉了")]


def test_a_reply_can_be_rated_more_than_once(answered: TestClient, services: Services) -> None:
    assert rate(answered, 2, "慢").status_code == 201
    assert rate(answered, 5, number=8).json()["state"] == "notified"
    case = services.desk.open_case(REFERENCE, SYSTEM)
    ratings = [event.act for event in case.events if event.kind is EventKind.RATED]
    assert [(found.rating, found.text) for found in ratings if found] == [(2, "慢"), (5, None)]
    assert case.case.standing.handling.rating == 5


def test_a_review_is_due_thirty_days_after_it_was_applied_for(
    answered: TestClient, clock: Clock
) -> None:
    clock.forward(days=1)
    response = request_review(answered, submitted_at="2026-11-24T08:30:00Z")
    assert response.status_code == 201
    assert response.json() == {
        **RECEIPT,
        "id": make_id(4),
        "state": "under_review",
        "state_label": "核查中",
        "review_due": "2026-12-24",
    }


@pytest.mark.parametrize(
    ("submitted_at", "expected"),
    [("2026-12-23T15:59:59Z", 201), ("2026-12-23T16:00:00Z", 409)],
)
def test_a_review_can_be_applied_for_until_the_thirtieth_day(
    answered: TestClient, clock: Clock, submitted_at: str, expected: int
) -> None:
    clock.forward(days=40)
    response = request_review(answered, submitted_at=submitted_at)
    assert response.status_code == expected
    if expected == 409:
        refused(response, 409, "review_too_late")


def test_without_a_reply_there_is_nothing_to_rate_or_review(filed: TestClient) -> None:
    refused(rate(filed), 409, "no_reply_yet")
    refused(request_review(filed), 409, "no_reply_yet")


def test_a_withdrawn_case_takes_nothing_more(answered: TestClient, services: Services) -> None:
    withdraw(answered)
    before = history(services)
    for response in (
        supplement(answered),
        rate(answered),
        request_review(answered),
        put_attachment(answered),
    ):
        refused(response, 409, "case_withdrawn")
    assert history(services) == before


@pytest.mark.parametrize("call", sorted(CALLS))
def test_a_repeat_gets_the_same_answer_whatever_came_between(
    answered: TestClient, services: Services, clock: Clock, call: str
) -> None:
    body = make_act(**CALLS[call])
    first = act(answered, call, body)
    assert first.status_code == 201
    clock.forward(days=3)
    withdraw(answered, number=77)
    before = history(services)
    written_differently = {**body, "submitted_at": "2026-11-23T16:30:00+08:00"}
    repeat = act(answered, call, dict(reversed(written_differently.items())))
    assert (repeat.status_code, repeat.json()) == (200, first.json())
    assert history(services) == before


@pytest.mark.parametrize(
    ("call", "field", "value"),
    [
        *((call, "submitted_at", "2026-11-23T08:30:01Z") for call in sorted(CALLS)),
        ("supplements", "text", "别的"),
        ("withdrawal", "reason", "别的"),
        ("satisfaction", "rating", 1),
        ("satisfaction", "comment", "别的"),
        ("review-request", "reason", "别的"),
    ],
)
def test_the_same_id_with_other_content_conflicts(
    answered: TestClient, services: Services, call: str, field: str, value: Any
) -> None:
    body = make_act(**CALLS[call])
    act(answered, call, body)
    before = history(services)
    refused(act(answered, call, {**body, field: value}), 422, "idempotency_conflict")
    assert history(services) == before


def test_an_id_belongs_to_one_case_and_one_kind_of_act(filed: TestClient) -> None:
    file(filed, make_payload(reference=make_reference(1)))
    body = make_act(text="还有一笔")
    act(filed, "supplements", body)
    elsewhere = act(filed, "supplements", body, make_reference(1))
    refused(elsewhere, 422, "idempotency_conflict")
    refused(withdraw(filed, number=1), 422, "idempotency_conflict")


def test_a_client_that_counts_conflicts_sees_them(filed: TestClient) -> None:
    supplement(filed)
    supplement(filed, "别的")
    exposed = filed.get("/metrics").text
    assert 'casestore_acts_total{kind="supplemented"} 1.0' in exposed
    assert "casestore_filing_conflicts_total 1.0" in exposed


@pytest.mark.parametrize("call", sorted(CALLS))
def test_many_identical_acts_at_once_are_recorded_once(
    answered: TestClient, services: Services, call: str
) -> None:
    body, before = make_act(**CALLS[call]), len(history(services))
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: act(answered, call, body), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert len(history(services)) == before + 1


def test_withdrawals_under_different_ids_at_once_write_one_event(
    filed: TestClient, services: Services
) -> None:
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda number: withdraw(filed, number=number), range(1, 7)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert [kind for kind, _ in history(services)] == ["registered", "withdrawn"]


@pytest.mark.parametrize("call", sorted(CALLS))
@pytest.mark.parametrize("reference", [make_reference(5), "TS20261123-0000000", "nonsense", "%00"])
def test_an_act_on_an_unknown_case_is_not_found(
    filed: TestClient, call: str, reference: str
) -> None:
    refused(act(filed, call, make_act(**CALLS[call]), reference), 404, "not_found")


@pytest.mark.parametrize("call", sorted(CALLS))
def test_a_key_is_needed_and_must_be_the_id(filed: TestClient, call: str) -> None:
    body = make_act(**CALLS[call])
    url = f"/api/v1/complaints/{REFERENCE}/{call}"
    refused(filed.post(url, json=body), 400, "idempotency_key_missing")
    wrong = {"Idempotency-Key": make_id(2)}
    refused(filed.post(url, json=body, headers=wrong), 422, "idempotency_key_mismatch")


@pytest.mark.parametrize("call", sorted(CALLS))
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", make_id(1).upper().replace("0", "A")),
        ("id", "00000000-0000-4000-8000-00000000000"),
        ("id", make_id(1) + "\n"),
        ("id", None),
        ("submitted_at", "2026-11-23T08:30:00"),
        ("submitted_at", 1795420800),
        ("submitted_at", "2026-11-23T09:05:01Z"),
        ("unexpected", "x"),
    ],
)
def test_a_wrong_field_of_any_act_is_named(
    answered: TestClient, call: str, field: str, value: Any
) -> None:
    body = {**make_act(**CALLS[call]), field: value}
    headers = {"Idempotency-Key": "any" if field == "id" else body["id"]}
    response = answered.post(f"/api/v1/complaints/{REFERENCE}/{call}", json=body, headers=headers)
    assert list(refused(response, 422, "invalid_request")["fields"]) == [field]


@pytest.mark.parametrize(
    ("call", "field", "value"),
    [
        ("supplements", "text", ""),
        ("supplements", "text", " \n"),
        ("supplements", "text", "长" * 5001),
        ("supplements", "text", None),
        ("supplements", "text", 5),
        ("supplements", "text", "空\0"),
        ("withdrawal", "reason", "长" * 1001),
        ("withdrawal", "reason", "空\0"),
        ("satisfaction", "rating", 0),
        ("satisfaction", "rating", 6),
        ("satisfaction", "rating", "4"),
        ("satisfaction", "rating", 4.5),
        ("satisfaction", "rating", True),
        ("satisfaction", "rating", None),
        ("satisfaction", "comment", "长" * 1001),
        ("review-request", "reason", ""),
        ("review-request", "reason", None),
        ("review-request", "reason", "长" * 5001),
    ],
)
def test_a_wrong_field_of_one_act_is_named(
    answered: TestClient, call: str, field: str, value: Any
) -> None:
    response = act(answered, call, make_act(**{**CALLS[call], field: value}))
    assert list(refused(response, 422, "invalid_request")["fields"]) == [field]


def test_an_id_may_be_derived_instead_of_random(filed: TestClient) -> None:
    derived = str(uuid5(NAMESPACE_URL, "supplement"))
    body = {**make_act(text="还有一笔"), "id": derived}
    assert [act(filed, "supplements", body).status_code for _ in range(2)] == [201, 200]


@pytest.mark.parametrize(("call", "field"), [("withdrawal", "reason"), ("satisfaction", "comment")])
@pytest.mark.parametrize("value", ["", None])
def test_what_is_optional_may_be_empty(
    answered: TestClient, call: str, field: str, value: str | None
) -> None:
    body = make_act(**{**CALLS[call], field: value})
    assert act(answered, call, body).status_code == 201
    del body[field]
    assert act(answered, call, body).status_code == 200


def test_only_json_is_accepted(filed: TestClient) -> None:
    headers = {"Idempotency-Key": make_id(1), "Content-Type": "text/plain"}
    url = f"/api/v1/complaints/{REFERENCE}/supplements"
    refused(filed.post(url, content=b"{}", headers=headers), 415, "unsupported_media_type")


def test_the_status_shows_where_the_case_stands_and_the_last_reply(
    answered: TestClient, clock: Clock
) -> None:
    request_review(answered)
    shown = status(answered).json()
    assert (shown["state"], shown["state_label"]) == ("under_review", "核查中")
    assert (shown["review_due"], shown["ended_on"]) == ("2026-12-23", None)
    assert "已退还 12.5 元" in shown["last_message"]["text"]
    assert shown["last_message"]["sent_at"] == clock.moment.isoformat()


def test_the_status_shows_dates_as_they_are_now_and_a_clock_that_stands_still(
    filed: TestClient, services: Services
) -> None:
    for number, deed in enumerate(
        (
            Deed(EventKind.RESTARTED, "", "客户补充了新的流水"),
            Deed(EventKind.TAKEN_UP, ""),
            Deed(EventKind.EXTENDED, "", "需要调取录音"),
            Deed(EventKind.MEDIATION_STARTED, "", data={"body": "金融调解中心"}),
        )
    ):
        officer = HEAD if deed.kind is EventKind.EXTENDED else LI
        services.casework.do(REFERENCE, replace(deed, id=make_id(50 + number)), officer)
    shown = status(filed).json()
    assert (shown["state_label"], shown["legal_due"]) == ("调解中", "2026-12-23")
    assert shown["clock_stopped_on"] == "2026-11-23"


@pytest.mark.parametrize("source", ["phone", "counter", "regulator"])
def test_clients_file_from_conversations_only(bot: TestClient, source: str) -> None:
    error = refused(file(bot, make_payload(source=source)), 422, "invalid_request")
    assert list(error["fields"]) == ["source"]


def test_an_ended_case_is_not_withdrawn_but_takes_what_is_added(
    answered: TestClient, services: Services
) -> None:
    close(services)
    refused(withdraw(answered), 409, "case_closed")
    assert supplement(answered).json()["state"] == "closed"
    assert request_review(answered).json()["state"] == "under_review"


def test_a_filing_repeated_after_later_acts_gets_its_first_answer(answered: TestClient) -> None:
    withdraw(answered)
    repeat = file(answered)
    assert (repeat.status_code, repeat.json()) == (200, RECEIPT)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"complaint_group": {"size": 1, "text": ""}}, "complaint_group.size"),
        ({"complaint_group": {"size": "20", "text": ""}}, "complaint_group.size"),
        ({"complaint_group": {"size": 20}}, "complaint_group.text"),
        ({"complaint_group": {"size": 20, "text": "长" * 201}}, "complaint_group.text"),
        ({"complaint_group": {"size": 20, "text": "", "x": 1}}, "complaint_group.x"),
        ({"complaint_group": []}, "complaint_group"),
        ({"linked_to": "TS20261123-0000000"}, "linked_to"),
        ({"linked_to": REFERENCE}, "linked_to"),
        ({"linked_to": 5}, "linked_to"),
    ],
)
def test_a_wrong_group_or_link_is_named(bot: TestClient, change: dict[str, Any], path: str) -> None:
    error = refused(file(bot, make_payload(**change)), 422, "invalid_request")
    assert list(error["fields"]) == [path]


def test_fields_of_a_later_version_may_be_left_out_or_empty(bot: TestClient) -> None:
    file(bot)
    assert file(bot, make_payload(complaint_group=None, linked_to=None)).status_code == 200
    grouped = make_payload(complaint_group={"size": 3, "text": "家人"})
    refused(file(bot, grouped), 422, "idempotency_conflict")


def test_the_log_of_an_act_quotes_nobody(
    answered: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "casestore")
    supplement(answered, "我叫欧阳小雨 13800001234")
    assert "act_recorded kind=supplemented" in caplog.text
    for personal in ("欧阳", "13800001234"):
        assert personal not in caplog.text
