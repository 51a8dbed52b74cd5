"""Talks with a person, kept in the channel's database: one open talk a customer at a time."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.errors import StorageError
from bot.handover.talk import ClosedBy, Field, File, State, Suggestion, Talk, Why
from bot.privacy.sealing import Sealer
from bot.storage.ageing import Aged
from bot.storage.engine import UtcDateTime, reading, transaction

OPEN = (State.WAITING.value, State.ACTIVE.value)

handover = sa.Table(
    "handover",
    sa.MetaData(),
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("sender_id", sa.String(128), nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("why", sa.String(16), nullable=False),
    sa.Column("since_id", sa.Integer, nullable=False),
    sa.Column("sealed_file", sa.Text, nullable=False),
    sa.Column("officer", sa.String(40)),
    sa.Column("is_known", sa.Boolean, nullable=False),
    sa.Column("closed_by", sa.String(16)),
    sa.Column("is_settled", sa.Boolean, nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("taken_at", UtcDateTime),
    sa.Column("closed_at", UtcDateTime),
)
_ID, _SENDER = sa.bindparam("of_id"), sa.bindparam("of_sender")
# In the words of the index of open talks: SQLite uses it for nothing else, not even for parameters.
_IS_OPEN = sa.and_(
    handover.c.sender_id == _SENDER,
    handover.c.state.in_([sa.literal_column(f"'{state}'") for state in OPEN]),
)
# Built once: these run with every message.
_OPEN_OF = sa.select(handover).where(_IS_OPEN)
_BY_ID = sa.select(handover).where(handover.c.id == _ID)
_ACTIVE_OF = (
    sa.select(handover.c.id)
    .where(_IS_OPEN, handover.c.state == State.ACTIVE.value)
    .with_for_update(read=True)
)
_CLOSE_OF = handover.update().where(_IS_OPEN)
OLD_TALKS = Aged(handover, lambda before: handover.c.closed_at < before)
_message = sa.table(
    "message",
    sa.column("id"),
    sa.column("sender_id"),
    sa.column("answered", sa.Boolean),
    sa.column("lease_owner"),
)
"""Of the transcript (bot/channels/transcript.py), in the same database."""


@dataclass(frozen=True)
class OpenTalks:
    """How many talks stand where, and since when the first of those that wait has been waiting."""

    waiting: int
    active: int
    oldest_waiting: datetime | None


class Handovers(Protocol):
    """Port of the talks. Every method raises StorageError when storage fails."""

    def open(
        self, talk_id: str, sender_id: str, channel: str, why: Why, file: File, now: datetime
    ) -> Talk:
        """A talk that waits for an officer.

        A sender with an open talk gets that one back; the id of a talk that was closed meanwhile
        gives back the closed one, so that a turn that is run again opens nothing anew.
        """

    def of(self, sender_id: str) -> Talk | None:
        """The open talk of a sender."""

    def get(self, talk_id: str) -> Talk | None:
        """A talk by its id, open or closed."""

    def take(self, talk_id: str, officer: str, now: datetime) -> bool:
        """The officer shown as `officer` has an open talk now; False when it is not open."""

    def close(self, talk_id: str, by: ClosedBy, now: datetime) -> bool:
        """Closes an open talk; False when it was not open any more: who was first counts."""

    def unsettled(self) -> list[Talk]:
        """Talks that are open, or closed and not settled yet; the oldest first."""

    def known(self, talk_id: str, is_known: bool = True) -> None:
        """The bank's desk has the talk, or has lost it."""

    def settle(self, talk_id: str) -> None:
        """The customer and the desk know that a talk is closed; an open talk is not settled."""


