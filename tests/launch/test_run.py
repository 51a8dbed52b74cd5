"""`make run` as people meet it: starts everything, says where, stops everything, fails in one line."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.launcher.models.shelf import Promoted, Shelf, model_name
from bot.launcher.training import frame, model_path
from bot.settings import Settings
from tests.ports import free_ports
from tests.stack import ROOT, Stack, wait_until
from tests.unit.models.kit import AT, SCORES


class Run:
    """`python -m bot run` in an environment of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.rasa, actions, store, figures, deliveries = free_ports(5)
        self.env_file = folder / "run.env"
        self.output = folder / "output.txt"
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", str(folder)),
            "XIAOBAO_ENV_FILE": str(self.env_file),
            "VAR_DIR": str(folder / "var"),
            "DATABASE_URL": f"sqlite:///{folder / 'cases.db'}",
            "RASA_PORT": str(self.rasa),
            "ACTIONS_PORT": str(actions),
            "ACTIONS_METRICS_PORT": str(figures),
            "RELAY_METRICS_PORT": str(deliveries),
            "CASE_STORE_PORT": str(store),
            "CASE_STORE_URL": f"http://127.0.0.1:{store}",
            **settings,
        }
        self.ports = (self.rasa, actions, store, figures, deliveries)

    def start(self) -> subprocess.Popen[bytes]:
        with self.output.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                cwd=ROOT,
                env=self.env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def fail(self) -> str:
        """Runs to its end, which must be a failure; what it printed."""
        process = self.start()
        assert process.wait(timeout=90) == 1
        return self.text()

    def text(self) -> str:
        """What it has printed so far, perhaps to the middle of a character."""
        return self.output.read_text(encoding="utf-8", errors="replace")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Run, subprocess.Popen[bytes]]]:
    run = Run(tmp_path)
    process = run.start()
    try:
        yield run, process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_it_starts_everything_says_where_and_ctrl_c_stops_everything(
    running: tuple[Run, subprocess.Popen[bytes]],
) -> None:
    run, process = running
    wait_until(lambda: "Ctrl-C" in run.text(), 150, "the addresses")
    assert f"http://127.0.0.1:{run.rasa}/webhooks/web/" in run.text()
    health = f"http://127.0.0.1:{run.rasa}/webhooks/web/health"
    wait_until(lambda: Stack.answers(health), 30, "health of the assistant")
    code = re.search(r"账号 admin 的一次性代码：((?:[0-9A-Z]{6}-){3}[0-9A-Z]{6})", run.text())
    assert code is not None
    logs = Path(run.env["VAR_DIR"], "log").glob("*.log")
    assert not any(code.group(1) in log.read_text(encoding="utf-8") for log in logs)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    assert all(_is_free(port) for port in run.ports)
    assert "Traceback" not in run.text()


def test_secrets_of_a_first_run_are_generated_for_the_owner_alone(
    running: tuple[Run, subprocess.Popen[bytes]],
) -> None:
    run, _ = running
    wait_until(lambda: "✓" in run.text(), 90, "the first step")
    assert run.env_file.stat().st_mode & 0o777 == 0o600
    names = {line.split("=")[0] for line in run.env_file.read_text(encoding="utf-8").splitlines()}
    assert {"WEB_SESSION_SECRET", "FIELD_KEYS", "CASE_STORE_TOKEN"} <= names
    assert run.env_file.read_text(encoding="utf-8").split("=")[1][:8] not in run.text()


def test_a_busy_port_is_one_clear_line(tmp_path: Path) -> None:
    run = Run(tmp_path)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", run.rasa))
        holder.listen()
        said = run.fail()
    assert f"端口 {run.rasa} 已被占用" in said.replace("\n", "")
    assert "Traceback" not in said


def test_withheld_drafts_are_counted_at_the_start(tmp_path: Path) -> None:
    run = Run(tmp_path, ANSWERS_APPROVED_ONLY="True")
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", run.rasa))
        holder.listen()
        said = run.fail().replace("\n", "")
    assert "条是草稿" in said
    assert "条不对客户回答" in said


def test_a_malformed_setting_is_named(tmp_path: Path) -> None:
    said = Run(tmp_path, RASA_PORT="fünf").fail()
    assert "RASA_PORT" in said
    assert "Traceback" not in said


def test_a_process_that_cannot_start_gives_its_reason_on_the_screen(tmp_path: Path) -> None:
    said = Run(tmp_path, CASE_STORE_TOKEN="short").fail()
    assert "CASE_STORE_TOKEN" in said
    assert "casestore 意外退出" in said.replace("\n", "")
    assert "Traceback" not in said


def test_a_refused_model_leaves_the_one_that_serves_in_its_place(tmp_path: Path) -> None:
    """As after a change of the data that made the model worse."""
    secrets = ("web_session_secret", "field_keys", "case_store_token", "analytics_secret")
    config = Settings(**dict.fromkeys(secrets, "x"))
    environment = {**os.environ, **{name.upper(): "x" for name in secrets}}
    train = [sys.executable, "-m", "bot", "train", "--no-promote"]
    subprocess.run(train, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=280)
    refused, serving = model_path(config), model_name(frame(), "0" * 64)
    shelf = Shelf(tmp_path / "models")
    shelf.folder.mkdir()
    for name in (refused.name, serving):
        shutil.copyfile(refused, shelf.path(name))
    shelf.promote(Promoted(serving, AT, SCORES))
    shelf.refuse(refused.name)
    run = Run(tmp_path, MODELS_DIR=str(shelf.folder))
    process = run.start()
    try:
        wait_until(lambda: "Ctrl-C" in run.text(), 150, "the addresses")
        assert f"仍用{serving}" in run.text().replace("\n", "").replace(" ", "")
    finally:
        process.send_signal(signal.SIGINT)  # it stops what it has started
        process.wait(timeout=60)
