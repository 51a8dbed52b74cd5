"""How the intent model is trained: the settings of config.yml. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """The defaults won in docs/scorecard.md.

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
