"""The intent model: character and word n-grams, tf-idf, logistic regression. No Rasa in here.

Why not DIET or Rasa's own logistic regression: docs/adr/0002-intent-model.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skops.io as sio
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


class IntentModel:
    """Trained model; build it with `train` or `load`."""

    def __init__(
        self, chars: TfidfVectorizer, words: TfidfVectorizer, classifier: LogisticRegression
    ) -> None:
        self._chars = chars
        self._words = words
        self._classifier = classifier

    @classmethod
    def train(
        cls, utterances: Sequence[Utterance], labels: Sequence[str], *, c: float, seed: int
    ) -> IntentModel:
        """Fits on `utterances`; the same data and seed give the same labels again."""
        model = cls(
            TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2),
            TfidfVectorizer(
                analyzer="word",
                token_pattern=r"\S+",
                ngram_range=(1, 2),
                sublinear_tf=True,
                min_df=2,
            ),
            LogisticRegression(C=c, solver="liblinear", random_state=seed),
        )
        model._chars.fit([u.text for u in utterances])
        model._words.fit([u.words for u in utterances])
        model._classifier.fit(model._features(utterances), list(labels))
        # Half the memory and half the file; labels do not change.
        model._classifier.coef_ = model._classifier.coef_.astype(np.float32)
        return model

    def rank(self, utterance: Utterance) -> list[Scored]:
        """All labels with their probabilities, likeliest first."""
        probabilities = self._classifier.predict_proba(self._features([utterance]))[0]
        order = np.argsort(-probabilities)
        labels = self._classifier.classes_
        return [Scored(str(labels[i]), float(probabilities[i])) for i in order]

    def _features(self, utterances: Sequence[Utterance]) -> csr_matrix:
        return hstack(
            [
                self._chars.transform([u.text for u in utterances]),
                self._words.transform([u.words for u in utterances]),
            ],
            format="csr",
        )

    def save(self, path: Path) -> None:
        sio.dump([self._chars, self._words, self._classifier], path)

    @classmethod
    def load(cls, path: Path) -> IntentModel:
        """Raises ConfigurationError when the file holds anything but what `save` writes."""
        unknown = set(sio.get_untrusted_types(file=path)) - _TRUSTED
        if unknown:
            raise ConfigurationError("模型文件内容异常，已拒绝加载。请删除 models/ 后重新训练。")
        return cls(*sio.load(path, trusted=sorted(_TRUSTED)))


# tf-idf keeps its weights in sparse matrices, which skops asks to name.
_TRUSTED = {"scipy.sparse._csr.csr_matrix", "scipy.sparse._dia.dia_matrix"}
