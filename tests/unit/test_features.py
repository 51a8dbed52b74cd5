"""One sentence read by our own counting gives what scikit-learn gives."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.errors import ConfigurationError
from bot.nlu.features import NO_DENSE, CharacterGrams, Dense, Features, Utterance, Words
from bot.nlu.linear import Bank, Scorer
from bot.nlu.vectorizers import Vectorizers, check_reading, terms
from bot.settings import ROOT

HELDOUT = ROOT / "data" / "evaluation" / "heldout.jsonl"
SENTENCES = [json.loads(line)["text"] for line in HELDOUT.read_text(encoding="utf-8").splitlines()]
LETTERS = "卡丢了怎么办银行挂失年费 \t\n\u3000ABCabcİß12,?。😀𠮷"
TEXTS = st.text(LETTERS, max_size=60) | st.text(max_size=40)


def utterance(text: str) -> Utterance:
    """Pairs of characters as its words, every fifth character as its concepts."""
    return Utterance(text, " ".join(text[n : n + 2] for n in range(len(text))), " ".join(text[::5]))


@pytest.fixture(scope="module")
def vectorizers() -> Vectorizers:
    learnt = Vectorizers(2.0, NO_DENSE)
    learnt.fit_transform([utterance(text) for text in [*SENTENCES, *LETTERS.split()]])
    return learnt


@pytest.fixture(scope="module")
def features(vectorizers: Vectorizers) -> Features:
    return vectorizers.reading()


def spread(features: Features, seen: Utterance) -> NDArray[np.float64]:
    row = features.row(seen)
    assert (np.diff(row.columns) > 0).all()
    values = np.zeros(features.width)
    values[row.columns] = row.values
    return values


@given(text=TEXTS)
def test_any_text_gets_the_row_that_scikit_learn_gives(
    vectorizers: Vectorizers, features: Features, text: str
) -> None:
    seen = utterance(text)
    wanted = vectorizers.transform([seen]).toarray()[0]
    assert np.allclose(spread(features, seen), wanted, atol=1e-6)


def test_every_sentence_of_the_evaluation_gets_the_row_of_scikit_learn(
    vectorizers: Vectorizers, features: Features
) -> None:
    seen = [utterance(text) for text in SENTENCES]
    wanted = vectorizers.transform(seen)
    assert len(SENTENCES) > 500
    for row, one in zip(wanted, seen, strict=True):
        assert np.allclose(spread(features, one), row.toarray()[0], atol=1e-6)


def test_sentence_vectors_stand_behind_the_counts() -> None:
    seen = [Utterance("年费", "年费", "", np.array([0.5, 0.25], np.float32))] * 2
    vectorizers = Vectorizers(2.0, Dense(2, 3.0))
    rows = vectorizers.fit_transform(seen)
    features = vectorizers.reading()
    assert spread(features, seen[0])[-2:].tolist() == [1.5, 0.75]
    check_reading(features, seen, rows)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("norm", "l1"), ("strip_accents", "unicode"), ("sublinear_tf", False), ("binary", True)],
)
def test_a_setting_that_is_not_read_alike_is_refused(setting: str, value: Any) -> None:
    other = TfidfVectorizer(**{"sublinear_tf": True, "token_pattern": r"\S+", setting: value})
    other.fit(["年费 多少"])
    expected = {"analyzer": "word", "ngram_range": (1, 1), "token_pattern": r"\S+"}
    with pytest.raises(ConfigurationError, match=rf"不一致：{setting}。"):
        terms(other, expected)


def test_a_setting_that_a_later_version_adds_is_refused() -> None:
    class Later(TfidfVectorizer):
        def get_params(self, deep: bool = True) -> dict[str, Any]:
            return {**super().get_params(deep), "stem": True}

    with pytest.raises(ConfigurationError, match=r"不一致：.*stem"):
        terms(Later(), {})


def test_rows_that_are_read_otherwise_stop_the_training(
    vectorizers: Vectorizers, features: Features
) -> None:
    seen = [utterance(text) for text in SENTENCES[:50]]
    rows = vectorizers.transform(seen)
    check_reading(features, seen, rows)
    with pytest.raises(ConfigurationError, match="读一句话得到的特征和训练时不一样"):
        check_reading(features, seen, rows * 1.01)


def test_a_text_without_anything_known_is_a_row_of_nothing() -> None:
    features = Features(CharacterGrams.of(["年"]), Words(["年费"]), Words(["fee"]), np.ones(3), 2.0)
    assert not features.row(Utterance("卡", "卡")).columns.size
    assert not features.row(Utterance("", "")).columns.size


def scorer(size: int, draw: np.random.Generator) -> Scorer:
    """Any classifier of `size` labels over five columns."""
    used = np.flatnonzero(draw.integers(0, 2, 5)).astype(np.int32)
    weights = draw.normal(size=(len(used), size)).astype(np.float32)
    labels = [str(n) for n in range(size)]
    return Scorer(labels, used, weights, draw.normal(size=size).astype(np.float32), 2.0)


SIZES = st.lists(st.integers(1, 4), max_size=4)


@given(SIZES, st.text("一七三上不下", max_size=6), st.integers(0))
def test_many_classifiers_at_once_give_what_each_gives_alone(
    sizes: list[int], text: str, seed: int
) -> None:
    five = Features(CharacterGrams.of(list("一七三上不")), Words([]), Words([]), np.ones(5), 1.0)
    draw = np.random.default_rng(seed)
    scorers = [scorer(size, draw) for size in sizes]
    row = five.row(Utterance(text, ""))
    together = Bank(scorers, five.width).shares(row)
    assert len(together) == len(scorers)
    for shares, alone in zip(together, scorers, strict=True):
        assert shares[: len(alone.labels)] == pytest.approx(alone.shares(row), abs=1e-6)
        assert not shares[len(alone.labels) :].any()
