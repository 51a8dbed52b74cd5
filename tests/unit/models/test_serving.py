"""What a starting server takes: the promoted model, without training, whatever the data say now."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.launcher.models.bootstrap import model_to_serve
from bot.launcher.models.shelf import Promoted, Shelf
from bot.launcher.training import frame
from bot.settings import ROOT, Settings
from tests.unit.models.kit import AT, SCORES, put_model

SECRETS = ("web_session_secret", "field_keys", "case_store_token", "analytics_secret")


def test_a_server_starts_with_the_promoted_model_though_the_data_have_changed(
    tmp_path: Path,
) -> None:
    config = Settings(models_dir=tmp_path, **dict.fromkeys(SECRETS, "x"))
    serving = put_model(tmp_path, 1, frame())
    put_model(tmp_path, 2, frame())
    Shelf(tmp_path).promote(Promoted(serving, AT, SCORES))
    assert model_to_serve(config) == tmp_path / serving


def verb(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    secrets = {name.upper(): "x" for name in SECRETS}
    return subprocess.run(
        [sys.executable, "-m", "bot", "model", *arguments],
        cwd=ROOT,
        env={**os.environ, **secrets, "MODELS_DIR": str(folder), "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_one_command_goes_back_and_says_to_restart(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    older, newer = (put_model(tmp_path, number, frame()) for number in (1, 2))
    for name in (older, newer):
        shelf.promote(Promoted(name, AT, SCORES))
    done = verb(tmp_path, "rollback")
    assert done.returncode == 0
    assert f"退回到 {older}" in done.stdout
    assert "重启" in done.stdout
    listed = verb(tmp_path, "list").stdout
    (line,) = [line for line in listed.splitlines() if older in line]
    assert "在用" in line


def test_what_cannot_be_done_is_one_line_and_an_exit_code(tmp_path: Path) -> None:
    for arguments, reason in ((("rollback",), "没有上一个模型"), (("promote",), "没有 xiaobao-")):
        done = verb(tmp_path, *arguments)
        assert done.returncode == 1
        assert reason in done.stderr
        assert "Traceback" not in done.stderr
