"""The pipelines that compete, and what each of them is.

Rasa and TensorFlow are imported by those who train, so that the rest starts fast.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Protocol

import yaml

from benchmarks.scorecard.corpus import SEED, Corpus
from bot.errors import ConfigurationError
from bot.nlu import model_file
from bot.nlu.bands import Thresholds
from bot.nlu.concepts import Lexicon
from bot.nlu.encoder import open_encoder
from bot.nlu.features import Utterance
from bot.nlu.labels import EMERGENCY
from bot.nlu.model import IntentModel
from bot.nlu.ranking import Ranking, Scored
from bot.nlu.recipe import Recipe
from bot.settings import ROOT

OURS, RUNNER_UP, PLAIN, RASA_LOGISTIC, DIET = "ours", "logistic", "plain", "rasa", "diet"
CHARACTERS = {"analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4}
DIET_SETTINGS = {
    "entity_recognition": False,
    "number_of_transformer_layers": 0,
    "constrain_similarities": True,
    "model_confidence": "softmax",
    "epochs": 8,
    "batch_size": [128, 256],
    "random_seed": SEED,
}
KEYS = (OURS, RUNNER_UP, PLAIN, RASA_LOGISTIC, DIET)


class Contestant(Protocol):
    """A trained pipeline; `rank` of what it sees of a text is the whole of its understanding."""

    def see(self, text: str) -> Utterance:
        """What it looks at, of a normalised text."""

    def rank(self, utterance: Utterance) -> Ranking:
        """All labels with their probabilities, and the danger."""


@dataclass(frozen=True)
class Entry:
    """A contestant before its training; `recipe` is None for those that are not ours."""

    key: str
    name: str
    note: str
    train: Callable[[Corpus], Contestant]
    recipe: Recipe | None = None


class Ngrams:
    """Our intent model; `look` cuts a normalised text into what the model sees."""

    def __init__(self, model: IntentModel, look: Callable[[str], Utterance]) -> None:
        self._model = model
        self._look = look

    @classmethod
    def train(cls, corpus: Corpus, recipe: Recipe) -> Ngrams:
        """Trains, saves and loads with the concepts of data/knowledge, as the product does.

        With the sentence encoder, too, where the recipe names one.
        """
        from bot.nlu.components import CONCEPTS, look_at, look_at_all
        from bot.nlu.training import train

        lexicon = Lexicon(yaml.safe_load(CONCEPTS.read_text(encoding="utf-8")))
        encoder = open_encoder(recipe.encoder)

        def look(text: str) -> Utterance:
            return look_at(text, "", lexicon, encoder)

        seen = look_at_all(corpus.texts, lexicon, encoder)
        trained = train(seen, corpus.labels, recipe)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "intents.npz")
            model_file.save(trained, path)
            return cls(IntentModel(model_file.load(path)), look)

    def see(self, text: str) -> Utterance:
        return self._look(text)

    def rank(self, utterance: Utterance) -> Ranking:
        return self._model.rank(utterance)


def configured() -> tuple[Recipe, Thresholds]:
    """Recipe and thresholds of config.yml."""
    content = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    ours = next(c for c in content["pipeline"] if c["name"].endswith("NgramIntentClassifier"))
    return Recipe(**_known(Recipe, ours)), Thresholds(**_known(Thresholds, ours))


def _known(kind: Any, config: dict[str, Any]) -> dict[str, Any]:
    return {f.name: config[f.name] for f in fields(kind) if f.name in config}


def entries(recipe: Recipe, only: Sequence[str] = ()) -> list[Entry]:
    """The contestants named in `only`, all of them when it is empty."""
    unknown = sorted(set(only) - set(KEYS))
    if unknown:
        raise ConfigurationError(f"--only 里没有 {'、'.join(unknown)}，可以写：{'、'.join(KEYS)}。")
    return [entry for entry in (*_ours(recipe), *_rasa()) if not only or entry.key in only]


def ngrams(recipe: Recipe, key: str, name: str, note: str) -> Entry:
    """A contestant of ours."""
    return Entry(key, name, note, lambda corpus: Ngrams.train(corpus, recipe), recipe)


def _ours(recipe: Recipe) -> list[Entry]:
    return [
        ngrams(recipe, OURS, "小保", f"`config.yml` 的配方（classifier {recipe.classifier}）"),
        ngrams(
            replace(recipe, classifier="logistic"),
            RUNNER_UP,
            "小保，逻辑回归",
            "同一套特征，分类器换成逻辑回归",
        ),
        ngrams(without_concepts(recipe), PLAIN, "小保，不用概念", "同一个配方，概念的权重为 0"),
    ]


def without_concepts(recipe: Recipe) -> Recipe:
    """The recipe as if there were no list of synonyms."""
    return replace(recipe, concepts=0.0)


def _rasa() -> list[Entry]:
    def logistic(corpus: Corpus) -> Contestant:
        from benchmarks.scorecard.rasa_pipelines import RasaPipeline

        return RasaPipeline.logistic(corpus)

    def diet(corpus: Corpus) -> Contestant:
        from benchmarks.scorecard.rasa_pipelines import RasaPipeline

        return RasaPipeline.diet(corpus)

    features = f"JiebaTokenizer、CountVectorsFeaturizer 两个（词；{_settings(CHARACTERS)}）"
    return [
        Entry(
            RASA_LOGISTIC,
            "Rasa 逻辑回归",
            f"{features}、LogisticRegressionClassifier（默认设置）",
            logistic,
        ),
        Entry(DIET, "Rasa DIET", f"{features}、DIETClassifier（{_settings(DIET_SETTINGS)}）", diet),
    ]


def _settings(config: Mapping[str, Any]) -> str:
    return "，".join(f"{name} {value}" for name, value in config.items())


def as_ranking(intents: Sequence[Mapping[str, Any]]) -> Ranking:
    """Rasa's `intent_ranking` in our terms.

    The alarm is raised when `emergency` comes first; the theme is the likeliest of the other
    labels, so that a text about a swindler can be about fraud and an emergency, as in ours.
    """
    alarm = intents[0]["name"] == EMERGENCY
    labels = [Scored(i["name"], float(i["confidence"])) for i in intents if i["name"] != EMERGENCY]
    return Ranking.of(labels, float(alarm))
