"""Everything behind `make run`: secrets, databases, model, then the processes under one roof."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from honcho.manager import Manager
from rich.console import Console

from bot.errors import ConfigurationError
from bot.knowledge.catalogue import load_catalogue
from bot.knowledge.files import FAQ
from bot.knowledge.standing import opening_line
from bot.launcher.logfiles import LogFiles
from bot.launcher.models.shelf import NOT_SERVING, Shelf
from bot.launcher.training import frame, model_path
from bot.settings import ROOT, Settings, environment, generate_secrets, load_settings

READY_WITHIN_SECONDS = 120.0
PROCESSES = {
    "casestore": "-m casestore serve",
    "actions": "-m actions",
    "relay": "-m bot relay",
    "counter": "-m bot count",
    "rasa": "-m bot serve",
}


def run_everything(console: Console) -> None:
    """Blocks until Ctrl-C or until a process dies. Raises ConfigurationError before starting."""
    added = generate_secrets()
    if added:
        console.print("已为本机生成密钥，写入 .env（权限 600）。")
    config = load_settings()
    console.print(opening_line(load_catalogue(FAQ), approved_only=config.answers_approved_only))
    _check_ports(config)
    logs = config.var_dir / "log"
    logs.mkdir(parents=True, exist_ok=True)
    invitation = _prepare(console, config, logs)
    raise SystemExit(_supervise(console, config, logs, invitation))


def _addresses(config: Settings) -> Iterator[tuple[str, str, int, str]]:
    yield "Rasa", config.rasa_host, config.rasa_port, "RASA_PORT"
    yield "动作服务", config.actions_host, config.actions_port, "ACTIONS_PORT"
    for name, port in (
        ("ACTIONS_METRICS_PORT", config.actions_metrics_port),
        ("RELAY_METRICS_PORT", config.relay_metrics_port),
        ("COUNTER_METRICS_PORT", config.counter_metrics_port if config.analytics_broker else 0),
    ):
        if port:
            yield "指标", config.metrics_host, port, name
    if _runs_case_store(config):
        store = urlsplit(config.case_store_url)
        setting = "CASE_STORE_PORT 和 CASE_STORE_URL"
        yield "投诉库", str(store.hostname), store.port or 80, setting


def _runs_case_store(config: Settings) -> bool:
    """False when CASE_STORE_URL names the bank's own system instead of this machine."""
    return urlsplit(config.case_store_url).hostname in ("127.0.0.1", "localhost")


def _check_ports(config: Settings) -> None:
    for name, host, port, setting in _addresses(config):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as exc:
                raise ConfigurationError(
                    f"端口 {port} 已被占用（{name}）。请关掉占用它的程序，或在 .env 里改 {setting}。"
                ) from exc


def _environment() -> dict[str, str]:
    return {**environment(), "PYTHONUNBUFFERED": "1"}


def _prepare(console: Console, config: Settings, logs: Path) -> str:
    """What the case store's migration has to say to the first administrator; empty if nothing."""
    _step(console, "准备数据库", ["-m", "bot", "migrate"], logs / "migrate.log")
    said = ""
    if _runs_case_store(config):
        migrate = ["-m", "casestore", "migrate"]
        said = _step(console, "准备投诉库", migrate, logs / "migrate.log", is_private=True)
    _prepare_model(console, config, logs)
    return said.partition("\n")[2].strip()


def _prepare_model(console: Console, config: Settings, logs: Path) -> None:
    """Trains when the content has changed. A new model that does not pass the gate leaves the one
    that serves in its place, as long as this program can run that one."""
    name, shelf = model_path(config).name, Shelf(config.models_dir)
    if not shelf.is_settled(name):
        _step(
            console,
            "训练模型（内容有变化，约需一分钟）",
            ["-m", "bot", "train"],
            logs / "train.log",
            accepted=(0, NOT_SERVING),
        )
    serving = shelf.to_serve(frame())
    if serving is None:
        raise ConfigurationError(
            f"新训练的模型没有通过，又没有别的可用：详情见 {_shown(logs / 'train.log')}，"
            "或运行 python -m bot model promote"
        )
    if serving.name != name:
        console.print(
            f"[yellow]新训练的模型没有换上，仍用 {serving.name}。"
            "看差别、重新比：python -m bot model promote[/yellow]"
        )


def _step(
    console: Console,
    what: str,
    arguments: list[str],
    log: Path,
    is_private: bool = False,
    accepted: tuple[int, ...] = (0,),
) -> str:
    """Runs one preparation with a spinner; its output goes to `log`.

    Raises ConfigurationError unless it ends with one of the `accepted` exit codes.

    With `is_private`, what it prints is returned instead and stands in no file: it may hold a
    one-time code.
    """
    began = time.monotonic()
    with console.status(f"{what}…"), log.open("ab") as file:
        done = subprocess.run(  # noqa: S603 - our own interpreter and modules
            [sys.executable, *arguments],
            cwd=ROOT,
            env=_environment(),
            stdout=subprocess.PIPE if is_private else file,
            stderr=file,
            encoding="utf-8",
            check=False,
        )
    if done.returncode not in accepted:
        reason = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise ConfigurationError(f"{what}失败：{' '.join(reason)}\n详情见 {_shown(log)}")
    console.print(f"✓ {what.split('（')[0]}（{time.monotonic() - began:.0f} 秒）")
    return done.stdout or ""


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _supervise(console: Console, config: Settings, logs: Path, invitation: str) -> int:
    with _log_files(logs) as files:
        manager = Manager(files)
        for name, arguments in wanted(config).items():
            manager.add_process(
                name, f"exec '{sys.executable}' {arguments}", env=_environment(), cwd=str(ROOT)
            )
        about = (console, config, files, invitation)
        watcher = threading.Thread(target=_announce, args=about, daemon=True)
        watcher.start()
        manager.loop()
        failed = files.first_failure
    if failed is not None:
        if reason := files.last_words.get(failed):
            console.print(f"[red]{reason}[/red]")
        console.print(
            f"[red]{failed} 意外退出，其他进程已停止。详情见 {_shown(logs)}/{failed}.log[/red]"
        )
        return 1
    console.print("小保已停止。")
    return 0


def wanted(config: Settings) -> dict[str, str]:
    """The processes this installation needs: the bank may have its own case store, and without a
    broker there is nothing to take facts from."""
    needed = {"casestore": _runs_case_store(config), "counter": bool(config.analytics_broker)}
    return {name: what for name, what in PROCESSES.items() if needed.get(name, True)}


@contextmanager
def _log_files(folder: Path) -> Iterator[LogFiles]:
    files = LogFiles(folder)
    try:
        yield files
    finally:
        files.close()


def _announce(console: Console, config: Settings, files: LogFiles, invitation: str) -> None:
    """Waits until the assistant is healthy, then says where it is and how to get in."""
    base = f"http://{config.rasa_host}:{config.rasa_port}/webhooks/web/"
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    began = time.monotonic()
    with console.status("正在启动…"):
        while not _healthy(base + "health") and not files.stopping:
            if time.monotonic() > deadline:
                console.print("[red]两分钟内没有启动成功，详情见 var/log/。按 Ctrl-C 退出。[/red]")
                return
            time.sleep(0.3)
    if not files.stopping:
        console.print(f"✓ 小保已启动（{time.monotonic() - began:.0f} 秒）")
        console.print(f"  聊天页：{base}")
        console.print(f"  投诉受理台：{config.case_store_url}/")
        for line in invitation.splitlines():
            console.print(f"  {line}", soft_wrap=True, markup=False, highlight=False)
        console.print("  日志在 var/log/，按 Ctrl-C 停止。")


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