class SqlHandovers:
    """Talks on SQLite or PostgreSQL; what the customer has told is sealed."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        self._engine = engine
        self._sealer = sealer

    def open(
        self, talk_id: str, sender_id: str, channel: str, why: Why, file: File, now: datetime
    ) -> Talk:
        row = {
            "id": talk_id,
            "sender_id": sender_id,
            "channel": channel,
            "state": State.WAITING.value,
            "why": why.value,
            "sealed_file": self._sealer.seal(json.dumps(asdict(file), ensure_ascii=False)),
            "is_known": False,
            "is_settled": False,
            "opened_at": now,
        }
        try:
            return self._open(row)
        except IntegrityError:  # another process opened it in between
            return self._open(row)

    def _open(self, row: dict[str, Any]) -> Talk:
        with self._transaction() as tx:
            known = self._open_of(tx, row["sender_id"]) or self._by_id(tx, row["id"])
            if known is not None:
                return known
            # What still waits for its turn comes after the message that asks for a person.
            has_its_turn = sa.or_(_message.c.answered, _message.c.lease_owner.is_not(None))
            newest = sa.select(sa.func.coalesce(sa.func.max(_message.c.id), 0)).where(
                _message.c.sender_id == row["sender_id"], has_its_turn
            )
            since = tx.execute(newest).scalar_one()
            tx.execute(handover.insert().values(**row, since_id=since))
            opened = self._by_id(tx, row["id"])
        if opened is None:
            raise StorageError()
        return opened

    def of(self, sender_id: str) -> Talk | None:
        with self._reading() as tx:
            return self._open_of(tx, sender_id)

    def get(self, talk_id: str) -> Talk | None:
        with self._reading() as tx:
            return self._by_id(tx, talk_id)

    def take(self, talk_id: str, officer: str, now: datetime) -> bool:
        taken = {
            "state": State.ACTIVE.value,
            "officer": officer,
            # Handed on to a colleague, it was taken when the first officer took it.
            "taken_at": sa.func.coalesce(handover.c.taken_at, sa.literal(now, UtcDateTime)),
        }
        return self._update(talk_id, handover.c.state.in_(OPEN), taken)

    def close(self, talk_id: str, by: ClosedBy, now: datetime) -> bool:
        return self._update(talk_id, handover.c.state.in_(OPEN), _closed(by, now))

    def unsettled(self) -> list[Talk]:
        waiting = sa.select(handover).where(sa.not_(handover.c.is_settled))
        with self._reading() as tx:
            rows = tx.execute(waiting.order_by(handover.c.opened_at, handover.c.id)).all()
        return [self._talk(row) for row in rows]

    def known(self, talk_id: str, is_known: bool = True) -> None:
        self._update(talk_id, sa.true(), {"is_known": is_known})

    def settle(self, talk_id: str) -> None:
        is_closed = handover.c.state == State.CLOSED.value
        self._update(talk_id, is_closed, {"is_settled": True})

    def count_open(self) -> OpenTalks:
        """For the health page."""
        query = sa.select(
            handover.c.state, sa.func.count(), sa.func.min(handover.c.opened_at)
        ).where(handover.c.state.in_(OPEN))
        with self._reading() as tx:
            rows = tx.execute(query.group_by(handover.c.state)).all()
        found = {state: (count, oldest) for state, count, oldest in rows}
        waiting, oldest = found.get(State.WAITING.value, (0, None))
        active, _ = found.get(State.ACTIVE.value, (0, None))
        return OpenTalks(waiting, active, oldest)

    def _update(self, talk_id: str, condition: Any, values: dict[str, Any]) -> bool:
        change = handover.update().where(handover.c.id == talk_id, condition)
        with self._transaction() as tx:
            return bool(tx.execute(change.values(values)).rowcount)

    def _open_of(self, tx: Connection, sender_id: str) -> Talk | None:
        row = tx.execute(_OPEN_OF, {"of_sender": sender_id}).one_or_none()
        return None if row is None else self._talk(row)

    def _by_id(self, tx: Connection, talk_id: str) -> Talk | None:
        row = tx.execute(_BY_ID, {"of_id": talk_id}).one_or_none()
        return None if row is None else self._talk(row)

    def _talk(self, row: Any) -> Talk:
        return Talk(
            id=row.id,
            sender_id=row.sender_id,
            channel=row.channel,
            state=State(row.state),
            why=Why(row.why),
            since_id=row.since_id,
            file=_file(json.loads(self._sealer.open(row.sealed_file))),
            officer=row.officer,
            is_known=row.is_known,
            opened_at=row.opened_at,
            taken_at=row.taken_at,
            closed_by=None if row.closed_by is None else ClosedBy(row.closed_by),
            closed_at=row.closed_at,
        )

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)

    def _reading(self) -> AbstractContextManager[Connection]:
        return reading(self._engine, StorageError)


def is_with_officer(tx: Connection, sender_id: str) -> bool:
    """Whether a person is talking with this sender, in a transaction that does more.

    A talk that is being closed or taken elsewhere is waited for, and cannot be until `tx` ends.
    """
    return tx.execute(_ACTIVE_OF, {"of_sender": sender_id}).first() is not None


def close_within(tx: Connection, sender_id: str, by: ClosedBy, now: datetime) -> None:
    """Closes the open talk of a sender, if there is one, in a transaction that does more."""
    tx.execute(_CLOSE_OF, {"of_sender": sender_id, **_closed(by, now)})


def _closed(by: ClosedBy, now: datetime) -> dict[str, Any]:
    return {"state": State.CLOSED.value, "closed_by": by.value, "closed_at": now}


def _file(held: dict[str, Any]) -> File:
    return File(
        topic=held["topic"],
        fields=tuple(Field(**field) for field in held["fields"]),
        references=tuple(held["references"]),
        suggestions=tuple(Suggestion(**suggestion) for suggestion in held["suggestions"]),
    )
