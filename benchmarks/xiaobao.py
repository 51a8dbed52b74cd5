"""Figures of Xiaobao: the whole product as `make run` starts it, on free ports."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import requests

from benchmarks import stages
from benchmarks.comparison import Figures
from benchmarks.customers import WebCustomer
from benchmarks.figures import ROOT
from benchmarks.load import QUESTIONS
from benchmarks.measure import Contestant, ask, fill_in, press, talk
from benchmarks.parse import median_ms
from benchmarks.plan import Plan
from benchmarks.processes import resident_mb, run, seconds_to_first_answer
from benchmarks.progress import Steps
from benchmarks.wechat import passive_replies
from tests.stack import START_SECONDS, Stack, wait_until
from tests.wechat import wechat_settings
from wechatsim import Account

NAME = "小保"
NOBODY = "http://127.0.0.1:9"
"""Where WeChat's own interface would be: without it every delivery is answered by its reply."""
MOST_TRAIN_SECONDS = 1800.0
HELPERS = ("casestore", "actions", "relay")


def measure(folder: Path, models: Path, plan: Plan, steps: Steps) -> Figures:
    """Trains into `models`, starts everything in `folder`, talks, stops everything."""
    product = Stack(folder, {"MODELS_DIR": str(models)})
    with steps.during(f"{NAME}：训练"):
        trained = _train(product)
    with _helped(product, steps):
        started = [_start(product) for _ in steps.over(range(plan.starts), f"{NAME}：启动")]
        figures = _talked_to(product, plan, steps)
        wechat = _on_wechat(product, plan, steps)
    with steps.during(f"{NAME}：理解"):
        parse_ms = median_ms(models, plan.sentences, as_served=True)
    return replace(
        figures,
        train_seconds=trained,
        start_seconds=statistics.median(started),
        wechat=wechat,
        parse_ms=parse_ms,
    )


def _train(product: Stack) -> float:
    """Seconds; the test of the model before it serves is no part of training."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "bot", "train", "--no-promote"]
    run(command, ROOT, product.env, MOST_TRAIN_SECONDS)
    return time.perf_counter() - began


@contextmanager
def _helped(product: Stack, steps: Steps) -> Iterator[None]:
    """Everything but Rasa runs; all is stopped in the end."""
    try:
        with steps.during(f"{NAME}：其余进程"):
            product.start(*HELPERS)
            health = f"{product.actions}/health"
            wait_until(partial(Stack.answers, health), START_SECONDS, "the action server")
        yield
    finally:
        product.stop()


def _start(product: Stack) -> float:
    """Starts Rasa anew; seconds to its first answer."""
    if "rasa" in product.processes:
        product.kill("rasa")

    def launched() -> subprocess.Popen[bytes]:
        product.launch("rasa")
        return product.processes["rasa"]

    return seconds_to_first_answer(launched, lambda: WebCustomer(product.web), QUESTIONS[0])


def _talked_to(product: Stack, plan: Plan, steps: Steps) -> Figures:
    pid = product.processes["rasa"].pid
    who = Contestant(NAME, lambda: WebCustomer(product.web), pid)
    before = _metrics(product)
    asked = ask(who, plan, steps)
    spent = stages.parts(before, _metrics(product), statistics.mean(asked.times))
    return Figures(
        asked,
        press(who, plan, steps),
        talk=talk(who, plan, steps),
        filled=fill_in(who, plan, steps),
        memory_mb=resident_mb(pid),
        stages=spent,
    )


def _metrics(product: Stack) -> stages.Spent:
    return stages.read(requests.get(product.metrics["rasa"], timeout=10).text)


def _on_wechat(product: Stack, plan: Plan, steps: Steps) -> list[float]:
    """Rasa once more, as an official account; without it, as `make run` has it, it was above."""
    # Without customer service every delivery waits for the answer.
    account = replace(Account.generated(), customer_service=False)
    account = replace(account, server_url=product.web.replace("/web/", "/wechat/"))
    product.env.update(wechat_settings(account, NOBODY))
    _start(product)
    return passive_replies(account, plan.packets, steps, f"{NAME}：微信随回包")
