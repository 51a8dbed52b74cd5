"""What the benchmark of several Rasa processes concludes from what it has measured."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

import pytest

from benchmarks import processor
from benchmarks.cluster import page
from benchmarks.cluster.figures import Kind, Load, Part, Run, growth, limit, one_core_each
from benchmarks.cluster.picture import draw_growth

CORES = 2
AT = datetime(2026, 11, 26, 12, 0, tzinfo=timezone.utc)


def run(
    processes: int,
    turns: int,
    *,
    rasa: float,
    rest: float,
    kind: Kind = Kind.FAQ,
    idle: Mapping[Part, float] | None = None,
) -> Run:
    """`turns` of 1, 2, … ms in ten seconds, in which Rasa and the rest used so many seconds."""
    cpu = {
        **dict.fromkeys(Part, 0.0),
        Part.RASA: rasa,
        Part.POSTGRES: rest / 2,
        Part.NGINX: rest / 2,
    }
    load = Load([float(ms) for ms in range(1, turns + 1)], 0, 10.0, 0.0)
    return Run(processes, kind, load, cpu, idle or {})


def all_kinds(processes: int, turns: int, *, rasa: float, rest: float) -> list[Run]:
    return [run(processes, turns, rasa=rasa, rest=rest, kind=kind) for kind in Kind]


def test_throughput_and_times_are_those_of_the_turns() -> None:
    measured = run(1, 1000, rasa=8.0, rest=1.0)
    assert measured.rate == 100
    assert (round(measured.p50), round(measured.p95)) == (500, 950)


def test_growth_compares_with_one_process_of_the_same_kind() -> None:
    runs = [*all_kinds(1, 1000, rasa=9, rest=1), run(2, 1500, rasa=14, rest=2)]
    assert growth(runs, runs[-1]) == 1.5
    assert growth(runs, runs[0]) == 1.0


def test_costs_are_milliseconds_of_a_turn() -> None:
    measured = run(2, 1000, rasa=8.0, rest=2.0)
    assert measured.cpu_ms(Part.RASA) == 8.0
    assert measured.all_cpu_ms == 10.0
    assert measured.most_of(CORES) == 200.0
    assert one_core_each(measured) == 125.0


def test_what_idling_takes_is_no_cost_of_a_turn() -> None:
    measured = run(1, 1000, rasa=8.0, rest=2.0, idle={Part.POSTGRES: 0.05})
    assert measured.cpu_ms(Part.POSTGRES) == pytest.approx(0.5)
    assert measured.share_of(CORES) == 0.5, "but it is time of the machine"
    assert measured.most_of(CORES) == pytest.approx(1950 / 9.5)


@pytest.mark.parametrize(
    ("processes", "rasa", "rest", "what"),
    [
        (1, 9.5, 2.0, "一个核"),
        (2, 15.0, 4.5, "机器"),
        (1, 9.5, 9.5, "机器"),
        (4, 6.0, 2.0, "等待"),
    ],
)
def test_what_is_at_its_limit_is_named(processes: int, rasa: float, rest: float, what: str) -> None:
    assert limit(run(processes, 1000, rasa=rasa, rest=rest), CORES) == what


def test_a_process_is_read_whatever_its_name() -> None:
    stat = "42 (nginx: (worker) 1) S 1 2 3 4 5 6 7 8 9 10 100 20 3 4 20 0 1 0 9999"
    assert processor.ticks_of(stat) == 127


def test_processes_use_more_and_more() -> None:
    first = processor.used([os.getpid()])
    assert 0 < first <= processor.used([os.getpid()])


def test_the_page_has_every_run_and_says_where_the_machine_ends(tmp_path: Path) -> None:
    runs = [
        *all_kinds(1, 1000, rasa=9.5, rest=2.5),
        *all_kinds(2, 1400, rasa=14.0, rest=5.0),
    ]
    text = page.markdown(
        runs,
        cores=CORES,
        machine="one of the tests",
        commit="abc",
        at=AT,
        picture="growth.svg",
        note="机器上还有别的程序",
    )
    assert "| 2 | 140.0 条 | 1.40 倍 | 700 毫秒 | 1330 毫秒 | 0 | 95% | 机器 |" in text
    assert "| 1 | 100.0 条 | 1.00 倍 | 500 毫秒 | 950 毫秒 | 0 | 60% | 一个核 |" in text
    assert "- 机器上还有别的程序" in text
    assert page.on_screen(runs, CORES).row_count == len(runs)
    draw_growth(tmp_path / "growth.svg", runs, CORES)
    assert "Rasa 进程" in (tmp_path / "growth.svg").read_text(encoding="utf-8")
