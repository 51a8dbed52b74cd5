"""The last report made of each campaign, kept when its file or its facts are gone. Blocks.

There is nobody in a report, so that it may stay when the facts it was counted from have to go; the
campaign of next year is compared with it.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from bot.analytics.report import Body
from bot.errors import StorageError
from bot.storage.engine import reading, transaction

_metadata = sa.MetaData()
report_table = sa.Table(
    "campaign_report",
    _metadata,
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("facts", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)


@dataclass(frozen=True)
class Kept:
    """A report, and how many facts it was made of."""

    facts: int
    body: Body


class Reports:
    """Reports on SQLite or PostgreSQL. Every method raises StorageError when storage fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, campaign: str, kept: Kept) -> None:
        """Keeps a report in the place of the one before."""
        row = {"facts": kept.facts, "body": json.dumps(kept.body, ensure_ascii=False)}
        with self._transaction() as tx:
            dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
            insert = dialect.insert(report_table).values(campaign=campaign, **row)
            tx.execute(insert.on_conflict_do_update(index_elements=["campaign"], set_=row))

    def all(self) -> dict[str, Kept]:
        """The reports by campaign."""
        query = sa.select(report_table).order_by(report_table.c.campaign)
        with reading(self._engine, StorageError) as tx:
            rows = tx.execute(query).all()
        return {row.campaign: Kept(int(row.facts), json.loads(row.body)) for row in rows}

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)
