"""The verbs `backup`, `restore` and `drill`, put together from settings."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from rich.console import Console

from bot.intake.bootstrap import sealer
from bot.launcher.backup.drill import Drill
from bot.launcher.backup.drill_table import table_of
from bot.launcher.backup.holdings import Holdings
from bot.launcher.backup.keys import open_journal_with
from bot.launcher.backup.making import Backup, Say
from bot.launcher.backup.postgres import PgTools
from bot.launcher.backup.restoring import restore
from bot.settings import Settings, environment


def back_up(config: Settings, folder: Path, say: Say, *, with_case_store: bool = True) -> bool:
    """False when something is not in it. Raises BackupFailed."""
    holdings = Holdings.of(config, environment(), with_case_store=with_case_store)
    backup = Backup(holdings, folder.absolute(), PgTools.find(), time.monotonic, say)
    return backup.make(datetime.now(timezone.utc))


def put_back(
    config: Settings, folder: Path, say: Say, *, force: bool, with_case_store: bool = True
) -> bool:
    """False when something was not restored. Raises BackupFailed."""
    holdings = Holdings.of(config, environment(), with_case_store=with_case_store)
    now = datetime.now(timezone.utc)
    return restore(holdings, folder.absolute(), now, say, PgTools.find(), force=force)


def run_drill(
    config: Settings,
    made: Path | None,
    say: Say,
    screen: Console,
    *,
    with_case_store: bool = True,
) -> bool:
    """Shows how everything came back; False when something did not. Raises BackupFailed."""
    now = datetime.now(timezone.utc)
    room = config.var_dir / f"drill-{now:%Y%m%dT%H%M%S}"
    holdings = Holdings.of(config, environment(), with_case_store=with_case_store)
    can_open = partial(open_journal_with, sealer(config))
    drill = Drill(holdings, room.absolute(), PgTools.find(), can_open, time.monotonic, say)
    results = drill.run(now, None if made is None else made.absolute())
    screen.print(table_of(results))
    for one in results:
        for line in one.differences:
            screen.print(f"✗ {one.name}：{line}", markup=False, highlight=False, soft_wrap=True)
    return not any(one.differences for one in results)
