"""What a campaign day has left behind on the disk of one installation."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from tests.campaign_day.arithmetic import Row
from tests.stack import ROOT, Stack, wait_until

SETTLING_SECONDS = 240.0


def settle(stack: Stack, rows: Sequence[Row]) -> None:
    """Waits until every fact has left the assistant and has arrived where figures are counted from.

    Facts that are missing in the end are for the comparison to name.
    """
    wait_until(lambda: _unpublished(stack) == 0, SETTLING_SECONDS, "every fact is published")
    with suppress(AssertionError):
        wait_until(lambda: _counted(stack) >= len(rows), SETTLING_SECONDS, "every fact is counted")


def facts_of(stack: Stack) -> Path:
    """The database figures are counted from."""
    return stack.folder / "analytics.db"


def senders(stack: Stack) -> set[str]:
    """The ids of all conversations."""
    return {str(sender) for (sender,) in _query(stack, "channel", "SELECT sender_id FROM message")}


def told(stack: Stack, campaign: str) -> Any:
    """What the case store has last been told of a campaign; None before."""
    statement = "SELECT body FROM campaign_report WHERE campaign_id = ?"
    found = _query(stack, "casestore", statement, campaign)
    return json.loads(found[0][0]) if found else None


def report(stack: Stack, campaign: str, out: Path) -> Any:
    """The figures that `python -m bot campaign report` writes, with the other files, to `out`."""
    subprocess.run(
        [sys.executable, "-m", "bot", "campaign", "report", campaign, "--out", str(out)],
        cwd=ROOT,
        env=stack.env,
        check=True,
        timeout=120,
        stdout=subprocess.DEVNULL,
    )
    return json.loads((out / "figures.json").read_text(encoding="utf-8"))


def _unpublished(stack: Stack) -> int:
    return int(_query(stack, "tracker", "SELECT COUNT(*) FROM fact_outbox")[0][0])


def _counted(stack: Stack) -> int:
    return int(_query(stack, "analytics", "SELECT COUNT(*) FROM fact")[0][0])


def _query(stack: Stack, database: str, statement: str, *values: str) -> list[tuple[Any, ...]]:
    path = stack.folder / f"{database}.db"
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        return list(connection.execute(statement, values).fetchall())
