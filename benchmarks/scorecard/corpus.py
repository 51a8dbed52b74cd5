"""What the contestants train on and what they are tested on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.errors import ConfigurationError
from bot.nlu.evaluate import Line, read_lines
from bot.nlu.words import tidy
from bot.privacy.masking import mask
from bot.settings import ROOT

HELD_OUT = "自编留出集"
SEED = 7
_NLU = ROOT / "data" / "nlu"
_TESTS = ROOT / "data" / "evaluation"


@dataclass(frozen=True)
class Corpus:
    """Normalised training texts and their labels (`faq/<theme>.<question>` or an intent)."""

    texts: Sequence[str]
    labels: Sequence[str]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def answers(self) -> int:
        """How many questions of the knowledge base it teaches."""
        return len({label for label in self.labels if label.startswith("faq/")})

    def sample(self, size: int) -> Corpus:
        """`size` lines in their old order; a smaller sample is part of every larger one."""
        order = list(range(len(self)))
        random.Random(SEED).shuffle(order)  # noqa: S311 - a fixed choice, no secret
        chosen = sorted(order[:size])
        return Corpus([self.texts[n] for n in chosen], [self.labels[n] for n in chosen])


@dataclass(frozen=True)
class LabelledFile:
    """Labelled lines under the name the page gives them; the path is never shown."""

    name: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Alarms:
    """Messages that must raise the alarm, and calm ones that must not."""

    emergency: Sequence[str]
    calm: Sequence[str]


def training_lines() -> Corpus:
    """All of data/nlu as the product trains on it."""
    from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
    from rasa.shared.nlu.training_data.loading import load_data

    texts, labels = [], []
    for path in sorted(_NLU.rglob("*.yml")):
        for example in load_data(str(path)).intent_examples:
            texts.append(tidy(example.get(TEXT)) or example.get(TEXT))
            labels.append(example.get(INTENT_RESPONSE_KEY) or example.get(INTENT))
    return Corpus(texts, labels)


def labelled_files(named: Sequence[str]) -> list[LabelledFile]:
    """The held-out set, then each of `named`, which look like `名称=路径`."""
    files = [LabelledFile(HELD_OUT, read_lines(_TESTS / "heldout.jsonl"))]
    for item in named:
        name, _, path = item.partition("=")
        if not name or not path:
            raise ConfigurationError(f"--file 要写成 名称=路径，现在是 {item}。")
        if name in {file.name for file in files}:
            raise ConfigurationError(f"测试集的名称“{name}”重复了。")
        try:
            files.append(LabelledFile(name, read_lines(Path(path))))
        except OSError as exc:
            raise ConfigurationError(f"读不了测试集“{name}”：{exc.strerror}。") from exc
    return files


def alarm_lists() -> Alarms:
    """The fixed lists of the fuse."""
    lists = yaml.safe_load((_TESTS / "emergencies.yml").read_text(encoding="utf-8"))
    return Alarms(lists["emergency"], lists["calm"])


def as_understood(text: str) -> str:
    """What understanding sees of a customer's message: masked by the channel, then normalised."""
    masked = mask(text).text
    return tidy(masked) or masked
