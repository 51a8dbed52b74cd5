"""Renewed sessions on SQLite and PostgreSQL: the newest token counts, the one before for a while."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy.engine import Engine

from bot.channels.transcript import Transcript
from bot.channels.web.session import Session
from bot.channels.web.session_store import GRACE, OLD_RENEWALS, SessionStore
from bot.errors import StorageError
from bot.storage.engine import create_engine

NOW = datetime(2026, 11, 26, 8, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


def session(generation: int = 0, sender_id: str = "web-1") -> Session:
    return Session(sender_id, generation, NOW, NOW)


@pytest.fixture
def store(engine: Engine) -> SessionStore:
    return SessionStore(engine)


def test_a_session_that_was_never_renewed_counts(store: SessionStore) -> None:
    assert store.counts(session(), NOW)


def test_after_a_renewal_the_token_before_counts_for_two_minutes(store: SessionStore) -> None:
    assert store.renewed(session(1))
    assert store.counts(session(1), NOW + 1000 * GRACE)
    assert store.counts(session(0), NOW + GRACE - SECOND)
    assert not store.counts(session(0), NOW + GRACE)


def test_a_token_from_two_renewals_ago_counts_no_more(store: SessionStore) -> None:
    store.renewed(session(1))
    store.renewed(session(2))
    assert not store.counts(session(0), NOW)
    assert store.counts(session(1), NOW)


def test_renewals_of_one_customer_touch_nobody_else(store: SessionStore) -> None:
    store.renewed(session(3, "web-2"))
    assert store.counts(session(), NOW + 1000 * GRACE)


def test_renewals_at_once_are_all_told_the_same(store: SessionStore) -> None:
    wishes = [replace(session(1), issued_at=NOW + n * SECOND) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(store.renewed, wishes))
    assert told[0] is not None
    assert len(set(told)) == 1
    assert store.renewed(session(1)) == told[0], "and who asks later, too"


def test_a_renewal_that_was_overtaken_is_told_nothing(store: SessionStore) -> None:
    store.renewed(session(2))
    assert store.renewed(session(1)) is None


def test_an_ended_session_counts_no_more(store: SessionStore, engine: Engine) -> None:
    Transcript(engine).end_session("web-1", NOW)
    assert not store.counts(session(), NOW)


def test_old_renewals_are_forgotten(store: SessionStore, engine: Engine) -> None:
    later = replace(session(1), issued_at=NOW + SECOND)
    store.renewed(session(1))
    OLD_RENEWALS.purge(engine, NOW)
    assert store.renewed(later) == session(1), "not yet old"
    OLD_RENEWALS.purge(engine, NOW + SECOND)
    assert store.renewed(later) == later


def test_without_a_database_nobody_is_let_in() -> None:
    store = SessionStore(create_engine("sqlite:////proc/nowhere/channel.db"))
    with pytest.raises(StorageError):
        store.counts(session(), NOW)
