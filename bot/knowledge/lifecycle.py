"""Whether an answer may be given on a day, and what the customer reads when it may not.

current      as written
hedged       its review is overdue: given, with a line saying so
withdrawn    outside its dates, or a draft where only approved answers are given
"""

from __future__ import annotations

from datetime import date
from enum import Enum

from bot.knowledge.answer import APPROVED, CITATION, Metadata

HEDGE = "内容待复核，以网点答复为准。"
UPDATING = "这个问题的回答正在更新，暂时不能在这里答复。请拨打 {hotline}（{hotline_hours}）咨询。"
AWAITING = (
    "这个问题的回答正在等银行审批，暂时不能在这里答复。请拨打 {hotline}（{hotline_hours}）咨询。"
)


class Serving(Enum):
    CURRENT = "current"
    HEDGED = "hedged"
    WITHDRAWN = "withdrawn"


def serving(metadata: Metadata, today: date, *, approved_only: bool) -> Serving:
    """How an answer stands on `today`; the last day of `valid_until` and `review_due` counts."""
    if out_of_date(metadata, today) or (approved_only and metadata.status != APPROVED):
        return Serving.WITHDRAWN
    return Serving.HEDGED if review_overdue(metadata, today) else Serving.CURRENT


def out_of_date(metadata: Metadata, today: date) -> bool:
    """True before `valid_from` and after `valid_until`."""
    day = today.isoformat()  # ISO dates compare as text, and a malformed one breaks no conversation
    return day < metadata.valid_from or (bool(metadata.valid_until) and metadata.valid_until < day)


def review_overdue(metadata: Metadata, today: date) -> bool:
    return bool(metadata.review_due) and metadata.review_due < today.isoformat()


def served_text(text: str, metadata: Metadata, today: date, *, approved_only: bool) -> str:
    """What the customer reads in place of `text`, with the hotline still to be filled in."""
    how = serving(metadata, today, approved_only=approved_only)
    if how is Serving.WITHDRAWN:
        return UPDATING if out_of_date(metadata, today) else AWAITING
    return hedged(text) if how is Serving.HEDGED else text


def hedged(text: str) -> str:
    """`text` with the line that it is to be reviewed, before the citation."""
    above, citation, below = text.rpartition(CITATION)
    return f"{above}{HEDGE}\n{citation}{below}" if citation else f"{text}\n{HEDGE}"
