"""``python -m benchmarks.cluster [--processes N]``: measures, prints and writes the page."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.cluster import page
from benchmarks.cluster.figures import Run
from benchmarks.cluster.measure import measure, steps
from benchmarks.cluster.picture import draw_growth
from benchmarks.figures import ROOT, commit, machine

PAGE = ROOT / "docs" / "benchmarks-cluster.md"
PICTURE = PAGE.with_suffix(".svg")


def main(
    processes: Annotated[int, typer.Option(min=2, max=8, help="量到几个 Rasa 进程为止。")] = 4,
    note: Annotated[str, typer.Option(help="写进文档的一句话，例如机器上还有什么在跑。")] = "",
) -> None:
    """Measure with 1, 2 and so on up to ``processes`` Rasa processes."""
    console, cores, began_at = Console(), os.cpu_count() or 1, commit()
    with tempfile.TemporaryDirectory() as folder:
        runs = _runs(Path(folder), processes, console)
    console.print(page.on_screen(runs, cores))
    console.print(f"机器：{machine()}；提交：{began_at}")
    draw_growth(PICTURE, runs, cores)
    text = page.markdown(
        runs,
        cores=cores,
        machine=machine(),
        commit=began_at,
        at=datetime.now(timezone.utc),
        picture=PICTURE.name,
        note=note,
    )
    PAGE.write_text(text, encoding="utf-8")


def _runs(folder: Path, processes: int, console: Console) -> list[Run]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(f"启动 {processes} 个分片…", total=steps(processes))
        runs = []
        for run in measure(folder, processes):
            runs.append(run)
            said = f"{run.processes} 个进程，{page.NAMES[run.kind]}：每秒 {run.rate:.0f} 条"
            progress.update(task, advance=1, description=said)
        return runs


if __name__ == "__main__":
    typer.run(main)
