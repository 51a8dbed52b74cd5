"""The intent model: character and word n-grams, tf-idf, logistic regression. No Rasa in here.

Why not DIET or Rasa's own logistic regression: docs/adr/0002-intent-model.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skops.io as sio
from numpy.typing import NDArray
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.errors import ConfigurationError


@dataclass(frozen=True)
class Utterance:
    """A normalised text and the same text cut into words by spaces."""

    text: str
    words: str


@dataclass(frozen=True)
class Scored:
    """A label (`faq/<theme>.<question>` or an intent) and its probability, 0 to 1."""

    label: str
    confidence: float


class IntentModel:
    """Trained model; build it with `train` or `load`.

    `weights` has a row per feature and a column per label, so that a short text touches few rows.
    """

    def __init__(
        self,
        chars: TfidfVectorizer,
        words: TfidfVectorizer,
        labels: Sequence[str],
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
    ) -> None:
        self._chars = chars
        self._words = words
        self._labels = list(labels)
        self._weights = weights
        self._bias = bias

    @classmethod
    def train(
        cls, utterances: Sequence[Utterance], labels: Sequence[str], *, c: float, seed: int
    ) -> IntentModel:
        """Fits on `utterances`; the same data and seed give the same labels again."""
        chars = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
        words = TfidfVectorizer(
            analyzer="word", token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True, min_df=2
        )
        features = hstack(
            [
                chars.fit_transform([u.text for u in utterances]),
                words.fit_transform([u.words for u in utterances]),
            ],
            format="csr",
        )
        # One against the rest: trains in seconds where one softmax over all labels takes minutes.
        fitted = LogisticRegression(C=c, solver="liblinear", random_state=seed)
        fitted.fit(features, list(labels))
        return cls(
            chars,
            words,
            [str(label) for label in fitted.classes_],
            np.ascontiguousarray(fitted.coef_.T, dtype=np.float32),
            fitted.intercept_.astype(np.float32),
        )

    def rank(self, utterance: Utterance) -> list[Scored]:
        """All labels with their probabilities, likeliest first."""
        row = hstack(
            [self._chars.transform([utterance.text]), self._words.transform([utterance.words])],
            format="csr",
        )
        scores = row.data.astype(np.float32) @ self._weights[row.indices] + self._bias
        likely = 1.0 / (1.0 + np.exp(-scores))
        likely /= likely.sum()
        return [Scored(self._labels[i], float(likely[i])) for i in np.argsort(-likely)]

    def save(self, path: Path) -> None:
        parts = [self._chars, self._words, self._labels, self._weights, self._bias]
        sio.dump(parts, path)

    @classmethod
    def load(cls, path: Path) -> IntentModel:
        """Raises ConfigurationError when the file holds anything but what `save` writes."""
        unknown = set(sio.get_untrusted_types(file=path)) - _TRUSTED
        if unknown:
            raise ConfigurationError("模型文件内容异常，已拒绝加载。请删除 models/ 后重新训练。")
        return cls(*sio.load(path, trusted=sorted(_TRUSTED)))


# tf-idf keeps its weights in sparse matrices, which skops asks to name.
_TRUSTED = {"scipy.sparse._csr.csr_matrix", "scipy.sparse._dia.dia_matrix"}
