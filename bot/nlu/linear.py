"""Linear classifiers, one label against the rest, for one sparse row. NumPy only.

A short text touches few columns, so weights lie by columns of the row: their rows are gathered and
weighted in one product. They are float16 on disk and float32 for reading: NumPy widens halves slowly,
and a message needs twenty thousand of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.nlu.features import Row

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Scorer:
    """One classifier.

    `weights` has a row for each of the ascending `features` and a column per label: features
    without weight take no room. `sharpness` turns scores into probabilities.
    """

    labels: list[str]
    features: NDArray[np.int32]
    weights: NDArray[np.floating[Any]]
    bias: Floats
    sharpness: float = 1.0

    def widened(self) -> Scorer:
        """The same with float32 weights, for reading."""
        return replace(self, weights=self.weights.astype(np.float32))

    def scores(self, row: Row) -> Floats:
        """Distance of one row from the boundary of each label."""
        if not len(self.features):
            return self.bias
        at = self.features.searchsorted(row.columns)
        values = row.values * (self.features.take(at, mode="clip") == row.columns)
        weights = self.weights.take(at, axis=0, mode="clip")
        # No BLAS: for so little its threads cost more than they save, and einsum's sum is the same
        # on every machine.
        scores: Floats = np.einsum("i,ij->j", values, weights) + self.bias
        return scores

    def shares(self, row: Row) -> Floats:
        """Probability of each label; they sum to 1."""
        return softmax(self.scores(row), np.float32(self.sharpness))


class Bank:
    """Many small classifiers of the same row, scored in one product.

    The blocks of their weights stand side by side, each as wide as the widest; `at` names for each
    column and classifier the row of its weights, counted within its block, 0 a row of zeros.
    """

    def __init__(self, scorers: Sequence[Scorer], columns: int) -> None:
        """`columns` is the width of a row."""
        heights = [len(scorer.features) + 1 for scorer in scorers]
        self.width = max((len(scorer.labels) for scorer in scorers), default=0)
        self._starts = np.cumsum([0, *heights])[:-1]
        self._at = np.zeros((columns, len(scorers)), np.min_scalar_type(max(heights, default=0)))
        self._weights = np.zeros((sum(heights), self.width), np.float32)
        self._bias = np.full((len(scorers), self.width), -np.inf, np.float32)
        self._sharpness = np.array([[scorer.sharpness] for scorer in scorers], np.float32)
        for n, scorer in enumerate(scorers):
            self._put(n, scorer)

    def _put(self, n: int, scorer: Scorer) -> None:
        height, labels = len(scorer.features), len(scorer.labels)
        first = self._starts[n] + 1
        self._at[scorer.features, n] = np.arange(1, height + 1)
        self._weights[first : first + height, :labels] = scorer.weights
        self._bias[n, :labels] = scorer.bias

    def shares(self, row: Row) -> Floats:
        """Probabilities, one line per classifier; what stands right of its labels is 0."""
        if not self._bias.size:
            return self._bias
        at = self._at.take(row.columns, axis=0) + self._starts
        weights = self._weights.take(at, axis=0).reshape(len(at), self._bias.size)
        scores = np.einsum("i,ij->j", row.values, weights).reshape(self._bias.shape)
        return softmax(scores + self._bias, self._sharpness)


def softmax(scores: Floats, sharpness: Floats | np.float32) -> Floats:
    """Probabilities along the last axis; the sharper, the more goes to the best."""
    powers = np.exp(sharpness * (scores - scores.max(axis=-1, keepdims=True)))
    shares: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return shares
