"""Trains the intent model with scikit-learn. No Rasa in here; not imported to read messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.errors import ConfigurationError
from bot.nlu.features import NO_DENSE, Dense, Utterance
from bot.nlu.labels import EMERGENCY
from bot.nlu.linear import Scorer
from bot.nlu.model import CALM, DANGER, Parts
from bot.nlu.ranking import theme
from bot.nlu.recipe import Recipe
from bot.nlu.vectorizers import Vectorizers, check_reading

MOST_ITERATIONS = 5000
TOLERANCE = 0.05
NO_WEIGHT = 0.03
"""Features that weigh less for every label are left out: they decide nothing."""
WORTH_PROCESSES = 5000
"""Examples from which processes of their own pay; liblinear keeps the interpreter to itself."""
CALIBRATION_TURNS = 4
"""Of four rows two train the calibration's classifier and one checks it."""
_SHARPNESS = tuple(round(0.5 + 0.25 * n, 2) for n in range(39))


def train(utterances: Sequence[Utterance], labels: Sequence[str], recipe: Recipe) -> Parts:
    """Fits on `utterances`; the same data and recipe give the same model again.

    Raises ConfigurationError when the recipe names a classifier nobody knows, or scikit-learn counts
    otherwise than messages are read.
    """
    vectorizers = Vectorizers(recipe.concepts, _dense_of(utterances, recipe))
    rows = vectorizers.fit_transform(utterances)
    features = vectorizers.reading()
    check_reading(features, utterances, rows)
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
    of_themes = dict(zip(asked, sharp[1:], strict=True))
    return Parts(features, sharp[0], of_themes, danger)


def _dense_of(utterances: Sequence[Utterance], recipe: Recipe) -> Dense:
    first = utterances[0].dense
    return NO_DENSE if first is None else Dense(len(first), recipe.encoder_weight)


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
    return _scorer(rows, labels, _estimator(recipe, c))


def _scorer(rows: csr_matrix, labels: Sequence[str], estimator: Any) -> Scorer:
    """`estimator` is an unfitted linear classifier of scikit-learn."""
    names = sorted(set(labels))
    if len(names) == 1:
        nothing = np.zeros((0, 1), np.float16)
        return Scorer(names, np.zeros(0, np.int32), nothing, np.ones(1, np.float32))
    fitted = estimator.fit(rows, list(labels))
    weights, bias = fitted.coef_.T, fitted.intercept_
    if len(names) == 2:  # scikit-learn keeps one column for two labels
        weights, bias = np.hstack([-weights, weights]), np.concatenate([-bias, bias])
    used = np.flatnonzero(np.abs(weights).max(axis=1) > NO_WEIGHT).astype(np.int32)
    kept = np.ascontiguousarray(weights[used], dtype=np.float16)
    return Scorer(names, used, kept, bias.astype(np.float32))


def _fit_danger(rows: csr_matrix, labels: Sequence[str], recipe: Recipe) -> Scorer:
    """Alarms are one line in fifty: without weights the classifier would rather stay calm."""
    alarm = [DANGER if label == EMERGENCY else CALM for label in labels]
    estimator = LogisticRegression(
        C=recipe.danger_c,
        solver="liblinear",
        class_weight="balanced",
        random_state=recipe.seed,
        tol=TOLERANCE,
    )
    return _scorer(rows, alarm, estimator)


def _sharpness(rows: csr_matrix, names: NDArray[np.str_], recipe: Recipe) -> float:
    """The sharpness under which rows left out of a training have their own label likeliest."""
    turn = np.arange(len(names)) % CALIBRATION_TURNS
    used = np.flatnonzero(turn > 1)  # half of the rows tell it as well as all, in half the time
    first = _fit(rows[used], names[used].tolist(), recipe, recipe.theme_c)
    checked = np.flatnonzero((turn == 0) & np.isin(names, first.labels))
    wanted = np.searchsorted(first.labels, names[checked])
    known = rows[checked][:, first.features].astype(np.float32)
    scores = known @ first.weights.astype(np.float32) + first.bias
    return min(_SHARPNESS, key=lambda beta: _surprise(scores, wanted, beta))


def _surprise(scores: NDArray[np.float32], wanted: NDArray[np.intp], sharpness: float) -> float:
    """Mean negative log-likelihood of the wanted labels."""
    if not len(wanted):
        return sharpness
    sharp = sharpness * (scores - scores.max(axis=1, keepdims=True))
    logs = sharp - np.log(np.exp(sharp).sum(axis=1, keepdims=True))
    return -float(logs[np.arange(len(wanted)), wanted].mean())
