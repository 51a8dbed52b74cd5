"""The Rasa graph components of config.yml: normaliser and intent classifier."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import model_file
from bot.nlu.bands import FAQ, Thresholds
from bot.nlu.concepts import Lexicon
from bot.nlu.model import IntentModel, Recipe, Scored, Utterance
from bot.nlu.understanding import Reader, Understanding
from bot.nlu.words import cut, tidy
from bot.settings import ROOT

RANKING_LENGTH = 10
CONCEPTS = ROOT / "data" / "knowledge" / "concepts.yml"
_MODEL, _CONCEPTS = "intents.npz", "concepts.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class TextNormalizer(GraphComponent):
    """Puts the normalised text in the message's place, for training and for live messages."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TextNormalizer:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            # A slash comes from a button only (the channel sees to that): Rasa reads it as an intent.
            if message.get(TEXT) and not message.get(TEXT).startswith("/"):
                # A message of emoji alone would become empty, and an empty one is never parsed.
                text = tidy(message.get(TEXT)) or message.get(TEXT)
                message.set(TEXT, text, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NgramIntentClassifier(IntentClassifier, GraphComponent):
    """Classifies intent and question with one model and chooses the confidence band.

    Sets on the message: `intent`, `intent_ranking`, `response_selector` (so that Rasa's own
    `utter_faq` finds the answer) and `understanding`, see `bot.nlu.understanding.Understanding`.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **asdict(Recipe()),
            **asdict(Thresholds()),
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
        concepts: dict[str, str] | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._reader = None if model is None else self._reader_of(model, Lexicon(concepts or {}))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramIntentClassifier:
        with model_storage.read_from(resource) as folder:
            model = model_file.load(folder / _MODEL)
            concepts = json.loads((folder / _CONCEPTS).read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, model, concepts)

    def train(self, training_data: TrainingData) -> Resource:
        concepts = yaml.safe_load(CONCEPTS.read_text(encoding="utf-8"))
        lexicon = Lexicon(concepts)
        examples = [m for m in training_data.intent_examples if m.get(INTENT) and m.get(TEXT)]
        model = IntentModel.train(
            [look_at(m.get(TEXT), lexicon) for m in examples],
            [m.get(INTENT_RESPONSE_KEY) or m.get(INTENT) for m in examples],
            Recipe(**{field.name: self._config[field.name] for field in fields(Recipe)}),
        )
        with self._model_storage.write_to(self._resource) as folder:
            model_file.save(model, self._config["concepts"], folder / _MODEL)
            (folder / _CONCEPTS).write_text(json.dumps(concepts), encoding="utf-8")
        self._reader = self._reader_of(model, lexicon)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                self._classify(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def _classify(self, message: Message) -> None:
        assert self._reader is not None  # noqa: S101 - Rasa always calls train or load first
        understanding, ranking = self._reader.read(message.get(TEXT))
        intent = {"name": understanding.intent, "confidence": understanding.confidence}
        message.set(INTENT, intent, add_to_output=True)
        message.set("intent_ranking", _as_intents(ranking.labels), add_to_output=True)
        message.set("understanding", understanding.as_dict(), add_to_output=True)
        if understanding.intent == FAQ:
            message.set("response_selector", _selected(understanding), add_to_output=True)

    def _reader_of(self, model: IntentModel, lexicon: Lexicon) -> Reader:
        thresholds = Thresholds(
            **{field.name: self._config[field.name] for field in fields(Thresholds)}
        )
        return Reader(model, lambda text: look_at(text, lexicon), thresholds)


def look_at(text: str, lexicon: Lexicon) -> Utterance:
    """What the model sees of a normalised text."""
    words = " ".join(word for word in cut(text) if not word.isspace())
    return Utterance(text, words, lexicon.read(text))


def _as_intents(ranking: list[Scored]) -> list[dict[str, Any]]:
    return [{"name": s.label, "confidence": s.confidence} for s in ranking[:RANKING_LENGTH]]


def _selected(understanding: Understanding) -> dict[str, Any]:
    """What Rasa's ActionRetrieveResponse reads (rasa/core/actions/action.py)."""
    response = {
        "intent_response_key": understanding.label,
        "utter_action": f"utter_{understanding.label}",
        "confidence": understanding.confidence,
    }
    return {"all_retrieval_intents": [FAQ], FAQ: {"response": response, "ranking": [response]}}
