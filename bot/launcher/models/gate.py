"""What a new model must show before it serves: no worse than the one that serves, within limits.

Both are tried on the same lines. With about a thousand of them, a difference of one percentage point
in the share of right answers is what chance alone brings about (docs/adr/0013-model-gate.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WORSE_RIGHT = 0.01
WORSE_WRONG = 0.01
WORSE_LABEL = 0.15
FEWEST_LINES = 20
"""Of a label with fewer lines nothing can be said."""
MORE_FALSE_ALARMS = 0.02


@dataclass(frozen=True)
class Scores:
    """Shares are 0 to 1. `tests` tells one set of lines from another.

    `strict`, `lenient`: the label, or one that a fair reader would accept; `wrong`: answered outright
    and wrongly; `alarms`: emergencies heard; `false_alarms`: calm messages taken for one; `recall`:
    by label, of those with enough lines; `misread`: plain questions that were not understood.
    """

    tests: str
    strict: float
    lenient: float
    wrong: float
    alarms: float
    false_alarms: float
    recall: Mapping[str, float]
    misread: tuple[str, ...]

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Scores:
        """The inverse of `dataclasses.asdict`. Raises KeyError, TypeError."""
        return cls(**{**body, "misread": tuple(body["misread"])})


@dataclass(frozen=True)
class Check:
    """One figure of both models; `limit` is how much worse the new one may be. `serving` is None
    where there is nothing to compare with."""

    what: str
    serving: float | None
    candidate: float
    limit: float
    is_met: bool


def is_understood(candidate: Scores) -> bool:
    """No plain question may be misread: a server would refuse to start with such a model."""
    return not candidate.misread


def checks(serving: Scores | None, candidate: Scores) -> list[Check]:
    """Every figure; without a model to compare with all are met."""
    return list(_checks(serving, candidate))


def _checks(serving: Scores | None, candidate: Scores) -> Iterator[Check]:
    rows: Sequence[tuple[str, str, float, bool]] = (
        ("认对（严格）", "strict", WORSE_RIGHT, True),
        ("认对（可接受）", "lenient", WORSE_RIGHT, True),
        ("直接答错", "wrong", WORSE_WRONG, False),
        ("紧急情况听出来", "alarms", 0.0, True),
        ("误报紧急", "false_alarms", MORE_FALSE_ALARMS, False),
    )
    for what, name, limit, more_is_better in rows:
        before = None if serving is None else float(getattr(serving, name))
        yield _check(what, before, float(getattr(candidate, name)), limit, more_is_better)
    for label in sorted(candidate.recall):
        before = None if serving is None else serving.recall.get(label)
        yield _check(f"找全 {label}", before, candidate.recall[label], WORSE_LABEL, True)


def _check(
    what: str, serving: float | None, candidate: float, limit: float, more_is_better: bool
) -> Check:
    loss = 0.0
    if serving is not None:
        loss = serving - candidate if more_is_better else candidate - serving
    return Check(what, serving, candidate, limit, round(loss, 6) <= limit)
