"""Unanswered questions and answers due for review, as they stand on their pages."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from casestore.console.export import Row
from casestore.console.views import duration, minute
from casestore.domain.deadlines import local_date
from casestore.domain.knowledge import DueAnswer, KnowledgeReport
from casestore.reports.safe import plain
from casestore.service.knowledge import Asked


@dataclass(frozen=True)
class ReportLine:
    """One client's report; ``silence`` is how long ago it came, if that is too long."""

    client: str
    reported: str
    silence: str
    days: int
    missed: int
    answers: int
    drafts: int
    due: int
    questions_left_out: int
    due_left_out: int


@dataclass(frozen=True)
class QuestionLine:
    """One group of like questions; ``department`` is where it was handed, empty if nowhere."""

    key: str
    question: str
    times: int
    kind: str
    theme: str
    first_seen: str
    last_seen: str
    department: str
    marked: str


@dataclass(frozen=True)
class AnswerLine:
    """One answer to be reviewed."""

    id: str
    title: str
    theme: str
    owner: str
    status: str
    review_due: str
    is_overdue: bool
    valid_until: str


def report_lines(reports: Iterable[KnowledgeReport], now: datetime) -> list[ReportLine]:
    """The clients' reports as they look now."""
    return [_report_line(report, now) for report in reports]


def question_lines(asked: Iterable[Asked]) -> list[QuestionLine]:
    """Questions with what was done about them."""
    return [_question_line(each) for each in asked]


def question_rows(lines: Iterable[QuestionLine], chosen: str, made_at: datetime) -> Iterator[Row]:
    """The questions as a table for ``export.as_csv``: what was chosen and when, then each one."""
    yield ("没答上来的提问",)
    yield ("筛选条件", plain(chosen))
    yield ("导出时间", minute(made_at))
    yield ()
    yield (
        "客户的说法",
        "次数",
        "原因",
        "当时以为是",
        "首次",
        "最近一次",
        "归口部门",
        "登记人和时间",
    )
    for line in lines:
        yield (
            plain(line.question),
            str(line.times),
            line.kind,
            plain(line.theme),
            line.first_seen,
            line.last_seen,
            plain(line.department),
            plain(line.marked),
        )


def answer_lines(answers: Iterable[DueAnswer], now: datetime) -> list[AnswerLine]:
    """Answers as they look now; the last day of a review is not overdue."""
    today = local_date(now)
    return [
        AnswerLine(
            id=answer.id,
            title=answer.title,
            theme=answer.theme,
            owner=answer.owner or _NOT_GIVEN,
            status=answer.status.label,
            review_due=answer.review_due.isoformat(),
            is_overdue=answer.review_due < today,
            valid_until=answer.valid_until.isoformat() if answer.valid_until else "",
        )
        for answer in answers
    ]


def themes(reports: Iterable[KnowledgeReport]) -> Sequence[str]:
    """Every theme of a question, to choose from."""
    return sorted({q.theme for report in reports for q in report.knowledge.questions if q.theme})


def owners(reports: Iterable[KnowledgeReport]) -> Sequence[str]:
    """Every owner of an answer to be reviewed, to choose from."""
    return sorted({a.owner for report in reports for a in report.knowledge.due if a.owner})


_NOT_GIVEN = "未写明"


def _report_line(report: KnowledgeReport, now: datetime) -> ReportLine:
    stands = report.knowledge
    silent = int((now - report.reported_at).total_seconds())
    grouped = sum(question.times for question in stands.questions)
    return ReportLine(
        client=report.client,
        reported=minute(report.reported_at),
        silence=duration(silent) if report.is_stale(now) else "",
        days=stands.days,
        missed=stands.missed,
        answers=stands.answers_total,
        drafts=stands.drafts_total,
        due=stands.due_total,
        questions_left_out=max(stands.missed - grouped, 0),
        due_left_out=max(stands.due_total - len(stands.due), 0),
    )


def _question_line(asked: Asked) -> QuestionLine:
    question, mark = asked.question, asked.mark
    return QuestionLine(
        key=question.key,
        question=question.question,
        times=question.times,
        kind=question.kind.label,
        theme=question.theme or "没有头绪",
        first_seen=minute(question.first_seen),
        last_seen=minute(question.last_seen),
        department=mark.department if mark else "",
        marked=f"{mark.by} {minute(mark.at)}" if mark else "",
    )
