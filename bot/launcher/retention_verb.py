"""`python -m bot retention`: what goes by its age, as people see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from rich.console import Console
from rich.table import Table

from bot.errors import StorageError
from bot.intake.calendar import BEIJING
from bot.launcher.retention import Rule


def apply_rules(rules: Sequence[Rule], now: datetime, screen: Console, *, dry_run: bool) -> bool:
    """Shows what the rules would delete now, or deletes it and shows that.

    False when a database could not be read or written; the other rules are applied all the same.
    """
    done = []
    for basis, same in groupby(rules, lambda rule: rule.basis):
        table = Table("内容", "早于", "会删" if dry_run else "删了")
        done += [_add(table, rule, now, dry_run) for rule in same]
        screen.print(f"依据：{basis}", markup=False)
        screen.print(table)
    return all(done)


def _add(table: Table, rule: Rule, now: datetime, dry_run: bool) -> bool:
    before = rule.before(now)
    try:
        found = str(rule.count(before) if dry_run else rule.purge(before))
    except StorageError as exc:
        found = f"没有做成：{exc.message}"
    table.add_row(rule.what, f"{before.astimezone(BEIJING):%Y-%m-%d %H:%M}", found)
    return found.isdigit()
