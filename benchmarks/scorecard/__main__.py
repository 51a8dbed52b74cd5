"""Trains every contestant, has it read every test file, writes docs/scorecard.md."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.errors import BotError
from bot.launcher.process import configure_logging
from bot.settings import ROOT

if TYPE_CHECKING:
    from benchmarks.scorecard.measure import Point, Step
    from benchmarks.scorecard.metrics import Bin
    from benchmarks.scorecard.page import Charts

PAGE = ROOT / "docs" / "scorecard.md"
QUIET = 40
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line."""

    files: Sequence[str]
    only: Sequence[str]
    quick: int | None
    date: str
    out: Path


@app.command()
def scorecard(
    file: Annotated[
        list[str] | None, typer.Option(help="名称=路径：另一个测试集（JSONL），可以写几次")
    ] = None,
    only: Annotated[
        str, typer.Option(help="只比其中几个：ours,logistic,plain,rasa,diet（逗号分隔）")
    ] = "",
    quick: Annotated[
        int | None, typer.Option(min=200, help="试跑：只随机取这么多句训练问法")
    ] = None,
    date: Annotated[str, typer.Option(help="页首的日期，默认今天")] = "",
    out: Annotated[Path, typer.Option(help="写到哪里；两张图放在旁边")] = PAGE,
) -> None:
    """同样的数据、同样的测试集，比几种听懂客户的做法。"""
    os.environ["LOG_LEVEL"] = "ERROR"  # Rasa draws its own progress bars otherwise
    configure_logging(level=QUIET)
    # Old deprecations, and solvers that stop at their default number of iterations.
    logging.captureWarnings(True)
    chosen = [key.strip() for key in only.split(",") if key.strip()]
    today = f"{datetime.now(timezone.utc):%Y-%m-%d}"
    order = Order(file or (), chosen, quick, date or today, out)
    console = Console()
    try:
        _run(order, console)
    except BotError as exc:
        console.print(f"[red]{exc.message}[/red]")
        raise typer.Exit(1) from exc
    console.print(f"写好了：{out}")


def _run(order: Order, console: Console) -> None:
    # Rasa reads the environment when it is imported.
    from benchmarks.scorecard import contestants, corpus, machine, measure, page

    recipe, thresholds = contestants.configured()
    entries = contestants.entries(recipe, order.only)
    files = corpus.labelled_files(order.files)
    alarms = corpus.alarm_lists()
    commit = machine.commit()
    with console.status("读取训练问法…"):
        lines = corpus.training_lines()
    if order.quick is not None:
        lines = lines.sample(order.quick)
    curve = any(entry.recipe is not None for entry in entries)
    total = len(entries) * (1 + len(files)) + (measure.CURVE_STEPS if curve else 0)
    with _steps(console, total) as step:
        outcomes = [
            measure.compete(entry, lines, files, alarms, thresholds, step) for entry in entries
        ]
        best = measure.winner(outcomes)
        base = measure.recipe_of_curve(best, recipe)
        points = measure.learning_curve(base, lines, files, thresholds, step) if curve else []
    about = page.Circumstances(
        commit,
        order.date,
        machine.machine(),
        machine.versions(),
        len(lines),
        lines.answers,
        order.quick,
    )
    charts = _draw(order.out, page.bins_of(best), points)
    text = page.write_page(about, files, outcomes, best, thresholds, points, charts)
    order.out.write_text(text, encoding="utf-8")


@contextmanager
def _steps(console: Console, total: int) -> Iterator[Step]:
    """A progress bar over the whole run; call what it gives at the beginning of every step."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("", total=total, completed=-1)

        def step(what: str) -> None:
            progress.update(task, advance=1, description=what)

        yield step
        step("完成")


def _draw(out: Path, bins: Mapping[str, Sequence[Bin]], points: Sequence[Point]) -> Charts:
    """Draws next to the page."""
    from benchmarks.scorecard.charts import draw_calibration, draw_curve
    from benchmarks.scorecard.page import Charts

    charts = Charts(f"{out.stem}-calibration.svg", f"{out.stem}-curve.svg" if points else None)
    draw_calibration(out.with_name(charts.calibration), bins)
    if charts.curve is not None:
        draw_curve(out.with_name(charts.curve), points)
    return charts


if __name__ == "__main__":
    app()
