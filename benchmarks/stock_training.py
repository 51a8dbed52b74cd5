"""The model of stock Rasa: the pipeline and policies of `rasa init`, trained on our data.

Two differences from `rasa init`: JiebaTokenizer in the whitespace tokenizer's place, which refuses
Chinese, and fewer epochs than its 100, from which the time of all is estimated.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.figures import ROOT
from benchmarks.processes import run

DEFAULT_EPOCHS = 100
MOST_SECONDS = 6 * 3600.0
"""All 100 epochs take some two hours on two cores."""


def config(epochs: int) -> dict[str, Any]:
    """config.yml of `rasa init` 3.6.21 with `epochs` in the place of 100."""
    return {
        "recipe": "default.v1",
        "assistant_id": "stock",
        "language": "zh",
        "pipeline": [
            {"name": "JiebaTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {
                "name": "CountVectorsFeaturizer",
                "analyzer": "char_wb",
                "min_ngram": 1,
                "max_ngram": 4,
            },
            {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
            {"name": "EntitySynonymMapper"},
            {"name": "ResponseSelector", "epochs": epochs, "constrain_similarities": True},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "RulePolicy"},
            {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": epochs},
            {
                "name": "TEDPolicy",
                "max_history": 5,
                "epochs": epochs,
                "constrain_similarities": True,
            },
        ],
    }


def train(folder: Path, epochs: int) -> float:
    """Leaves the model in `models` of `folder`; seconds."""
    path = folder / "config.yml"
    path.write_text(yaml.safe_dump(config(epochs), allow_unicode=True), encoding="utf-8")
    models = folder / "models"
    shutil.rmtree(models, ignore_errors=True)
    options = {
        "--config": [path],
        "--domain": [ROOT / "domain.yml"],
        "--data": [ROOT / "data" / "nlu", ROOT / "data" / "stories"],
        "--out": [models],
    }
    words = [str(word) for name, values in options.items() for word in (name, *values)]
    # Without the cache, which would skip what the shorter training has trained before.
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "RASA_MAX_CACHE_SIZE": "0"}
    began = time.perf_counter()
    run([sys.executable, "-m", "rasa", "train", *words], folder, environment, MOST_SECONDS)
    return time.perf_counter() - began


def extrapolated(epochs: Sequence[int], seconds: Sequence[float]) -> tuple[float | None, str]:
    """Seconds of the default 100 epochs from those of one or two trainings, and how they came."""
    if epochs[-1] == DEFAULT_EPOCHS:
        return seconds[-1], ""
    if len(epochs) == 1:
        return None, f"默认配置只训练了 {epochs[0]} 轮（{seconds[0]:,.0f} 秒），推算不出 100 轮"
    per_epoch = (seconds[-1] - seconds[0]) / (epochs[-1] - epochs[0])
    estimate = seconds[-1] + per_epoch * (DEFAULT_EPOCHS - epochs[-1])
    return estimate, f"默认配置按 {epochs[0]} 轮和 {epochs[-1]} 轮的实测推算到 {DEFAULT_EPOCHS} 轮"
