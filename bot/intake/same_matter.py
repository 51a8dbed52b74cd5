"""Whether a complaint is about what the same customer has complained of before. Pure.

A second complaint about one matter while the first is handled may be joined to it
(《银行业保险业消费投诉处理管理办法》第十八条第三款).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.intake import fields as f

ALIKE = 0.3
"""Share of common character pairs from which two stories are one, whatever else differs."""
ALIKE_IN_PLACE = 0.15
"""The same where business and branch agree as well."""
LONGEST_TEXT = 5000


@dataclass(frozen=True)
class Told:
    """What of a complaint says which matter it is about."""

    detail: str
    business: str | None
    branch: str | None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Told:
        """From the form's slots or from the payload of a filed complaint."""
        return cls(str(values.get(f.DETAIL) or ""), values.get(f.BUSINESS), values.get(f.BRANCH))


def same_matter(one: Told, other: Told) -> bool:
    """True when the stories are alike, or resemble each other about one business and branch."""
    likeness = _likeness(one.detail, other.detail)
    in_place = (one.business, one.branch) == (other.business, other.branch)
    known = one.branch not in (None, f.UNKNOWN_WORDS)
    return likeness >= (ALIKE_IN_PLACE if in_place and known else ALIKE)


def told_again(values: Mapping[str, Any]) -> str:
    """The complaint as text, for the case it supplements."""
    lines = [
        f"{f.BY_NAME[name].label}：{f.show(name, values.get(name))}"
        for name in (f.DETAIL, f.BRANCH, f.DATE, f.AMOUNT, f.STAFF, f.REQUEST)
        if values.get(name) is not None
    ]
    return "\n".join(lines)[:LONGEST_TEXT]


def _likeness(one: str, other: str) -> float:
    """Jaccard likeness of the sets of character pairs, 0..1."""
    a, b = _pairs(one), _pairs(other)
    return len(a & b) / len(a | b) if a | b else 0.0


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"\W", "", text.lower())
    return {plain[n : n + 2] for n in range(len(plain) - 1)}
