"""The intent model: characters, words and concepts, tf-idf, linear classifiers. No Rasa in here.

Why not DIET or Rasa's own logistic regression: docs/adr/0002-intent-model.md and the figures of
docs/scorecard.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.errors import ConfigurationError
from bot.nlu.labels import EMERGENCY

_DANGER, _CALM = "danger", "calm"
_THEMES, _DANGERS = "themes", "dangers"
_WORDS = r"\S+"
MOST_ITERATIONS = 5000
TOLERANCE = 0.05
NO_WEIGHT = 0.03
"""Features that weigh less for every label are left out: they decide nothing."""
WORTH_PROCESSES = 5000
"""Examples from which processes of their own pay; liblinear keeps the interpreter to itself."""
CALIBRATION_TURNS = 4
"""Of four rows two train the calibration's classifier and one checks it."""
_SHARPNESS = tuple(round(0.5 + 0.25 * n, 2) for n in range(39))


@dataclass(frozen=True)
class Utterance:
    """A normalised text, its words and its concepts, both separated by spaces.

    `dense` is its sentence vector where config.yml names an encoder.
    """

    text: str
    words: str
    concepts: str = ""
    dense: NDArray[np.float32] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Scored:
    """A label (`faq/<theme>.<question>` or an intent) and its probability, 0 to 1."""

    label: str
    confidence: float

    @property
    def theme(self) -> str:
        return theme(self.label)


@dataclass(frozen=True)
class Ranking:
    """All labels but `emergency`, likeliest first, their confidences summing to 1.

    `danger` is the probability, 0 to 1, that the text is an emergency; it stands apart because a
    text about a swindler is about fraud whether or not the money is leaving right now.
    """

    labels: list[Scored]
    danger: float


@dataclass(frozen=True)
class Recipe:
    """How the model is trained; the defaults won in docs/scorecard.md.

    `classifier` is `svm` (linear support vectors) or `logistic`, the runner-up. The `_c` are inverse
    regularisations, `concepts` the weight of concepts among the features. `encoder` is the folder of
    a sentence encoder, none by default, `encoder_weight` the weight of its vectors.
    """

    classifier: str = "svm"
    theme_c: float = 0.1
    question_c: float = 1.0
    danger_c: float = 1.0
    concepts: float = 2.0
    seed: int = 7
    encoder: str | None = None
    encoder_weight: float = 1.0


def theme(label: str) -> str:
    """`faq/card_lost.report_loss` → `faq/card_lost`; other labels are their own theme."""
    return label.split(".", 1)[0] if label.startswith("faq/") else label


@dataclass(frozen=True)
class Scorer:
    """One linear classifier, one against the rest.

    `weights` has a row for each of the sorted `features` and a column per label: a short text
    touches few rows, and features without weight take no room. `sharpness` turns scores into
    probabilities.
    """

    labels: list[str]
    features: NDArray[np.int32]
    weights: NDArray[np.float16]
    bias: NDArray[np.float32]
    sharpness: float = 1.0

    @classmethod
    def fit(
        cls, rows: csr_matrix, labels: Sequence[str], estimator: Any, sharpness: float = 1.0
    ) -> Scorer:
        """`estimator` is an unfitted linear classifier of scikit-learn."""
        names = sorted(set(labels))
        if len(names) == 1:
            nothing = np.zeros((0, 1), np.float16)
            return cls(names, np.zeros(0, np.int32), nothing, np.ones(1, np.float32))
        fitted = estimator.fit(rows, list(labels))
        weights, bias = fitted.coef_.T, fitted.intercept_
        if len(names) == 2:  # scikit-learn keeps one column for two labels
            weights, bias = np.hstack([-weights, weights]), np.concatenate([-bias, bias])
        used = np.flatnonzero(np.abs(weights).max(axis=1) > NO_WEIGHT).astype(np.int32)
        return cls(
            names,
            used,
            np.ascontiguousarray(weights[used], dtype=np.float16),
            bias.astype(np.float32),
            sharpness,
        )

    def scores(self, row: csr_matrix) -> NDArray[np.float32]:
        """Distance of one row from the boundary of each label."""
        at = np.searchsorted(self.features, row.indices)
        at[at == len(self.features)] = 0
        known = self.features[at] == row.indices if len(self.features) else at < 0
        scores: NDArray[np.float32] = row.data[known].astype(np.float32) @ self.weights[at[known]]
        return scores + self.bias

    def probabilities(self, row: csr_matrix) -> dict[str, float]:
        """Probability of each label for one row; they sum to 1."""
        return dict(zip(self.labels, _softmax(self.scores(row), self.sharpness), strict=True))


