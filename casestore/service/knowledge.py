"""Questions the assistant could not answer and answers due for review, as clients report them."""

from collections.abc import Sequence
from dataclasses import dataclass

from casestore.domain.errors import InvalidRequest, NotAllowed
from casestore.domain.knowledge import (
    DueAnswer,
    Knowledge,
    KnowledgeReport,
    OpenQuestion,
    QuestionKind,
    QuestionMark,
)
from casestore.domain.staff import Officer, Right
from casestore.domain.texts import text_problem
from casestore.service.ports import Clock, Store

LONGEST_DEPARTMENT = 50


@dataclass(frozen=True)
class QuestionFilter:
    """What to show of the questions; None shows all. ``is_marked``: handed to a department."""

    kind: QuestionKind | None = None
    theme: str | None = None
    is_marked: bool | None = None


@dataclass(frozen=True)
class Asked:
    """A question with the mark on it, if any."""

    question: OpenQuestion
    mark: QuestionMark | None


class KnowledgeBook:
    """The clients' reports. ``now`` gives aware moments."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def report(self, client: str, knowledge: Knowledge) -> None:
        """Note how a client's answers stand, in place of its last word. Raises
        StoreUnavailable."""
        with self._store.transaction() as tx:
            tx.knowledge.put(KnowledgeReport(client, self._now(), knowledge))
            tx.commit()

    def reports(self) -> Sequence[KnowledgeReport]:
        """The last report of each client. Raises StoreUnavailable."""
        with self._store.transaction() as tx:
            return tx.knowledge.all()

    def unanswered(self, wanted: QuestionFilter = QuestionFilter()) -> Sequence[Asked]:
        """Questions of all clients, the most frequent first. Raises StoreUnavailable."""
        with self._store.transaction() as tx:
            reports, marks = tx.knowledge.all(), tx.knowledge.marks()
        asked = [
            Asked(question, marks.get(question.key))
            for report in reports
            for question in report.knowledge.questions
        ]
        found = [each for each in asked if _is_wanted(each, wanted)]
        return sorted(found, key=lambda each: -each.question.times)

    def due(self, owner: str | None = None) -> Sequence[DueAnswer]:
        """Answers to be reviewed, of one owner or all, the oldest date first. Raises
        StoreUnavailable."""
        answers = [answer for report in self.reports() for answer in report.knowledge.due]
        found = [answer for answer in answers if owner is None or answer.owner == owner]
        return sorted(found, key=lambda answer: (answer.review_due, answer.id))

    def mark(self, key: str, department: str, officer: Officer) -> None:
        """Note that a question was handed to a department; with an empty name, take the note back.

        Raises NotAllowed, InvalidRequest for a name that is too long, StoreUnavailable. A question
        that no client reports any more is passed over.
        """
        if not officer.may(Right.HANDLE):
            raise NotAllowed
        name = department.strip()
        if len(name) > LONGEST_DEPARTMENT:
            raise InvalidRequest({"department": f"最多 {LONGEST_DEPARTMENT} 个字"})
        if problem := text_problem(name, may_be_blank=True):
            raise InvalidRequest({"department": problem})
        with self._store.transaction() as tx:
            if not any(_has(report, key) for report in tx.knowledge.all()):
                return
            if name:
                tx.knowledge.put_mark(QuestionMark(key, name, officer.username, self._now()))
            else:
                tx.knowledge.drop_mark(key)
            tx.commit()


def _is_wanted(asked: Asked, wanted: QuestionFilter) -> bool:
    question = asked.question
    return (
        wanted.kind in (None, question.kind)
        and wanted.theme in (None, question.theme)
        and wanted.is_marked in (None, asked.mark is not None)
    )


def _has(report: KnowledgeReport, key: str) -> bool:
    return any(question.key == key for question in report.knowledge.questions)
