"""Facts in a database, each once: what every figure is counted from. Blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.analytics.fact import MOST_CHARS, Fact, FactKind, Outcome
from bot.analytics.tally import Sighting
from bot.errors import StorageError
from bot.storage.ageing import Aged
from bot.storage.engine import UtcDateTime, reading, transaction
from bot.storage.inserting import insert_new

_metadata = sa.MetaData()
fact_table = sa.Table(
    "fact",
    _metadata,
    sa.Column("id", sa.String(MOST_CHARS["id"]), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("person", sa.String(MOST_CHARS["person"]), nullable=False),
    sa.Column("channel", sa.String(MOST_CHARS["channel"]), nullable=False),
    sa.Column("campaign", sa.String(MOST_CHARS["campaign"]), nullable=False),
    sa.Column("scene", sa.String(MOST_CHARS["scene"]), nullable=False),
    sa.Column("topic", sa.String(MOST_CHARS["topic"])),
    sa.Column("outcome", sa.String(16)),
    sa.Column("question", sa.String(MOST_CHARS["question"])),
    sa.Column("level", sa.String(MOST_CHARS["level"])),
    sa.Column("number", sa.Integer),
)
OLD_FACTS = Aged(fact_table, lambda before: fact_table.c.at < before)
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Mark:
    """How many facts a campaign has, when the last of them happened, and their days."""

    facts: int
    last: datetime
    first_day: date
    last_day: date


class Facts:
    """Facts on SQLite or PostgreSQL. Every method raises StorageError when storage fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, facts: Iterable[Fact]) -> int:
        """Adds facts that are not there yet, all of them or none; how many were new."""
        rows = [asdict(fact) for fact in facts]
        added = 0
        with self._transaction() as tx:
            for start in range(0, len(rows), ROWS_AT_ONCE):
                added += insert_new(tx, fact_table, rows[start : start + ROWS_AT_ONCE])
        return added

    def of(self, campaign: str, first: date | None = None, last: date | None = None) -> list[Fact]:
        """The facts of a campaign in the order they happened, of all days or from day to day."""
        wanted = [fact_table.c.campaign == campaign]
        wanted += [fact_table.c.day >= first] if first else []
        wanted += [fact_table.c.day <= last] if last else []
        query = sa.select(fact_table).where(*wanted).order_by(fact_table.c.at, fact_table.c.id)
        with reading(self._engine, StorageError) as tx:
            return list(_facts(tx.execute(query)))

    def sightings(self, campaign: str) -> list[Sighting]:
        """What is counted of a campaign, answers to a question in the order they were given."""
        columns = [fact_table.c[name] for name in Sighting._fields]
        query = (
            sa.select(*columns)
            .where(fact_table.c.campaign == campaign)
            .order_by(fact_table.c.number, fact_table.c.at, fact_table.c.id)
        )
        with reading(self._engine, StorageError) as tx:
            return [Sighting._make(row) for row in tx.execute(query)]

    def marks(self) -> dict[str, Mark]:
        """The campaigns that have facts, by id: cheap to ask, changes with every fact."""
        at, day = fact_table.c.at, fact_table.c.day
        found = [sa.func.count(), sa.func.max(at), sa.func.min(day), sa.func.max(day)]
        query = sa.select(fact_table.c.campaign, *found).group_by(fact_table.c.campaign)
        with reading(self._engine, StorageError) as tx:
            return {campaign: Mark(*mark) for campaign, *mark in tx.execute(query)}

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)


def _facts(rows: Iterable[Any]) -> Iterator[Fact]:
    for row in rows:
        values = dict(row._mapping)
        outcome = values["outcome"]
        yield Fact(
            **{
                **values,
                "kind": FactKind(values["kind"]),
                "outcome": None if outcome is None else Outcome(outcome),
            }
        )
