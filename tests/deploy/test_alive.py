"""A relay at work is alive by its own signs, and a machine without one says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.stack import ROOT, START_SECONDS, Stack, wait_until


def health(installation: Stack) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "health", "relay"],
        cwd=ROOT,
        env=installation.env,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=START_SECONDS,
    )


def test_the_verb_tells_a_relay_at_work_from_none(tmp_path: Path) -> None:
    installation = Stack(tmp_path)
    try:
        assert health(installation).returncode == 1
        installation.start("relay")
        signs = tmp_path / "heartbeat"
        loops = {"deliveries", "errands", "reports", "talks", "facts"}
        wait_until(
            lambda: len(list(signs.glob("relay.*"))) == len(loops), START_SECONDS, "all loops"
        )
        assert {file.suffix[1:] for file in signs.iterdir()} == loops
        answer = health(installation)
    finally:
        installation.stop()
    assert (answer.returncode, answer.stderr) == (0, "relay 正常。\n")