def _softmax(scores: NDArray[np.float32], sharpness: float) -> list[float]:
    powers = np.exp(sharpness * (scores - scores.max()))
    shares: list[float] = (powers / powers.sum()).tolist()
    return shares


Vocabulary = tuple[list[str], NDArray[np.float64]]
"""The n-grams of a vectorizer in the order of its columns, and the idf weight of each."""


@dataclass(frozen=True)
class Dense:
    """Columns and weight of the sentence vectors that a model was trained with; 0 without them."""

    width: int = 0
    weight: float = 1.0


NO_DENSE = Dense()


class Features:
    """Characters 1–2, words and concepts as one tf-idf row, a sentence vector after them."""

    def __init__(self, concept_weight: float, dense: Dense = NO_DENSE) -> None:
        self._concept_weight = concept_weight
        self.dense = dense
        self._vectorizers = [
            TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2, sublinear_tf=True),
            TfidfVectorizer(token_pattern=_WORDS, min_df=2, sublinear_tf=True),
            # A concept that one training text alone holds counts, too.
            TfidfVectorizer(token_pattern=_WORDS, sublinear_tf=True),
        ]

    @classmethod
    def fitted(
        cls, vocabularies: Sequence[Vocabulary], concept_weight: float, dense: Dense
    ) -> Features:
        features = cls(concept_weight, dense)
        for vectorizer, (terms, idf) in zip(features._vectorizers, vocabularies, strict=True):
            vectorizer.vocabulary = {term: n for n, term in enumerate(terms)}
            vectorizer.idf_ = idf
        return features

    def vocabularies(self) -> list[Vocabulary]:
        return [(list(v.get_feature_names_out()), v.idf_) for v in self._vectorizers]

    def fit_transform(self, utterances: Sequence[Utterance]) -> csr_matrix:
        return self._stack(
            [v.fit_transform(texts) for v, texts in self._parts(utterances)], utterances
        )

    def transform(self, utterances: Sequence[Utterance]) -> csr_matrix:
        return self._stack([v.transform(texts) for v, texts in self._parts(utterances)], utterances)

    def _parts(self, utterances: Sequence[Utterance]) -> list[tuple[TfidfVectorizer, list[str]]]:
        columns = [
            [u.text for u in utterances],
            [u.words for u in utterances],
            [u.concepts or "none" for u in utterances],
        ]
        return list(zip(self._vectorizers, columns, strict=True))

    def _stack(self, blocks: Sequence[csr_matrix], utterances: Sequence[Utterance]) -> csr_matrix:
        weighted = [*blocks[:-1], blocks[-1] * self._concept_weight]
        if self.dense.width:
            vectors = np.array([u.dense for u in utterances])
            weighted.append(csr_matrix(vectors * self.dense.weight))
        return hstack(weighted, format="csr")


class IntentModel:
    """Trained model; build it with `train` or `load`.

    First the theme among all themes, then the question within it; danger by a classifier of its own.
    """

    def __init__(
        self, features: Features, themes: Scorer, questions: Mapping[str, Scorer], danger: Scorer
    ) -> None:
        self._features = features
        self._themes = themes
        self._questions = questions
        self._danger = danger

    @classmethod
    def train(
        cls, utterances: Sequence[Utterance], labels: Sequence[str], recipe: Recipe
    ) -> IntentModel:
        """Fits on `utterances`; the same data and recipe give the same model again."""
        features = Features(recipe.concepts, _dense_of(utterances, recipe))
        rows = features.fit_transform(utterances)
        calm = np.array([n for n, label in enumerate(labels) if label != EMERGENCY])
        names = np.array([theme(labels[n]) for n in calm])
        asked = sorted({str(name) for name in names if name.startswith("faq/")})
        members = [calm[names == name] for name in asked]
        sharpness, danger, themes, *questions = _side_by_side(
            len(labels),
            delayed(_sharpness)(rows[calm], names, recipe),
            delayed(_fit_danger)(rows, labels, recipe),
            delayed(_fit)(rows[calm], names.tolist(), recipe, recipe.theme_c),
            *(
                delayed(_fit)(rows[ns], [labels[n] for n in ns], recipe, recipe.question_c)
                for ns in members
            ),
        )
        sharp = [replace(scorer, sharpness=sharpness) for scorer in (themes, *questions)]
        return cls(features, sharp[0], dict(zip(asked, sharp[1:], strict=True)), danger)

    @property
    def dense(self) -> Dense:
        """The sentence vectors it was trained with."""
        return self._features.dense

    def rank(self, utterance: Utterance) -> Ranking:
        """Every label with its probability."""
        row = self._features.transform([utterance])
        scored: list[Scored] = []
        for name, mass in self._themes.probabilities(row).items():
            inside = self._questions.get(name)
            shares = {name: 1.0} if inside is None else inside.probabilities(row)
            scored += [Scored(label, mass * share) for label, share in shares.items()]
        danger = dict(zip(self._danger.labels, self._danger.scores(row).tolist(), strict=True))
        alarm = 1.0 / (1.0 + math.exp(-danger[_DANGER])) if len(danger) == 2 else 0.0
        return Ranking(sorted(scored, key=lambda s: -s.confidence), alarm)

    def parts(self) -> tuple[list[Vocabulary], dict[str, Scorer]]:
        """What a model file holds: what `put_together` takes."""
        scorers = {_THEMES: self._themes, _DANGERS: self._danger, **self._questions}
        return self._features.vocabularies(), scorers

    @classmethod
    def put_together(
        cls,
        vocabularies: Sequence[Vocabulary],
        scorers: Mapping[str, Scorer],
        concepts: float,
        dense: Dense = NO_DENSE,
    ) -> IntentModel:
        questions = dict(scorers)
        themes, danger = questions.pop(_THEMES), questions.pop(_DANGERS)
        return cls(Features.fitted(vocabularies, concepts, dense), themes, questions, danger)


