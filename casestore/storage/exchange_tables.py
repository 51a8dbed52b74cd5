"""News for clients and their backlog reports in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from casestore.domain.exchange import (
    Backlog,
    BacklogItem,
    BacklogReport,
    FeedEntry,
    ItemKind,
    ItemStatus,
    News,
    NewsKind,
)
from casestore.storage.statements import lock_writers, upsert
from casestore.storage.tables import backlogs, feed, notices


class SqlFeed:
    """Implements ``service.ports.Feed`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def publish(self, news: News) -> int:
        """See the port.

        One writer at a time: otherwise a smaller cursor could be committed after a larger one
        was read, and its news would never be seen.
        """
        lock_writers(self._connection, feed)
        row = {
            "client": news.client,
            "reference": news.reference,
            "kind": news.kind.value,
            "text": news.text,
            "actor": news.actor,
            "happened_at": news.happened_at,
        }
        (cursor,) = self._connection.execute(insert(feed).values(**row)).inserted_primary_key
        return int(cursor)

    def after(self, client: str, cursor: int, limit: int) -> Sequence[FeedEntry]:
        """See the port."""
        with_notice = feed.outerjoin(notices, notices.c.cursor == feed.c.cursor)
        query = select(feed, notices.c.id.label("notice")).select_from(with_notice)
        mine = query.where(feed.c.client == client, feed.c.cursor > cursor)
        rows = self._connection.execute(mine.order_by(feed.c.cursor).limit(limit)).all()
        return [FeedEntry(row.cursor, _read_news(row), row.notice) for row in rows]

    def retried_since(self, client: str, moment: datetime) -> frozenset[str]:
        """See the port."""
        query = select(feed.c.reference).where(
            feed.c.client == client,
            feed.c.kind == NewsKind.RETRY.value,
            feed.c.happened_at >= moment,
        )
        return frozenset(self._connection.execute(query).scalars())


class SqlBacklogs:
    """Implements ``service.ports.Backlogs`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, report: BacklogReport) -> None:
        """See the port."""
        backlog = report.backlog
        row = {
            "client": report.client,
            "reported_at": report.reported_at,
            "pending": backlog.pending,
            "parked": backlog.parked,
            "oldest_seconds": backlog.oldest_seconds,
            "entries": [_item_json(item) for item in backlog.items],
        }
        upsert(self._connection, backlogs, row)

    def all(self) -> Sequence[BacklogReport]:
        """See the port."""
        rows = self._connection.execute(select(backlogs).order_by(backlogs.c.client)).all()
        return [_read_report(row) for row in rows]


def _read_news(row: Any) -> News:
    return News(
        client=row.client,
        reference=row.reference,
        kind=NewsKind(row.kind),
        text=row.text,
        actor=row.actor,
        happened_at=row.happened_at,
    )


def _item_json(item: BacklogItem) -> dict[str, Any]:
    return {
        "reference": item.reference,
        "kind": item.kind.value,
        "status": item.status.value,
        "attempts": item.attempts,
        "waiting_since": item.waiting_since.isoformat(),
        "last_error": item.last_error,
    }


def _read_report(row: Any) -> BacklogReport:
    items = tuple(_read_item(item) for item in row.entries)
    backlog = Backlog(row.pending, row.parked, row.oldest_seconds, items)
    return BacklogReport(row.client, row.reported_at, backlog)


def _read_item(item: dict[str, Any]) -> BacklogItem:
    return BacklogItem(
        reference=item["reference"],
        kind=ItemKind(item["kind"]),
        status=ItemStatus(item["status"]),
        attempts=item["attempts"],
        waiting_since=datetime.fromisoformat(item["waiting_since"]),
        last_error=item["last_error"],
    )
