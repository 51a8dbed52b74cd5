"""Prints how our readers and other libraries read the table of expressions."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.readers.contestants import Contestant, Missing, contestants
from benchmarks.readers.expressions import KINDS, load
from benchmarks.readers.tally import Tally, measure, row

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def readers(
    show: Annotated[str, typer.Option(help="同时列出这一家读错和没读出来的说法")] = "",
) -> None:
    """同一张表上，比几种读懂时间、金额、电话、网点、选项的做法。"""
    warnings.simplefilter("ignore")  # old libraries, new Python
    console, expressions = Console(), load()
    entered = list(contestants())
    tallies = [measure(c, expressions) for c in entered if isinstance(c, Contestant)]
    sizes = Counter(e.kind for e in expressions)
    table = Table(title=f"{len(expressions)} 条说法：读对/读错/没读出来")
    for head in ("", "版本", *(f"{name} {sizes[kind]}" for kind, name in KINDS.items()), "毫秒/条"):
        table.add_column(head)
    for tally in tallies:
        table.add_row(*row(tally))
    console.print(table)
    for library in entered:
        if isinstance(library, Missing):
            console.print(f"没有装 {library.name}（{library.why}）", highlight=False)
    for tally in tallies:
        if tally.contestant.name == show:
            _print_faults(console, tally)


def _print_faults(console: Console, tally: Tally) -> None:
    for reading in tally.readings:
        if not reading.right:
            kind = KINDS[reading.expression.kind]
            console.print(f"{kind} {reading.expression.say} → {reading.value}", highlight=False)


if __name__ == "__main__":
    app()
