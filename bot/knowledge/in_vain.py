"""What several customers of a campaign asked in vain, fit to stand in a report. Pure.

Even a masked text can tell who wrote it, and a report is handed on. So a question is shown when at
least `FEWEST_ASKERS` people asked it alike: then it is no longer one person's story. The others stay
in `knowledge gaps`, for the colleagues who write answers.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.knowledge.feedback import Miss, MissKind
from bot.knowledge.gaps import Gap, group

FEWEST_ASKERS = 2
_NOT_ANSWERED = {MissKind.UNKNOWN, MissKind.NONE_OF_THESE}
"""An answer that did not help is an answer: it counts as one in the campaign's figures too."""


def asked_in_vain(misses: Iterable[Miss]) -> list[Gap]:
    """Groups of like questions, the most frequent first; `misses` of one campaign, oldest first."""
    found = group((miss for miss in misses if miss.kind in _NOT_ANSWERED), str.lower)
    return [gap for gap in found if len(_askers(gap)) >= FEWEST_ASKERS]


def _askers(gap: Gap) -> set[str]:
    return {miss.asker for miss in gap.misses if miss.asker}
