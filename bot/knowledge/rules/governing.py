"""Rules on governance: who answers for it, until when, who approved it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from bot.knowledge.answer import (
    APPROVED,
    CONFIDENCES,
    FOLLOW_UPS,
    LISTED,
    PLAIN,
    STATUSES,
)
from bot.knowledge.lifecycle import review_overdue
from bot.knowledge.rules.finding import Case, Rule

REQUIRED = ("title", "sources", "confidence", "owner", "status", "checked_on", "review_due")
KEYS = {*PLAIN, *LISTED, "sources"}
DATES = ("checked_on", "review_due", "approved_on", "valid_from", "valid_until")
ORDERED = (("checked_on", "review_due"), ("valid_from", "valid_until"))


def _fields(case: Case) -> Iterator[str]:
    metadata = case.metadata
    for key in REQUIRED:
        if not metadata.raw.get(key):
            yield f"缺少 {key}。"
    for key in sorted(set(metadata.raw) - KEYS):
        yield f"没有“{key}”这个栏目，请检查拼写。"
    for key, value, allowed in (
        ("confidence", metadata.confidence, CONFIDENCES),
        ("status", metadata.status, STATUSES),
    ):
        if value and value not in allowed:
            yield f"{key} 写成了“{value}”，只能是 {'、'.join(allowed)}。"


def _dates(case: Case) -> Iterator[str]:
    values = {key: case.metadata.raw[key] for key in DATES if case.metadata.raw.get(key)}
    for key, value in values.items():
        if not isinstance(value, str) or not is_date(value):
            yield f'{key} 写成了“{value}”，要写成加引号的日期，例如 "2026-11-23"。'
            return
    for first, last in ORDERED:
        if first in values and last in values and values[first] >= values[last]:
            yield f"{last}（{values[last]}）要晚于 {first}（{values[first]}）。"
    for source in case.metadata.sources:
        if source.in_force_since > values.get("checked_on", "9"):
            yield f"核对那天（{values['checked_on']}），《{source.document}》还没有施行。"


def is_date(text: str) -> bool:
    """True for `YYYY-MM-DD`, a day there is."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _expired(case: Case) -> Iterator[str]:
    until = case.metadata.valid_until
    if until and until < case.today.isoformat():
        yield f"有效期到 {until} 已过，客户看不到这个回答了。请更新，或者删掉这个问题。"


def _overdue(case: Case) -> Iterator[str]:
    if review_overdue(case.metadata, case.today):
        due, owner = case.metadata.review_due, case.metadata.owner
        yield f"应在 {due} 前由{owner}复核，已过期；客户会看到“待复核”的提示。"


def _approval(case: Case) -> Iterator[str]:
    metadata = case.metadata
    by, on = metadata.approved_by, metadata.approved_on
    if metadata.status != APPROVED:
        if by or on:
            yield "草稿不能写审批人和审批日期。"
        return
    if not by or not on:
        yield "已批准的要写审批人（approved_by）和审批日期（approved_on）。"
    if by and by == metadata.written_by:
        yield f"审批人和撰写人都是“{by}”，要由别人审批。"
    if on and on < metadata.checked_on:
        yield f"审批日期 {on} 早于核对日期 {metadata.checked_on}，核对后要重新审批。"
    if on > case.today.isoformat():
        yield f"审批日期 {on} 还没有到。"


def _related(case: Case) -> Iterator[str]:
    metadata = case.metadata
    for other in metadata.related:
        if other == case.answer.id or other not in case.answers:
            yield f"相关问题“{other}”不存在，或者就是自己。"
    for item in metadata.follow_up:
        if item not in FOLLOW_UPS:
            yield f"follow_up 里的“{item}”不认识，只能是 {'、'.join(FOLLOW_UPS)}。"
    for values in (sorted(metadata.related), sorted(metadata.follow_up)):
        for one, next_one in pairwise(values):
            if one == next_one:
                yield f"“{one}”写了两遍。"


RULES = (
    Rule("fields", "缺少栏目或栏目写错", _fields),
    Rule("dates", "日期写法或先后不对", _dates),
    Rule("expired", "过了有效期", _expired),
    Rule("approval", "审批手续不全，或自己批自己写的", _approval),
    Rule("related", "相关问题或后续按钮不存在", _related),
    Rule("review_overdue", "过了复核日期", _overdue, warning=True),
)