def _dense_of(utterances: Sequence[Utterance], recipe: Recipe) -> Dense:
    first = utterances[0].dense
    return NO_DENSE if first is None else Dense(len(first), recipe.encoder_weight)


def _alarm(label: str) -> str:
    return _DANGER if label == EMERGENCY else _CALM


def _side_by_side(rows: int, *work: Any) -> list[Any]:
    """Results of the delayed calls, on all cores where there is enough to do."""
    cores = -1 if rows >= WORTH_PROCESSES else 1
    results: list[Any] = Parallel(n_jobs=cores)(work)
    return results


def _estimator(recipe: Recipe, c: float) -> Any:
    # One against the rest trains in seconds where one softmax over all labels takes minutes.
    if recipe.classifier == "svm":
        return LinearSVC(C=c, tol=TOLERANCE, random_state=recipe.seed, max_iter=MOST_ITERATIONS)
    if recipe.classifier == "logistic":
        return LogisticRegression(C=30 * c, solver="liblinear", random_state=recipe.seed)
    raise ConfigurationError(
        f"config.yml 里的 classifier 只能是 svm 或 logistic，现在是 {recipe.classifier}。"
    )


def _fit(rows: csr_matrix, labels: Sequence[str], recipe: Recipe, c: float) -> Scorer:
    return Scorer.fit(rows, labels, _estimator(recipe, c))


def _fit_danger(rows: csr_matrix, labels: Sequence[str], recipe: Recipe) -> Scorer:
    """Alarms are one line in fifty: without weights the classifier would rather stay calm."""
    alarm = [_DANGER if label == EMERGENCY else _CALM for label in labels]
    estimator = LogisticRegression(
        C=recipe.danger_c,
        solver="liblinear",
        class_weight="balanced",
        random_state=recipe.seed,
        tol=TOLERANCE,
    )
    return Scorer.fit(rows, alarm, estimator)


def _sharpness(rows: csr_matrix, names: NDArray[np.str_], recipe: Recipe) -> float:
    """The sharpness under which rows left out of a training have their own label likeliest."""
    turn = np.arange(len(names)) % CALIBRATION_TURNS
    used = np.flatnonzero(turn > 1)  # half of the rows tell it as well as all, in half the time
    first = _fit(rows[used], names[used].tolist(), recipe, recipe.theme_c)
    checked = np.flatnonzero((turn == 0) & np.isin(names, first.labels))
    wanted = np.searchsorted(first.labels, names[checked])
    scores = np.array([first.scores(row) for row in rows[checked]])
    return min(_SHARPNESS, key=lambda beta: _surprise(scores, wanted, beta))


def _surprise(scores: NDArray[np.float32], wanted: NDArray[np.intp], sharpness: float) -> float:
    """Mean negative log-likelihood of the wanted labels."""
    if not len(wanted):
        return sharpness
    sharp = sharpness * (scores - scores.max(axis=1, keepdims=True))
    logs = sharp - np.log(np.exp(sharp).sum(axis=1, keepdims=True))
    return -float(logs[np.arange(len(wanted)), wanted].mean())
