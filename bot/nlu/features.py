"""What the model looks at in one sentence: a sparse row of tf-idf values. NumPy only.

Training counts with scikit-learn (`bot.nlu.training`), which is made for a hundred thousand texts
at once; for one short sentence its checks and sparse matrices cost thirty times the counting. Only
the reading of one sentence is done here, with the same result: tests compare the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_BLANKS = re.compile(r"\s\s+")
_WORD = re.compile(r"\S+")
NO_CONCEPT = "none"
"""Stands for the concepts of a text without any."""
_CHARACTER_BITS = 21  # Unicode ends at 0x10FFFF

Columns = NDArray[np.int64]
Counts = NDArray[np.int64]
Counter = Callable[[str], tuple[Columns, Counts]]
"""Columns of what a text holds, ascending, and how often each occurs."""


@dataclass(frozen=True)
class Utterance:
    """A normalised text, its words and its concepts, both separated by spaces.

    `dense` is its sentence vector where config.yml names an encoder.
    """

    text: str
    words: str
    concepts: str = ""
    dense: NDArray[np.float32] | None = field(default=None, compare=False)

    @property
    def parts(self) -> tuple[str, str, str]:
        """What is counted: the text by characters, the words, the concepts."""
        return self.text, self.words, self.concepts or NO_CONCEPT


@dataclass(frozen=True)
class Row:
    """A sparse row: columns in ascending order and the value in each."""

    columns: NDArray[np.int32]
    values: NDArray[np.float32]


@dataclass(frozen=True)
class Dense:
    """Columns and weight of the sentence vectors that a model was trained with; 0 without them."""

    width: int = 0
    weight: float = 1.0


NO_DENSE = Dense()


class CharacterGrams:
    """Counts single characters and pairs as TfidfVectorizer's analyzer `char` does for (1, 2).

    `codes` holds one number for each n-gram, ascending: the first character in the upper bits, the
    second, if any, in the lower ones. That is the alphabetical order of the n-grams, the order of
    the columns; 8 bytes an n-gram where a dictionary of texts takes 150.
    """

    def __init__(self, codes: NDArray[np.int64]) -> None:
        self.codes = codes

    @classmethod
    def of(cls, terms: Sequence[str]) -> CharacterGrams:
        """`terms` are the n-grams in the order of their columns."""
        firsts = [ord(term[0]) << _CHARACTER_BITS for term in terms]
        seconds = [ord(term[1]) + 1 if len(term) > 1 else 0 for term in terms]
        return cls(np.array(firsts, np.int64) | np.array(seconds, np.int64))

    def __len__(self) -> int:
        return len(self.codes)

    def count(self, text: str) -> tuple[Columns, Counts]:
        """Columns of the n-grams in `text`, ascending, and how often each occurs."""
        plain = _BLANKS.sub(" ", text.lower()).encode("utf-32-le", "surrogatepass")
        characters = np.frombuffer(plain, np.uint32).astype(np.int64)
        singles = characters << _CHARACTER_BITS
        pairs = singles[:-1] | (characters[1:] + 1)
        codes, counts = np.unique(np.concatenate([singles, pairs]), return_counts=True)
        columns = np.asarray(self.codes.searchsorted(codes))
        known = self.codes.take(columns, mode="clip") == codes
        return columns[known], counts[known]


class Words:
    """Counts words between blanks as TfidfVectorizer does for the pattern `\\S+`."""

    def __init__(self, terms: Sequence[str]) -> None:
        """`terms` are the words in the order of their columns."""
        self._columns = {term: n for n, term in enumerate(terms)}

    @property
    def terms(self) -> list[str]:
        return list(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def count(self, text: str) -> tuple[Columns, Counts]:
        """Columns of the words in `text`, ascending, and how often each occurs."""
        known = self._columns
        found: dict[int, int] = {}
        for word in _WORD.findall(text.lower()):
            column = known.get(word)
            if column is not None:
                found[column] = found.get(column, 0) + 1
        pairs = np.array(sorted(found.items()), np.int64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]


class Features:
    """Characters 1–2, words and concepts as one tf-idf row, a sentence vector after them.

    Each of the three parts has length 1 before the concepts are weighted. `idf` has the inverse
    document frequency of every column, part after part.
    """

    def __init__(
        self,
        grams: CharacterGrams,
        words: Words,
        concepts: Words,
        idf: NDArray[np.float64],
        concept_weight: float,
        dense: Dense = NO_DENSE,
    ) -> None:
        self.grams, self.words, self.concepts = grams, words, concepts
        self.idf = idf
        self.concept_weight = concept_weight
        self.dense = dense
        self._parts: tuple[tuple[Counter, int, float], ...] = (
            (grams.count, 0, 1.0),
            (words.count, len(grams), 1.0),
            (concepts.count, len(grams) + len(words), concept_weight),
        )

    @property
    def width(self) -> int:
        """Columns of a row."""
        return len(self.idf) + self.dense.width

    def row(self, utterance: Utterance) -> Row:
        """The features of one sentence."""
        columns, values = [], []
        for (count, start, weight), text in zip(self._parts, utterance.parts, strict=True):
            at, counts = count(text)
            columns.append(at + start)
            values.append(_unit((np.log(counts) + 1.0) * self.idf[at + start], weight))
        if self.dense.width:
            columns.append(np.arange(len(self.idf), self.width))
            values.append(np.asarray(utterance.dense) * self.dense.weight)
        # Columns are of the type of `Scorer.features`: to find one in the other NumPy would widen
        # the longer.
        return Row(
            np.concatenate(columns).astype(np.int32), np.concatenate(values).astype(np.float32)
        )


def _unit(values: NDArray[np.float64], length: float) -> NDArray[np.float64]:
    """The vector with that length; one of zeros stays as it is."""
    norm = np.sqrt(values @ values)
    return values * (length / norm) if norm else values
