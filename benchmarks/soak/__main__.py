"""``python -m benchmarks.soak [--minutes N]``: soaks, prints the verdict and writes the page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.aims import on_screen
from benchmarks.figures import ROOT, commit, machine
from benchmarks.soak.figures import Sample, rows
from benchmarks.soak.measure import REST_SECONDS, Watch, measure
from benchmarks.soak.page import FULL_MINUTES, digits, page
from benchmarks.soak.picture import draw
from tests.campaign_day.stage import today_in_china

PAGE = ROOT / "docs" / "benchmarks-soak.md"
PICTURE = ROOT / "docs" / "benchmarks-soak.svg"


def main(
    minutes: Annotated[float, typer.Option(min=1, help="负载几分钟，包括预热。")] = FULL_MINUTES,
) -> None:
    """Soak the whole product; exit code 1 when something grows or goes unanswered."""
    console = Console()
    began_at = commit()
    with tempfile.TemporaryDirectory() as folder, _progress(console, minutes) as watch:
        soak = measure(Path(folder), minutes, today_in_china(), watch)
    table = rows(soak)
    console.print(on_screen(table, digits))
    for trouble, times in soak.troubles.items():
        console.print(f"{times} × {trouble}", highlight=False)
    console.print(f"机器：{machine()}；提交：{began_at}")
    draw(PICTURE, soak)
    now = datetime.now(timezone.utc)
    PAGE.write_text(page(soak, minutes, began_at, PICTURE.name, now), encoding="utf-8")
    if any(row.most is not None and row.value > row.most for row in table):
        raise typer.Exit(1)


@contextmanager
def _progress(console: Console, minutes: float) -> Iterator[Watch]:
    """A bar over the whole time, with what was seen last."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("启动…", total=minutes * 60 + 2 * REST_SECONDS)

        def watch(phase: str, sample: Sample) -> None:
            memory = "，".join(
                f"{name} {process.own:.0f} MB/{process.files} 个文件"
                for name, process in sample.processes.items()
            )
            words = f"{phase} {sample.messages:,} 条；{memory}"
            progress.update(task, description=words, completed=sample.at)

        yield watch


if __name__ == "__main__":
    typer.run(main)
