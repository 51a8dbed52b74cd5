"""The Rasa graph components of config.yml: normaliser and intent classifier."""

from __future__ import annotations

import logging
from typing import Any

import jieba
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.bands import FAQ, OUT_OF_SCOPE, Band, Decision, Thresholds, decide
from bot.nlu.emergency import is_emergency
from bot.nlu.model import IntentModel, Scored, Utterance
from bot.nlu.text import has_case_reference, is_phone_tail, normalise

jieba.setLogLevel(logging.ERROR)  # it logs its dictionary at DEBUG, whatever the root level

CLARIFY_INTENT = "nlu_fallback"
EMERGENCY = "emergency"
STATUS = "complaint_status"
STATUS_TAIL = "status_tail"
RANKING_LENGTH = 10


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
                text = normalise(message.get(TEXT)) or message.get(TEXT)
                message.set(TEXT, text, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NgramIntentClassifier(IntentClassifier, GraphComponent):
    """Classifies intent and question with one model and chooses the confidence band.

    Sets on the message: `intent`, `intent_ranking`, `response_selector` (so that Rasa's own
    `utter_faq` finds the answer) and `understanding` {band, label, confidence, candidates}.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "theme_c": 3.0,
            "question_c": 20.0,
            "random_seed": 7,
            "answer": 0.4,
            "clarify": 0.15,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._thresholds = Thresholds(config["answer"], config["clarify"])

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
            return cls(config, model_storage, resource, IntentModel.load(folder / "intents.skops"))

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.intent_examples if m.get(INTENT) and m.get(TEXT)]
        self._model = IntentModel.train(
            [_utterance(m) for m in examples],
            [m.get(INTENT_RESPONSE_KEY) or m.get(INTENT) for m in examples],
            theme_c=self._config["theme_c"],
            question_c=self._config["question_c"],
            seed=self._config["random_seed"],
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder / "intents.skops")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                self._classify(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def _classify(self, message: Message) -> None:
        assert self._model is not None  # noqa: S101 - Rasa always calls train or load first
        ranking = self._model.rank(_utterance(message))
        decision = _plain(message.get(TEXT)) or decide(ranking, self._thresholds)
        intent = {"name": _intent_of(decision), "confidence": decision.confidence}
        message.set(INTENT, intent, add_to_output=True)
        message.set("intent_ranking", _as_intents(ranking), add_to_output=True)
        message.set("understanding", _understanding(decision), add_to_output=True)
        if intent["name"] == FAQ:
            message.set("response_selector", _selected(decision), add_to_output=True)


def _plain(text: str) -> Decision | None:
    """What is decided by rule: danger, and digits, which mean nothing to n-grams."""
    if is_emergency(text):
        return Decision(Band.ANSWER, EMERGENCY, 1.0, ())
    if is_phone_tail(text):
        return Decision(Band.ANSWER, STATUS_TAIL, 1.0, ())
    return Decision(Band.ANSWER, STATUS, 1.0, ()) if has_case_reference(text) else None


def _utterance(message: Message) -> Utterance:
    words = " ".join(token.text for token in message.get(TOKENS_NAMES[TEXT], []))
    return Utterance(message.get(TEXT), words)


def _intent_of(decision: Decision) -> str:
    if decision.band is Band.CLARIFY:
        return CLARIFY_INTENT
    if decision.band is Band.UNKNOWN:
        return OUT_OF_SCOPE
    return decision.label.split("/", 1)[0]


def _as_intents(ranking: list[Scored]) -> list[dict[str, Any]]:
    return [{"name": s.label, "confidence": s.confidence} for s in ranking[:RANKING_LENGTH]]


def _understanding(decision: Decision) -> dict[str, Any]:
    return {
        "band": decision.band.value,
        "label": decision.label,
        "confidence": decision.confidence,
        "candidates": [{"label": s.label, "confidence": s.confidence} for s in decision.candidates],
    }


def _selected(decision: Decision) -> dict[str, Any]:
    """What Rasa's ActionRetrieveResponse reads (rasa/core/actions/action.py)."""
    response = {
        "intent_response_key": decision.label,
        "utter_action": f"utter_{decision.label}",
        "confidence": decision.confidence,
    }
    return {"all_retrieval_intents": [FAQ], FAQ: {"response": response, "ranking": [response]}}
