"""The intent model: character and word n-grams, tf-idf, logistic regression. No Rasa in here.

Why not DIET or Rasa's own logistic regression: docs/adr/0002-intent-model.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skops.io as sio
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
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


def theme(label: str) -> str:
    """`faq/card_lost.report_loss` → `faq/card_lost`; other labels are their own theme."""
    return label.split(".", 1)[0] if label.startswith("faq/") else label


@dataclass(frozen=True)
class Scorer:
    """One linear classifier, one against the rest.

    `weights` has a row per feature and a column per label, so that a short text touches few rows.
    """

    labels: list[str]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def fit(cls, features: csr_matrix, labels: Sequence[str], c: float, seed: int) -> Scorer:
        # One against the rest trains in seconds where one softmax over all labels takes minutes.
        fitted = LogisticRegression(C=c, solver="liblinear", random_state=seed)
        fitted.fit(features, list(labels))
        return cls(
            [str(label) for label in fitted.classes_],
            np.ascontiguousarray(fitted.coef_.T, dtype=np.float32),
            fitted.intercept_.astype(np.float32),
        )

    def probabilities(self, row: csr_matrix) -> dict[str, float]:
        """Probability of each label for one row; they sum to 1."""
        scores = row.data.astype(np.float32) @ self.weights[row.indices] + self.bias
        likely = 1.0 / (1.0 + np.exp(-scores))
        return dict(zip(self.labels, (likely / likely.sum()).tolist(), strict=True))


class IntentModel:
    """Trained model; build it with `train` or `load`.

    Two classifiers read the same features: one knows themes, one knows questions. Themes have some
    two hundred examples each, questions thirty; averaged they are better than either
    (docs/adr/0002-intent-model.md).
    """

    def __init__(
        self, chars: TfidfVectorizer, words: TfidfVectorizer, themes: Scorer, questions: Scorer
    ) -> None:
        self._chars = chars
        self._words = words
        self._themes = themes
        self._questions = questions

    @classmethod
    def train(
        cls,
        utterances: Sequence[Utterance],
        labels: Sequence[str],
        *,
        theme_c: float,
        question_c: float,
        seed: int,
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
        themes = Scorer.fit(features, [theme(label) for label in labels], theme_c, seed)
        return cls(chars, words, themes, Scorer.fit(features, labels, question_c, seed))

    def rank(self, utterance: Utterance) -> list[Scored]:
        """All labels with their probabilities, likeliest first; they sum to 1."""
        row = hstack(
            [self._chars.transform([utterance.text]), self._words.transform([utterance.words])],
            format="csr",
        )
        questions = self._questions.probabilities(row)
        mass: dict[str, float] = defaultdict(float)
        for label, likely in questions.items():
            mass[theme(label)] += likely
        themes = self._themes.probabilities(row)
        scale = {name: (themes[name] + mass[name]) / 2 / mass[name] for name in themes}
        scored = [Scored(label, p * scale[theme(label)]) for label, p in questions.items()]
        return sorted(scored, key=lambda s: -s.confidence)

    def save(self, path: Path) -> None:
        scorers = [[s.labels, s.weights, s.bias] for s in (self._themes, self._questions)]
        sio.dump([self._chars, self._words, *scorers], path)

    @classmethod
    def load(cls, path: Path) -> IntentModel:
        """Raises ConfigurationError when the file holds anything but what `save` writes."""
        unknown = set(sio.get_untrusted_types(file=path)) - _TRUSTED
        if unknown:
            raise ConfigurationError("模型文件内容异常，已拒绝加载。请删除 models/ 后重新训练。")
        chars, words, themes, questions = sio.load(path, trusted=sorted(_TRUSTED))
        return cls(chars, words, Scorer(*themes), Scorer(*questions))


# tf-idf keeps its weights in sparse matrices, which skops asks to name.
_TRUSTED = {"scipy.sparse._csr.csr_matrix", "scipy.sparse._dia.dia_matrix"}
