"""Figures of stock Rasa: the pipeline and policies of `rasa init`, trained on our data.

Differences from `rasa init`: JiebaTokenizer in the whitespace tokenizer's place (it refuses
Chinese), our action server for the custom actions, and Rasa's own SQL tracker store on SQLite, so
that both products keep their conversations on disk.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
import yaml

from benchmarks.figures import ROOT, Figures, resident_mb
from benchmarks.load import throughput, turn_times
from tests.ports import free_ports
from tests.stack import Stack, wait_until

DEFAULT_EPOCHS = 100
SHORT_EPOCHS = (1, 3)
START_SECONDS = 300.0


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


class RestCustomer:
    """A conversation over Rasa's own REST channel."""

    def __init__(self, base: str) -> None:
        self._url = f"{base}/webhooks/rest/webhook"
        self._sender = uuid4().hex
        self._http = requests.Session()

    def say(self, text: str) -> list[str]:
        body = {"sender": self._sender, "message": text}
        answer = self._http.post(self._url, json=body, timeout=120)
        return [message.get("text", "") for message in answer.json()]


def measure(folder: Path, *, full: bool) -> Figures:
    """Trains, starts and talks to stock Rasa; with `full` all 100 epochs are trained."""
    trained, note = _train_time(folder, full=full)
    helper = Stack(folder / "actions")
    helper.folder.mkdir()
    port = free_ports(1)[0]
    base = f"http://127.0.0.1:{port}"
    _write_endpoints(folder, helper)
    try:
        helper.start("actions")
        began = time.perf_counter()
        server = _serve(folder, port)
        try:
            wait_until(lambda: Stack.answers(base), START_SECONDS, "stock Rasa")
            started = time.perf_counter() - began
            times = turn_times(lambda: RestCustomer(base))
            rate = throughput(lambda: RestCustomer(base))
            memory = resident_mb(server.pid)
        finally:
            server.kill()
            server.wait()
    finally:
        helper.stop()
    return Figures(trained, note, started, memory, times, rate)


def _train_time(folder: Path, *, full: bool) -> tuple[float, str]:
    if full:
        return _train(folder, DEFAULT_EPOCHS), ""
    few, more = (_train(folder, epochs) for epochs in SHORT_EPOCHS)
    per_epoch = (more - few) / (SHORT_EPOCHS[1] - SHORT_EPOCHS[0])
    estimate = more + per_epoch * (DEFAULT_EPOCHS - SHORT_EPOCHS[1])
    return estimate, f"默认配置按 {SHORT_EPOCHS[0]} 轮和 {SHORT_EPOCHS[1]} 轮的实测推算到 100 轮"


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
    with (folder / "server.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "rasa", *arguments, *files, "--interface", "127.0.0.1"],
            cwd=folder,
            env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
