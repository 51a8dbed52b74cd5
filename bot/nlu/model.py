"""The trained intent model: reads one sentence. No Rasa and no scikit-learn in here.

Characters, words and concepts, tf-idf, linear classifiers. Why not DIET or Rasa's own logistic
regression: docs/adr/0002-intent-model.md and the figures of docs/scorecard.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlu.features import Dense, Features, Row, Utterance
from bot.nlu.linear import Bank, Scorer
from bot.nlu.ranking import Names, Ranking

DANGER, CALM = "danger", "calm"


@dataclass(frozen=True)
class Parts:
    """What training makes and a model file holds.

    `questions` are the classifiers of the themes that have questions, `danger` tells `danger` from
    `calm`.
    """

    features: Features
    themes: Scorer
    questions: Mapping[str, Scorer]
    danger: Scorer


class IntentModel:
    """Reads with the parts that `bot.nlu.training.train` or `bot.nlu.model_file.load` gives.

    First the theme among all themes, then the question within it; danger by a classifier of its own.
    """

    def __init__(self, parts: Parts) -> None:
        self._features = parts.features
        self._themes = parts.themes.widened()
        self._danger = parts.danger.widened()
        self._questions = Bank(list(parts.questions.values()), parts.features.width)
        self._lay_out(parts.themes.labels, parts.questions)

    def _lay_out(self, themes: Sequence[str], questions: Mapping[str, Scorer]) -> None:
        """Where the two factors of each label's probability stand."""
        width = self._questions.width
        blocks = {name: n * width for n, name in enumerate(questions)}
        certain = len(questions) * width  # behind the shares of all questions stands a 1
        labels: list[str] = []
        places: list[tuple[int, int]] = []
        for n, name in enumerate(themes):
            inside = questions[name].labels if name in blocks else [name]
            labels += inside
            places += [
                (n, blocks[name] + k if name in blocks else certain) for k in range(len(inside))
            ]
        self._names = Names(labels)
        self._mass_at, self._share_at = np.array(places, np.intp).T

    @property
    def dense(self) -> Dense:
        """The sentence vectors it was trained with."""
        return self._features.dense

    def rank(self, utterance: Utterance) -> Ranking:
        """Every label with its probability."""
        row = self._features.row(utterance)
        masses = self._themes.shares(row).astype(np.float64)
        within = np.append(self._questions.shares(row).astype(np.float64), 1.0)
        shares = masses[self._mass_at] * within[self._share_at]
        return Ranking(self._names, shares, self._alarm(row))

    def _alarm(self, row: Row) -> float:
        """The probability of danger; 0 for a model that was trained without any."""
        scores = dict(zip(self._danger.labels, self._danger.scores(row).tolist(), strict=True))
        return 1.0 / (1.0 + math.exp(-scores[DANGER])) if len(scores) == 2 else 0.0
