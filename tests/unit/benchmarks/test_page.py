"""What the page and the screen show, and what they must not claim."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import page
from benchmarks.comparison import Floor, Measured
from benchmarks.notes import notes
from benchmarks.picture import draw, smoothed
from benchmarks.plan import FULL, QUICK, Plan, for_stock
from tests.unit.benchmarks.samples import LIMIT, OURS, STOCK

ALL = Measured(OURS, STOCK, LIMIT, floor=Floor(3.0, 5.0))


def _run(*, is_quick: bool) -> page.Run:
    others = {"benchmarks-intake.md": "受理快慢"}
    found = list(notes(ALL, FULL))
    return page.Run("两核", "abc", "2026-11-26 10:00 UTC", is_quick, found, others)


def test_a_row_names_all_three_and_how_many_times_better() -> None:
    written = page.page(ALL, _run(is_quick=False), "benchmarks.svg")
    assert (
        "| 吞吐（8 位客户同时问答） | 150.0 条/秒 | 25.0 条/秒 | 3,000.0 条/秒 | 6.0 倍 |"
        in written
    )
    assert "| 训练 | 44.0 秒 | ≥ 7,785.0 秒 | — | ≥ 176.9 倍 |" in written
    assert "| 训练 | 44.0 秒 | ≤ 45 秒 | 达到 |" in written
    assert "| 理解 | 2.00 毫秒 | 32% |" in written
    assert "极限的一轮（p50）是 0.99 毫秒，小保是 6.50 毫秒，7 倍" in written
    assert "[受理快慢](benchmarks-intake.md)" in written
    assert "](benchmarks.svg)" in written


def test_only_a_trial_is_marked_as_one() -> None:
    assert "试跑" in page.page(ALL, _run(is_quick=True), "p.svg")
    assert "试跑" not in page.page(ALL, _run(is_quick=False), "p.svg")


def test_the_notes_say_what_was_cut_short_and_what_stock_rasa_could_not_do() -> None:
    said = "\n".join(notes(ALL, FULL))
    assert "训练：只训练了 1 轮" in said
    assert "投诉：没有编号" in said


def test_the_screen_shows_the_same_lines() -> None:
    out = io.StringIO()
    console = Console(file=out, width=160)
    console.print(page.on_screen(ALL), page.parts_on_screen(OURS.stages))
    assert "6.0 倍" in out.getvalue()
    assert "Rasa 自己（其余）" in out.getvalue()


def test_the_picture_has_every_contestant_and_is_the_same_for_the_same_figures(
    tmp_path: Path,
) -> None:
    first, second = tmp_path / "1.svg", tmp_path / "2.svg"
    draw(first, ALL)
    draw(second, ALL)
    drawn = first.read_text(encoding="utf-8")
    assert all(name in drawn for name in ("小保", "Rasa 默认配置", "极限"))
    assert drawn == second.read_text(encoding="utf-8")


def test_a_curve_has_one_point_for_ten_turns() -> None:
    assert smoothed([1.0] * 10 + [3.0] * 14) == ([10, 20], [1.0, 3.0])
    assert smoothed([]) == ([], [])


@pytest.mark.parametrize("plan", [FULL, QUICK, for_stock(FULL), for_stock(QUICK)])
def test_no_plan_leaves_a_measurement_out(plan: Plan) -> None:
    counts = [value for value in vars(plan).values() if not isinstance(value, tuple)]
    assert min(counts) >= 1
