"""Notices in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.engine import Connection

from casestore.domain.notice import Notice, NoticeKind, NoticeStatus, NoticeWay
from casestore.domain.staff import Officer
from casestore.service.reply_ports import NoticeFacts
from casestore.storage.sight import visible_to
from casestore.storage.statements import upsert
from casestore.storage.tables import cases, notices


class SqlNotices:
    """Implements ``service.reply_ports.Notices`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, notice: Notice) -> None:
        """See the port."""
        upsert(self._connection, notices, _notice_row(notice))

    def get(self, notice_id: str) -> Notice | None:
        """See the port."""
        row = self._connection.execute(
            select(notices).where(notices.c.id == notice_id)
        ).one_or_none()
        return _read_notice(row) if row else None

    def of(self, reference: str) -> Sequence[Notice]:
        """See the port."""
        query = select(notices).where(notices.c.reference == reference)
        oldest_first = query.order_by(notices.c.made_at, notices.c.id)
        return [_read_notice(row) for row in self._connection.execute(oldest_first).all()]

    def undelivered(self, silent_since: datetime, officer: Officer, limit: int) -> Sequence[Notice]:
        """See the port."""
        query = select(notices).join(cases, cases.c.reference == notices.c.reference)
        waiting = query.where(undelivered(silent_since), *visible_to(officer))
        first = waiting.order_by(notices.c.made_at, notices.c.id).limit(limit)
        return [_read_notice(row) for row in self._connection.execute(first).all()]

    def facts(self, reference: str) -> NoticeFacts:
        """See the port."""
        all_of_case = self.of(reference)
        told = [notice.status.is_told for notice in all_of_case]
        decisions = [notice.status.is_told for notice in all_of_case if notice.kind.is_decision]
        return NoticeFacts(
            open=told.count(False),
            delivered=told.count(True),
            is_decision_told=bool(decisions) and decisions[-1],
        )


def undelivered(silent_since: datetime) -> Any:
    """The condition that an officer has to deliver a notice; see the port."""
    by_a_person = notices.c.way != NoticeWay.CHAT.value
    is_silent = notices.c.made_at <= silent_since
    waits = and_(notices.c.status == NoticeStatus.PENDING.value, or_(by_a_person, is_silent))
    return or_(notices.c.status == NoticeStatus.FAILED.value, waits)


def _notice_row(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "reference": notice.reference,
        "kind": notice.kind.value,
        "way": notice.way.value,
        "text": notice.text,
        "status": notice.status.value,
        "made_by": notice.made_by,
        "made_at": notice.made_at,
        "sent_at": notice.sent_at,
        "proof": notice.proof,
        "failure": notice.failure,
        "cursor": notice.cursor,
    }


def _read_notice(row: Any) -> Notice:
    return Notice(
        id=row.id,
        reference=row.reference,
        kind=NoticeKind(row.kind),
        way=NoticeWay(row.way),
        text=row.text,
        made_by=row.made_by,
        made_at=row.made_at,
        status=NoticeStatus(row.status),
        sent_at=row.sent_at,
        proof=row.proof,
        failure=row.failure,
        cursor=row.cursor,
    )
