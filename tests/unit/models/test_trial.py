"""What a trial makes of a model's answers, worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.launcher.models.trial import ALARMS, TrialSet, lost, read_tests, run
from bot.launcher.self_test import golden_sentences
from bot.nlu.evaluate import Line, Prediction
from bot.settings import ROOT

HELD_OUT = ROOT / "data" / "evaluation" / "heldout.jsonl"
LABELS = {
    "卡丢了": "faq/card_lost",
    "卡不见了": "faq/fees",
    "钱正在被转走": "faq/telecom_fraud",
    "怎么防骗": "faq/telecom_fraud",
    "我要投诉": "complaint/file",
    "救命": "faq/fees",
}
ALARMED = {"钱正在被转走", "我要投诉", "救命"}
SET = TrialSet(
    [Line("卡丢了", "faq/card_lost"), Line("卡不见了", "faq/card_lost")],
    [Line("钱正在被转走", "emergency", emergency=True), Line("怎么防骗", "", emergency=False)],
    [
        Line("我要投诉", "complaint/file", emergency=False),
        Line("救命", "emergency", emergency=True),
    ],
)


def predict(lines: Sequence[Line]) -> list[Prediction]:
    return [
        Prediction(LABELS[line.text], "answer", 0.9, emergency=line.text in ALARMED)
        for line in lines
    ]


def test_every_figure_of_a_trial() -> None:
    scores = run(SET, predict).scores
    assert (scores.strict, scores.lenient, scores.wrong) == (0.5, 0.5, 0.5)
    assert (scores.alarms, scores.false_alarms) == (1.0, 0.0)
    assert scores.misread == ("我要投诉",), "understood, but taken for an emergency"
    assert scores.recall == {}, "of two lines nothing can be said"
    assert scores.tests == SET.digest


def test_labels_with_enough_lines_have_a_recall_of_their_own() -> None:
    lines = [*[Line("卡丢了", "faq/card_lost")] * 15, *[Line("卡不见了", "faq/card_lost")] * 5]
    assert run(TrialSet(lines, SET.alarms, SET.golden), predict).scores.recall == {
        "faq/card_lost": 0.75
    }


def test_lines_that_got_lost_are_those_the_earlier_model_took_rightly() -> None:
    lines = [Line("卡丢了", "faq/card_lost"), Line("卡不见了", "x", alt=("faq/fees",))]
    both = TrialSet(lines, SET.alarms, SET.golden)
    before = run(both, predict)
    wrong = run(both, lambda asked: [Prediction("other", "answer", 0.9) for _ in asked])
    assert [line.text for line, _ in lost(both, before, wrong)] == ["卡丢了", "卡不见了"]
    assert lost(both, wrong, before) == []


def test_the_products_own_lines_are_read_and_tell_themselves_from_others(tmp_path: Path) -> None:
    tests = read_tests(HELD_OUT)
    assert len(tests.held_out) > 900
    assert {line.emergency for line in tests.alarms} == {True, False}
    assert len(tests.golden) == len(golden_sentences())
    other = tmp_path / "bank.jsonl"
    other.write_text(json.dumps({"text": "卡丢了", "label": "faq/card_lost"}), encoding="utf-8")
    assert read_tests(other).digest != tests.digest == read_tests(HELD_OUT).digest


@pytest.mark.parametrize("missing", ["held out", "alarms"])
def test_a_file_that_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    gone = tmp_path / "gone.jsonl"
    held_out, alarms = (gone, ALARMS) if missing == "held out" else (HELD_OUT, gone)
    with pytest.raises(ConfigurationError, match=r"gone\.jsonl"):
        read_tests(held_out, alarms)
