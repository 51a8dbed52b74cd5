"""Figures of stock Rasa: the pipeline and policies of `rasa init`, trained on our data.

Differences from `rasa init`: JiebaTokenizer in the whitespace tokenizer's place (it refuses
Chinese), our action server for the custom actions, and Rasa's own SQL tracker store on SQLite, so
that both products keep their conversations on disk.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from benchmarks.comparison import Figures
from benchmarks.customers import RestCustomer, Unanswered
from benchmarks.figures import ROOT
from benchmarks.load import QUESTIONS, Filled
from benchmarks.measure import Contestant, ask, fill_in, press, talk
from benchmarks.parse import median_ms
from benchmarks.plan import Plan
from benchmarks.processes import end, launch, resident_mb, seconds_to_first_answer
from benchmarks.progress import Steps
from tests.ports import free_ports
from tests.stack import Stack

NAME = "默认配置"
DEFAULT_EPOCHS = 100


def config(epochs: int) -> dict[str, Any]:
    """config.yml of `rasa init` 3.6.21 with `epochs` in the place of 100."""
    return {
        "recipe": "default.v1",
        "assistant_id": "stock",
        "language": "zh",
        "pipeline": [
            {"name": "JiebaTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {
                "name": "CountVectorsFeaturizer",
                "analyzer": "char_wb",
                "min_ngram": 1,
                "max_ngram": 4,
            },
            {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
            {"name": "EntitySynonymMapper"},
            {"name": "ResponseSelector", "epochs": epochs, "constrain_similarities": True},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "RulePolicy"},
            {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": epochs},
            {
                "name": "TEDPolicy",
                "max_history": 5,
                "epochs": epochs,
                "constrain_similarities": True,
            },
        ],
    }


def measure(folder: Path, plan: Plan, steps: Steps, *, full: bool) -> Figures:
    """Trains, starts and talks to stock Rasa; with `full` all 100 epochs are trained."""
    seconds, note = _train_time(folder, plan, steps, full=full)
    with _helped(folder):
        figures = _talked_to(folder, plan, steps)
    with steps.during(f"{NAME}：理解"):
        parse_ms = median_ms(folder / "models", plan.sentences)
    return replace(figures, train_seconds=seconds, train_note=note, parse_ms=parse_ms)


def _talked_to(folder: Path, plan: Plan, steps: Steps) -> Figures:
    port = free_ports(1)[0]
    base = f"http://127.0.0.1:{port}"
    started: list[float] = []
    servers: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        servers.append(_serve(folder, port))
        return servers[-1]

    try:
        for _ in steps.over(range(plan.starts), f"{NAME}：启动"):
            if servers:
                end(servers[-1])
            started.append(seconds_to_first_answer(start, lambda: RestCustomer(base), QUESTIONS[0]))
        who = Contestant(NAME, lambda: RestCustomer(base), servers[-1].pid)
        asked, pressed, talked = (
            ask(who, plan, steps),
            press(who, plan, steps),
            talk(who, plan, steps),
        )
        filled, form_note = _filled(who, plan, steps)
        return Figures(
            asked,
            pressed,
            talk=talked,
            filled=filled,
            form_note=form_note,
            start_seconds=statistics.median(started),
            memory_mb=resident_mb(who.pid),
        )
    finally:
        for server in servers:
            end(server)


def _filled(who: Contestant, plan: Plan, steps: Steps) -> tuple[Filled | None, str]:
    """Our form through our action server, as far as its understanding leads there."""
    try:
        return fill_in(who, plan, steps), ""
    except Unanswered as exc:
        return None, str(exc)


def _train_time(folder: Path, plan: Plan, steps: Steps, *, full: bool) -> tuple[float | None, str]:
    epochs = (DEFAULT_EPOCHS,) if full else plan.stock_epochs
    counted = steps.over(epochs, f"{NAME}：训练 {'、'.join(map(str, epochs))} 轮")
    return extrapolated(epochs, [_train(folder, each) for each in counted])


def extrapolated(epochs: Sequence[int], seconds: Sequence[float]) -> tuple[float | None, str]:
    """Seconds of the default 100 epochs from those of one or two trainings, and how they came."""
    if epochs[-1] == DEFAULT_EPOCHS:
        return seconds[-1], ""
    if len(epochs) == 1:
        return None, f"默认配置只训练了 {epochs[0]} 轮（{seconds[0]:,.0f} 秒），推算不出 100 轮"
    per_epoch = (seconds[-1] - seconds[0]) / (epochs[-1] - epochs[0])
    estimate = seconds[-1] + per_epoch * (DEFAULT_EPOCHS - epochs[-1])
    return estimate, f"默认配置按 {epochs[0]} 轮和 {epochs[-1]} 轮的实测推算到 {DEFAULT_EPOCHS} 轮"


@contextmanager
def _helped(folder: Path) -> Iterator[None]:
    """Our action server for the custom actions of our rules."""
    helper = Stack(folder / "helper")
    helper.folder.mkdir()
    try:
        helper.start("casestore", "actions", "relay")
        _write_endpoints(folder, helper)
        yield
    finally:
        helper.stop()


def _train(folder: Path, epochs: int) -> float:
    path = folder / "config.yml"
    path.write_text(yaml.safe_dump(config(epochs), allow_unicode=True), encoding="utf-8")
    models = folder / "models"
    shutil.rmtree(models, ignore_errors=True)
    began = time.perf_counter()
    _rasa(folder, "train", "--config", str(path), "--domain", str(ROOT / "domain.yml"), "--data",
          str(ROOT / "data" / "nlu"), str(ROOT / "data" / "stories"), "--out", str(models))  # fmt: skip
    return time.perf_counter() - began


def _rasa(folder: Path, *arguments: str) -> None:
    # A folder of its own: Rasa's training cache would otherwise skip what it trained before.
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "RASA_MAX_CACHE_SIZE": "0"}
    with (folder / "rasa.log").open("ab") as log:
        subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "rasa", *arguments],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=True,
        )


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
