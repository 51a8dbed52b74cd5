"""Starting the simulator, and what it writes for the bot."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from dotenv import dotenv_values

from tests.ports import free_ports
from tests.stack import ROOT, wait_until
from wechatsim import Account, Mode, envfile

API = "http://127.0.0.1:8090"
NEW = Account.generated()


# -- the bot's .env ----------------------------------------------------------------------------


def test_a_new_account_is_written_and_read_back() -> None:
    text = envfile.completed("BANK_NAME=本行\n", envfile.lines(NEW, API))
    assert text.startswith("BANK_NAME=本行\nWECHAT_APP_ID=")
    assert envfile.account_in(text, Account.generated()) == NEW


def test_lines_of_the_example_are_filled_in_place() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    text = envfile.completed(example, envfile.lines(NEW, API))
    assert [line.partition("=")[0] for line in text.splitlines()] == [
        line.partition("=")[0] for line in example.splitlines()
    ]
    assert envfile.account_in(text, Account.generated()) == NEW


def test_changed_values_are_kept_and_missing_ones_added() -> None:
    text = f"WECHAT_APP_ID=wx0123456789abcdef\nWECHAT_MODE=plain\nWECHAT_API_URL={API}\n"
    text += "WECHAT_CUSTOMER_SERVICE=False\n"
    account = envfile.account_in(text, NEW)
    expected = replace(NEW, app_id="wx0123456789abcdef", mode=Mode.PLAIN, customer_service=False)
    assert account == expected


def test_a_real_account_is_left_alone() -> None:
    text = "WECHAT_APP_ID=wx0123456789abcdef\nWECHAT_API_URL=https://api.weixin.qq.com\n"
    with pytest.raises(envfile.ForeignAccount, match="wx0123456789abcdef"):
        envfile.account_in(text, NEW)


def test_values_that_cannot_be_are_named() -> None:
    text = f"WECHAT_APP_ID=wx0123456789abcdef\nWECHAT_AES_KEY=short\nWECHAT_API_URL={API}\n"
    with pytest.raises(ValueError, match="aes_key"):
        envfile.account_in(text, NEW)


@pytest.mark.parametrize(
    "url",
    [
        "https://wechat.bank.example/webhooks/wechat/",
        "http://10.0.0.1:5005/webhooks/wechat/",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/",
    ],
)
def test_no_other_machine_is_talked_to(url: str) -> None:
    with pytest.raises(ValueError, match="server_url"):
        replace(NEW, server_url=url)


def test_a_new_file_is_for_its_owner_only_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    envfile.write(path, "A=1\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    envfile.write(path, "A=2\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.read_text(encoding="utf-8") == "A=2\n"
    assert [entry.name for entry in tmp_path.iterdir()] == [".env"]


def test_the_bot_listens_where_its_settings_say() -> None:
    assert envfile.rasa_url("") == "http://127.0.0.1:5005/webhooks/wechat/"
    assert envfile.rasa_url("RASA_PORT=5006\nRASA_HOST=0.0.0.0") == (
        "http://127.0.0.1:5006/webhooks/wechat/"
    )


# -- the command -------------------------------------------------------------------------------


@contextmanager
def started(*arguments: str):
    command = [sys.executable, "-m", "wechatsim", "serve", *arguments]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def reachable(url: str) -> bool:
    try:
        return requests.get(f"{url}/sim/state", timeout=2).ok
    except requests.RequestException:
        return False


def test_the_command_serves_writes_the_settings_and_stops_at_once(tmp_path: Path) -> None:
    port, path = free_ports(1)[0], tmp_path / ".env"
    url = f"http://127.0.0.1:{port}"
    with started("--port", str(port), "--write-env", str(path)) as process:
        wait_until(lambda: reachable(url), 30, "the simulator answers")
        state = requests.get(f"{url}/sim/state", timeout=5).json()
        process.send_signal(signal.SIGTERM)
        told, complaints = process.communicate(timeout=20)
    written = dotenv_values(path)
    assert written["WECHAT_API_URL"] == url
    assert written["WECHAT_TOKEN"] == state["account"]["token"]
    assert written["WECHAT_PUBLIC_URL"] == state["account"]["server_url"]
    assert "make run" in told.decode()
    assert state["account"]["secret"] not in told.decode()
    assert complaints == b""


def test_a_taken_port_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with started("--port", port) as process:
            _, said = process.communicate(timeout=30)
    assert (process.returncode, said.decode()) == (2, f"端口 {port} 已被占用。用 --port 换一个。\n")


def test_accounts_that_cannot_be_used_are_said_plainly(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("WECHAT_APP_ID=wx0123456789abcdef\n", encoding="utf-8")
    with started("--write-env", str(path)) as process:
        _, said = process.communicate(timeout=30)
    assert (process.returncode, "wx0123456789abcdef" in said.decode()) == (2, True)
    with started("--app-id", "wrong") as process:
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said.decode()) == (2, "公众号的设置不对：app_id。\n")
