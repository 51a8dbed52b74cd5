"""Who looks at which case, and saved views, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.engine import Connection

from casestore.domain.presence import SavedView, Viewer
from casestore.storage.statements import upsert
from casestore.storage.tables import accounts, saved_views, viewers


class SqlViewers:
    """Implements ``service.presence_ports.Viewers`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, viewer: Viewer) -> None:
        """See the port."""
        row = {
            "reference": viewer.reference,
            "username": viewer.username,
            "seen_at": viewer.seen_at,
            "is_writing": viewer.is_writing,
        }
        upsert(self._connection, viewers, row)

    def of(self, reference: str, since: datetime) -> Sequence[Viewer]:
        """See the port."""
        name = func.coalesce(func.nullif(accounts.c.name, ""), viewers.c.username)
        rows = self._connection.execute(
            select(viewers, name.label("name"))
            .outerjoin(accounts, accounts.c.username == viewers.c.username)
            .where(viewers.c.reference == reference, viewers.c.seen_at >= since)
            .order_by(viewers.c.username)
        ).all()
        return [
            Viewer(row.reference, row.username, row.name, row.seen_at, row.is_writing)
            for row in rows
        ]

    def drop_before(self, moment: datetime) -> None:
        """See the port."""
        self._connection.execute(delete(viewers).where(viewers.c.seen_at < moment))


class SqlSavedViews:
    """Implements ``service.presence_ports.SavedViews`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, view: SavedView) -> None:
        """See the port."""
        row = {"id": view.id, "username": view.username, "name": view.name, "query": view.query}
        upsert(self._connection, saved_views, row)

    def of(self, username: str) -> Sequence[SavedView]:
        """See the port."""
        query = select(saved_views).where(saved_views.c.username == username)
        rows = self._connection.execute(query.order_by(saved_views.c.name)).all()
        return [SavedView(row.id, row.username, row.name, row.query) for row in rows]

    def drop(self, username: str, view_id: str) -> None:
        """See the port."""
        mine = (saved_views.c.username == username) & (saved_views.c.id == view_id)
        self._connection.execute(delete(saved_views).where(mine))
