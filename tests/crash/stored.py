"""What an installation on PostgreSQL has stored, read behind its back."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa

from casestore.storage.keyring import Keyring
from tests.crash.kit import OUTBOXES, Line
from tests.crash.patient import FactOf
from tests.postgres import Cluster

_TALK = """
    SELECT author, CASE author WHEN 'customer' THEN key ELSE reply_to END, text FROM message
    WHERE sender_id = (SELECT sender_id FROM message WHERE key = :key) ORDER BY id
"""


class Stored:
    """`keys` are those of the case store. Every connection is closed when its rows are read."""

    def __init__(self, postgres: Cluster, keys: str) -> None:
        self._postgres = postgres
        self._keyring = Keyring(keys.split(","))

    def cases(self) -> dict[str, tuple[str, str, str]]:
        """Reference → what happened, name and phone, of every case."""
        query = "SELECT reference, detail, name_sealed, phone_sealed FROM cases"
        opened = self._keyring.open
        return {
            str(reference): (str(detail), opened(name), opened(phone))
            for reference, detail, name, phone in self._rows("casestore", query)
        }

    def talk_of(self, key: str) -> list[Line]:
        """The whole conversation with the customer's message `key` in it, in order."""
        return [Line(*row) for row in self._rows("channel", _TALK, key=key)]

    def left(self) -> dict[str, int]:
        """What still has to go on, by table."""
        journal = {
            name: self._count("journal", f"{name} WHERE status <> 'delivered'")
            for name in (*OUTBOXES, "callback", "cancellation")
        }
        unanswered = self._count("channel", "message WHERE NOT answered")
        facts = self._count("tracker", "fact_outbox")
        return {**journal, "message": unanswered, "fact_outbox": facts}

    def facts(self) -> Counter[FactOf]:
        query = "SELECT kind, topic, outcome, count(*) FROM fact GROUP BY 1, 2, 3"
        return Counter({tuple(row[:3]): row[3] for row in self._rows("analytics", query)})

    def people_counted(self) -> int:
        ((count,),) = self._rows("analytics", "SELECT count(DISTINCT person) FROM fact")
        return int(count)

    def _count(self, database: str, of: str) -> int:
        ((count,),) = self._rows(database, f"SELECT count(*) FROM {of}")  # noqa: S608
        return int(count)

    def _rows(self, database: str, query: str, **values: str) -> list[Any]:
        engine = sa.create_engine(
            self._postgres.url(database), future=True, poolclass=sa.pool.NullPool
        )
        try:
            with engine.connect() as connection:
                return list(connection.execute(sa.text(query), values))
        finally:
            engine.dispose()
