"""Rasa's own intent pipelines, trained in process: no server, no domain, no graph runner."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.diet_classifier import DIETClassifier
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.nlu.tokenizers.jieba_tokenizer import JiebaTokenizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from benchmarks.scorecard.contestants import CHARACTERS, DIET_SETTINGS, as_ranking
from benchmarks.scorecard.corpus import Corpus
from bot.nlu.features import Utterance
from bot.nlu.ranking import Ranking, theme

ALL_LABELS = {"ranking_length": 0}
"""The whole ranking is reported; what is trained and which label comes first stay the same."""
SPARSE_FEATURES: tuple[tuple[Any, dict[str, Any]], ...] = (
    (JiebaTokenizer, {}),
    (CountVectorsFeaturizer, {}),
    (CountVectorsFeaturizer, dict(CHARACTERS)),
)


class RasaPipeline:
    """Graph components one after another; intents are theme labels."""

    def __init__(self, components: Sequence[Any]) -> None:
        self._components = components

    @classmethod
    def logistic(cls, corpus: Corpus) -> RasaPipeline:
        """Rasa's logistic regression with its defaults."""
        return cls._train(corpus, LogisticRegressionClassifier, ALL_LABELS)

    @classmethod
    def diet(cls, corpus: Corpus) -> RasaPipeline:
        """DIET as recommended for intents alone."""
        return cls._train(corpus, DIETClassifier, {**DIET_SETTINGS, **ALL_LABELS})

    @classmethod
    def _train(cls, corpus: Corpus, kind: Any, settings: Mapping[str, Any]) -> RasaPipeline:
        """Trains, saves and loads, as Rasa does."""
        data = TrainingData(
            [
                Message(data={TEXT: text, INTENT: theme(label)})
                for text, label in zip(corpus.texts, corpus.labels, strict=True)
            ]
        )
        with tempfile.TemporaryDirectory() as folder:
            storage = LocalModelStorage.create(Path(folder))
            components = []
            for number, (step, config) in enumerate((*SPARSE_FEATURES, (kind, settings))):
                component = _trained(step, config, storage, number, data)
                if step is not kind:
                    component.process_training_data(data)
                components.append(component)
        return cls(components)

    def see(self, text: str) -> Utterance:
        return Utterance(text, "")

    def rank(self, utterance: Utterance) -> Ranking:
        message = Message(data={TEXT: utterance.text})
        for component in self._components:
            component.process([message])
        return as_ranking(message.get("intent_ranking"))


def _trained(
    kind: Any, config: Mapping[str, Any], storage: Any, number: int, data: TrainingData
) -> Any:
    """A component trained on `data`, written to the storage and read back."""
    name = f"{number}_{kind.__name__}"
    context = ExecutionContext(GraphSchema({}), node_name=name)
    whole = {**kind.get_default_config(), **config}
    resource = kind.create(whole, storage, Resource(name), context).train(data)
    return kind.load(whole, storage, resource, context)
