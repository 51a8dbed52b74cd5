"""The model of stock Rasa: the pipeline and policies of `rasa init`, trained on our data.

Two differences from `rasa init`: JiebaTokenizer in the whitespace tokenizer's place, which refuses
Chinese, and one epoch instead of its 100. That one takes half an hour with tens of thousands of
examples, most of it before the first epoch begins; so a model is kept for the next run until the
data change. Answers cost the same after one epoch as after a hundred.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from benchmarks.figures import ROOT
from benchmarks.processes import run

DEFAULT_EPOCHS = 100
MOST_SECONDS = 24 * 3600.0
KEPT_MODELS = ROOT / "var" / "benchmarks"
OUR_FILES = (ROOT / "domain.yml", ROOT / "data" / "nlu", ROOT / "data" / "stories")


@dataclass(frozen=True)
class Recipe:
    """What stock Rasa is trained on: so many epochs, the domain and folders of data."""

    epochs: int
    files: tuple[Path, ...] = OUR_FILES

    def digest(self) -> str:
        """SHA-256 over everything that makes the model."""
        digest = hashlib.sha256(f"{version('rasa')} {yaml.safe_dump(self.config())}".encode())
        for place in self.files:
            for file in sorted(place.rglob("*.yml")) if place.is_dir() else [place]:
                digest.update(file.read_bytes())
        return digest.hexdigest()

    def config(self) -> dict[str, Any]:
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
                {"name": "DIETClassifier", "epochs": self.epochs, "constrain_similarities": True},
                {"name": "EntitySynonymMapper"},
                {"name": "ResponseSelector", "epochs": self.epochs, "constrain_similarities": True},
                {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
            ],
            "policies": [
                {"name": "MemoizationPolicy"},
                {"name": "RulePolicy"},
                {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": self.epochs},
                {
                    "name": "TEDPolicy",
                    "max_history": 5,
                    "epochs": self.epochs,
                    "constrain_similarities": True,
                },
            ],
        }


@dataclass(frozen=True)
class Trained:
    """A model of stock Rasa: how long it took at least, when it was done, what it was made of."""

    epochs: int
    seconds: float
    at: str
    inputs: str

    @property
    def is_whole(self) -> bool:
        return self.epochs == DEFAULT_EPOCHS


Train = Callable[[Path, Recipe], float]
"""Leaves a model in the folder; the least seconds it can have taken."""


def trained(
    models: Path, recipe: Recipe, train: Train, now: Callable[[], datetime], *, anew: bool = False
) -> Trained:
    """What is known of the model in the folder `models`.

    It is trained when it is not there, when its data have changed or when `anew` is asked for.
    """
    note, inputs = models / "trained.json", recipe.digest()
    if not anew and note.exists():
        known = Trained(**json.loads(note.read_text(encoding="utf-8")))
        if known.inputs == inputs:
            return known
    shutil.rmtree(models, ignore_errors=True)
    models.mkdir(parents=True)
    seconds = train(models, recipe)
    made = Trained(recipe.epochs, seconds, f"{now():%Y-%m-%d %H:%M} UTC", inputs)
    note.write_text(json.dumps(asdict(made)), encoding="utf-8")
    return made


def train(models: Path, recipe: Recipe) -> float:
    """Leaves one model in the folder.

    The seconds are processor time by cores: it took at least so long, whatever else was running.
    """
    path = models / "config.yml"
    path.write_text(yaml.safe_dump(recipe.config(), allow_unicode=True), encoding="utf-8")
    domain, *data = recipe.files
    options = {"--config": [path], "--domain": [domain], "--data": data, "--out": [models]}
    words = [str(word) for name, values in options.items() for word in (name, *values)]
    # Without the cache, which would skip what an earlier training has trained before.
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "RASA_MAX_CACHE_SIZE": "0"}
    before = _children_cpu()
    run([sys.executable, "-m", "rasa", "train", *words], models, environment, MOST_SECONDS)
    return (_children_cpu() - before) / len(os.sched_getaffinity(0))


def _children_cpu() -> float:
    """Processor seconds of all processes this one has started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
