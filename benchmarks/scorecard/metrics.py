"""The figures of the scorecard. Pure."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.nlu.bands import Band
from bot.nlu.evaluate import Line, Prediction
from bot.nlu.labels import EMERGENCY, OUT_OF_SCOPE, SMALL_TALK

BINS = 10


@dataclass(frozen=True)
class Judged:
    """A line and what a contestant made of it; `wanted` and `given` are public labels."""

    wanted: str
    accepted: tuple[str, ...]
    given: str
    band: str
    confidence: float

    @property
    def strict(self) -> bool:
        return self.given == self.wanted

    @property
    def lenient(self) -> bool:
        """True when a fair reader would accept the label, small talk being out of scope."""
        return folded(self.given) in {folded(label) for label in (self.wanted, *self.accepted)}

    @property
    def in_scope(self) -> bool:
        return folded(self.wanted) != OUT_OF_SCOPE

    @property
    def answered(self) -> bool:
        return self.band == Band.ANSWER.value

    @property
    def declined(self) -> bool:
        """True when the assistant says that it does not know, or that this is not its business."""
        return self.band == Band.UNKNOWN.value or folded(self.given) == OUT_OF_SCOPE


@dataclass(frozen=True)
class Label:
    """Precision, recall and F1 of one label; None where nothing was counted."""

    n: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class Bin:
    """Predictions of about the same confidence: from `low` to below `high`."""

    low: float
    high: float
    n: int
    share: float
    confidence: float | None
    strict: float | None
    lenient: float | None


@dataclass(frozen=True)
class BandFigures:
    """One confidence band."""

    n: int
    share: float | None
    strict: float | None
    lenient: float | None


@dataclass(frozen=True)
class Serving:
    """What the bands mean for customers."""

    right_when_answered: float | None
    in_scope_answered: float | None
    out_of_scope_declined: float | None


def folded(label: str) -> str:
    """Small talk is out of scope, every other label is itself."""
    return OUT_OF_SCOPE if label in SMALL_TALK else label


def judge(lines: Sequence[Line], predictions: Sequence[Prediction]) -> list[Judged]:
    """Lines beside predictions; a line that wants an alarm is right when it was raised."""
    return [
        Judged(line.label, line.alt, _given(line, p), p.band, p.confidence)
        for line, p in zip(lines, predictions, strict=True)
    ]


def _given(line: Line, prediction: Prediction) -> str:
    asked = line.label == EMERGENCY or (EMERGENCY in line.alt and prediction.label != line.label)
    return EMERGENCY if asked and prediction.emergency else prediction.label


def share(hits: Iterable[bool]) -> float | None:
    """The part of `hits` that are true, 0 to 1; None when there are none at all."""
    counted = list(hits)
    return sum(counted) / len(counted) if counted else None


def strict(judged: Sequence[Judged]) -> float | None:
    return share(j.strict for j in judged)


def lenient(judged: Sequence[Judged]) -> float | None:
    return share(j.lenient for j in judged)


def per_label(judged: Sequence[Judged]) -> dict[str, Label]:
    """Figures of every label wanted or given, by the label of the line alone."""
    wanted = Counter(j.wanted for j in judged)
    given = Counter(j.given for j in judged)
    right = Counter(j.wanted for j in judged if j.strict)
    return {
        label: Label(
            wanted[label],
            right[label] / given[label] if given[label] else None,
            right[label] / wanted[label] if wanted[label] else None,
            2 * right[label] / (given[label] + wanted[label]),
        )
        for label in sorted(wanted | given)
    }


def macro_f1(labels: Mapping[str, Label]) -> float | None:
    """Mean F1 of the labels that lines want; every label counts the same."""
    found = [label.f1 for label in labels.values() if label.n and label.f1 is not None]
    return statistics.fmean(found) if found else None


def calibration(judged: Sequence[Judged]) -> list[Bin]:
    """Ten bins of confidence. Lines that want an alarm stay out: that is another probability."""
    themes = [j for j in judged if j.wanted != EMERGENCY]
    return [_bin(themes, n, [j for j in themes if _bin_of(j.confidence) == n]) for n in range(BINS)]


def _bin_of(confidence: float) -> int:
    return min(int(confidence * BINS), BINS - 1)


def _bin(everything: Sequence[Any], number: int, inside: Sequence[Judged]) -> Bin:
    return Bin(
        number / BINS,
        (number + 1) / BINS,
        len(inside),
        len(inside) / len(everything) if everything else 0.0,
        statistics.fmean(j.confidence for j in inside) if inside else None,
        strict(inside),
        lenient(inside),
    )


def expected_error(bins: Sequence[Bin], accuracies: Sequence[float | None]) -> float:
    """Expected calibration error: how far each bin's confidence is from its accuracy."""
    return sum(
        found.share * abs(found.confidence - accuracy)
        for found, accuracy in zip(bins, accuracies, strict=True)
        if found.confidence is not None and accuracy is not None
    )


def bands(judged: Sequence[Judged]) -> dict[str, BandFigures]:
    """Share and accuracy of each band."""
    return {
        band.value: BandFigures(
            len(inside),
            len(inside) / len(judged) if judged else None,
            strict(inside),
            lenient(inside),
        )
        for band in Band
        for inside in [[j for j in judged if j.band == band.value]]
    }


def serving(judged: Sequence[Judged]) -> Serving:
    """How in-scope customers are answered and the others declined."""
    inside = [j for j in judged if j.in_scope]
    return Serving(
        lenient([j for j in inside if j.answered]),
        share(j.answered for j in inside),
        share(j.declined for j in judged if not j.in_scope),
    )


def confusions(judged: Sequence[Judged], most: int) -> list[tuple[str, str, int]]:
    """The `most` frequent (wanted, given, times) among lines that are not even leniently right."""
    pairs = Counter((j.wanted, j.given) for j in judged if not j.lenient)
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return [(wanted, given, times) for (wanted, given), times in ranked[:most]]


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that at least `percent` per cent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(-(-len(ordered) * percent // 100), 1) - 1]
