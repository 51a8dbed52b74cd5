"""Clients' reports on their answers, and the marks on questions, in SQL."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from casestore.domain.knowledge import (
    AnswerStatus,
    DueAnswer,
    Knowledge,
    KnowledgeReport,
    OpenQuestion,
    QuestionKind,
    QuestionMark,
)
from casestore.storage.statements import upsert
from casestore.storage.tables import knowledge, question_marks


class SqlKnowledge:
    """Implements ``service.knowledge_ports.KnowledgeReports`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, report: KnowledgeReport) -> None:
        """See the port."""
        row = {
            "client": report.client,
            "reported_at": report.reported_at,
            "entries": _knowledge_json(report.knowledge),
        }
        upsert(self._connection, knowledge, row)

    def all(self) -> Sequence[KnowledgeReport]:
        """See the port."""
        rows = self._connection.execute(select(knowledge).order_by(knowledge.c.client)).all()
        return [
            KnowledgeReport(row.client, row.reported_at, _read_knowledge(row.entries))
            for row in rows
        ]

    def marks(self) -> Mapping[str, QuestionMark]:
        """See the port."""
        rows = self._connection.execute(select(question_marks)).all()
        return {
            row.key: QuestionMark(row.key, row.department, row.marked_by, row.marked_at)
            for row in rows
        }

    def put_mark(self, mark: QuestionMark) -> None:
        """See the port."""
        row = {
            "key": mark.key,
            "department": mark.department,
            "marked_by": mark.by,
            "marked_at": mark.at,
        }
        upsert(self._connection, question_marks, row)

    def drop_mark(self, key: str) -> None:
        """See the port."""
        self._connection.execute(delete(question_marks).where(question_marks.c.key == key))


def _knowledge_json(stands: Knowledge) -> dict[str, Any]:
    return {
        "days": stands.days,
        "missed": stands.missed,
        "questions": [_question_json(question) for question in stands.questions],
        "answers_total": stands.answers_total,
        "drafts_total": stands.drafts_total,
        "due_total": stands.due_total,
        "due": [_answer_json(answer) for answer in stands.due],
    }


def _question_json(question: OpenQuestion) -> dict[str, Any]:
    return {
        "question": question.question,
        "times": question.times,
        "first_seen": question.first_seen.isoformat(),
        "last_seen": question.last_seen.isoformat(),
        "kind": question.kind.value,
        "theme": question.theme,
    }


def _answer_json(answer: DueAnswer) -> dict[str, Any]:
    return {
        "id": answer.id,
        "title": answer.title,
        "theme": answer.theme,
        "owner": answer.owner,
        "status": answer.status.value,
        "review_due": answer.review_due.isoformat(),
        "valid_until": answer.valid_until.isoformat() if answer.valid_until else None,
    }


def _read_knowledge(entries: Mapping[str, Any]) -> Knowledge:
    return Knowledge(
        **{
            **entries,
            "questions": tuple(_read_question(entry) for entry in entries["questions"]),
            "due": tuple(_read_answer(entry) for entry in entries["due"]),
        }
    )


def _read_question(entry: Mapping[str, Any]) -> OpenQuestion:
    return OpenQuestion(
        question=entry["question"],
        times=entry["times"],
        first_seen=datetime.fromisoformat(entry["first_seen"]),
        last_seen=datetime.fromisoformat(entry["last_seen"]),
        kind=QuestionKind(entry["kind"]),
        theme=entry["theme"],
    )


def _read_answer(entry: Mapping[str, Any]) -> DueAnswer:
    until = entry["valid_until"]
    return DueAnswer(
        id=entry["id"],
        title=entry["title"],
        theme=entry["theme"],
        owner=entry["owner"],
        status=AnswerStatus(entry["status"]),
        review_due=date.fromisoformat(entry["review_due"]),
        valid_until=date.fromisoformat(until) if until else None,
    )
