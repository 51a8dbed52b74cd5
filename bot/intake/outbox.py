"""What must reach the case store: leased, delivered, tried again, parked. One mechanism for all tables.

A row is both record and outbox message (design: docs/adr/0003-journal-and-relay.md). Everything
here blocks; callers in an event loop use a thread.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.correlation import LENGTH, current
from bot.errors import JournalUnavailable
from bot.storage.engine import UtcDateTime, reading, transaction

logger = logging.getLogger(__name__)

PENDING, DELIVERED, PARKED = "pending", "delivered", "parked"
UNDELIVERED = (PENDING, PARKED)
PORTION = 2_000
"""Entries made due again in one transaction: whoever writes waits for a fraction of a second."""

metadata = sa.MetaData()
"""The tables of the journal database."""


def outbox_columns() -> list[Any]:
    """The columns every outbox table has beside its own."""
    return [
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("sender_id", sa.String(128), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", UtcDateTime, nullable=False),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("last_error", sa.Text),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("delivered_at", UtcDateTime),
        sa.Column("request_id", sa.String(LENGTH)),
    ]


def pending(now: datetime, due: datetime) -> dict[str, Any]:
    """Those of them that say: recorded now, brought by the message at work, to be delivered from
    `due` on."""
    return {
        "status": PENDING,
        "attempts": 0,
        "next_attempt_at": due,
        "created_at": now,
        "request_id": current() or None,
    }


@dataclass(frozen=True)
class Entry:
    """One thing that must reach the case store, as the relay sees it.

    `kind` is one of the kinds of the contract's backlog: complaint, supplement, withdrawal,
    satisfaction, review_request, attachment, callback, callback_cancel. `payload` is the body of the
    call, `request_id` the message it came with (`bot.correlation`).
    """

    id: str
    kind: str
    reference: str
    channel: str
    sender_id: str
    payload: dict[str, Any]
    status: str
    attempts: int
    last_error: str | None
    created_at: datetime
    lease_owner: str | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class Waiting:
    """An undelivered entry without its content: what staff may see of it."""

    reference: str
    kind: str
    status: str
    attempts: int
    since: datetime
    last_error: str | None


@dataclass(frozen=True)
class Backlog:
    """What waits: counts, the age of the oldest pending entry, and kind → status → count."""

    pending: int
    parked: int
    oldest_age: timedelta
    by_kind: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def together(backlogs: Iterable[Backlog]) -> Backlog:
    """One backlog of several, no kind of which is in two of them."""
    known = list(backlogs)
    return Backlog(
        pending=sum(backlog.pending for backlog in known),
        parked=sum(backlog.parked for backlog in known),
        oldest_age=max((backlog.oldest_age for backlog in known), default=timedelta(0)),
        by_kind={kind: counts for backlog in known for kind, counts in backlog.by_kind.items()},
    )


@dataclass(frozen=True)
class Repeats:
    """What was delivered in a span of time: `count` entries that can be sent once more, and `gone`
    of which nothing is left here that could be sent."""

    count: int
    gone: int


class Repeatable(Protocol):
    """Port of an outbox whose receiver lost what it had. Every method raises JournalUnavailable when
    storage fails. The span is from `since` on and before `now`."""

    def repeats(self, since: datetime, now: datetime) -> Repeats:
        """What `send_again` would do."""

    def send_again(self, since: datetime, now: datetime) -> Repeats:
        """Makes what was delivered in the span due now, the oldest first, a portion at a time.

        What was made due when it fails stays so; done once more, it goes on. Nothing that is sent
        again in the meantime is in the span.
        """


class Outbox(Protocol):
    """Port of an outbox. Every method raises JournalUnavailable when storage fails."""

    def claim(self, owner: str, now: datetime, lease: timedelta) -> Entry | None:
        """Leases the next due entry to `owner`, or returns None when nothing is due."""

    def delivered(self, entry: Entry, now: datetime) -> None:
        """Ends the delivery of `entry`."""

    def postponed(self, entry: Entry, until: datetime, error: str) -> None:
        """Gives the lease back; the entry is due again at `until`."""

    def parked(self, entry: Entry, error: str) -> None:
        """Takes the entry out of delivery until a person tries again."""

    def try_again(self, reference: str, now: datetime) -> bool:
        """Makes everything undelivered of a reference due now; False when there is nothing."""

    def backlog(self, now: datetime) -> Backlog:
        """What has not been delivered."""

    def waiting(self, limit: int) -> list[Waiting]:
        """The undelivered entries, `limit` at most: the parked ones, then the others, oldest first."""


def log_recorded(kind: str, reference: str) -> None:
    """Says that something is on disk under a reference, once its transaction is over."""
    logger.info("journaled", extra={"fields": {"kind": kind, "reference": reference}})


class SqlOutbox(ABC):
    """An outbox table on SQLite or PostgreSQL; a subclass says what its rows mean."""

    _table: sa.Table
    _kind: Any
    """SQL expression of an entry's kind."""
    _order: tuple[Any, ...]
    """Columns that decide which due entry comes first; the last one tells which was made first."""
    _failure: type[JournalUnavailable] = JournalUnavailable

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _may_go(self) -> Any:
        """SQL condition: nothing that must arrive earlier still waits."""
        return sa.true()

    def _still_here(self, _since: datetime, _now: datetime) -> Any:
        """SQL condition: what is sent of an entry that was delivered in the span is still here."""
        return sa.true()

    @abstractmethod
    def _content(self, row: Any) -> tuple[str, dict[str, Any]]:
        """Kind and payload of a row; raises StorageError when no key opens it."""

    def claim(self, owner: str, now: datetime, lease: timedelta) -> Entry | None:
        t = self._table.c
        due = (
            sa.select(self._table)
            .where(t.status == PENDING, t.next_attempt_at <= now)
            .where(sa.or_(t.leased_until.is_(None), t.leased_until <= now))
            .where(self._may_go())
            .order_by(*self._order)
            .limit(1)
        )
        with self._reading() as tx:
            if tx.execute(due).first() is None:
                return None  # as most of the time: nobody who writes is held up
        mine = due.with_for_update(skip_locked=True, of=self._table)
        with self._transaction() as tx:
            row = tx.execute(mine).one_or_none()
            if row is None:
                return None
            tx.execute(
                self._table.update()
                .where(t.id == row.id)
                .values(attempts=row.attempts + 1, leased_until=now + lease, lease_owner=owner)
            )
        # After the commit: what no key opens stays leased, out of the way of the others.
        return replace(self._entry(row), attempts=row.attempts + 1, lease_owner=owner)

    def _entry(self, row: Any) -> Entry:
        kind, payload = self._content(row)
        return Entry(
            id=row.id,
            kind=kind,
            reference=row.reference,
            channel=row.channel,
            sender_id=row.sender_id,
            payload=payload,
            status=row.status,
            attempts=row.attempts,
            last_error=row.last_error,
            created_at=row.created_at,
            lease_owner=row.lease_owner,
            request_id=row.request_id,
        )

    def delivered(self, entry: Entry, now: datetime) -> None:
        self._finish(entry, status=DELIVERED, delivered_at=now, last_error=None)

    def postponed(self, entry: Entry, until: datetime, error: str) -> None:
        self._finish(entry, next_attempt_at=until, last_error=error)

    def parked(self, entry: Entry, error: str) -> None:
        self._finish(entry, status=PARKED, last_error=error)

    def _finish(self, entry: Entry, **values: Any) -> bool:
        # Whose lease ran out has no say any more: another relay holds the entry now.
        t = self._table.c
        held = sa.and_(t.id == entry.id, t.lease_owner == entry.lease_owner)
        freed = self._table.update().where(held).values(leased_until=None, lease_owner=None)
        with self._transaction() as tx:
            return bool(tx.execute(freed.values(**values)).rowcount)

    def try_again(self, reference: str, now: datetime) -> bool:
        t = self._table.c
        stuck = sa.and_(t.reference == reference, t.status.in_(UNDELIVERED))
        due = self._table.update().where(stuck).values(status=PENDING, next_attempt_at=now)
        with self._transaction() as tx:
            return bool(tx.execute(due).rowcount)

    def repeats(self, since: datetime, now: datetime) -> Repeats:
        return self._counted(self._delivered_in(since, now), self._sendable(since, now))

    def _counted(self, delivered_then: Any, sendable: Any) -> Repeats:
        counts = [
            sa.select(sa.func.count()).select_from(self._table).where(condition).scalar_subquery()
            for condition in (delivered_then, sendable)
        ]
        with self._reading() as tx:
            delivered, count = tx.execute(sa.select(*counts)).one()
        return Repeats(count, delivered - count)

    def send_again(self, since: datetime, now: datetime) -> Repeats:
        t, sendable = self._table.c, self._sendable(since, now)
        found = self._counted(self._delivered_in(since, now), sendable)
        # In the order they were made: a relay at work must find no later one due before an earlier.
        some = sa.select(t.id).where(sendable).order_by(self._order[-1]).limit(PORTION)
        due = (
            self._table.update()
            .where(t.id.in_(some.correlate(None)))
            .values(
                status=PENDING, attempts=0, next_attempt_at=now, delivered_at=None, last_error=None
            )
        )
        done, portion = 0, PORTION
        while portion == PORTION:
            with self._transaction() as tx:
                portion = int(tx.execute(due).rowcount)
            done += portion
        return Repeats(done, found.gone)

    def _sendable(self, since: datetime, now: datetime) -> Any:
        return sa.and_(self._delivered_in(since, now), self._still_here(since, now))

    def _delivered_in(self, since: datetime, now: datetime) -> Any:
        t = self._table.c
        return sa.and_(t.status == DELIVERED, t.delivered_at >= since, t.delivered_at < now)

    def backlog(self, now: datetime) -> Backlog:
        t = self._table.c
        columns = (self._kind.label("kind"), t.status, t.created_at)
        items = sa.select(*columns).where(t.status.in_(UNDELIVERED)).subquery().c
        query = sa.select(
            items.kind, items.status, sa.func.count(), sa.func.min(items.created_at)
        ).group_by(items.kind, items.status)
        with self._reading() as tx:
            rows = tx.execute(query).all()
        by_kind: dict[str, dict[str, int]] = {}
        for of, status, count, _ in rows:
            by_kind.setdefault(of, {})[status] = count
        oldest = min((since for _, status, _, since in rows if status == PENDING), default=now)
        return Backlog(
            pending=sum(counts.get(PENDING, 0) for counts in by_kind.values()),
            parked=sum(counts.get(PARKED, 0) for counts in by_kind.values()),
            oldest_age=max(now - oldest, timedelta(0)),
            by_kind=by_kind,
        )

    def waiting(self, limit: int) -> list[Waiting]:
        t = self._table.c
        columns = (t.reference, self._kind, t.status, t.attempts, t.created_at, t.last_error)
        parked_first = sa.case((t.status == PARKED, 0), else_=1)
        query = sa.select(*columns).where(t.status.in_(UNDELIVERED))
        with self._reading() as tx:
            rows = tx.execute(query.order_by(parked_first, t.created_at).limit(limit)).all()
        return [Waiting(*row) for row in rows]

    def check_writable(self) -> None:
        """Takes and gives back a write lock; the health probe's question."""
        with self._transaction() as tx:
            # PostgreSQL refuses the lock, not the reading, when it is read-only.
            lock = sa.select(self._table.c.id).limit(1).with_for_update(skip_locked=True)
            tx.execute(lock).first()

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, self._failure)

    def _reading(self) -> AbstractContextManager[Connection]:
        return reading(self._engine, self._failure)
