"""The shell scripts behind make, in a bare environment."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.stack import ROOT

TOOLS = ("sh", "dirname", "grep", "mkdir", "tee", "awk", "cat", "head", "ls", "printf", "touch")


def _bare(folder: Path, **fakes: str) -> dict[str, str]:
    """A PATH with the standard tools and `fakes` only; the scripts are copied beside it."""
    tools = folder / "bin"
    tools.mkdir()
    for name in TOOLS:
        if found := shutil.which(name):
            (tools / name).symlink_to(found)
    for name, script in fakes.items():
        (tools / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    shutil.copy(ROOT / "requirements.lock", folder)
    (folder / "var").mkdir()
    return {"PATH": str(tools), "HOME": str(folder)}


def _run(folder: Path, script: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(folder / "scripts" / script)],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_python_310_the_remedy_is_named(tmp_path: Path) -> None:
    done = _run(tmp_path, "venv.sh", _bare(tmp_path))
    assert done.returncode == 1
    assert "没有找到 Python 3.10" in done.stderr
    assert "pyenv install 3.10" in done.stderr


def test_an_ordinary_user_gets_the_one_line_to_run(tmp_path: Path) -> None:
    done = _run(tmp_path, "system-packages.sh", _bare(tmp_path, id="echo 1000"))
    assert done.returncode == 1
    assert "sudo apt-get install -y chromium" in done.stdout
    assert "chromium" in (tmp_path / "var" / "missing-packages").read_text(encoding="utf-8")


def test_root_installs_by_apt_and_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "apt-calls"
    bare = _bare(tmp_path, id="echo 0", **{"apt-get": f'echo "$@" >> {log}'})
    done = _run(tmp_path, "system-packages.sh", bare)
    calls = log.read_text(encoding="utf-8")
    assert "update" in calls
    assert "install" in calls
    assert done.returncode == 1, "what apt did not bring must still be named"
