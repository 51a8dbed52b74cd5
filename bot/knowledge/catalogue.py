"""Questions and vetted answers as compliance wrote them, read from the Rasa YAML files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigurationError

PREFIX = "utter_faq/"


@dataclass(frozen=True)
class Answer:
    """One vetted answer. `id` is `<theme>.<question>`; `metadata` as in the YAML."""

    id: str
    text: str
    examples: tuple[str, ...]
    metadata: Mapping[str, Any]

    @property
    def theme(self) -> str:
        return self.id.split(".", 1)[0]

    @property
    def title(self) -> str:
        return str(self.metadata["title"])


Catalogue = Mapping[str, Answer]


def load_catalogue(folder: Path) -> Catalogue:
    """All answers under `folder` by id.

    Raises ConfigurationError when a file cannot be read or a question has no answer.
    """
    answers = [answer for path in sorted(folder.glob("*.yml")) for answer in _read(path)]
    return {answer.id: answer for answer in answers}


def _read(path: Path) -> Iterator[Answer]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        examples = {
            item["intent"].split("/", 1)[1]: tuple(_lines(item["examples"]))
            for item in content["nlu"]
        }
        for name, variants in content["responses"].items():
            key = name[len(PREFIX) :]
            yield Answer(key, variants[0]["text"], examples[key], variants[0]["metadata"])
    except (yaml.YAMLError, KeyError, TypeError, IndexError) as exc:
        raise ConfigurationError(f"问答文件 {path.name} 读不出来：{exc}") from exc


def _lines(block: str) -> Iterator[str]:
    for line in block.splitlines():
        if line.strip().startswith("- "):
            yield line.strip()[2:].strip()
