"""``python -m benchmarks.capacity [--measure]``: prints and writes the tables of docs/capacity.md."""

from __future__ import annotations

import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from benchmarks.capacity import inputs
from benchmarks.capacity.measure import measure as take
from benchmarks.capacity.page import filled, tables
from benchmarks.figures import ROOT, commit, machine
from tests.campaign_day.stage import today_in_china

PAGE = ROOT / "docs" / "capacity.md"


def main(
    measure: Annotated[bool, typer.Option("--measure", help="先量一遍，写进 run.yml。")] = False,
    minutes: Annotated[float, typer.Option(min=1, help="量的时候负载几分钟。")] = 5,
) -> None:
    """Compute what so many customers need; measure the costs first if asked."""
    console = Console()
    if measure:
        _measure(console, minutes)
    made = tables(inputs.load())
    for name, lines in made.items():
        console.rule(name)
        console.print(Markdown("\n".join(lines)))
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")


def _measure(console: Console, minutes: float) -> None:
    began_at = commit()
    with tempfile.TemporaryDirectory() as folder, console.status("…") as status:
        found = take(Path(folder), minutes, today_in_china(), status.update)
    now = f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC"
    about = {"machine": machine(), "commit": began_at, "taken_at": now}
    inputs.write_run({**about, **found})


if __name__ == "__main__":
    typer.run(main)
