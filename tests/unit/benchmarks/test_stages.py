"""Where a turn's time goes, from two looks at the product's own metrics."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from benchmarks.stages import NAMES, parts, read
from bot.metrics.turns import Stage, Turns


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def turns(registry: CollectorRegistry) -> Iterator[Turns]:
    ticks = count()
    yield Turns(registry, clock=lambda: float(next(ticks)))


def _look(registry: CollectorRegistry) -> str:
    return generate_latest(registry).decode()


def _turn(turns: Turns) -> None:
    """Of the clock's ticks, which are a second each: parsing 1, within Rasa 3, all 5."""
    with turns.turn("web"), turns.within_rasa():
        turns.spent(Stage.PARSE, turns.clock())


def test_only_what_came_between_the_two_looks_counts(
    turns: Turns, registry: CollectorRegistry
) -> None:
    _turn(turns)
    before = read(_look(registry))
    _turn(turns)
    _turn(turns)
    found = {part.name: part.ms for part in parts(before, read(_look(registry)), 6000.0)}
    assert found["理解"] == pytest.approx(1000.0)
    assert found["遮盖、对话记录"] == pytest.approx(2000.0)
    assert found["Rasa 自己（其余）"] == pytest.approx(2000.0)
    assert found["HTTP、会话校验、按钮签名"] == pytest.approx(1000.0)
    assert found["取会话"] == 0.0


def test_the_parts_are_the_whole(turns: Turns, registry: CollectorRegistry) -> None:
    before = read(_look(registry))
    _turn(turns)
    found = parts(before, read(_look(registry)), 7000.0)
    assert sum(part.ms for part in found) == pytest.approx(7000.0)
    assert sum(part.share for part in found) == pytest.approx(1.0)


def test_every_stage_has_a_name() -> None:
    assert set(NAMES) == set(Stage)
