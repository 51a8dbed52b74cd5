"""The Rasa graph components of config.yml: normaliser and intent classifier."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from functools import partial
from typing import Any

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
from bot.nlu.encoder import SentenceEncoder, check_width, open_encoder
from bot.nlu.features import Utterance
from bot.nlu.known import KnownTexts
from bot.nlu.model import IntentModel
from bot.nlu.ranking import Ranking
from bot.nlu.recipe import Recipe
from bot.nlu.understanding import Reader, Understanding
from bot.nlu.words import cut, tidy_words
from bot.settings import ROOT
from bot.shipped_yaml import read_shipped

RANKING_LENGTH = 10
WORDS = "words"
"""Attribute of a message: the words of its text, separated by spaces."""
CONCEPTS = ROOT / "data" / "knowledge" / "concepts.yml"
_MODEL, _KNOWN, _CONCEPTS = "intents.npz", "known.npz", "concepts.json"


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

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TextNormalizer:
        """Reads the dictionaries now: the first customer should not wait a second for them."""
        tidy_words("你好")
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            # A slash comes from a button only (the channel sees to that): Rasa reads it as an intent.
            if message.get(TEXT) and not message.get(TEXT).startswith("/"):
                # A message of emoji alone would become empty, and an empty one is never parsed.
                text, words = tidy_words(message.get(TEXT))
                message.set(TEXT, text or message.get(TEXT), add_to_output=True)
                message.set(WORDS, _spaced(words))
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
        reader: Reader | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._reader = reader

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
            model = IntentModel(model_file.load(folder / _MODEL))
            known = KnownTexts.load(folder / _KNOWN)
            concepts = json.loads((folder / _CONCEPTS).read_text(encoding="utf-8"))
        encoder = open_encoder(config.get("encoder"))
        check_width(model.dense.width, encoder)
        reader = _reader(config, model, known, Lexicon(concepts), encoder)
        return cls(config, model_storage, resource, reader)

    def train(self, training_data: TrainingData) -> Resource:
        from bot.nlu.training import train

        concepts = read_shipped(CONCEPTS)
        lexicon = Lexicon(concepts)
        examples = [m for m in training_data.intent_examples if m.get(INTENT) and m.get(TEXT)]
        known = {m.get(TEXT): m.get(INTENT_RESPONSE_KEY) or m.get(INTENT) for m in examples}
        words = {m.get(TEXT): m.get(WORDS) for m in examples}
        encoder = open_encoder(self._config["encoder"])
        trained = train(
            look_at_all(known, lexicon, encoder, words),
            list(known.values()),
            Recipe(**{field.name: self._config[field.name] for field in fields(Recipe)}),
        )
        known_texts = KnownTexts.of(known)
        with self._model_storage.write_to(self._resource) as folder:
            model_file.save(trained, folder / _MODEL)
            known_texts.save(folder / _KNOWN)
            text = json.dumps(concepts, ensure_ascii=False)
            (folder / _CONCEPTS).write_text(text, encoding="utf-8")
        self._reader = _reader(self._config, IntentModel(trained), known_texts, lexicon, encoder)
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
        understanding, ranking = self._reader.read(message.get(TEXT), message.get(WORDS) or "")
        sure = understanding.confidence if understanding.emergency is None else 1.0
        intent = {"name": understanding.intent, "confidence": sure}
        message.set(INTENT, intent, add_to_output=True)
        message.set("intent_ranking", _as_intents(ranking), add_to_output=True)
        message.set("understanding", understanding.as_dict(), add_to_output=True)
        if understanding.intent == FAQ:
            message.set("response_selector", _selected(understanding), add_to_output=True)


def _reader(
    config: Mapping[str, Any],
    model: IntentModel,
    known: KnownTexts,
    lexicon: Lexicon,
    encoder: SentenceEncoder | None,
) -> Reader:
    thresholds = Thresholds(**{field.name: config[field.name] for field in fields(Thresholds)})
    see = partial(look_at, lexicon=lexicon, encoder=encoder)
    return Reader(model, see, thresholds, known.label_of)


def look_at(
    text: str, words: str, lexicon: Lexicon, encoder: SentenceEncoder | None = None
) -> Utterance:
    """What the model sees of a normalised text; without its `words` it is cut here."""
    return look_at_all([text], lexicon, encoder, {text: words})[0]


def look_at_all(
    texts: Iterable[str],
    lexicon: Lexicon,
    encoder: SentenceEncoder | None,
    words: Mapping[str, str] | None = None,
) -> list[Utterance]:
    """`look_at` for many texts: an encoder is faster on many at once.

    `words` holds the words of texts that are cut already.
    """
    cut_before = words or {}
    plain = [
        Utterance(text, cut_before.get(text) or _spaced(cut(text)), lexicon.read(text))
        for text in texts
    ]
    if encoder is None:
        return plain
    vectors = encoder.encode([utterance.text for utterance in plain])
    return [replace(u, dense=vector) for u, vector in zip(plain, vectors, strict=True)]


def _spaced(words: Iterable[str]) -> str:
    return " ".join(word for word in words if not word.isspace())


def _as_intents(ranking: Ranking) -> list[dict[str, Any]]:
    return [{"name": s.label, "confidence": s.confidence} for s in ranking.top(RANKING_LENGTH)]


def _selected(understanding: Understanding) -> dict[str, Any]:
    """What Rasa's ActionRetrieveResponse reads (rasa/core/actions/action.py)."""
    response = {
        "intent_response_key": understanding.label,
        "utter_action": f"utter_{understanding.label}",
        "confidence": understanding.confidence,
    }
    return {"all_retrieval_intents": [FAQ], FAQ: {"response": response, "ranking": [response]}}
