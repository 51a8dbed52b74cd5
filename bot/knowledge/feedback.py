"""What customers thought of the answers, and what nobody could answer; only masked text comes here.

Each row belongs to one message of a customer, so that a turn that runs again counts once. Everything
blocks; callers in an event loop use a thread.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.errors import StorageError
from bot.storage.ageing import Aged
from bot.storage.engine import UtcDateTime, reading, transaction

LONGEST_TEXT = 500
"""Characters kept of a question; a longer one is a story, and a story is no candidate question."""

_metadata = sa.MetaData()
_miss = sa.Table(
    "miss",
    _metadata,
    sa.Column("message_id", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("label", sa.String(128), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("campaign", sa.String(64)),
    sa.Column("asker", sa.String(24)),
)
OLD_MISSES = Aged(_miss, lambda before: _miss.c.created_at < before)
_vote = sa.Table(
    "vote",
    _metadata,
    sa.Column("message_id", sa.String(64), primary_key=True),
    sa.Column("answer_id", sa.String(128), nullable=False),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)


class MissKind(str, Enum):
    """Why a question counts as not answered."""

    UNKNOWN = "unknown"
    NONE_OF_THESE = "none_of_these"
    UNSOLVED = "unsolved"


@dataclass(frozen=True)
class Miss:
    """A question nobody could answer; `label` is what the assistant took it for.

    `campaign`: the campaign whose code the customer had come by, if by one; `asker`: a name the
    customer has for this campaign's questions and for nothing else.
    """

    kind: MissKind
    text: str
    label: str
    at: datetime
    campaign: str | None = None
    asker: str | None = None


@dataclass(frozen=True)
class Votes:
    """How often an answer was called helpful and how often not."""

    answer_id: str
    helpful: int
    unsolved: int


class Feedback:
    """Votes and misses on SQLite or PostgreSQL. Raises StorageError when storage fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def missed(self, message_id: str, miss: Miss) -> None:
        """Counts a miss; the same message again changes nothing."""
        row = {
            "message_id": message_id,
            "kind": miss.kind.value,
            "text": miss.text[:LONGEST_TEXT],
            "label": miss.label,
            "created_at": miss.at,
            "campaign": miss.campaign,
            "asker": miss.asker,
        }
        self._insert(_miss, row)

    def voted(self, message_id: str, answer_id: str, helpful: bool, at: datetime) -> None:
        """Counts a vote; the same message again changes nothing."""
        row = {"message_id": message_id, "answer_id": answer_id, "helpful": helpful}
        self._insert(_vote, {**row, "created_at": at})

    def misses(self, since: datetime) -> list[Miss]:
        """Misses from `since` on, oldest first."""
        query = sa.select(_miss).where(_miss.c.created_at >= since).order_by(_miss.c.created_at)
        with reading(self._engine, StorageError) as tx:
            return [_of_row(row) for row in tx.execute(query)]

    def misses_of(self, campaign: str, most: int) -> list[Miss]:
        """The newest misses of customers who came by a campaign's code, oldest first."""
        query = sa.select(_miss).where(_miss.c.campaign == campaign)
        newest = query.order_by(_miss.c.created_at.desc(), _miss.c.message_id).limit(most)
        with reading(self._engine, StorageError) as tx:
            return [_of_row(row) for row in reversed(tx.execute(newest).all())]

    def votes(self, since: datetime) -> list[Votes]:
        """Votes from `since` on, the answers that solved least first."""
        yes = sa.func.sum(sa.case((_vote.c.helpful, 1), else_=0)).label("helpful")
        no = sa.func.sum(sa.case((_vote.c.helpful, 0), else_=1)).label("unsolved")
        query = (
            sa.select(_vote.c.answer_id, yes, no)
            .where(_vote.c.created_at >= since)
            .group_by(_vote.c.answer_id)
            .order_by(no.desc(), _vote.c.answer_id)
        )
        with reading(self._engine, StorageError) as tx:
            return [Votes(r.answer_id, int(r.helpful), int(r.unsolved)) for r in tx.execute(query)]

    def _insert(self, table: Any, row: dict[str, Any]) -> None:
        with suppress(IntegrityError), self._transaction() as tx:
            tx.execute(table.insert().values(**row))

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)


def _of_row(row: Any) -> Miss:
    kind = MissKind(row.kind)
    return Miss(kind, row.text, row.label, row.created_at, row.campaign, row.asker)
