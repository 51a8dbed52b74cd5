"""Measures the product, stock Rasa and the limit, prints one table and writes docs/benchmarks.md.

BENCH_FULL=1 trains stock Rasa for all of its 100 epochs, which takes about a day; after 24 hours
it is given up.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import aims, echo, floor, page, stock, xiaobao
from benchmarks.comparison import Measured
from benchmarks.comparison import aims as aims_of
from benchmarks.figures import ROOT, commit, machine
from benchmarks.notes import notes
from benchmarks.picture import draw
from benchmarks.plan import FULL, QUICK, Plan, for_stock
from benchmarks.progress import Steps
from benchmarks.stock_training import DEFAULT_EPOCHS

PAGE = ROOT / "docs" / "benchmarks.md"
CONTESTANTS = ("ours", "echo", "stock")
USUAL_ANSWER_BYTES = 1500
"""Of the echo, when the product is not measured in the same run."""


def main(
    quick: Annotated[
        bool, typer.Option("--quick", help="什么都量一点，只为看看能不能跑。")
    ] = False,
    only: Annotated[
        str, typer.Option(help="只量其中几个，用逗号分隔；只打印，不写文档。")
    ] = ",".join(CONTESTANTS),
    anew: Annotated[
        bool, typer.Option("--anew", help="默认配置重新训练一次，数据没有变也训练。")
    ] = False,
) -> None:
    """Compare with stock Rasa and with the limit."""
    names = _names(only)
    console = Console()
    plan, began_at = QUICK if quick else FULL, commit()
    with tempfile.TemporaryDirectory() as folder, Steps(console) as steps:
        measured = _measure(names, Path(folder), plan, steps, anew=anew)
    _print(measured, began_at, console)
    if set(names) == set(CONTESTANTS):
        picture = PAGE.with_suffix(".svg")
        draw(picture, measured)
        run = page.Run(
            machine=machine(),
            commit=began_at,
            at=f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
            is_quick=quick,
            notes=list(notes(measured, plan)),
            others={path.name: _title(path) for path in _other_pages()},
        )
        PAGE.write_text(page.page(measured, run, picture.name), encoding="utf-8")


def _names(only: str) -> list[str]:
    names = [name.strip() for name in only.split(",")]
    unknown = [name for name in names if name not in CONTESTANTS]
    if unknown:
        raise typer.BadParameter(f"没有 {'、'.join(unknown)}，只有 {'、'.join(CONTESTANTS)}")
    return names


def _measure(
    names: Sequence[str], folder: Path, plan: Plan, steps: Steps, *, anew: bool
) -> Measured:
    """One after another: never two servers at the same time."""
    folders = {name: folder / name for name in names}
    for each in folders.values():
        each.mkdir()
    models = folder / "models"
    ours, limit, theirs = None, None, None
    if "ours" in names:
        ours = xiaobao.measure(folders["ours"], models, plan, steps)
    if "echo" in names:
        size = USUAL_ANSWER_BYTES if ours is None else ours.asked.answer_bytes
        limit = echo.measure(folders["echo"], size, plan, steps)
    if "stock" in names:
        epochs = DEFAULT_EPOCHS if os.environ.get("BENCH_FULL") == "1" else 1
        theirs = stock.measure(
            folders["stock"], models, for_stock(plan), steps, epochs=epochs, anew=anew
        )
    return Measured(ours, theirs, limit, floor.measure(plan.starts, steps))


def _print(measured: Measured, began_at: str, console: Console) -> None:
    console.print(page.on_screen(measured))
    if measured.ours is not None:
        console.print(page.parts_on_screen(measured.ours.stages))
        console.print(aims.on_screen(aims_of(measured), page.digits))
    console.print(f"机器：{machine()}；提交：{began_at}")


def _other_pages() -> list[Path]:
    return sorted(PAGE.parent.glob(f"{PAGE.stem}-*.md"))


def _title(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


if __name__ == "__main__":
    typer.run(main)
