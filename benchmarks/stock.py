"""Figures of stock Rasa: its own server and REST channel, with our rules and our action server.

Its conversations are on disk as the product's are: Rasa's own SQL tracker store on SQLite.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import yaml

from benchmarks.comparison import Figures
from benchmarks.customers import RestCustomer, Unanswered
from benchmarks.load import QUESTIONS, Filled
from benchmarks.measure import Contestant, ask, fill_in, press, talk
from benchmarks.parse import median_ms
from benchmarks.plan import Plan
from benchmarks.processes import end, launch, resident_mb, seconds_to_first_answer
from benchmarks.progress import Steps
from benchmarks.stock_training import DEFAULT_EPOCHS, KEPT_MODELS, Recipe, Trained, train, trained
from tests.ports import free_ports
from tests.stack import Stack

NAME = "默认配置"
NO_FORM = "默认配置填不完小保的投诉表单，走完全部问题得不到编号，所以没有这几个数"


def measure(
    folder: Path, models: Path, plan: Plan, steps: Steps, *, epochs: int, anew: bool
) -> Figures:
    """Trains stock Rasa where it is not trained yet or `anew` says so, starts it and talks to it.

    `models`: where the model of the product is or will be, which its action server comes with.
    """
    shelf = KEPT_MODELS / f"stock-{epochs}"
    with steps.during(f"{NAME}：训练 {epochs} 轮"):
        training = trained(shelf, Recipe(epochs), train, _now, anew=anew)
    with _helped(folder, models), _running(folder, shelf, plan, steps) as (who, start_seconds):
        figures = _talked_to(who, plan, steps)
    with steps.during(f"{NAME}：理解"):
        parse_ms = median_ms(shelf, plan.sentences, as_served=False)
    return replace(
        figures,
        start_seconds=start_seconds,
        train_seconds=training.seconds,
        train_note=_how(training),
        parse_ms=parse_ms,
    )


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _how(training: Trained) -> str:
    only = "" if training.is_whole else f"，只训练了 {DEFAULT_EPOCHS} 轮里的 {training.epochs} 轮"
    return (
        f"默认配置的模型于 {training.at} 在这台机器上训练{only}；"
        "时间是用掉的处理器时间除以核数，至少要这么久"
    )


@contextmanager
def _running(
    folder: Path, models: Path, plan: Plan, steps: Steps
) -> Iterator[tuple[Contestant, float]]:
    """The server after `plan.starts` starts, and the median seconds to its first answer."""
    port = free_ports(1)[0]
    base = f"http://127.0.0.1:{port}"
    servers: list[subprocess.Popen[bytes]] = []
    started: list[float] = []

    def customer() -> RestCustomer:
        return RestCustomer(base)

    def start() -> subprocess.Popen[bytes]:
        servers.append(_serve(folder, models, port))
        return servers[-1]

    try:
        for _ in steps.over(range(plan.starts), f"{NAME}：启动"):
            for server in servers:
                end(server)
            started.append(seconds_to_first_answer(start, customer, QUESTIONS[0]))
        yield Contestant(NAME, customer, servers[-1].pid), statistics.median(started)
    finally:
        for server in servers:
            end(server)


def _talked_to(who: Contestant, plan: Plan, steps: Steps) -> Figures:
    asked = ask(who, plan, steps)
    pressed = press(who, plan, steps)
    talked = talk(who, plan, steps)
    filled, form_note = _filled(who, plan, steps)
    return Figures(
        asked,
        pressed,
        talk=talked,
        filled=filled,
        form_note=form_note,
        memory_mb=resident_mb(who.pid),
    )


def _filled(who: Contestant, plan: Plan, steps: Steps) -> tuple[Filled | None, str]:
    """Our form through our action server, as far as its understanding leads there."""
    try:
        return fill_in(who, plan, steps), ""
    except Unanswered:
        return None, NO_FORM


@contextmanager
def _helped(folder: Path, models: Path) -> Iterator[None]:
    """Our action server for the custom actions of our rules."""
    helper = Stack(folder / "helper", {"MODELS_DIR": str(models)})
    helper.folder.mkdir()
    try:
        helper.start("casestore", "actions", "relay")
        _write_endpoints(folder, helper)
        yield
    finally:
        helper.stop()


def _write_endpoints(folder: Path, helper: Stack) -> None:
    endpoint = {
        "action_endpoint": {"url": f"{helper.actions}/webhook"},
        "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(folder / "tracker.db")},
    }
    (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoint), encoding="utf-8")
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")


def _serve(folder: Path, models: Path, port: int) -> subprocess.Popen[bytes]:
    arguments = ["run", "--model", str(models), "--port", str(port)]
    files = ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    return launch(
        [sys.executable, "-m", "rasa", *arguments, *files, "--interface", "127.0.0.1"],
        folder,
        {**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
    )
