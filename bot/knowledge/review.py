"""What a reviewed sheet changes, and what of it is refused. Pure: rows and answers come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.knowledge import rules
from bot.knowledge.answer import APPROVED, DRAFT, Answer, Answers
from bot.knowledge.row import (
    COLUMNS,
    EDITABLE,
    STAMP,
    STATUS_WORDS,
    WECHAT,
    Row,
    answer_from,
    row_of,
    stamp_of,
)
from bot.knowledge.rules.governing import DATES, is_date
from bot.knowledge.sources import Sources

HEADINGS = {column.key: column.heading for column in COLUMNS}
WORDING = ("title", "text", WECHAT)
"""What an approval is of; changing it ends the approval."""


@dataclass(frozen=True)
class Change:
    """A row that differs; `after` is what it will be, `changed` the keys that differ."""

    before: Answer
    after: Row
    reset: bool = False

    @property
    def id(self) -> str:
        return self.before.id

    @property
    def changed(self) -> tuple[str, ...]:
        before = row_of(self.before)
        return tuple(key for key in EDITABLE if before[key] != self.after[key])


@dataclass(frozen=True)
class Refusal:
    """`row` is the number the reviewer sees at the left."""

    row: int
    id: str
    reason: str


@dataclass(frozen=True)
class Review:
    changes: tuple[Change, ...]
    refusals: tuple[Refusal, ...]


def review(
    rows: Sequence[tuple[int, Row]], answers: Answers, sources: Sources, today: date
) -> Review:
    """Compares the rows, each with its number, with the answers as they are now.

    Rows nobody touched are passed over, whatever became of their answers since the export.
    """
    rows = [(number, row) for number, row in rows if stamp_of(row) != row[STAMP.key]]
    times = Counter(row["id"] for _, row in rows)
    stamps = {stamp_of(row_of(answer)): key for key, answer in answers.items()}
    changes: dict[int, Change] = {}
    refusals: list[Refusal] = []
    for number, row in rows:
        reasons = list(_identity(row, answers, times, stamps))
        if not reasons and _differs(row, answers[row["id"]]):
            reasons = list(_entries(row, answers[row["id"]]))
            if not reasons:
                changes[number] = _change(row, answers[row["id"]])
        refusals += [Refusal(number, row["id"], reason) for reason in reasons]
    refusals += _against_rules(changes, answers, sources, today)
    return Review(tuple(changes.values()), tuple(refusals))


def _differs(row: Row, answer: Answer) -> bool:
    before = row_of(answer)
    return any(row[key] != before[key] for key in before)


def _identity(
    row: Row, answers: Answers, times: Mapping[str, int], stamps: Mapping[str, str]
) -> Iterator[str]:
    """Reasons why a row cannot be matched with the answer it was exported from."""
    if row["id"] not in answers:
        yield "没有这个编号。编号不能改，也不能在表里加新的问答。"
    elif times[row["id"]] > 1:
        yield "这个编号在表里出现了不止一次。"
    elif _differs(row, answers[row["id"]]):
        original = stamps.get(row[STAMP.key])
        if original is None:
            yield "导出以后，这个回答又改过。请重新导出，在新的表上审阅。"
        elif original != row["id"]:
            yield f"编号被改过，原来是 {original}。"


def _entries(row: Row, answer: Answer) -> Iterator[str]:
    """Reasons why an entry cannot be read or may not be made."""
    before = row_of(answer)
    for key, cell in before.items():
        if key not in EDITABLE and row[key] != cell:
            yield f"“{HEADINGS[key]}”这一栏不能在表里改，请告诉项目组。"
    if row["status"] not in STATUS_WORDS.values():
        yield f"状态写成了“{row['status']}”，只能是{'、'.join(STATUS_WORDS.values())}。"
    for key in DATES:
        if row[key] and not is_date(row[key]):
            yield f"{HEADINGS[key]}写成了“{row[key]}”，要写成 2026-11-23 的样子。"


def _change(row: Row, answer: Answer) -> Change:
    """The change, with the approval taken back where the wording changed without a new one."""
    before = row_of(answer)
    ended = answer.metadata.status == APPROVED and (
        row["status"] == STATUS_WORDS[DRAFT]
        or (any(row[key] != before[key] for key in WORDING) and not _approved_anew(row, before))
    )
    if not ended:
        return Change(answer, row)
    after = {**row, "status": STATUS_WORDS[DRAFT], "approved_by": "", "approved_on": ""}
    return Change(answer, after, reset=row["status"] != STATUS_WORDS[DRAFT])


def _approved_anew(row: Row, before: Row) -> bool:
    return bool(row["approved_by"]) and row["approved_on"] not in ("", before["approved_on"])


def _against_rules(
    changes: Mapping[int, Change], answers: Answers, sources: Sources, today: date
) -> Iterator[Refusal]:
    """The rules over the answers as they would be."""
    changed = {change.id: answer_from(change.after, change.before) for change in changes.values()}
    numbers = {change.id: number for number, change in changes.items()}
    found = rules.check({**answers, **changed}, sources, today, only=changed)
    for finding in rules.errors(found):
        yield Refusal(numbers[finding.answer], finding.answer, finding.message)
