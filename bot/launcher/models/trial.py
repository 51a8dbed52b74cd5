"""Tries a trained model on the lines that no model was trained on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.errors import ConfigurationError
from bot.launcher.models.gate import FEWEST_LINES, Scores
from bot.launcher.self_test import golden_sentences
from bot.nlu.bands import Band
from bot.nlu.evaluate import NAMES, Line, Prediction, read_lines, score
from bot.nlu.labels import EMERGENCY
from bot.settings import ROOT
from bot.shipped_yaml import read_shipped

ALARMS = ROOT / "data" / "evaluation" / "emergencies.yml"
Predict = Callable[[Sequence[Line]], Sequence[Prediction]]


@dataclass(frozen=True)
class TrialSet:
    """`held_out` lines have a label; `alarms` only say whether they are an emergency; `golden` are
    the plain questions of the server's own test."""

    held_out: Sequence[Line]
    alarms: Sequence[Line]
    golden: Sequence[Line]

    @property
    def digest(self) -> str:
        """Tells these lines from others."""
        lines = [asdict(line) for line in (*self.held_out, *self.alarms, *self.golden)]
        return hashlib.sha256(json.dumps(lines, ensure_ascii=False).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Trial:
    """What a model made of every line, in the order of `TrialSet.held_out`, and its figures."""

    predictions: Sequence[Prediction]
    scores: Scores


def read_tests(held_out: Path, alarms: Path = ALARMS) -> TrialSet:
    """Raises ConfigurationError when a file is missing or not as expected."""
    try:
        lists = read_shipped(alarms)
        lines = read_lines(held_out)
    except OSError as exc:
        raise ConfigurationError(f"读不了测试用的问句 {exc.filename}：{exc.strerror}。") from exc
    heard = [Line(text, EMERGENCY, emergency=True) for text in lists["emergency"]]
    calm = [Line(text, "", emergency=False) for text in lists["calm"]]
    golden = [
        Line(said, NAMES.get(meant, meant), emergency=meant == EMERGENCY)
        for said, meant in golden_sentences().items()
    ]
    return TrialSet(lines, [*heard, *calm], golden)


def run(tests: TrialSet, predict: Predict) -> Trial:
    """The trial of the model behind `predict`."""
    predictions = predict(tests.held_out)
    figures = score(tests.held_out, predictions)
    heard = score(tests.alarms, predict(tests.alarms))["emergency"]
    misread = [
        line.text
        for line, found in zip(tests.golden, predict(tests.golden), strict=True)
        if not _is_understood(line, found)
    ]
    recall = {
        label: float(each["recall"])
        for label, each in figures["per_label"].items()
        if each["n"] >= FEWEST_LINES
    }
    answered = figures["bands"][Band.ANSWER.value]
    return Trial(
        predictions,
        Scores(
            tests=tests.digest,
            strict=float(figures["strict"] or 0),
            lenient=float(figures["lenient"] or 0),
            wrong=round((answered["share"] or 0) * (1 - (answered["lenient"] or 0)), 4),
            alarms=float(heard["recall"] or 0),
            false_alarms=float(heard["false_alarms"] or 0),
            recall=recall,
            misread=tuple(misread),
        ),
    )


def _is_understood(line: Line, found: Prediction) -> bool:
    if line.label == EMERGENCY:
        return found.emergency
    return found.label == line.label and not found.emergency


def try_model(model: Path, tests: TrialSet) -> Trial:
    """Raises what loading the model raises. Takes some ten seconds and imports Rasa."""
    from bot.launcher.process import configure_logging
    from bot.nlu.runner import Understanding

    configure_logging(level=40)
    with contextlib.redirect_stdout(sys.stderr):  # Rasa prints there
        return run(tests, Understanding(model).predict)


def lost(tests: TrialSet, before: Trial, after: Trial) -> list[tuple[Line, Prediction]]:
    """The lines that the earlier model took rightly and the later one does not."""
    triples = zip(tests.held_out, before.predictions, after.predictions, strict=True)
    return [
        (line, late)
        for line, early, late in triples
        if _fits(line, early) and not _fits(line, late)
    ]


def _fits(line: Line, found: Prediction) -> bool:
    return found.label == line.label or found.label in line.alt
