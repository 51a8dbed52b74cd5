"""Rules of a case that need nothing but values."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casestore.domain.attachment import MediaType
from casestore.domain.attempts import AttemptLimit
from casestore.domain.case import CaseState, Complaint, EventKind, Group, Source
from casestore.domain.exchange import ItemKind, ItemStatus
from casestore.domain.fingerprint import fingerprint
from casestore.domain.masking import mask_name, mask_phone
from casestore.domain.phone import phone_key
from casestore.domain.reference import is_reference, mint
from casestore.domain.staff import Session, is_username
from tests.contract.casestore.kit import NOW, make_complaint, make_payload, make_reference

LIMIT = AttemptLimit(allowed=3, window=timedelta(hours=1))


# Reference


@given(st.integers(0, 32**6 - 1), st.dates(date(2020, 1, 1), date(2099, 12, 31)))
def test_a_minted_reference_is_valid(number: int, day: date) -> None:
    assert is_reference(make_reference(number, day.strftime("%Y%m%d")))


@given(
    st.integers(0, 32**6 - 1),
    st.sampled_from([*range(2, 10), *range(11, 18)]),
    st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
)
def test_one_wrong_character_is_noticed(number: int, place: int, character: str) -> None:
    right = make_reference(number)
    wrong = right[:place] + character + right[place + 1 :]
    assert is_reference(wrong) == (wrong == right)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TS",
        make_reference().lower(),
        " " + make_reference(),
        make_reference() + "\n",
        make_reference().replace("-", ""),
        make_reference().replace("0", "０"),
    ],
)
def test_anything_else_is_no_reference(text: str) -> None:
    assert not is_reference(text)


# Fingerprint


@given(st.randoms(use_true_random=False), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_what_the_store_mints_is_a_reference_without_letters_that_look_alike(
    chance: Random, day: date
) -> None:
    reference = mint(day, lambda count: chance.getrandbits(8 * count).to_bytes(count, "big"))
    assert is_reference(reference)
    assert reference.startswith(f"TS{day:%Y%m%d}-")
    assert not set("ILOU") & set(reference.removeprefix("TS"))


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("+8613800001234", True),
        ("8613800001234", True),
        ("138 0000-1234", True),
        ("13800001235", False),
        ("0861380000123", False),
    ],
)
def test_a_phone_is_known_however_it_is_written(written: str, same: bool) -> None:
    assert (phone_key(written) == phone_key("13800001234")) is same


def test_the_fingerprint_is_a_sha_256_that_stays() -> None:
    # A changed value would turn every repeat across an upgrade into a conflict.
    expected = "31ecc51beed2ae5ece2bb856a3a034068059ad8dde94550d32bce1a1f33e5565"
    assert fingerprint(make_complaint()) == expected


def test_fields_of_a_later_version_that_are_not_filled_leave_the_fingerprint_alone() -> None:
    assert "complaint_group" not in make_payload()
    filled = make_complaint(complaint_group=None, linked_to=None)
    assert fingerprint(filled) == fingerprint(make_complaint())


@pytest.mark.parametrize(
    "change",
    [
        {"complaint_group": {"size": 25, "text": "我们单位的同事"}},
        {"complaint_group": {"size": None, "text": ""}},
        {"linked_to": make_reference(1)},
    ],
)
def test_fields_of_a_later_version_count_when_filled(change: dict[str, Any]) -> None:
    assert fingerprint(make_complaint(**change)) != fingerprint(make_complaint())


@pytest.mark.parametrize("field", sorted(set(make_payload()) - {"reference"}))
def test_every_field_counts(field: str) -> None:
    assert fingerprint(_changed(field)) != fingerprint(make_complaint())


def _changed(field: str) -> Complaint:
    changes = {
        "submitted_at": "2026-11-23T08:00:01+00:00",
        "source": "wechat_chat",
        "classification": {"business": None, "reason": None},
        "complaint_date": {"text": "上周三下午", "start": None, "end": None},
        "complaint_amount": 12.51,
        "complainant_phone": "13800001235",
        "complainant_role": "代理人",
        "attachments": [],
        "consent": {"version": "2026-12", "given_at": "2026-11-23T07:50:00+00:00"},
    }
    return make_complaint(**{field: changes.get(field, "别的内容")})


def test_the_same_moment_at_another_offset_is_the_same() -> None:
    moved = make_complaint(submitted_at="2026-11-23T16:00:00+08:00")
    assert fingerprint(moved) == fingerprint(make_complaint())


def test_the_order_of_attachments_counts() -> None:
    one, other = make_complaint(attachments=["a", "b"]), make_complaint(attachments=["b", "a"])
    assert fingerprint(one) != fingerprint(other)


# Contents


@given(st.integers(0, 10**15 - 1))
def test_amounts_are_exact_in_fen(fen: int) -> None:
    yuan = fen / 100
    if round(yuan * 100) == fen and len(repr(yuan)) < 16:
        assert make_complaint(complaint_amount=yuan).amount_fen == fen


def test_an_empty_staff_name_is_none() -> None:
    assert make_complaint(complaint_staff="").staff is None


@pytest.mark.parametrize(("size", "major"), [(None, False), (2, False), (19, False), (20, True)])
def test_a_group_of_twenty_is_major(size: int | None, major: bool) -> None:
    assert Group(size, "").is_major is major


def test_everything_shown_has_a_word() -> None:
    for kind in (CaseState, Source, EventKind, ItemKind, ItemStatus, MediaType):
        assert all(member.label for member in kind)


# Masking


@pytest.mark.parametrize(
    ("name", "shown"), [("张三", "张*"), ("欧阳小雨", "欧***"), ("李", "李*"), ("Ann", "A**")]
)
def test_names_keep_the_first_character(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800001234", "138****1234"),
        ("+8613800001234", "+86*******1234"),
        ("02112345678", "021****5678"),
        ("1234567", "***4567"),
    ],
)
def test_phones_keep_the_tail(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


# Attempts


def test_tries_are_free_below_the_limit() -> None:
    assert LIMIT.wait([NOW, NOW], NOW) is None


def test_the_wait_ends_when_the_window_has_passed_the_oldest_counted_failure() -> None:
    failures = [NOW, NOW + timedelta(minutes=10), NOW + timedelta(minutes=20)]
    now = NOW + timedelta(minutes=30)
    assert LIMIT.wait(failures, now) == timedelta(minutes=30)
    assert LIMIT.wait(failures, now + timedelta(minutes=30)) is None


def test_failures_out_of_the_window_are_forgotten() -> None:
    now = NOW + timedelta(hours=1)
    assert LIMIT.after_failure([NOW], now) == (now,)


# Sessions


@pytest.mark.parametrize(
    ("idle", "age", "live"),
    [
        (timedelta(0), timedelta(0), True),
        (timedelta(minutes=14, seconds=59), timedelta(hours=1), True),
        (timedelta(minutes=15), timedelta(hours=1), False),
        (timedelta(0), timedelta(hours=7, minutes=59), True),
        (timedelta(0), timedelta(hours=8), False),
    ],
)
def test_a_session_has_two_limits(idle: timedelta, age: timedelta, live: bool) -> None:
    session = Session("hash", "admin", NOW - age, NOW - idle)
    assert session.is_live(NOW) is live
    assert replace(session, started_at=NOW, seen_at=NOW).is_live(NOW)


@pytest.mark.parametrize(
    ("text", "fits"),
    [("admin", True), ("li.na-2", True), ("", False), ("Admin", False), ("system", False)],
)
def test_user_names_are_plain(text: str, fits: bool) -> None:
    assert is_username(text) is fits


def test_moments_are_aware() -> None:
    assert make_complaint().submitted_at == datetime(2026, 11, 23, 8, tzinfo=timezone.utc)
