"""Scores the trained model on labelled lines, through the same path as a customer's message."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.errors import ConfigurationError
from bot.nlu.labels import EMERGENCY, OUT_OF_SCOPE, SMALL_TALK

FAQ = "faq/"
NAMES = {
    "complaint_file": "complaint/file",
    "complaint_status": "complaint/status",
    "status_tail": "complaint/status",
    "complaint_supplement": "complaint/status",
    "complaint_withdraw": "complaint/status",
    "complaint_review": "complaint/status",
    "complaint_rate": "complaint/status",
    "complaint_another": "complaint/file",
    "my_data": "faq/personal_info",
}


@dataclass(frozen=True)
class Line:
    """A labelled utterance; `alt` are other labels a fair reader would accept."""

    text: str
    label: str
    alt: tuple[str, ...] = ()
    emergency: bool | None = None


@dataclass(frozen=True)
class Prediction:
    """`label` as in docs/labels.md; `band` is answer, clarify or unknown.

    `emergency` stands beside the label: a message about a swindler is about fraud, alarm or not.
    """

    label: str
    band: str
    confidence: float
    emergency: bool = False


def read_lines(path: Path) -> list[Line]:
    """Raises ConfigurationError naming the line that is not as expected."""
    lines = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            item = json.loads(raw)
            line = Line(
                item["text"], item["label"], tuple(item.get("alt", ())), item.get("emergency")
            )
        except (ValueError, KeyError, TypeError) as exc:
            raise ConfigurationError(f"{path.name} 第 {number} 行格式不正确：{exc}") from exc
        lines.append(line)
    return lines


def public_label(understanding: dict[str, Any]) -> str:
    """The model's label under its public name: `faq/<theme>`, `complaint/file` …"""
    label = str(understanding["label"])
    if label in SMALL_TALK:
        return OUT_OF_SCOPE
    return label.split(".", 1)[0] if label.startswith(FAQ) else NAMES.get(label, label)


def score(lines: Sequence[Line], predictions: Sequence[Prediction]) -> dict[str, Any]:
    """All figures; rates are 0 to 1, null where nothing was counted.

    A line labelled `emergency` is right when the alarm was raised, whatever its theme.
    """
    pairs = [(line, _as_alarm(line, p)) for line, p in zip(lines, predictions, strict=True)]
    result: dict[str, Any] = {
        "n": len(pairs),
        "strict": _rate(p.label == line.label for line, p in pairs),
        "lenient": _rate(_fits(line, p) for line, p in pairs),
        "per_label": _per_label(pairs),
        "bands": _bands(pairs),
    }
    flagged = [(line, p) for line, p in pairs if line.emergency is not None]
    if flagged:
        result["emergency"] = {
            "n": len(flagged),
            "recall": _rate(p.emergency for line, p in flagged if line.emergency),
            "false_alarms": _rate(p.emergency for line, p in flagged if not line.emergency),
        }
    return result


def _as_alarm(line: Line, prediction: Prediction) -> Prediction:
    wanted = line.label == EMERGENCY or (EMERGENCY in line.alt and not _fits(line, prediction))
    return replace(prediction, label=EMERGENCY) if wanted and prediction.emergency else prediction


def _fits(line: Line, prediction: Prediction) -> bool:
    return prediction.label == line.label or prediction.label in line.alt


def _rate(hits: Iterable[bool]) -> float | None:
    counted = list(hits)
    return round(sum(counted) / len(counted), 4) if counted else None


def _per_label(pairs: Sequence[tuple[Line, Prediction]]) -> dict[str, dict[str, Any]]:
    wanted = Counter(line.label for line, _ in pairs)
    given = Counter(p.label for _, p in pairs)
    right = Counter(line.label for line, p in pairs if p.label == line.label)
    return {
        label: _precision_recall(right[label], given[label], wanted[label])
        for label in sorted(wanted | given)
    }


def _precision_recall(right: int, given: int, wanted: int) -> dict[str, Any]:
    precision = round(right / given, 4) if given else None
    recall = round(right / wanted, 4) if wanted else None
    f1 = round(2 * right / (given + wanted), 4) if given + wanted else None
    return {"n": wanted, "precision": precision, "recall": recall, "f1": f1}


def _bands(pairs: Sequence[tuple[Line, Prediction]]) -> dict[str, dict[str, Any]]:
    return {
        band: {
            "n": len(inside),
            "share": round(len(inside) / len(pairs), 4) if pairs else None,
            "strict": _rate(p.label == line.label for line, p in inside),
            "lenient": _rate(_fits(line, p) for line, p in inside),
        }
        for band in ("answer", "clarify", "unknown")
        for inside in [[(line, p) for line, p in pairs if p.band == band]]
    }
