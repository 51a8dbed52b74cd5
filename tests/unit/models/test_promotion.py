"""The first model serves by itself, a worse one does not, and what was withdrawn stays away."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bot.errors import ConfigurationError
from bot.launcher.models.promotion import Decision, Outcome
from bot.launcher.models.showing import show_decision, show_shelf
from bot.launcher.models.trial import TrialSet
from bot.nlu.evaluate import Line
from tests.unit.models.kit import AT, FRAME, OTHER_FRAME, WRONG, Bench, name, put_model


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def said(decision: Decision) -> str:
    screen = io.StringIO()
    show_decision(decision, Console(file=screen, width=120))
    return screen.getvalue()


def test_the_first_model_is_promoted_by_itself_whatever_its_figures(bench: Bench) -> None:
    first = bench.add(1, strict=0.3)
    assert bench.gate.consider(first, AT).outcome is Outcome.PROMOTED
    assert bench.serving() == first
    assert bench.gate.consider(first, AT).outcome is Outcome.SERVES_ALREADY
    assert bench.tried == [first]


def test_a_model_that_is_no_worse_takes_over(bench: Bench) -> None:
    first, second = bench.add(1), bench.add(2, strict=0.895)
    bench.gate.consider(first, AT)
    decision = bench.gate.consider(second, AT)
    assert decision.serves
    assert bench.serving() == second
    assert "换上了" in said(decision)


def test_a_worse_model_is_refused_and_the_differences_are_shown(bench: Bench) -> None:
    first, worse = bench.add(1), bench.add(2, found=WRONG, strict=0.85)
    bench.gate.consider(first, AT)
    decision = bench.gate.consider(worse, AT)
    assert decision.outcome is Outcome.REFUSED
    assert bench.serving() == first
    text = said(decision)
    assert "90.0%" in text
    assert "85.0%" in text
    assert "差太多" in text
    assert "“卡丢了” faq/card_lost → faq/fees" in text
    assert "--force" in text


def test_a_refused_model_is_not_tried_again_at_every_start(bench: Bench) -> None:
    bench.gate.consider(bench.add(1), AT)
    worse = bench.add(2, strict=0.5)
    bench.gate.consider(worse, AT)
    tried = len(bench.tried)
    decision = bench.gate.consider(worse, AT)
    assert decision.outcome is Outcome.ASIDE
    assert len(bench.tried) == tried
    assert "比在用的差" in said(decision)


def test_somebody_may_decide_for_a_worse_model(bench: Bench) -> None:
    bench.gate.consider(bench.add(1), AT)
    worse = bench.add(2, strict=0.5)
    bench.gate.consider(worse, AT)
    assert bench.gate.decide(worse, AT, force=True).serves
    assert bench.serving() == worse


def test_nobody_may_decide_for_a_model_that_misreads_a_plain_question(bench: Bench) -> None:
    first, broken = bench.add(1), bench.add(2, misread=("我要投诉",))
    bench.gate.consider(first, AT)
    decision = bench.gate.decide(broken, AT, force=True)
    assert decision.outcome is Outcome.REFUSED
    assert bench.serving() == first
    assert "启动自检的问句没有认对：“我要投诉”" in said(decision)


def test_not_even_the_first_model_may_misread_a_plain_question(bench: Bench) -> None:
    assert not bench.gate.consider(bench.add(1, misread=("我要投诉",)), AT).serves
    assert bench.serving() is None


def test_after_a_roll_back_the_withdrawn_model_does_not_come_back_by_itself(bench: Bench) -> None:
    first, second = bench.add(1), bench.add(2)
    bench.gate.consider(first, AT)
    bench.gate.consider(second, AT)
    assert bench.gate.roll_back(AT).name == first
    decision = bench.gate.consider(second, AT)
    assert decision.outcome is Outcome.ASIDE
    assert "退下来过" in said(decision)
    assert bench.serving() == first
    assert bench.gate.decide(second, AT).serves


def test_a_roll_back_to_a_model_that_is_gone_changes_nothing(bench: Bench) -> None:
    first, second = bench.add(1), bench.add(2)
    bench.gate.consider(first, AT)
    bench.gate.consider(second, AT)
    bench.shelf.path(first).unlink()
    with pytest.raises(ConfigurationError, match="文件不完整"):
        bench.gate.roll_back(AT)
    assert bench.serving() == second


def test_a_model_of_another_program_is_neither_promoted_nor_rolled_back_to(bench: Bench) -> None:
    older = bench.add(1, OTHER_FRAME)
    with pytest.raises(ConfigurationError, match="别的版本"):
        bench.gate.decide(older, AT, force=True)
    bench.gate_of(OTHER_FRAME).consider(older, AT)
    bench.gate.consider(bench.add(2), AT)
    with pytest.raises(ConfigurationError, match="先把程序退回"):
        bench.gate.roll_back(AT)
    assert bench.gate_of(OTHER_FRAME).roll_back(AT).name == older


def test_across_versions_what_the_serving_model_had_shown_is_compared_with(bench: Bench) -> None:
    """The program that is being brought in cannot run the model of the one before."""
    bench.gate_of(OTHER_FRAME).consider(bench.add(1, OTHER_FRAME), AT)
    bench.tried.clear()
    worse = bench.add(2, strict=0.5)
    assert not bench.gate.consider(worse, AT).serves
    assert bench.tried == [worse]


def test_what_was_shown_on_other_lines_is_not_compared_with(bench: Bench) -> None:
    bench.gate_of(OTHER_FRAME).consider(bench.add(1, OTHER_FRAME), AT)
    bench.tests = TrialSet([Line("取到假币怎么办", "faq/counterfeit")], [], [])
    assert bench.gate.consider(bench.add(2, strict=0.5), AT).serves


def test_a_model_that_is_not_there_or_half_is_not_tried(bench: Bench) -> None:
    with pytest.raises(ConfigurationError, match="没有"):
        bench.gate.decide(name(7), AT)
    bench.shelf.path(put_model(bench.folder, 8)).write_bytes(b"half")
    with pytest.raises(ConfigurationError, match="不完整"):
        bench.gate.decide(name(8), AT)


def test_the_list_says_what_serves_what_served_and_what_is_no_use(bench: Bench) -> None:
    first, second, worse = bench.add(1), bench.add(2), bench.add(3, strict=0.2)
    for each in (first, second, worse):
        bench.gate.consider(each, AT)
    other, half = put_model(bench.folder, 4, OTHER_FRAME), put_model(bench.folder, 5)
    bench.shelf.path(half).write_bytes(b"half")
    screen = io.StringIO()
    show_shelf(bench.shelf, FRAME, worse, Console(file=screen, width=160))
    lines = {line.split()[1]: line for line in screen.getvalue().splitlines() if ".tar.gz" in line}
    assert "上一个" in lines[first]
    assert "在用" in lines[second]
    assert "90.0%" in lines[second]
    assert "比在用的差" in lines[worse]
    assert "现在的训练数据" in lines[worse]
    assert "别的版本" in lines[other]
    assert "不完整" in lines[half]


def test_only_the_first_lines_that_got_lost_are_shown() -> None:
    decision = Decision("m", Outcome.REFUSED)
    lost = [(Line(f"问{number}", "a"), WRONG) for number in range(25)]
    assert "另有 5 句" in said(replace(decision, lost=lost))
