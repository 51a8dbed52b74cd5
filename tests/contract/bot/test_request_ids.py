"""What a message brought goes to the case store under the message's id."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.engine import Engine

from bot.correlation import carrying, current, request_id
from bot.errors import Permanent, Retryable
from bot.intake.acts import SqlActs
from bot.intake.callbacks import Callback, SqlCallbacks
from bot.intake.cancellations import Cancellation, SqlCancellations
from bot.intake.evidence import SqlEvidence
from bot.intake.journal import SqlJournal
from bot.intake.outbox import Entry, SqlOutbox
from bot.intake.relay import Line, Relay
from bot.intake.seats import Seat
from bot.launcher.log_format import Lines
from tests.contract.bot.booked import wish
from tests.fakes import NOW, references
from tests.samples import PDF, act, complaint, sealer

LEASE = timedelta(seconds=60)
REFERENCE = "TS20261123-7K3QF8K"
ID = request_id("the message")


def _complaint(engine: Engine, _folder: Path) -> SqlOutbox:
    journal = SqlJournal(engine, sealer(), references())
    journal.record(complaint(), NOW)
    return journal


def _act(engine: Engine, _folder: Path) -> SqlOutbox:
    acts = SqlActs(engine, sealer())
    acts.record(act(1, REFERENCE), NOW)
    return acts


def _callback(engine: Engine, _folder: Path) -> SqlOutbox:
    callbacks = SqlCallbacks(engine, sealer(), lambda *_: REFERENCE)
    words: tuple[Any, ...] = ("13800138000", None, "还款", None)
    callbacks.record(Callback(uuid4(), "web", "web-0", NOW, NOW + LEASE, *words), NOW)
    return callbacks


def _cancellation(engine: Engine, _folder: Path) -> SqlOutbox:
    booked = wish(1)
    callbacks = SqlCallbacks(engine, sealer(), lambda *_: REFERENCE)
    callbacks.record(booked, NOW, Seat("315-2027", "20270315-0900", 1))
    call = callbacks.claim("a", NOW, LEASE)
    assert call is not None
    callbacks.delivered(call, NOW)
    cancellations = SqlCancellations(engine, lambda *_: REFERENCE)
    cancellations.record(Cancellation(booked.id, "web", booked.sender_id), NOW)
    return cancellations


def _document(engine: Engine, folder: Path) -> SqlOutbox:
    evidence = SqlEvidence(engine, sealer(), folder)
    with carrying(request_id("its upload")):
        kept = evidence.keep(uuid4(), "web-0", "web", "a.pdf", PDF, NOW)
    evidence.attach([kept.id], REFERENCE, NOW)
    return evidence


RECORDED: dict[str, Callable[[Engine, Path], SqlOutbox]] = {
    "complaint": _complaint,
    "act": _act,
    "callback": _callback,
    "cancellation": _cancellation,
    "document": _document,
}


@pytest.mark.parametrize("record", RECORDED.values(), ids=RECORDED)
def test_what_is_recorded_keeps_the_id_of_the_message_that_filed_it(
    record: Callable[[Engine, Path], SqlOutbox], engine: Engine, tmp_path: Path
) -> None:
    with carrying(ID):
        outbox = record(engine, tmp_path)
    entry = outbox.claim("a", NOW, LEASE)
    assert entry is not None
    assert entry.request_id == ID
    assert ID not in str(entry.payload), "the bank's body is the contract's"


def test_what_no_message_brought_has_none(engine: Engine, tmp_path: Path) -> None:
    entry = _act(engine, tmp_path).claim("a", NOW, LEASE)
    assert entry is not None
    assert entry.request_id is None


@pytest.mark.parametrize("trouble", [None, Retryable("HTTP 503"), Permanent("HTTP 422")])
def test_a_delivery_runs_under_the_id_whatever_becomes_of_it(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture, trouble: Exception | None
) -> None:
    caplog.set_level(logging.INFO, "bot.intake.relay")
    caplog.handler.setFormatter(Lines())
    sent: list[str] = []
    attempts: list[tuple[str, str, timedelta]] = []

    def send(_entry: Entry) -> dict[str, Any]:
        sent.append(current())
        if trouble is not None:
            raise trouble
        return {}

    with carrying(ID):
        outbox = _act(engine, tmp_path)
    line = Line(outbox, send, lambda *_: None, lambda *_: None)
    relay = Relay(
        [line],
        "r",
        now=lambda: NOW,
        jitter=lambda: 0,
        attempted=lambda *attempt: attempts.append(attempt),
    )
    assert relay.deliver_next()
    assert sent == [ID]
    assert caplog.text.rstrip().endswith(f"request={ID}")
    outcome = {None: "delivered", Retryable: "postponed", Permanent: "parked"}[
        trouble and type(trouble)
    ]
    assert attempts == [("supplement", outcome, timedelta(0))]
    assert current() == ""
