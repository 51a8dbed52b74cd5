"""The form a reply is written in: points with their answers, and the four parts.

Fields: ``facts``, ``decision``, ``basis``, ``remedies``; for each point, counted from 1, ``point_1``
(its id), ``claim_1``, ``answer_1``, ``order_1`` (its place) and ``drop_1`` (leave it out).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from casestore.console.forms import Posted
from casestore.domain.points import MOST_POINTS
from casestore.domain.reply import PART_NAMES, Draft, Parts, Point
from casestore.domain.reply_template import ReplyTemplate
from casestore.service.ports import NewId

_LARGEST_PLACE = 3
"""Digits of a place in the order; more say nothing."""


@dataclass(frozen=True)
class PointRow:
    """One point as the form shows it."""

    number: int
    id: str
    claim: str
    answer: str


@dataclass(frozen=True)
class ReplyForm:
    """What ``parts.html`` fills fields with, and what is wrong with them; ``labels`` name fields."""

    values: Mapping[str, str]
    rows: Sequence[PointRow]
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def labels(self) -> Mapping[str, str]:
        """The words for each field that may be wrong."""
        named = dict(PART_NAMES)
        for row in self.rows:
            named[f"claim_{row.number}"] = f"第 {row.number} 项诉求"
            named[f"answer_{row.number}"] = f"第 {row.number} 项答复"
        return named


def form_of(draft: Draft, problems: Mapping[str, str] | None = None) -> ReplyForm:
    """The form that holds a draft."""
    values = {name: getattr(draft.parts, name) for name in PART_NAMES}
    rows = [
        PointRow(number, point.id, point.claim, point.answer)
        for number, point in enumerate(draft.points, start=1)
    ]
    for row in rows:
        values[f"claim_{row.number}"] = row.claim
        values[f"answer_{row.number}"] = row.answer
    return ReplyForm(values, rows, problems or {})


def draft_of(form: Posted, new_id: NewId) -> Draft:
    """The draft a form holds: in the order asked for, without what was dropped or left empty."""
    parts = Parts(**{name: form.get(name) for name in PART_NAMES})
    placed = sorted(_placed_points(form, new_id), key=lambda each: each[0])
    return Draft(parts, [point for _, point in placed])


def _placed_points(form: Posted, new_id: NewId) -> Iterator[tuple[int, Point]]:
    # One more than may be kept, so that the officer is told rather than cut off.
    for number in range(1, MOST_POINTS + 2):
        claim, answer = form.get(f"claim_{number}"), form.get(f"answer_{number}")
        if form.get(f"drop_{number}") or not (claim or answer):
            continue
        point_id = form.get(f"point_{number}") or new_id()
        yield _place(form.get(f"order_{number}"), number), Point(point_id, claim, answer)


def _place(text: str, otherwise: int) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= _LARGEST_PLACE
    return int(text) if is_number else otherwise


def with_blank_point(draft: Draft) -> Draft:
    """The draft with room for one more claim."""
    return replace(draft, points=[*draft.points, Point("", "")])


def filled(draft: Draft, template: ReplyTemplate | None) -> Draft:
    """The draft with the parts that are still empty begun from a template."""
    if template is None:
        return draft
    parts = replace(
        draft.parts,
        facts=draft.parts.facts or template.facts,
        decision=draft.parts.decision or template.decision,
        basis=draft.parts.basis or template.basis,
    )
    return replace(draft, parts=parts)
