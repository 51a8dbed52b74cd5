"""When to answer, to ask back, to say that one does not know."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.bands import MOST_CHOICES, Band, Thresholds, decide
from bot.nlu.ranking import Ranking, Scored

LIMITS = Thresholds(answer=0.5, clarify=0.2)


def ranking(**confidences: float) -> Ranking:
    """Labels as keyword names: `faq__theme__question` stands for `faq/theme.question`."""
    named = {k.replace("__", "/", 1).replace("__", "."): v for k, v in confidences.items()}
    return Ranking.of([Scored(k, v) for k, v in named.items()], 0.0)


@pytest.mark.parametrize(
    ("confidences", "band"),
    [
        ({"faq__fees__annual": 0.9, "handoff": 0.05}, Band.ANSWER),
        ({"faq__fees__annual": 0.5, "handoff": 0.3}, Band.ANSWER),
        ({"faq__fees__annual": 0.45, "handoff": 0.4}, Band.CLARIFY),
        ({"faq__fees__annual": 0.2, "handoff": 0.15}, Band.CLARIFY),
        ({"faq__fees__annual": 0.19, "handoff": 0.15}, Band.UNKNOWN),
        # The questions of one theme count together.
        ({"faq__fees__annual": 0.3, "faq__fees__sms": 0.25, "handoff": 0.35}, Band.ANSWER),
        ({"out_of_scope": 0.6, "faq__fees__annual": 0.2}, Band.ANSWER),
        ({"out_of_scope": 0.4, "faq__fees__annual": 0.3}, Band.UNKNOWN),
    ],
)
def test_bands(confidences: dict[str, float], band: Band) -> None:
    assert decide(ranking(**confidences), LIMITS).band is band


def test_the_theme_decides_and_then_the_question() -> None:
    scored = ranking(handoff=0.35, faq__fees__annual=0.3, faq__fees__sms=0.25)
    decision = decide(scored, LIMITS)
    assert decision.label == "faq/fees.annual"
    assert decision.confidence == pytest.approx(0.55)


def test_choices_are_few_likely_and_never_out_of_scope() -> None:
    confidences = {"faq__a__1": 0.3, "out_of_scope": 0.25, "handoff": 0.2, "help": 0.1, "x": 0.09}
    labels = [s.label for s in decide(ranking(**confidences), LIMITS).candidates]
    assert labels == ["faq/a.1", "handoff", "help"]
    assert decide(ranking(a=0.3, b=0.01), LIMITS).candidates == (Scored("a", 0.3),)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_whatever_the_ranking_there_is_a_decision(confidences: list[float]) -> None:
    scored = [Scored(f"faq/t{i % 3}.{i}", c) for i, c in enumerate(sorted(confidences)[::-1])]
    decision = decide(Ranking.of(scored, 0.0), LIMITS)
    assert decision.label in {s.label for s in scored}
    assert len(decision.candidates) <= MOST_CHOICES
    assert decision.band is not Band.CLARIFY or decision.candidates
