"""What is said to followers as the channel sees it: what goes back with a request, what waits.

What is sent without one is `dispatch`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from operator import attrgetter

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.channels.transcript import FIRST_CHANCE, Message, Transcript
from bot.channels.wechat.ladder import Rung, State, chars_with, left_of
from bot.channels.wechat.outbound_table import (
    CANNOT_BE_BROUGHT,
    FREE,
    LONGEST_ERROR,
    OVER,
    WAITING,
    is_not_being_sent,
    outbound,
)
from bot.errors import StorageError
from bot.storage.engine import reading, transaction


@dataclass(frozen=True)
class Arrival:
    """What became of a notice the bank wants a receipt for; `error_code` when it was given up."""

    message_id: int
    notice: str
    reached: bool
    at: datetime
    error_code: int | None


class Outbound:
    """Rows on SQLite or PostgreSQL. Every method blocks and raises StorageError."""

    def __init__(self, engine: Engine, transcript: Transcript) -> None:
        self._engine = engine
        self._transcript = transcript

    # -- what goes back with a request ---------------------------------------------------------

    def went_back(self, sender_id: str, key: str, now: datetime) -> bool:
        """The whole answer to message `key` goes back with the request; call it just before.

        False when it may not, since some of it was sent, or is being sent, another way. What else
        waits for the follower is due once this request's repeats have come.
        """
        said = [m for m in self._transcript.exchange(sender_id, key) if m.reply_to == key]
        ids = [message.cursor for message in said]
        proof = _passive_proof(key)
        c = outbound.c
        is_whole = sa.and_(c.state.in_(WAITING), is_not_being_sent(now), c.chars_sent == 0)
        is_ours = sa.or_(c.proof == proof, is_whole)
        free = sa.select(c.message_id).where(c.message_id.in_(ids), is_ours).with_for_update()
        with self._transaction() as tx:
            # All or nothing: what is not given here is sent, and must not be marked as given.
            if len(tx.execute(free).all()) < len(ids):
                return False
            self._give(tx, sender_id, ids, key, now)
            self._revive(tx, sender_id, now + FIRST_CHANCE)
        return True

    def parked(self, sender_id: str, now: datetime) -> list[Message]:
        """What waits for the follower, oldest first, as what is left to be said of it.

        Held for a moment, so that no process sends it while a request takes it along. The answer
        to a message of just now is not among it, unless it is due; nor is what was said after
        something that is being sent, which would be read before it.
        """
        c = outbound.c
        mine = sa.and_(c.sender_id == sender_id, c.state.in_(WAITING))
        is_due = sa.or_(c.state == State.PARKED.value, c.next_attempt_at <= now)
        is_free = is_not_being_sent(now)
        waits = sa.select(c.message_id, is_due.label("is_due"), is_free.label("is_free"))
        with reading(self._engine, StorageError) as tx:
            rows = tx.execute(waits.where(mine).order_by(c.message_id)).all()
        found = {row.message_id: row.is_due for row in takewhile(attrgetter("is_free"), rows)}
        young = now - FIRST_CHANCE
        said = [
            message
            for message in self._transcript.of_ids(list(found))
            if message.reply_to is None or message.created_at <= young or found[message.cursor]
        ]
        held = sa.and_(mine, is_free, c.message_id.in_([message.cursor for message in said]))
        with self._transaction() as tx:
            hold = outbound.update().where(held, c.state == State.PENDING.value)
            tx.execute(hold.values(next_attempt_at=now + FIRST_CHANCE))
            rows = tx.execute(sa.select(c.message_id, c.chars_sent).where(held)).all()
        chars_sent = {row.message_id: row.chars_sent for row in rows}
        still_free = takewhile(lambda message: message.cursor in chars_sent, said)
        return [left_of(message, chars_sent[message.cursor]) for message in still_free]

    def is_waiting(self, sender_id: str) -> bool:
        """Whether anything is on its way to the follower."""
        c = outbound.c
        mine = sa.and_(c.sender_id == sender_id, c.state == State.PENDING.value)
        with reading(self._engine, StorageError) as tx:
            return tx.execute(sa.select(c.message_id).where(mine).limit(1)).first() is not None

    def collected(self, sender_id: str, message_ids: Iterable[int], key: str, now: datetime) -> int:
        """These messages go back, whole, with the request that brought `key`; how many may."""
        with self._transaction() as tx:
            return self._give(tx, sender_id, list(message_ids), key, now)

    def began(
        self, sender_id: str, message_id: int, part: str, now: datetime, due: datetime
    ) -> None:
        """The beginning of a message, or of what was left of it, goes back; the rest is `due`."""
        c = outbound.c
        mine = sa.and_(c.sender_id == sender_id, c.message_id == message_id, c.state.in_(WAITING))
        for message in self._transcript.of_ids([message_id]):
            with self._transaction() as tx:
                free = sa.select(c.chars_sent).where(mine, is_not_being_sent(now)).with_for_update()
                row = tx.execute(free).one_or_none()
                if row is None:
                    return
                given = chars_with(message, row.chars_sent, part)
                rest = {"state": State.PENDING.value, "next_attempt_at": due, "attempts": 0}
                tx.execute(outbound.update().where(mine).values(chars_sent=given, **rest, **FREE))

    def hurry(self, sender_id: str, due: datetime) -> None:
        """No other request takes it along: everything that waits for the follower is `due`."""
        mine = sa.and_(outbound.c.sender_id == sender_id, outbound.c.state == State.PENDING.value)
        with self._transaction() as tx:
            tx.execute(outbound.update().where(mine).values(next_attempt_at=due))
            self._revive(tx, sender_id, due)

    @staticmethod
    def _give(tx: Connection, sender_id: str, ids: Sequence[int], key: str, now: datetime) -> int:
        c = outbound.c
        mine = sa.and_(c.sender_id == sender_id, c.message_id.in_(ids), c.state.in_(WAITING))
        given = {"state": State.PASSIVE.value, "rung": Rung.PASSIVE.value, "done_at": now}
        given |= {"proof": _passive_proof(key), "next_attempt_at": None}
        update = outbound.update().where(mine, is_not_being_sent(now)).values(**given, **FREE)
        return int(tx.execute(update).rowcount)

    @staticmethod
    def _revive(tx: Connection, sender_id: str, due: datetime) -> None:
        """What waited for the follower to speak may be sent again."""
        c = outbound.c
        parked = sa.and_(c.sender_id == sender_id, c.state == State.PARKED.value)
        again = {"state": State.PENDING.value, "next_attempt_at": due, "attempts": 0}
        tx.execute(outbound.update().where(parked).values(**again, **FREE))

    # -- what others tell and want to know ---------------------------------------------------

    def template_failed(self, message_ref: str, status: str) -> None:
        """The platform says that template message `message_ref` did not arrive: the next rung."""
        c = outbound.c
        told = sa.and_(
            c.proof == message_ref,
            c.rung == Rung.TEMPLATE.value,
            c.state.in_(CANNOT_BE_BROUGHT),
        )
        # Any moment that is past: now.
        due = {"next_attempt_at": c.created_at, "error": status[:LONGEST_ERROR]}
        with self._transaction() as tx:
            tx.execute(outbound.update().where(told).values(**due))

    def counts(self) -> dict[str, int]:
        """How many messages are in each state."""
        c = outbound.c
        query = sa.select(c.state, sa.func.count()).group_by(c.state)
        with reading(self._engine, StorageError) as tx:
            found = {state: int(count) for state, count in tx.execute(query)}
        return {state.value: found.get(state.value, 0) for state in State}

    def arrivals(self, limit: int) -> list[Arrival]:
        """Notices that reached their customer or never will, and are not confirmed yet."""
        c = outbound.c
        unconfirmed = sa.and_(c.notice.is_not(None), sa.not_(c.confirmed), c.state.in_(OVER))
        columns = (c.message_id, c.notice, c.state, c.done_at, c.error_code)
        query = sa.select(*columns).where(unconfirmed).order_by(c.message_id).limit(limit)
        with reading(self._engine, StorageError) as tx:
            rows = tx.execute(query).all()
        return [
            Arrival(
                message_id=row.message_id,
                notice=row.notice,
                reached=row.state != State.GIVEN_UP.value,
                at=row.done_at,
                error_code=row.error_code,
            )
            for row in rows
        ]

    def confirmed(self, message_id: int) -> None:
        """The bank has the receipt."""
        mine = outbound.update().where(outbound.c.message_id == message_id)
        with self._transaction() as tx:
            tx.execute(mine.values(confirmed=True))

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)


def _passive_proof(key: str) -> str:
    return f"passive:{key}"
