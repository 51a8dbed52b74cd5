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
from benchmarks.stock_training import DEFAULT_EPOCHS, extrapolated, train
from tests.ports import free_ports
from tests.stack import Stack

NAME = "默认配置"
NO_FORM = "默认配置填不完小保的投诉表单，走完全部问题得不到编号，所以没有这几个数"


def measure(folder: Path, models: Path, plan: Plan, steps: Steps, *, full: bool) -> Figures:
    """Trains, starts and talks to stock Rasa; with `full` all 100 epochs are trained.

    `models`: where the model of the product is or will be, which its action server comes with.
    """
    seconds, note = _train_time(folder, plan, steps, full=full)
    with _helped(folder, models), _running(folder, plan, steps) as (who, start_seconds):
        figures = _talked_to(who, plan, steps)
    with steps.during(f"{NAME}：理解"):
        parse_ms = median_ms(folder / "models", plan.sentences)
    return replace(
        figures,
        start_seconds=start_seconds,
        train_seconds=seconds,
        train_note=note,
        parse_ms=parse_ms,
    )


@contextmanager
def _running(folder: Path, plan: Plan, steps: Steps) -> Iterator[tuple[Contestant, float]]:
    """The server after `plan.starts` starts, and the median seconds to its first answer."""
    port = free_ports(1)[0]
    base = f"http://127.0.0.1:{port}"
    servers: list[subprocess.Popen[bytes]] = []
    started: list[float] = []

    def customer() -> RestCustomer:
        return RestCustomer(base)

    def start() -> subprocess.Popen[bytes]:
        servers.append(_serve(folder, port))
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


def _train_time(folder: Path, plan: Plan, steps: Steps, *, full: bool) -> tuple[float | None, str]:
    epochs = (DEFAULT_EPOCHS,) if full else plan.stock_epochs
    counted = steps.over(epochs, f"{NAME}：训练 {'、'.join(map(str, epochs))} 轮")
    return extrapolated(epochs, [train(folder, each) for each in counted])


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


def _serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    arguments = ["run", "--model", str(folder / "models"), "--port", str(port)]
    files = ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    return launch(
        [sys.executable, "-m", "rasa", *arguments, *files, "--interface", "127.0.0.1"],
        folder,
        {**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
    )
