"""The result of a drill as people read it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from bot.launcher.backup.drill import Result

_UNITS = ("字节", "KB", "MB", "GB", "TB")


def table_of(results: Sequence[Result]) -> Table:
    """One line for each database and folder, and the whole."""
    table = Table(title="备份和恢复演练", show_footer=True)
    table.add_column("库或目录", "合计", no_wrap=True)
    table.add_column("表", justify="right")
    table.add_column("行或文件", str(sum(one.items for one in results)), justify="right")
    size = _size(sum(one.size for one in results))
    table.add_column("大小", size, justify="right", no_wrap=True)
    # One column of three figures: a terminal of eighty columns takes no more.
    table.add_column("备份/恢复/核对（秒）", _seconds(results), justify="right")
    wrong = sum(1 for one in results if one.differences)
    table.add_column("结果", "全部一致" if not wrong else f"{wrong} 项不一致", no_wrap=True)
    for one in results:
        table.add_row(*_row(one))
    return table


def _row(one: Result) -> tuple[str, ...]:
    return (
        one.name,
        "" if one.tables is None else str(one.tables),
        str(one.items),
        _size(one.size),
        _seconds([one]),
        "✗ 不一致" if one.differences else "✓ 一致",
    )


def _seconds(results: Sequence[Result]) -> str:
    steps = (
        sum(one.backup_seconds for one in results),
        sum(one.restore_seconds for one in results),
        sum(one.check_seconds for one in results),
    )
    return " / ".join(f"{seconds:.1f}" for seconds in steps)


def _size(count: float) -> str:
    for unit in _UNITS:
        if count < 1024 or unit == _UNITS[-1]:
            break
        count /= 1024
    return f"{count:.0f} {unit}" if unit == _UNITS[0] else f"{count:.1f} {unit}"
