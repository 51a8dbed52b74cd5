"""The reply to a complaint: the points it answers, its parts, and what it still lacks.

What a decision must tell (核实情况, 依据和理由, 救济途径): 投诉办法 article 19.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from casestore.domain import sensitive
from casestore.domain.points import LONGEST_CLAIM, MOST_POINTS
from casestore.domain.texts import text_problem

LONGEST_PART = 3_000
LONGEST_ANSWER = 2_000
PART_NAMES = {
    "facts": "核实情况",
    "decision": "处理决定",
    "basis": "依据和理由",
    "remedies": "救济途径",
}
_BLANK = re.compile(r"【[^】\n]*】?|】")
_REMEDIES_NAMED = ("调解", "12378")
_REVIEW_NAMED = "核查"
_CLAIM_SHOWN = 15


class ReplyStatus(str, Enum):
    """How far a reply has come; stored as text."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    RELEASED = "released"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return _STATUS_LABELS[self]

    @property
    def is_open(self) -> bool:
        """Whether its writer may still change it."""
        return self in {ReplyStatus.DRAFT, ReplyStatus.RETURNED}


_STATUS_LABELS = {
    ReplyStatus.DRAFT: "草稿",
    ReplyStatus.SUBMITTED: "待审批",
    ReplyStatus.RETURNED: "已退回",
    ReplyStatus.APPROVED: "已批准",
    ReplyStatus.RELEASED: "已答复",
}


@dataclass(frozen=True)
class Point:
    """One claim of the customer, and what the bank answers to it (empty until answered)."""

    id: str
    claim: str
    answer: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer."""
        return bool(self.answer.strip())


@dataclass(frozen=True)
class Parts:
    """The four parts of a reply: 核实情况, 处理决定, 依据和理由, 救济途径."""

    facts: str = ""
    decision: str = ""
    basis: str = ""
    remedies: str = ""


@dataclass(frozen=True)
class Draft:
    """What the writer of a reply has so far."""

    parts: Parts
    points: Sequence[Point]


@dataclass(frozen=True)
class Reply:
    """One round of answering a complaint.

    ``round`` counts from 1; a new one begins when the case is reopened or reviewed. ``text`` is
    what the customer reads, fixed when the reply was submitted (empty before). ``written_by`` and
    ``reviewed_by`` are usernames; ``review_note`` says why it was sent back.
    """

    id: str
    reference: str
    round: int
    status: ReplyStatus
    parts: Parts
    written_by: str
    written_at: datetime
    text: str = ""
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    review_note: str | None = None
    released_at: datetime | None = None


@dataclass(frozen=True)
class ReplyStage:
    """How far the reply of the last round is, and the username of who wrote it."""

    status: ReplyStatus
    written_by: str


def missing(parts: Parts, points: Sequence[Point], offers_review: bool) -> tuple[str, ...]:
    """What still has to be done before the reply can be submitted, in Chinese; empty if nothing.

    ``offers_review``: the decision is a branch's, so that the superior institution may be asked to
    review it (投诉办法 article 20); a decision of the head office or of a review cannot.
    """
    wrong = [*_parts_missing(parts), *_points_missing(points)]
    if parts.remedies.strip():
        wrong += _remedies_missing(parts.remedies, offers_review)
    return tuple(wrong)


def draft_problems(draft: Draft) -> Mapping[str, str]:
    """What keeps a draft from being stored, by field: a part, ``points``, ``claim_1``,
    ``answer_1``, ...; empty if nothing does. An incomplete draft can be stored."""
    wrong = {name: _problem(getattr(draft.parts, name), LONGEST_PART) for name in PART_NAMES}
    if len(draft.points) > MOST_POINTS:
        wrong["points"] = f"最多 {MOST_POINTS} 项，请合并相近的诉求"
    for number, point in enumerate(draft.points, start=1):
        is_blank = text_problem(point.claim)
        wrong[f"claim_{number}"] = is_blank or _problem(point.claim, LONGEST_CLAIM)
        wrong[f"answer_{number}"] = _problem(point.answer, LONGEST_ANSWER)
    return {name: problem for name, problem in wrong.items() if problem}


def _problem(text: str, longest: int) -> str | None:
    if len(text) > longest:
        return f"最多 {longest} 字，现在有 {len(text)} 字"
    return text_problem(text, may_be_blank=True)


def _parts_missing(parts: Parts) -> Iterator[str]:
    for field, name in PART_NAMES.items():
        text = getattr(parts, field)
        if not text.strip():
            yield f"请填写“{name}”。"
        yield from _text_wrong(f"“{name}”", text)


def _points_missing(points: Sequence[Point]) -> Iterator[str]:
    if not points:
        yield "请先列出客户的诉求要点。"
    for number, point in enumerate(points, start=1):
        if not point.is_answered:
            yield f"第 {number} 项诉求“{_shown(point.claim)}”还没有答复。"
        yield from _text_wrong(f"第 {number} 项诉求的答复", point.answer)


def _text_wrong(where: str, text: str) -> Iterator[str]:
    if blank := _BLANK.search(text):
        yield f"{where}里还有没填好的地方：{blank.group()}。"
    for problem in sensitive.problems(text):
        yield f"{where}{problem}。"


def _remedies_missing(remedies: str, offers_review: bool) -> list[str]:
    named = (_REVIEW_NAMED, *_REMEDIES_NAMED) if offers_review else _REMEDIES_NAMED
    return [f"“救济途径”没有写明{word}。" for word in named if word not in remedies]


def _shown(claim: str) -> str:
    return claim if len(claim) <= _CLAIM_SHOWN else claim[:_CLAIM_SHOWN] + "…"
