"""Turns are timed stage by stage and counted by their end, at next to no cost."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from bot.errors import ChannelError
from bot.metrics.turns import Band, Fallback, Outcome, Stage, Turns
from tests.unit.metrics.cost import best_of
from tests.unit.metrics.scrape import counted, figures

MOST_MICROSECONDS = 50.0


class Steady:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def clock() -> Steady:
    return Steady()


@pytest.fixture
def turns(registry: CollectorRegistry, clock: Steady) -> Turns:
    return Turns(registry, clock)


def stage(turns: Turns, clock: Steady, which: Stage, seconds: float) -> None:
    began = turns.clock()
    clock.seconds += seconds
    turns.spent(which, began)


def test_every_second_of_a_turn_is_somewhere(
    turns: Turns, clock: Steady, registry: CollectorRegistry
) -> None:
    with turns.turn("web") as watched:
        stage(turns, clock, Stage.LANE, 0.5)
        clock.seconds += 0.25  # the channel's own
        with turns.within_rasa():
            stage(turns, clock, Stage.PARSE, 0.125)
            stage(turns, clock, Stage.POLICY, 0.125)
            stage(turns, clock, Stage.POLICY, 0.25)
            clock.seconds += 1.0  # Rasa's rest
    assert watched.outcome is Outcome.ANSWERED
    found = counted(registry)
    assert found["xiaobao_turn_seconds_sum", "web"] == 2.25
    assert found["xiaobao_turn_stage_seconds_sum", "lane"] == 0.5
    assert found["xiaobao_turn_stage_seconds_sum", "channel"] == 0.25
    assert found["xiaobao_turn_stage_seconds_sum", "parse"] == 0.125
    assert found["xiaobao_turn_stage_seconds_sum", "policy"] == 0.375
    assert found["xiaobao_turn_stage_seconds_count", "policy"] == 1
    assert ("xiaobao_turn_stage_seconds_sum", "action") not in found


def test_a_turn_without_rasa_is_counted_and_not_timed(
    turns: Turns, registry: CollectorRegistry
) -> None:
    with turns.turn("wechat"):
        pass
    assert counted(registry) == {("xiaobao_turns_total", "wechat", "stored"): 1}


@pytest.mark.parametrize(
    ("error", "outcome"), [(ChannelError(503, "busy", "忙"), "busy"), (KeyError("x"), "failed")]
)
def test_a_turn_that_does_not_end_well_is_seen(
    turns: Turns, registry: CollectorRegistry, error: Exception, outcome: str
) -> None:
    with pytest.raises(type(error)), turns.turn("web"), turns.within_rasa():
        raise error
    assert counted(registry)["xiaobao_turns_total", "web", outcome] == 1


def test_every_series_is_there_before_the_first_turn(registry: CollectorRegistry) -> None:
    Turns(registry)
    names = set(figures(registry))
    assert {("xiaobao_answers_total", band.value) for band in Band} <= names
    assert {("xiaobao_fallbacks_total", reason.value) for reason in Fallback} <= names
    assert {("xiaobao_turns_total", "wechat", outcome.value) for outcome in Outcome} <= names
    assert {("xiaobao_turn_stage_seconds_count", stage.value) for stage in Stage} <= names


def test_the_model_that_answers_is_named_alone(turns: Turns, registry: CollectorRegistry) -> None:
    turns.serves("xiaobao-1")
    turns.serves("xiaobao-2")
    assert counted(registry) == {("xiaobao_model_info", "xiaobao-2"): 1}


def test_outside_of_a_turn_nothing_is_timed(turns: Turns, registry: CollectorRegistry) -> None:
    turns.spent(Stage.PARSE, 0.0)
    with turns.within_rasa():
        pass
    assert counted(registry) == {}


async def test_turns_at_the_same_time_do_not_mix(registry: CollectorRegistry) -> None:
    clock, go = Steady(), asyncio.Event()
    turns = Turns(registry, clock)

    async def turn(channel: str, which: Stage, seconds: float) -> None:
        with turns.turn(channel), turns.within_rasa():
            await go.wait()
            stage(turns, clock, which, seconds)

    both = [turn("web", Stage.PARSE, 1.0), turn("wechat", Stage.SAVE, 2.0)]
    tasks = [asyncio.create_task(one) for one in both]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*tasks)
    found = counted(registry)
    assert found["xiaobao_turn_stage_seconds_sum", "parse"] == 1.0
    assert found["xiaobao_turn_stage_seconds_sum", "save"] == 2.0
    assert found["xiaobao_turn_seconds_count", "web"] == 1


def a_turn_of_a_form(turns: Turns) -> None:
    """What is asked of the metrics in a turn with all stages, three policies and two actions."""
    with turns.turn("web"):
        turns.spent(Stage.LANE, turns.clock())
        with turns.within_rasa():
            for which in (Stage.LOCK, Stage.LOAD, Stage.PARSE, *[Stage.POLICY] * 3):
                turns.spent(which, turns.clock())
            for which in (Stage.ACTION, Stage.ACTION, Stage.SAVE):
                turns.spent(which, turns.clock())
        turns.said(Band.ANSWERED)


def test_watching_a_turn_takes_less_than_fifty_microseconds(registry: CollectorRegistry) -> None:
    turns = Turns(registry)
    assert best_of(lambda: a_turn_of_a_form(turns)) < MOST_MICROSECONDS
