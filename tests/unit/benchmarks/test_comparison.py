"""The comparison's arithmetic: what is better, what is met, and what is left open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.aims import Row
from benchmarks.comparison import Floor, Line, Measured, aims, growth, lines
from tests.unit.benchmarks.samples import LIMIT, OURS, STOCK


def test_more_is_better_turns_the_ratio_around() -> None:
    assert Line("时间", "毫秒", 5.0, 20.0, None).times_better == 4.0
    assert Line("吞吐", "条/秒", 150.0, 25.0, None, more_is_better=True).times_better == 6.0
    assert Line("时间", "毫秒", 5.0, None, 1.0).times_better is None


def test_what_a_contestant_does_not_have_stays_empty() -> None:
    found = {line.name: line for line in lines(Measured(OURS, STOCK, LIMIT))}
    assert found["问答一轮 p50"].limit is not None
    assert found["确认到编号 p50"].stock is None
    assert found["微信随回包一轮 p99"].stock is None
    assert found["第 400 轮是第 10 轮的"].limit is None
    assert found["训练"].limit is None


def test_every_line_is_there_whoever_was_measured() -> None:
    names = [line.name for line in lines(Measured(OURS, STOCK, LIMIT))]
    assert [line.name for line in lines(Measured(limit=LIMIT))] == names
    assert len(set(names)) == len(names)


def test_growth_needs_a_talk_that_got_to_turn_400() -> None:
    slower = [10.0] * 300 + [13.0] * 105
    assert growth(replace(OURS, talk=slower)) == pytest.approx(1.3)
    assert growth(replace(OURS, talk=slower[:404])) is None


def test_each_aim_is_judged_and_the_floor_only_shown() -> None:
    rows = {row.name: row for row in aims(Measured(OURS, STOCK, LIMIT, floor=Floor(3.0, 5.0)))}
    assert rows["问答一轮 p50"].verdict == "达到"
    assert rows["吞吐"].verdict == "达到"
    assert rows["吞吐是默认配置的"].value == 6.0
    assert rows["吞吐是默认配置的"].verdict == "达到"
    assert rows["投诉表单一轮 p50"].verdict == "没有达到"
    assert rows["Rasa 进程内存"].verdict == "没有达到"
    assert rows["比一比：只导入 Rasa 和 TensorFlow"].verdict == ""


def test_no_aim_against_stock_rasa_without_stock_rasa() -> None:
    assert "吞吐是默认配置的" not in {row.name for row in aims(Measured(OURS))}
    assert aims(Measured(limit=LIMIT)) == []


@pytest.mark.parametrize(("value", "verdict"), [(119.9, "没有达到"), (120.0, "达到")])
def test_an_aim_may_be_a_least_value(value: float, verdict: str) -> None:
    row = Row("吞吐", value, "条/秒", least=120.0)
    assert (row.verdict, row.aim) == (verdict, "≥ 120 条/秒")
