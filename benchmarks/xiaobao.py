"""Figures of Xiaobao: the whole product as `make run` starts it, on free ports."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.figures import ROOT, Figures, resident_mb
from benchmarks.load import throughput, turn_times
from tests.stack import Stack


def measure(folder: Path) -> Figures:
    """Trains into `folder`, starts everything, talks, stops everything."""
    product = Stack(folder, {"MODELS_DIR": str(folder / "models")})
    began = time.perf_counter()
    _train(product, "--no-promote")
    trained = time.perf_counter() - began
    _train(product)  # the model's own test is no part of training
    try:
        began = time.perf_counter()
        product.start()
        started = time.perf_counter() - began
        times = turn_times(product.chat)
        rate = throughput(product.chat)
        memory = resident_mb(product.processes["rasa"].pid)
    finally:
        product.stop()
    return Figures(trained, "", started, memory, times, rate)


def _train(product: Stack, *options: str) -> None:
    subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "bot", "train", *options],
        cwd=ROOT,
        env=product.env,
        check=True,
        capture_output=True,
    )
