"""A campaign's figures apart by scene, branch, day, channel and question. Pure.

What is hidden in one breakdown is not given away by another one: scenes add up to their branch,
branches, days and channels to the whole (`hiding`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from bot.analytics.definitions import RIGHT_FIRST, RIGHT_LAST, People
from bot.analytics.description import Description
from bot.analytics.figures import Figure, figures
from bot.analytics.hiding import Sum, to_hide
from bot.analytics.tally import Counted, Part, Tally

TAKEN_DOWN = "（已撤下的场景）"
"""The branch of scenes that the campaign no longer has."""

Key = tuple[str, str]
"""What kind of part, and which one."""
WHOLE: Key = ("whole", "")


@dataclass(frozen=True)
class Breakdown:
    """Figures of the whole and of its parts, the parts in the order of their keys."""

    whole: Sequence[Figure]
    scenes: Mapping[str, Sequence[Figure]]
    branches: Mapping[str, Sequence[Figure]]
    days: Mapping[str, Sequence[Figure]]
    channels: Mapping[str, Sequence[Figure]]


def break_down(counted: Counted, description: Description) -> Breakdown:
    """Scenes of the description are there even if nothing happened at them."""
    branch_of = {scene.id: scene.branch for scene in description.scenes}
    tallies = _tallies(counted, branch_of)
    hidden = _hidden(tallies, _sums(tallies, branch_of))
    shown = {
        key: figures(tally, {about for about in People if key in hidden[about]})
        for key, tally in tallies.items()
    }
    apart: dict[str, dict[str, Sequence[Figure]]] = defaultdict(dict)
    for kind, name in sorted(shown):
        apart[kind][name] = shown[kind, name]
    return Breakdown(shown[WHOLE], apart["scene"], apart["branch"], apart["day"], apart["channel"])


def per_question(counted: Counted) -> dict[str, tuple[Figure, Figure]]:
    """Of each question that was answered: right at first, right at last."""
    everyone: set[str] = reduce(
        set.union, (tally.people[People.BEGINNERS] for tally in counted.questions.values()), set()
    )
    sizes: dict[Key, int] = {
        ("question", question): tally.size(People.BEGINNERS)
        for question, tally in counted.questions.items()
    }
    hidden = to_hide({**sizes, WHOLE: len(everyone)}, [Sum(WHOLE, sorted(sizes))])
    return {
        question: _shares(tally, is_hidden=("question", question) in hidden)
        for question, tally in sorted(counted.questions.items())
    }


def _shares(tally: Tally, *, is_hidden: bool) -> tuple[Figure, Figure]:
    progress = tally.progress
    return (
        Figure(RIGHT_FIRST, progress.right_first, progress.answered, is_hidden),
        Figure(RIGHT_LAST, progress.right_last, progress.answered, is_hidden),
    )


def _tallies(counted: Counted, branch_of: Mapping[str, str]) -> dict[Key, Tally]:
    tallies: dict[Key, Tally] = {WHOLE: Tally()}
    for scene, branch in branch_of.items():
        tallies["scene", scene] = Tally()
        tallies["branch", branch] = Tally()
    for part, tally in counted.parts.items():
        for key in _keys(part, branch_of):
            tallies.setdefault(key, Tally()).add(tally)
    return tallies


def _keys(part: Part, branch_of: Mapping[str, str]) -> Iterable[Key]:
    yield WHOLE
    yield "scene", part.scene
    yield "branch", branch_of.get(part.scene, TAKEN_DOWN)
    yield "day", part.day.isoformat()
    yield "channel", part.channel


def _sums(tallies: Iterable[Key], branch_of: Mapping[str, str]) -> list[Sum[Key]]:
    by_kind: dict[str, list[Key]] = defaultdict(list)
    by_branch: dict[Key, list[Key]] = defaultdict(list)
    for key in sorted(tallies):
        kind, name = key
        by_kind[kind].append(key)
        if kind == "scene":
            by_branch["branch", branch_of.get(name, TAKEN_DOWN)].append(key)
    whole = [Sum(WHOLE, by_kind[kind]) for kind in ("scene", "branch", "day", "channel")]
    return [*(Sum(branch, scenes) for branch, scenes in by_branch.items()), *whole]


def _hidden(
    tallies: Mapping[Key, Tally], sums: Sequence[Sum[Key]]
) -> Mapping[People, frozenset[Key]]:
    """Figures about the same people are hidden together: visitors say much about scans."""
    return {
        about: to_hide({key: tally.size(about) for key, tally in tallies.items()}, sums)
        for about in People
    }
