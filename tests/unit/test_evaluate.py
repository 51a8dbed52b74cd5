"""Scores against figures worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.nlu.evaluate import Line, Prediction, public_label, read_lines, score
from bot.nlu.runner import write_details

LINES = [
    Line("卡丢了", "faq/card_lost"),
    Line("卡不见了", "faq/card_lost", alt=("faq/card_safety",)),
    Line("卡被偷了", "faq/card_lost"),
    Line("正在被骗", "emergency", emergency=True),
    Line("被骗了怎么办", "faq/telecom_fraud", emergency=False),
]
PREDICTIONS = [
    Prediction("faq/card_lost", "answer", 0.9),
    Prediction("faq/card_safety", "answer", 0.6),
    Prediction("out_of_scope", "unknown", 0.1),
    Prediction("faq/telecom_fraud", "answer", 0.9, emergency=True),
    Prediction("faq/card_fraud", "clarify", 0.4, emergency=True),
]


def test_strict_counts_the_label_and_lenient_also_the_alternatives() -> None:
    result = score(LINES, PREDICTIONS)
    assert (result["n"], result["strict"], result["lenient"]) == (5, 0.4, 0.6)


def test_precision_and_recall_of_each_label() -> None:
    per_label = score(LINES, PREDICTIONS)["per_label"]
    assert per_label["faq/card_lost"] == {"n": 3, "precision": 1.0, "recall": 0.3333, "f1": 0.5}
    assert per_label["emergency"] == {"n": 1, "precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert per_label["out_of_scope"] == {"n": 0, "precision": 0.0, "recall": None, "f1": 0.0}


def test_bands_hold_their_share_and_their_accuracy() -> None:
    bands = score(LINES, PREDICTIONS)["bands"]
    assert bands["answer"] == {"n": 3, "share": 0.6, "strict": 0.6667, "lenient": 1.0}
    assert bands["clarify"] == {"n": 1, "share": 0.2, "strict": 0.0, "lenient": 0.0}
    assert bands["unknown"]["n"] == 1


def test_emergencies_are_scored_where_lines_say_so() -> None:
    assert score(LINES, PREDICTIONS)["emergency"] == {
        "n": 2,
        "recall": 1.0,
        "false_alarms": 1.0,
    }
    assert "emergency" not in score(LINES[:2], PREDICTIONS[:2])


def test_an_alarm_does_not_change_the_theme_of_a_line() -> None:
    line = Line("刚给骗子转了钱", "faq/telecom_fraud", emergency=True)
    alarmed = Prediction("faq/telecom_fraud", "answer", 0.9, emergency=True)
    assert score([line], [alarmed])["strict"] == 1.0


def test_nothing_to_score_is_no_division_by_zero() -> None:
    result = score([], [])
    assert (result["n"], result["strict"], result["per_label"]) == (0, None, {})
    assert result["bands"]["answer"] == {"n": 0, "share": None, "strict": None, "lenient": None}


def test_a_prediction_missing_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        score(LINES, PREDICTIONS[:-1])


@pytest.mark.parametrize(
    ("label", "public"),
    [
        ("faq/card_lost.report_loss", "faq/card_lost"),
        ("complaint_file", "complaint/file"),
        ("complaint_status", "complaint/status"),
        ("handoff", "handoff"),
        ("greet", "out_of_scope"),
        ("who_are_you", "out_of_scope"),
    ],
)
def test_labels_under_their_public_names(label: str, public: str) -> None:
    assert public_label({"label": label}) == public


def test_lines_are_read_with_their_alternatives(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    rows = [
        {"text": "卡丢了", "label": "a", "alt": ["b"], "emergency": True},
        {"text": "嗨", "label": "c"},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert read_lines(path) == [Line("卡丢了", "a", ("b",), True), Line("嗨", "c")]


@pytest.mark.parametrize("bad", ["no json", "{}", '{"text": "x"}', "[]", "3"])
def test_a_bad_line_is_named(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"text": "x", "label": "y"}\n' + bad, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"lines\.jsonl 第 2 行"):
        read_lines(path)


def test_details_hold_line_and_prediction(tmp_path: Path) -> None:
    path = tmp_path / "details.jsonl"
    write_details(path, LINES[:1], PREDICTIONS[:1])
    row = json.loads(path.read_text(encoding="utf-8"))
    assert (row["text"], row["predicted_label"], row["predicted_band"]) == (
        "卡丢了",
        "faq/card_lost",
        "answer",
    )
