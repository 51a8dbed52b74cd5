"""No small number can be worked out of what is shown: neither by sums nor by looking elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.analytics.breakdown import TAKEN_DOWN, break_down, per_question
from bot.analytics.definitions import FEWEST, HIDDEN
from bot.analytics.fact import Fact, FactKind, Outcome
from bot.analytics.figures import Figure
from bot.analytics.hiding import Sum, to_hide
from tests.unit.analytics.kit import DAY, answer, counted, description, fact, people

SCENES = {"a1": "A", "a2": "A", "b1": "B", "b2": "B", "c1": "C"}
SIZES = st.integers(0, 12)


def hidden(sizes: Mapping[str, int]) -> set[str]:
    """What is hidden of parts that make up a whole."""
    whole = {**sizes, "whole": sum(sizes.values())}
    return set(to_hide(whole, [Sum("whole", sorted(sizes))]))


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"a": 9, "b": 20}, set()),
        ({"a": 9, "b": 0}, set()),
        ({"a": 3, "b": 20, "c": 8}, {"a", "c"}),
        ({"a": 3, "b": 4, "c": 8}, {"a", "b"}),
        ({"a": 1, "b": 1, "c": 8}, {"a", "b", "c"}),
        ({"a": 2, "b": 0}, {"a", "whole"}),
        ({"a": 2, "b": 2}, {"a", "b", "whole"}),
    ],
)
def test_beside_a_small_part_the_next_smallest_is_hidden(
    sizes: dict[str, int], expected: set[str]
) -> None:
    assert hidden(sizes) == expected


@given(st.dictionaries(st.sampled_from("abcdefgh"), SIZES, min_size=1))
def test_what_a_shown_sum_leaves_open_is_several_parts_and_no_small_number(
    sizes: dict[str, int],
) -> None:
    found = hidden(sizes)
    open_parts = [sizes[part] for part in found - {"whole"}]
    assert all(part in found for part, size in sizes.items() if 0 < size < FEWEST)
    assert all(sizes[part] > 0 for part in found - {"whole"}), "nobody is no secret"
    if "whole" in found:
        assert sum(sizes.values()) < FEWEST
    else:
        assert not open_parts or (len(open_parts) > 1 and sum(open_parts) >= FEWEST)


def _can_be_worked_out(hidden_keys: set[str], sums: Sequence[Sum[str]]) -> set[str]:
    """The hidden numbers that the equations leave only one value: those of a unit vector that lies in
    the space of the equations, with what is shown moved to the other side."""
    unknown = sorted(hidden_keys)
    equations = np.array(
        [[(key in each.parts) - (key == each.whole) for key in unknown] for each in sums], float
    ).reshape(len(sums), len(unknown))
    rank = np.linalg.matrix_rank(equations) if unknown else 0
    return {
        key
        for key, unit in zip(unknown, np.eye(len(unknown)), strict=True)
        if np.linalg.matrix_rank(np.vstack([equations, unit])) == rank
    }


@given(st.fixed_dictionaries(dict.fromkeys(SCENES, SIZES)), st.lists(SIZES, max_size=4))
def test_scenes_branches_and_days_do_not_give_each_other_away(
    scenes: dict[str, int], days: list[int]
) -> None:
    sizes: dict[str, int] = defaultdict(int, scenes)
    for scene, branch in SCENES.items():
        sizes[branch] += scenes[scene]
        sizes["whole"] += scenes[scene]
    parts = {f"day {n}": size for n, size in enumerate(days)}
    parts["last day"] = max(0, sizes["whole"] - sum(days))
    if sum(parts.values()) != sizes["whole"]:
        parts = {"last day": sizes["whole"]}
    sizes |= parts
    sums = [
        Sum("whole", list("ABC")),
        Sum("whole", list(SCENES)),
        Sum("whole", list(parts)),
        *(Sum(branch, [s for s, at in SCENES.items() if at == branch]) for branch in "ABC"),
    ]
    found = set(to_hide(sizes, sums))
    assert _can_be_worked_out(found, sums) == set()
    assert "whole" not in found or sizes["whole"] < FEWEST


def test_one_number_missing_is_no_secret() -> None:
    sums = [Sum("whole", ["a", "b", "c"])]
    assert _can_be_worked_out({"a"}, sums) == {"a"}
    assert _can_be_worked_out({"a", "b"}, sums) == set()


_FACTS = st.lists(
    st.builds(
        lambda kind, who, scene, later, channel, right: fact(
            kind,
            f"p{who}",
            scene=scene,
            day=DAY + timedelta(days=later),
            channel=channel,
            question="q1" if kind is FactKind.QUIZ_ANSWERED else None,
            number=1 if kind is FactKind.QUIZ_ANSWERED else None,
            outcome=Outcome.RIGHT if right else Outcome.WRONG,
        ),
        st.sampled_from([FactKind.SCAN, FactKind.QUIZ_ANSWERED, FactKind.COMPLAINT]),
        st.integers(0, 30),
        st.sampled_from(["a1", "a2", "b1", "old"]),
        st.integers(0, 2),
        st.sampled_from(["web", "wechat"]),
        st.booleans(),
    ),
    max_size=80,
)


@given(_FACTS)
def test_in_every_breakdown_a_hidden_figure_cannot_be_subtracted(facts: list[Fact]) -> None:
    found = break_down(counted(facts), description(SCENES.items()))
    for parts in (found.scenes, found.branches, found.days, found.channels):
        for place, whole in enumerate(found.whole):
            _assert_closed(whole, [figures[place] for figures in parts.values()])


def _assert_closed(whole: Figure, parts: Sequence[Figure]) -> None:
    missing = [part for part in parts if part.is_hidden]
    if whole.is_hidden:
        assert all(part.is_hidden or (part.count, part.of or 0) == (0, 0) for part in parts)
    else:
        assert len(missing) != 1


def test_figures_about_the_same_people_are_hidden_together() -> None:
    facts = [
        *people(2, FactKind.SCAN, scene="a1"),
        *people(6, FactKind.SCAN, scene="b1") * 9,
        *people(7, FactKind.SCAN, scene="c1"),
    ]
    found = break_down(counted(facts), description(SCENES.items())).scenes
    texts = {scene: [figure.text for figure in figures[:2]] for scene, figures in found.items()}
    assert texts["a1"] == texts["b1"] == [HIDDEN, HIDDEN]
    assert texts["c1"] == ["7", "7"], "fewer scans, but more people"


def test_a_branch_does_not_give_away_its_small_stand() -> None:
    facts = [
        *people(2, FactKind.SCAN, scene="a1"),
        *people(50, FactKind.SCAN, scene="a2"),
        *people(60, FactKind.SCAN, scene="b1"),
        *people(6, FactKind.SCAN, scene="c1"),
    ]
    found = break_down(counted(facts), description(SCENES.items()))
    assert found.branches["A"][0].text == "52"
    assert {s: figures[0].text for s, figures in found.scenes.items() if figures[0].is_hidden} == {
        "a1": HIDDEN,
        "a2": HIDDEN,
    }


def test_scenes_without_visitors_are_told_and_foreign_ones_are_named() -> None:
    found = break_down(counted(people(5, FactKind.SCAN, scene="old")), description())
    assert {scene: figures[0].text for scene, figures in found.scenes.items()} == {
        "hall": "0",
        "old": "5",
    }
    assert set(found.branches) == {"人民路支行", TAKEN_DOWN}


def test_what_was_learned_counts_where_the_question_was_met_first() -> None:
    later = date(2027, 3, 18)
    facts = [
        item
        for n in range(6)
        for item in (
            answer(f"p{n}", "q1", Outcome.WRONG, scene="a1"),
            answer(f"p{n}", "q1", Outcome.RIGHT, number=2, scene="b1", day=later),
        )
    ]
    found = break_down(counted(facts), description(SCENES.items()))
    by_name = {
        key: {figure.definition.name: figure.text for figure in figures}
        for key, figures in found.scenes.items()
    }
    assert (by_name["a1"]["right_first"], by_name["a1"]["right_last"]) == ("0%", "100%")
    assert (by_name["b1"]["right_first"], by_name["b1"]["quiz_people"]) == ("—", "6")


def test_each_question_has_its_own_shares() -> None:
    facts = [answer(f"p{n}", "easy", Outcome.RIGHT) for n in range(9)]
    facts += [answer(f"p{n}", "medium", Outcome.WRONG) for n in range(8)]
    assert [f.text for f in per_question(counted(facts))["easy"]] == ["100%", "100%"]
    facts += [answer("p1", "hard", Outcome.WRONG)]
    found = per_question(counted(facts))
    assert [f.text for f in found["hard"]] == [HIDDEN, HIDDEN]
    assert [f.text for f in found["medium"]] == [HIDDEN, HIDDEN], "else the rest would tell"
    assert [f.text for f in found["easy"]] == ["100%", "100%"]
