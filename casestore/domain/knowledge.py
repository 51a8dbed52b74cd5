"""What a client reports of its answers: questions nobody could answer, answers due for review."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

# A client reports at least daily; after this long its silence is itself news.
REPORT_GOES_STALE = timedelta(days=2)


class QuestionKind(str, Enum):
    """Why a question counts as not answered."""

    UNKNOWN = "unknown"
    NONE_OF_THESE = "none_of_these"
    UNSOLVED = "unsolved"

    @property
    def label(self) -> str:
        """The words an officer reads."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    QuestionKind.UNKNOWN: "没有听懂",
    QuestionKind.NONE_OF_THESE: "建议的都不是",
    QuestionKind.UNSOLVED: "答了没解决",
}


class AnswerStatus(str, Enum):
    """Whether the bank has approved an answer."""

    DRAFT = "draft"
    APPROVED = "approved"

    @property
    def label(self) -> str:
        """The word an officer reads."""
        return "已批准" if self is AnswerStatus.APPROVED else "草稿"


@dataclass(frozen=True)
class OpenQuestion:
    """A group of like questions, in the words of one customer (masked by the client).

    ``theme`` is what the assistant took it for, empty where it had no idea.
    """

    question: str
    times: int
    first_seen: datetime
    last_seen: datetime
    kind: QuestionKind
    theme: str

    @property
    def key(self) -> str:
        """What a mark on the question is kept under; the same words have the same key."""
        return hashlib.sha256(self.question.encode()).hexdigest()


@dataclass(frozen=True)
class DueAnswer:
    """An answer whose review is due soon or overdue; ``valid_until`` None where it has no end."""

    id: str
    title: str
    theme: str
    owner: str
    status: AnswerStatus
    review_due: date
    valid_until: date | None


@dataclass(frozen=True)
class Knowledge:
    """How a client's answers stand. ``missed`` counts all unanswered questions of the ``days``
    before the report, of which ``questions`` may leave out the rarest; ``answers_total`` and
    ``drafts_total`` count all answers, ``due_total`` those to be reviewed, of which ``due`` may
    leave out the latest."""

    days: int
    missed: int
    questions: Sequence[OpenQuestion]
    answers_total: int
    drafts_total: int
    due_total: int
    due: Sequence[DueAnswer]


@dataclass(frozen=True)
class KnowledgeReport:
    """A client's last word about its answers."""

    client: str
    reported_at: datetime
    knowledge: Knowledge

    def is_stale(self, now: datetime) -> bool:
        """Whether the client has been silent for too long."""
        return now - self.reported_at > REPORT_GOES_STALE


@dataclass(frozen=True)
class QuestionMark:
    """A question was handed to a department, by whom (username) and when."""

    key: str
    department: str
    by: str
    at: datetime
