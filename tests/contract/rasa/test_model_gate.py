"""The gate with real, small models: trained with the product's own pipeline, tried as in service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack import ROOT

TRAIN = """
import os, sys, warnings
from bot.launcher.process import configure_logging
configure_logging(level=40)
os.environ["RASA_MAX_CACHE_SIZE"] = "0"
from rasa.model_training import train_nlu
for data, name in zip(sys.argv[2::2], sys.argv[3::2]):
    train_nlu("config.yml", data, sys.argv[1], fixed_model_name=name.removesuffix(".tar.gz"))
"""
CONSIDER = """
import contextlib, json, sys
from pathlib import Path
from bot.launcher.models.promotion import Gate
from bot.launcher.models.shelf import Shelf
from bot.launcher.models.trial import TrialSet, try_model
from bot.nlu.evaluate import Line, read_lines
lines = read_lines(Path(sys.argv[2]))
alarms = [Line("我正在给骗子转账", "emergency", emergency=True), Line("你好", "", emergency=False)]
golden = [Line("卡丢了怎么挂失", "faq/card_lost", emergency=False)]
gate = Gate(Shelf(Path(sys.argv[1])), "a" * 64, lambda: TrialSet(lines, alarms, golden), try_model)
for name in sys.argv[3:]:
    decision = gate.consider(name, "2026-11-26T08:00:00+00:00")
    failed = [check.what for check in decision.checks if not check.is_met]
    lost = [line.text for line, _ in decision.lost]
    print(json.dumps([decision.outcome.value, failed, lost, decision.misread]))
"""
LOST = ("卡丢了怎么办", "卡丢了怎么挂失", "银行卡不见了", "我的卡找不到了", "挂失要什么手续")
FEES = ("年费多少钱", "转账要手续费吗", "手续费怎么收", "短信费一个月多少", "为什么扣我年费")
HANDOFF = ("转人工", "我要找人工客服", "叫个真人来", "接人工", "人工服务")
LINES = [("我的银行卡丢了", "faq/card_lost"), ("要收多少手续费", "faq/fees")]
LINES += [
    ("帮我转人工客服", "handoff"),
    ("年费是多少", "faq/fees"),
    ("卡找不到了", "faq/card_lost"),
]
"""Other words than the models were trained on."""
GOOD, SAME, BAD = (f"xiaobao-aaaaaaaa-{letter * 16}.tar.gz" for letter in "123")


def write_examples(path: Path, **examples: tuple[str, ...]) -> str:
    intents = {"lost": "faq/card_lost.report", "fees": "faq/fees.annual", "handoff": "handoff"}
    blocks = ['version: "3.1"', "nlu:"]
    for key, texts in examples.items():
        blocks += [f"- intent: {intents[key]}", "  examples: |", *(f"    - {t}" for t in texts)]
    path.write_text("\n".join(blocks) + "\n", encoding="utf-8")
    return str(path)


def run(code: str, *arguments: str) -> str:
    """In a process of its own: Rasa leaves warnings and settings behind in the one that loads it."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good model, one like it, and one that was taught fees as lost cards and the other way."""
    folder = tmp_path_factory.mktemp("models")
    good = write_examples(folder / "good.yml", lost=LOST, fees=FEES, handoff=HANDOFF)
    more = write_examples(
        folder / "more.yml", lost=LOST, fees=(*FEES, "收费标准在哪看"), handoff=HANDOFF
    )
    bad = write_examples(folder / "bad.yml", lost=FEES, fees=LOST, handoff=HANDOFF)
    run(TRAIN, str(folder), good, GOOD, more, SAME, bad, BAD)
    return folder


def test_a_real_model_is_promoted_if_it_understands_and_refused_if_it_does_not(
    models: Path,
) -> None:
    held_out = models / "held-out.jsonl"
    rows = [json.dumps({"text": text, "label": label}) for text, label in LINES]
    held_out.write_text("\n".join(rows), encoding="utf-8")
    printed = run(CONSIDER, str(models), str(held_out), GOOD, SAME, BAD, BAD)
    decisions = [json.loads(line) for line in printed.splitlines() if line.startswith("[")]
    first, same, bad, again = decisions
    assert first == ["promoted", [], [], []]
    assert same == ["promoted", [], [], []]
    outcome, failed, lost, misread = bad
    assert outcome == "refused"
    assert set(failed) >= {"认对（严格）", "认对（可接受）"}
    assert "我的银行卡丢了" in lost
    assert misread == ["卡丢了怎么挂失"]
    assert again[0] == "aside"
