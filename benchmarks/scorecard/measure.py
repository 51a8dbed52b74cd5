"""Trains contestants and has them read test files."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from benchmarks.scorecard.contestants import Contestant, Entry, ngrams, without_concepts
from benchmarks.scorecard.corpus import Alarms, Corpus, LabelledFile, as_understood
from benchmarks.scorecard.metrics import Judged, judge, lenient, share, strict
from bot.nlu.bands import Thresholds, decide
from bot.nlu.evaluate import Prediction, public_label
from bot.nlu.model import IntentModel
from bot.nlu.ranking import Ranking
from bot.nlu.recipe import Recipe
from bot.nlu.understanding import Reader

CURVE_SHARES = (0.125, 0.25, 0.5, 0.75, 1.0)
CURVE_STEPS = 2 * len(CURVE_SHARES)
_WARM_UP = ("你好", "银行卡丢了怎么办")
Step = Callable[[str], None]
"""Tells the progress bar what begins now."""


@dataclass(frozen=True)
class Reading:
    """What one contestant made of one file, and the milliseconds each line took."""

    judged: list[Judged]
    times: list[float]


@dataclass(frozen=True)
class Fuse:
    """The emergency lists through rules and model; rates are 0 to 1."""

    emergencies: int
    calm: int
    recall: float | None
    false_alarms: float | None


@dataclass(frozen=True)
class Outcome:
    """One contestant; `readings` by the name of the file."""

    entry: Entry
    train_seconds: float
    readings: Mapping[str, Reading]
    fuse: Fuse

    @property
    def everything(self) -> list[Judged]:
        """Lines of all files."""
        return [j for reading in self.readings.values() for j in reading.judged]


@dataclass(frozen=True)
class Point:
    """Scores after training on a part of the lines; by the name of the file."""

    part: float
    lines: int
    concepts: bool
    strict: Mapping[str, float | None]
    lenient: Mapping[str, float | None]


def compete(
    entry: Entry,
    corpus: Corpus,
    files: Sequence[LabelledFile],
    alarms: Alarms,
    thresholds: Thresholds,
    step: Step,
) -> Outcome:
    """Trains a contestant and has it read everything."""
    step(f"{entry.name}：训练")
    began = time.perf_counter()
    contestant = entry.train(corpus)
    seconds = time.perf_counter() - began
    readings = {}
    for file in files:
        step(f"{entry.name}：{file.name}")
        readings[file.name] = read(contestant, file, thresholds)
    return Outcome(entry, seconds, readings, fuse(contestant, alarms, thresholds))


def read(contestant: Contestant, file: LabelledFile, thresholds: Thresholds) -> Reading:
    """Reads the lines of a file one by one."""
    for text in _WARM_UP:
        contestant.rank(contestant.see(text))
    predictions, times = [], []
    for line in file.lines:
        began = time.perf_counter()
        ranking = contestant.rank(contestant.see(as_understood(line.text)))
        times.append((time.perf_counter() - began) * 1000)
        predictions.append(predict(ranking, thresholds))
    return Reading(judge(file.lines, predictions), times)


def predict(ranking: Ranking, thresholds: Thresholds) -> Prediction:
    """The decision about a ranking, without the rules about texts."""
    decision = decide(ranking, thresholds)
    return Prediction(
        public_label({"label": decision.label}),
        decision.band.value,
        decision.confidence,
        ranking.danger >= thresholds.danger,
    )


def fuse(contestant: Contestant, alarms: Alarms, thresholds: Thresholds) -> Fuse:
    """Runs the emergency lists as the product reads messages: rules first, then the model."""
    # The reader needs nothing of the model but `rank`.
    reader = Reader(
        cast(IntentModel, contestant),
        lambda text, _words: contestant.see(text),
        thresholds,
        known=lambda _text: None,
    )

    def raised(text: str) -> bool:
        return reader.read(as_understood(text))[0].emergency is not None

    return Fuse(
        len(alarms.emergency),
        len(alarms.calm),
        share(map(raised, alarms.emergency)),
        share(map(raised, alarms.calm)),
    )


def winner(outcomes: Sequence[Outcome]) -> Outcome:
    """The most lines leniently right over all files, then strictly; the first named wins a tie."""
    return max(outcomes, key=lambda o: (lenient(o.everything) or 0, strict(o.everything) or 0))


def recipe_of_curve(best: Outcome, configured: Recipe) -> Recipe:
    """The winner's recipe where it is one of ours and has concepts to leave out."""
    recipe = best.entry.recipe
    return recipe if recipe is not None and recipe.concepts else configured


def learning_curve(
    recipe: Recipe,
    corpus: Corpus,
    files: Sequence[LabelledFile],
    thresholds: Thresholds,
    step: Step,
) -> list[Point]:
    """Trains `recipe` with and without concepts on growing parts of the lines."""
    points = []
    for part in CURVE_SHARES:
        some = corpus.sample(round(len(corpus) * part))
        for concepts in (True, False):
            step(f"学习曲线：{len(some):,} 句，{'有' if concepts else '没有'}概念")
            chosen = recipe if concepts else without_concepts(recipe)
            contestant = ngrams(chosen, "", "", "").train(some)
            judged = {f.name: read(contestant, f, thresholds).judged for f in files}
            points.append(
                Point(
                    part,
                    len(some),
                    concepts,
                    {name: strict(found) for name, found in judged.items()},
                    {name: lenient(found) for name, found in judged.items()},
                )
            )
    return points
