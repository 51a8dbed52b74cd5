"""Points and replies in SQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from casestore.domain.reply import Parts, Point, Reply, ReplyStage, ReplyStatus
from casestore.domain.staff import Officer
from casestore.service.reply_ports import ReplyFacts
from casestore.storage.sight import visible_to
from casestore.storage.statements import upsert
from casestore.storage.tables import cases, points, replies

_DECIDED = (ReplyStatus.APPROVED, ReplyStatus.RELEASED)


class SqlReplies:
    """Implements ``service.reply_ports.Replies`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def points(self, reference: str) -> Sequence[Point]:
        """See the port."""
        query = select(points).where(points.c.reference == reference)
        rows = self._connection.execute(query.order_by(points.c.position)).all()
        return [Point(row.id, row.claim, row.answer) for row in rows]

    def put_points(self, reference: str, points_: Sequence[Point]) -> None:
        """See the port."""
        self._connection.execute(delete(points).where(points.c.reference == reference))
        rows = [
            {
                "id": point.id,
                "reference": reference,
                "position": position,
                "claim": point.claim,
                "answer": point.answer,
            }
            for position, point in enumerate(points_, start=1)
        ]
        if rows:
            self._connection.execute(insert(points), rows)

    def put(self, reply: Reply) -> None:
        """See the port."""
        upsert(self._connection, replies, _reply_row(reply))

    def get(self, reply_id: str) -> Reply | None:
        """See the port."""
        row = self._connection.execute(
            select(replies).where(replies.c.id == reply_id)
        ).one_or_none()
        return _read_reply(row) if row else None

    def latest(self, reference: str) -> Reply | None:
        """See the port."""
        query = select(replies).where(replies.c.reference == reference)
        last = query.order_by(replies.c.round.desc()).limit(1)
        row = self._connection.execute(last).one_or_none()
        return _read_reply(row) if row else None

    def stages(self, references: Collection[str]) -> Mapping[str, ReplyStage]:
        """See the port. Of a case's rows the last round comes last, and stays."""
        columns = (replies.c.reference, replies.c.status, replies.c.written_by)
        query = select(*columns).where(replies.c.reference.in_(references))
        rows = self._connection.execute(query.order_by(replies.c.round)).all()
        return {row.reference: ReplyStage(ReplyStatus(row.status), row.written_by) for row in rows}

    def rounds(self, reference: str) -> Sequence[Reply]:
        """See the port."""
        query = select(replies).where(replies.c.reference == reference)
        rows = self._connection.execute(query.order_by(replies.c.round)).all()
        return [_read_reply(row) for row in rows]

    def submitted(self, officer: Officer, limit: int) -> Sequence[Reply]:
        """See the port."""
        query = select(replies).join(cases, cases.c.reference == replies.c.reference)
        waiting = query.where(
            replies.c.status == ReplyStatus.SUBMITTED.value,
            replies.c.written_by != officer.username,
            *visible_to(officer),
        )
        first = waiting.order_by(replies.c.written_at, replies.c.id).limit(limit)
        return [_read_reply(row) for row in self._connection.execute(first).all()]

    def circumstances(self, reference: str) -> ReplyFacts:
        """See the port."""
        claims = self.points(reference)
        rounds = self.rounds(reference)
        latest = rounds[-1] if rounds else None
        decided = [reply.reviewed_by for reply in rounds if reply.status in _DECIDED]
        return ReplyFacts(
            points=len(claims),
            answered=sum(point.is_answered for point in claims),
            submitted=_id_if(latest, ReplyStatus.SUBMITTED),
            approved=_id_if(latest, ReplyStatus.APPROVED),
            submitted_by=latest.written_by if latest else None,
            reviewed_by=decided[-1] if decided else None,
        )


def _id_if(reply: Reply | None, status: ReplyStatus) -> str | None:
    return reply.id if reply and reply.status is status else None


def _reply_row(reply: Reply) -> dict[str, Any]:
    return {
        "id": reply.id,
        "reference": reply.reference,
        "round": reply.round,
        "status": reply.status.value,
        "facts": reply.parts.facts,
        "decision": reply.parts.decision,
        "basis": reply.parts.basis,
        "remedies": reply.parts.remedies,
        "text": reply.text,
        "written_by": reply.written_by,
        "written_at": reply.written_at,
        "reviewed_by": reply.reviewed_by,
        "reviewed_at": reply.reviewed_at,
        "review_note": reply.review_note,
        "released_at": reply.released_at,
    }


def _read_reply(row: Any) -> Reply:
    return Reply(
        id=row.id,
        reference=row.reference,
        round=row.round,
        status=ReplyStatus(row.status),
        parts=Parts(row.facts, row.decision, row.basis, row.remedies),
        written_by=row.written_by,
        written_at=row.written_at,
        text=row.text,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        review_note=row.review_note,
        released_at=row.released_at,
    )
