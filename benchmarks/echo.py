"""Figures of the limit: a server that does nothing but receive and answer."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.comparison import Figures
from benchmarks.customers import WebCustomer
from benchmarks.figures import ROOT
from benchmarks.load import QUESTIONS
from benchmarks.measure import Contestant, ask, press
from benchmarks.plan import Plan
from benchmarks.processes import end, launch, seconds_to_first_answer
from benchmarks.progress import Steps
from tests.ports import free_ports


def measure(folder: Path, answer_bytes: int, plan: Plan, steps: Steps) -> Figures:
    """`answer_bytes`: as many as the product's answers have."""
    port = free_ports(1)[0]
    base = f"http://127.0.0.1:{port}/webhooks/echo/"
    command = [sys.executable, "-m", "benchmarks.echo_server", str(port), str(answer_bytes)]
    server = launch(command, folder, {**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        seconds_to_first_answer(lambda: server, lambda: WebCustomer(base), QUESTIONS[0])
        who = Contestant("极限", lambda: WebCustomer(base), server.pid)
        return Figures(ask(who, plan, steps), press(who, plan, steps))
    finally:
        end(server)
