"""Counts the training texts with scikit-learn, and hands over to the reading of one sentence.

What scikit-learn does with other settings than these, or what a later version does otherwise,
`bot.nlu.features` does not do: `terms` and `check_reading` refuse instead of letting messages be read
otherwise than was trained.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.errors import ConfigurationError
from bot.nlu.features import CharacterGrams, Dense, Features, Utterance, Words

_WORDS = r"\S+"
_CHECKED = 100
"""Training texts that are read again one by one."""
_READ_ALIKE = {
    "binary": False,
    "decode_error": "strict",
    "dtype": np.float64,
    "encoding": "utf-8",
    "input": "content",
    "lowercase": True,
    "norm": "l2",
    "preprocessor": None,
    "stop_words": None,
    "strip_accents": None,
    "sublinear_tf": True,
    "tokenizer": None,
    "use_idf": True,
}
"""Settings that decide how a sentence is counted, as `bot.nlu.features` counts it."""
_OF_TRAINING = {"max_df", "max_features", "min_df", "smooth_idf", "vocabulary"}
"""Settings that decide on vocabulary and weights only, which are handed over."""
_ABSENT = object()
_CHARACTERS = {"analyzer": "char", "ngram_range": (1, 2), "token_pattern": _WORDS}
_BY_WORDS = {"analyzer": "word", "ngram_range": (1, 1), "token_pattern": _WORDS}


class Vectorizers:
    """Characters, words and concepts of many texts as sparse tf-idf rows."""

    def __init__(self, concept_weight: float, dense: Dense) -> None:
        self._concept_weight = concept_weight
        self._dense = dense
        self._parts = [
            TfidfVectorizer(min_df=2, sublinear_tf=True, **_CHARACTERS),
            TfidfVectorizer(min_df=2, sublinear_tf=True, **_BY_WORDS),
            # A concept that one training text alone holds counts, too.
            TfidfVectorizer(sublinear_tf=True, **_BY_WORDS),
        ]

    def fit_transform(self, utterances: Sequence[Utterance]) -> csr_matrix:
        """Learns the vocabularies; one row for each utterance."""
        texts = zip(*(utterance.parts for utterance in utterances), strict=True)
        blocks = [v.fit_transform(part) for v, part in zip(self._parts, texts, strict=True)]
        return self._stack(blocks, utterances)

    def transform(self, utterances: Sequence[Utterance]) -> csr_matrix:
        """Rows with the vocabularies learnt: what `Features.row` gives one by one."""
        texts = zip(*(utterance.parts for utterance in utterances), strict=True)
        blocks = [v.transform(part) for v, part in zip(self._parts, texts, strict=True)]
        return self._stack(blocks, utterances)

    def reading(self) -> Features:
        """The same features for one sentence at a time.

        Raises ConfigurationError when scikit-learn counts otherwise than that would.
        """
        grams, words, concepts = self._parts
        idf = np.concatenate([part.idf_ for part in self._parts])
        return Features(
            CharacterGrams.of(terms(grams, _CHARACTERS)),
            Words(terms(words, _BY_WORDS)),
            Words(terms(concepts, _BY_WORDS)),
            idf,
            self._concept_weight,
            self._dense,
        )

    def _stack(self, blocks: Sequence[csr_matrix], utterances: Sequence[Utterance]) -> csr_matrix:
        weighted = [*blocks[:-1], blocks[-1] * self._concept_weight]
        if self._dense.width:
            vectors = np.array([utterance.dense for utterance in utterances])
            weighted.append(csr_matrix(vectors * self._dense.weight))
        return hstack(weighted, format="csr")


def terms(vectorizer: TfidfVectorizer, expected: dict[str, Any]) -> list[str]:
    """The vocabulary of a fitted vectorizer in the order of its columns.

    Raises ConfigurationError when its settings are not the `expected` ones and _READ_ALIKE.
    """
    wanted = {**_READ_ALIKE, **expected}
    settings = {k: v for k, v in vectorizer.get_params().items() if k not in _OF_TRAINING}
    other = [
        name
        for name in sorted(settings.keys() | wanted.keys())
        if settings.get(name, _ABSENT) != wanted.get(name, _ABSENT)
    ]
    if other:
        raise ConfigurationError(
            f"scikit-learn 的特征设置和读一句话的代码不一致：{'、'.join(other)}。"
            "请先让 bot/nlu/features.py 支持这些设置，再训练。"
        )
    return list(vectorizer.get_feature_names_out())


def check_reading(features: Features, utterances: Sequence[Utterance], rows: csr_matrix) -> None:
    """Reads some of the training texts one by one.

    Raises ConfigurationError when that does not give their `rows` again.
    """
    for n in range(0, len(utterances), len(utterances) // _CHECKED + 1):
        read = features.row(utterances[n])
        values = np.zeros(features.width)
        values[read.columns] = read.values
        if not np.allclose(values, rows[n].toarray(), atol=1e-6):
            raise ConfigurationError(
                f"读一句话得到的特征和训练时不一样：“{utterances[n].text}”。"
                "scikit-learn 换过版本的话，请核对 bot/nlu/features.py。"
            )
