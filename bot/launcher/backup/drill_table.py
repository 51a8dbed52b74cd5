"""The result of a drill as people read it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from bot.launcher.backup.drill import Result

_UNITS = ("字节", "KB", "MB", "GB", "TB")


def table_of(results: Sequence[Result]) -> Table:
    """One line for each database and folder, and the whole."""
    table = Table(title="备份和恢复演练", show_footer=True)
    table.add_column("库或目录", "合计")
    table.add_column("表", justify="right")
    table.add_column("行或文件", str(sum(one.items for one in results)), justify="right")
    table.add_column("大小", _size(sum(one.size for one in results)), justify="right")
    for title, seconds in (
        ("备份", [one.backup_seconds for one in results]),
        ("恢复", [one.restore_seconds for one in results]),
        ("核对", [one.check_seconds for one in results]),
    ):
        table.add_column(f"{title}（秒）", f"{sum(seconds):.1f}", justify="right")
    wrong = sum(1 for one in results if one.differences)
    table.add_column("结果", "全部一致" if not wrong else f"{wrong} 项不一致")
    for one in results:
        table.add_row(*_row(one))
    return table


def _row(one: Result) -> tuple[str, ...]:
    seconds = (one.backup_seconds, one.restore_seconds, one.check_seconds)
    return (
        one.name,
        "" if one.tables is None else str(one.tables),
        str(one.items),
        _size(one.size),
        *(f"{each:.1f}" for each in seconds),
        "✗ 不一致" if one.differences else "✓ 一致",
    )


def _size(count: float) -> str:
    for unit in _UNITS:
        if count < 1024 or unit == _UNITS[-1]:
            break
        count /= 1024
    return f"{count:.0f} {unit}" if unit == _UNITS[0] else f"{count:.1f} {unit}"
