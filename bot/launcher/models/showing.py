"""What people read of models and of the gate's decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from bot.launcher.models.gate import Check
from bot.launcher.models.promotion import Decision, Outcome
from bot.launcher.models.shelf import REFUSED, Shelf, State, fits, is_whole

MOST_LINES = 20
_ALWAYS_SHOWN = 5
"""Figures that are shown even when they are met; of labels only those that are not."""
_SAID = {
    Outcome.SERVES_ALREADY: "{name} 已经在用。",
    Outcome.PROMOTED: "✓ {name} 换上了。重启 Rasa 进程后生效。",
    Outcome.REFUSED: "✗ {name} 没有换上，仍用原来的。",
}
_ASIDE = {
    True: "{name} 上次比在用的差，没有换上。",
    False: "{name} 被退下来过，不会自己换上。",
}
_HOW = "要重新比一次：python -m bot model promote；明知更差也要换上：加 --force。"


def show_decision(decision: Decision, screen: Console) -> None:
    """The figures of both models, what is worse than allowed, and what became of the new one."""
    if decision.checks:
        screen.print(_figures(decision.checks))
    for text in decision.misread:
        _print(screen, f"启动自检的问句没有认对：“{text}”")
    for line, found in decision.lost[:MOST_LINES]:
        _print(screen, f"原来认对、现在认错：“{line.text}” {line.label} → {found.label}")
    if len(decision.lost) > MOST_LINES:
        _print(screen, f"……另有 {len(decision.lost) - MOST_LINES} 句")
    _print(screen, _outcome(decision))
    if not decision.serves:
        _print(screen, _HOW)


def _outcome(decision: Decision) -> str:
    if decision.outcome is Outcome.ASIDE:
        return _ASIDE[decision.why_aside == REFUSED].format(name=decision.name)
    return _SAID[decision.outcome].format(name=decision.name)


def _figures(checks: Sequence[Check]) -> Table:
    table = Table(title="新模型和在用的模型，同样的问句")
    table.add_column("指标")
    for title in ("在用", "新的", "最多差"):
        table.add_column(title, justify="right")
    table.add_column("")
    for row in _rows(checks):
        table.add_row(*row)
    return table


def _rows(checks: Sequence[Check]) -> Iterator[tuple[str, ...]]:
    for number, check in enumerate(checks):
        if number < _ALWAYS_SHOWN or not check.is_met:
            before = "—" if check.serving is None else f"{check.serving:.1%}"
            met = "✓" if check.is_met else "✗ 差太多"
            yield check.what, before, f"{check.candidate:.1%}", f"{check.limit:.1%}", met


def show_shelf(shelf: Shelf, frame: str, present: str, screen: Console) -> None:
    """Every model, and which one does what."""
    state = shelf.state()
    scores = {one.name: one.scores for one in (state.serving, state.previous) if one is not None}
    table = Table(title=str(shelf.folder))
    table.add_column("模型", no_wrap=True)
    for title in ("大小", "状态", "认对（严格）", "说明"):
        table.add_column(title, overflow="fold")
    for name in shelf.names():
        strict = f"{scores[name].strict:.1%}" if name in scores else ""
        size = f"{shelf.path(name).stat().st_size / 1e6:.1f} MB"
        about = _about(shelf, name, frame, present)
        table.add_row(name, size, _standing(state, name), strict, about)
    screen.print(table)


def _standing(state: State, name: str) -> str:
    marks = []
    if state.serving is not None and state.serving.name == name:
        marks.append("在用")
    if state.previous is not None and state.previous.name == name:
        marks.append("上一个")
    if name in state.aside:
        marks.append("比在用的差" if state.aside[name] == REFUSED else "退下来的")
    return "，".join(marks)


def _about(shelf: Shelf, name: str, frame: str, present: str) -> str:
    if not is_whole(shelf.path(name)):
        return "文件不完整"
    if not fits(name, frame):
        return "别的版本的程序训练的"
    return "现在的训练数据" if name == present else ""


def _print(screen: Console, line: str) -> None:
    screen.print(line, markup=False, highlight=False, soft_wrap=True)
