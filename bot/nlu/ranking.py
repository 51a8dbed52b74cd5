"""Labels and their probabilities, likeliest first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


def theme(label: str) -> str:
    """`faq/card_lost.report_loss` → `faq/card_lost`; other labels are their own theme."""
    return label.split(".", 1)[0] if label.startswith("faq/") else label


@dataclass(frozen=True)
class Scored:
    """A label (`faq/<theme>.<question>` or an intent) and its probability, 0 to 1."""

    label: str
    confidence: float

    @property
    def theme(self) -> str:
        return theme(self.label)


class Names:
    """The labels a model knows, and which theme each belongs to; one for all its rankings."""

    def __init__(self, labels: Iterable[str]) -> None:
        self.labels = tuple(labels)
        of_labels = [theme(label) for label in self.labels]
        self.themes = tuple(dict.fromkeys(of_labels))
        number = {name: n for n, name in enumerate(self.themes)}
        self.theme_of: NDArray[np.intp] = np.array([number[n] for n in of_labels], dtype=np.intp)
        self.position = {label: n for n, label in enumerate(self.labels)}


class Ranking:
    """All labels but `emergency` and their probabilities, which sum to 1.

    `danger` is the probability, 0 to 1, that the text is an emergency; it stands apart because a
    text about a swindler is about fraud whether or not the money is leaving right now. Labels are
    put in words as they are asked for: of two hundred, a message needs a handful.
    """

    def __init__(self, names: Names, shares: NDArray[np.float64], danger: float) -> None:
        """`shares` holds a probability for each of `names.labels`."""
        self.names = names
        self.shares = shares
        self.danger = danger

    @classmethod
    def of(cls, labels: Sequence[Scored], danger: float) -> Ranking:
        """A ranking of labels that come with their probabilities."""
        shares = np.array([scored.confidence for scored in labels], dtype=np.float64)
        return cls(Names(scored.label for scored in labels), shares, danger)

    def __iter__(self) -> Iterator[Scored]:
        """Likeliest first; of two alike the one named first."""
        return (Scored(self.names.labels[n], float(self.shares[n])) for n in self._order)

    def __len__(self) -> int:
        return len(self.shares)

    @property
    def likeliest(self) -> Scored:
        """The first of the labels."""
        return next(iter(self))

    def top(self, most: int) -> list[Scored]:
        """The likeliest `most` labels."""
        return [scored for scored, _ in zip(self, range(most), strict=False)]

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        return np.argsort(-self.shares, kind="stable")

    def best_theme(self) -> tuple[str, float]:
        """The likeliest theme and its probability."""
        masses = np.bincount(self.names.theme_of, self.shares, len(self.names.themes))
        best = int(masses.argmax())
        return self.names.themes[best], float(masses[best])

    def certain_of(self, label: str, confidence: float) -> Ranking:
        """The ranking without danger when `label` is known to be meant with that probability."""
        at = self.names.position[label]
        others = np.delete(self.shares, at)
        rest = (1 - confidence) / (float(others.sum()) or 1.0)
        shares = self.shares * rest
        shares[at] = confidence
        return Ranking(self.names, shares, 0.0)
