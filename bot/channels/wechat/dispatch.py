"""Messages to followers on their way: leased, sent, tried again, parked, given up.

A row is leased to the process that sends it, and only the first pending row of a follower is: their
order holds, and nothing goes twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.channels.transcript import Message, Transcript
from bot.channels.wechat.ladder import Outgoing, Rung, State
from bot.channels.wechat.outbound_table import (
    CANNOT_BE_BROUGHT,
    FREE,
    LONGEST_ERROR,
    WAITING,
    is_unleased,
    outbound,
)
from bot.errors import StorageError
from bot.storage.engine import reading, transaction


@dataclass(frozen=True)
class Trouble:
    """Why a message did not go: the platform's errcode and words, without personal data."""

    code: int
    words: str

    def columns(self) -> dict[str, Any]:
        return {"error_code": self.code, "error": self.words[:LONGEST_ERROR]}


class Dispatch:
    """Rows on SQLite or PostgreSQL. Every method blocks and raises StorageError."""

    def __init__(self, engine: Engine, transcript: Transcript) -> None:
        self._engine = engine
        self._transcript = transcript

    def claim(self, owner: str, now: datetime, lease: timedelta, limit: int) -> list[Outgoing]:
        """Leases due messages, the first of each follower, `limit` followers at most."""
        return self._claim((State.PENDING.value,), owner, now, lease, limit)

    def due(self, now: datetime, limit: int) -> list[Outgoing]:
        """Due messages of an account that can send none, oldest first, to be parked.

        Nobody leases them: a request that asks for them in this moment gets them.
        """
        query = sa.select(outbound).where(_is_due(now)).order_by(outbound.c.message_id)
        with reading(self._engine, StorageError) as tx:
            rows = tx.execute(query.limit(limit)).all()
        return self._outgoing(rows, "")

    def park(self, outgoing: Outgoing, call_at: datetime | None, now: datetime) -> bool:
        """A message of `due` waits for the follower; False when a request takes it along."""
        mine = sa.and_(outbound.c.message_id == outgoing.message.cursor, _is_due(now))
        with self._transaction() as tx:
            parked = tx.execute(outbound.update().where(mine).values(**_parked_until(call_at)))
        return bool(parked.rowcount)

    def claim_nudges(
        self, owner: str, now: datetime, lease: timedelta, limit: int
    ) -> list[Outgoing]:
        """Leases messages that cannot be brought and whose follower is to be called now."""
        return self._claim(CANNOT_BE_BROUGHT, owner, now, lease, limit)

    def _claim(
        self, states: Sequence[str], owner: str, now: datetime, lease: timedelta, limit: int
    ) -> list[Outgoing]:
        c = outbound.c
        waits = sa.and_(c.state.in_(states), c.next_attempt_at.is_not(None))
        first = sa.select(sa.func.min(c.message_id)).where(waits).group_by(c.sender_id)
        # Our own lease is one of before a restart: a process ends a round before the next.
        is_free = sa.or_(is_unleased(now), c.lease_owner == owner)
        due = (
            sa.select(outbound)
            .where(c.message_id.in_(first), waits, c.next_attempt_at <= now, is_free)
            .order_by(c.next_attempt_at, c.message_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        with self._transaction() as tx:
            rows = tx.execute(due).all()
            ids = [row.message_id for row in rows]
            if not ids:
                return []
            leased = {"leased_until": now + lease, "lease_owner": owner}
            tx.execute(outbound.update().where(c.message_id.in_(ids)).values(**leased))
        return self._outgoing(rows, owner)

    def _outgoing(self, rows: Sequence[Any], owner: str) -> list[Outgoing]:
        ids = [row.message_id for row in rows]
        said = {message.cursor: message for message in self._transcript.of_ids(ids)}
        return [_as_outgoing(row, said[row.message_id], owner) for row in rows]

    def is_more_waiting(self, outgoing: Outgoing) -> bool:
        """Whether something else is to be said to the same follower after this."""
        c = outbound.c
        later = sa.and_(
            c.sender_id == outgoing.sender_id,
            c.message_id > outgoing.message.cursor,
            c.state.in_(WAITING),
        )
        with reading(self._engine, StorageError) as tx:
            return tx.execute(sa.select(c.message_id).where(later).limit(1)).first() is not None

    def gave(self, outgoing: Outgoing, chars: int, proof: str, leased_until: datetime) -> bool:
        """`chars` characters of it are given now; False when the lease is somebody else's."""
        sent = {"chars_sent": chars, "proof": proof, "rung": Rung.SERVICE.value}
        return self._note(outgoing, **sent, leased_until=leased_until)

    def sent(self, outgoing: Outgoing, now: datetime) -> None:
        """All of it is given."""
        over = {"state": State.SENT.value, "next_attempt_at": None, "done_at": now}
        self._note(outgoing, **over, error_code=None, error=None, **FREE)

    def postponed(self, outgoing: Outgoing, until: datetime, trouble: Trouble) -> None:
        """It did not go, or nobody could be called; it is tried again at `until`."""
        again = {"attempts": outgoing.attempts + 1, "next_attempt_at": until}
        self._note(outgoing, **again, **trouble.columns(), **FREE)

    def wait_for_customer(
        self,
        outgoing: Outgoing,
        call_at: datetime | None,
        trouble: Trouble | None = None,
        rung: Rung | None = None,
    ) -> None:
        """It is parked; the follower is to be called at `call_at`. `rung`: what was tried last."""
        values = {} if trouble is None else trouble.columns()
        if rung is not None:
            values["rung"] = rung.value
        self._note(outgoing, **_parked_until(call_at), **values, **FREE)

    def given_up(
        self, outgoing: Outgoing, call_at: datetime | None, trouble: Trouble, now: datetime
    ) -> None:
        """It can never be brought; the follower is to be called at `call_at`."""
        over = {"state": State.GIVEN_UP.value, "attempts": 0, "done_at": now}
        self._note(outgoing, **over, next_attempt_at=call_at, **trouble.columns(), **FREE)

    def _note(self, outgoing: Outgoing, **values: Any) -> bool:
        # Whose lease ran out has no say any more: another process holds the message now.
        c = outbound.c
        held = sa.and_(c.message_id == outgoing.message.cursor, c.lease_owner == outgoing.owner)
        with self._transaction() as tx:
            return bool(tx.execute(outbound.update().where(held).values(**values)).rowcount)

    # -- calling followers ---------------------------------------------------------------------

    def called(self, outgoing: Outgoing, rung: Rung, proof: str) -> None:
        """The follower was called; one call counts for all that waits, a text message for all
        that waits about one complaint."""
        c = outbound.c
        alike = sa.and_(
            c.sender_id == outgoing.sender_id,
            c.state.in_(CANNOT_BE_BROUGHT),
            c.next_attempt_at.is_not(None),
        )
        if rung is Rung.SMS:
            alike = sa.and_(alike, c.reference == outgoing.reference)
        told = {"rung": rung.value, "proof": proof, "next_attempt_at": None, "attempts": 0}
        with self._transaction() as tx:
            tx.execute(outbound.update().where(alike).values(**told, **FREE))

    def not_called(self, outgoing: Outgoing, again_at: datetime | None) -> None:
        """The follower was not called; they are at `again_at`, or not for this."""
        self._note(outgoing, next_attempt_at=again_at, **FREE)

    def called_in_vain(
        self, outgoing: Outgoing, rung: Rung, again_at: datetime | None, trouble: Trouble
    ) -> None:
        """Calling by `rung` is no use; at `again_at` the next rung is tried."""
        tried = {"rung": rung.value, "attempts": 0, "next_attempt_at": again_at}
        self._note(outgoing, **tried, **trouble.columns(), **FREE)

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)


def _is_due(now: datetime) -> Any:
    c = outbound.c
    return sa.and_(c.state == State.PENDING.value, c.next_attempt_at <= now, is_unleased(now))


def _parked_until(call_at: datetime | None) -> dict[str, Any]:
    return {"state": State.PARKED.value, "attempts": 0, "next_attempt_at": call_at}


def _as_outgoing(row: Any, message: Message, owner: str) -> Outgoing:
    return Outgoing(
        message=message,
        sender_id=row.sender_id,
        state=State(row.state),
        rung=None if row.rung is None else Rung(row.rung),
        chars_sent=row.chars_sent,
        attempts=row.attempts,
        error_code=row.error_code,
        reference=row.reference,
        created_at=row.created_at,
        owner=owner,
    )
