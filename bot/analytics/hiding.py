"""Which parts of a breakdown to hide, so that no small number can be worked out. Pure.

A part about fewer than `FEWEST` people is hidden. Whoever knows a total subtracts the parts shown:
so wherever parts add up, hidden ones are several and together no small number either. Next to hide is
the smallest part shown, as little as possible is lost. All hidden ones look the same: that one of two
is the small one is not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.analytics.definitions import FEWEST

Key = TypeVar("Key")


@dataclass(frozen=True)
class Sum(Generic[Key]):
    """Parts that add up to a whole; a part may be the whole of another sum."""

    whole: Key
    parts: Sequence[Key]


def is_small(people: int) -> bool:
    """True for somebody, but too few; nobody is no secret."""
    return 0 < people < FEWEST


def to_hide(sizes: Mapping[Key, int], sums: Sequence[Sum[Key]]) -> frozenset[Key]:
    """The keys to hide. `sizes` has the number of people behind each key; parts of a sum may share
    people, so that they come to more than the whole. Sums come first whose parts are the smallest
    pieces: what they hide often is enough for the larger ones."""
    hidden = {key for key, people in sizes.items() if is_small(people)}
    while (more := next(_lacking(sums, sizes, hidden), None)) is not None:
        hidden.add(more)
    return frozenset(hidden)


def _lacking(
    sums: Sequence[Sum[Key]], sizes: Mapping[Key, int], hidden: AbstractSet[Key]
) -> Iterator[Key]:
    """What else to hide, sum by sum; nothing when no hidden part can be worked out."""
    for each in sums:
        unknown = [sizes[part] for part in each.parts if part in hidden]
        if _is_safe(unknown, whole_is_hidden=each.whole in hidden):
            continue
        shown = [part for part in each.parts if part not in hidden and sizes[part] > 0]
        # Of one size the first: the same figures hide the same parts each time.
        yield from sorted(shown, key=lambda part: sizes[part])
        if each.whole not in hidden:
            yield each.whole


def _is_safe(unknown: Sequence[int], *, whole_is_hidden: bool) -> bool:
    if whole_is_hidden:
        return bool(unknown)
    return not unknown or (len(unknown) > 1 and sum(unknown) >= FEWEST)
