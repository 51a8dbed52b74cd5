"""Call-backs: on disk before one is promised, once, readable with the key alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.errors import JournalUnavailable
from bot.intake.bootstrap import callback_reference
from bot.intake.callbacks import CALLBACK, OLD_CALLBACKS, Callback, SqlCallbacks
from bot.intake.outbox import PARKED, PENDING, Entry
from bot.intake.reference import find
from tests.fakes import NOW
from tests.samples import sealer

LEASE = timedelta(seconds=60)
HOUR = timedelta(hours=1)
ASKED = Callback(
    id=UUID("4d1f6c0e-91f4-4a2f-9d0a-6b7a0d8f2e22"),
    channel="wechat",
    sender_id="wechat-0",
    asked_at=NOW,
    promised_by=NOW + 4 * HOUR,
    phone="13812348000",
    name="李建国",
    topic="退货的钱没到账",
    preferred="明天上午",
)
Connect = Callable[[str], Engine]


def claimed(callbacks: SqlCallbacks) -> Entry:
    entry = callbacks.claim("a", NOW, LEASE)
    assert entry is not None
    return entry


def test_a_call_back_is_delivered_as_it_was_asked_for(callbacks: SqlCallbacks) -> None:
    assert callbacks.record(ASKED, NOW) == ASKED.promised_by
    entry = claimed(callbacks)
    assert (entry.id, entry.kind, entry.status) == (str(ASKED.id), CALLBACK, PENDING)
    assert entry.payload == {
        "id": str(ASKED.id),
        "channel": "wechat",
        "asked_at": NOW.isoformat(),
        "promised_by": (NOW + 4 * HOUR).isoformat(),
        "phone": "13812348000",
        "name": "李建国",
        "topic": "退货的钱没到账",
        "preferred": "明天上午",
        "chat": None,
    }


def test_asked_for_again_the_first_promise_stands(callbacks: SqlCallbacks) -> None:
    callbacks.record(ASKED, NOW)
    again = replace(ASKED, asked_at=NOW + HOUR, promised_by=NOW + 5 * HOUR)
    assert callbacks.record(again, NOW + HOUR) == ASKED.promised_by
    assert len(callbacks.of_sender("wechat-0")) == 1


def test_a_stuck_one_is_found_and_tried_again_by_its_reference(callbacks: SqlCallbacks) -> None:
    callbacks.record(ASKED, NOW)
    entry = claimed(callbacks)
    assert find(entry.reference) == entry.reference
    callbacks.parked(entry, "HTTP 422 invalid_request")
    (waiting,) = callbacks.waiting(10)
    assert (waiting.reference, waiting.kind, waiting.status) == (entry.reference, CALLBACK, PARKED)
    assert callbacks.backlog(NOW).by_kind == {CALLBACK: {PARKED: 1}}
    assert callbacks.try_again(entry.reference, NOW)
    assert claimed(callbacks).id == entry.id


def test_a_customer_sees_only_what_they_asked_for(callbacks: SqlCallbacks) -> None:
    other = UUID("4d1f6c0e-91f4-4a2f-9d0a-6b7a0d8f2e23")
    callbacks.record(ASKED, NOW)
    callbacks.record(replace(ASKED, id=other, sender_id="web-1", topic="别的事"), NOW)
    assert [kept["topic"] for kept in callbacks.of_sender("web-1")] == ["别的事"]
    assert callbacks.of_sender("web-2") == []


def test_nobody_reads_a_phone_in_the_database(engine: Engine, callbacks: SqlCallbacks) -> None:
    callbacks.record(ASKED, NOW)
    with engine.connect() as connection:
        row = connection.execute(sa.text("SELECT * FROM callback")).one()
    assert not [value for value in row if "13812348000" in str(value) or "退货" in str(value)]


def test_only_what_was_delivered_long_ago_is_deleted(
    callbacks: SqlCallbacks, engine: Engine
) -> None:
    callbacks.record(ASKED, NOW)
    assert OLD_CALLBACKS.purge(engine, NOW + HOUR) == 0
    callbacks.delivered(claimed(callbacks), NOW)
    assert OLD_CALLBACKS.purge(engine, NOW) == 0
    assert OLD_CALLBACKS.purge(engine, NOW + HOUR) == 1
    assert callbacks.of_sender("wechat-0") == []


def test_without_a_database_nothing_is_promised(connect: Connect, tmp_path: Path) -> None:
    empty = SqlCallbacks(
        connect(f"sqlite:///{tmp_path / 'empty.db'}"), sealer(), callback_reference
    )
    with pytest.raises(JournalUnavailable):
        empty.record(ASKED, NOW)
