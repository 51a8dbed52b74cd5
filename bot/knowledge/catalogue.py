"""Questions and vetted answers as compliance wrote them, read from the Rasa YAML files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigurationError
from bot.knowledge.answer import PREFIX, Answer, Answers, Metadata, Variant
from bot.shipped_yaml import read_shipped

Catalogue = Answers

__all__ = ["PREFIX", "Answer", "Catalogue", "load_catalogue", "read_variants", "why"]


def load_catalogue(folder: Path) -> Catalogue:
    """All answers under `folder` by id.

    Raises ConfigurationError when a file cannot be read or a question has no answer.
    """
    answers = [answer for path in sorted(folder.glob("*.yml")) for answer in _read(path)]
    return {answer.id: answer for answer in answers}


def read_variants(variants: list[Mapping[str, Any]]) -> tuple[tuple[Variant, ...], Metadata]:
    """The wordings and the metadata of one response; the metadata stands on the first variant.

    Raises KeyError or TypeError when a text, the metadata or its title is missing.
    """
    texts = tuple(Variant(str(v["text"]), str(v.get("channel", ""))) for v in variants)
    return texts, Metadata.read(variants[0]["metadata"])


def _read(path: Path) -> Iterator[Answer]:
    where = f"问答文件 {path.name}"
    try:
        content = read_shipped(path)
        examples = {
            item["intent"].split("/", 1)[1]: tuple(_lines(item["examples"]))
            for item in content["nlu"]
        }
        for name, variants in content["responses"].items():
            where = f"问答文件 {path.name} 里的 {name}"
            key = name[len(PREFIX) :]
            texts, metadata = read_variants(variants)
            yield Answer(key, texts, examples[key], metadata)
    except (OSError, yaml.YAMLError, KeyError, TypeError, IndexError) as exc:
        raise ConfigurationError(f"{where}读不出来：{why(exc)}。请照其他问答的写法改。") from exc


def why(exc: Exception) -> str:
    """What is wrong with a YAML file, in words for whoever edits it."""
    if isinstance(exc, yaml.MarkedYAMLError) and exc.problem_mark is not None:
        return f"第 {exc.problem_mark.line + 1} 行附近的缩进、冒号或引号不对"
    if isinstance(exc, KeyError):
        return f"找不到 {exc.args[0]}"
    return f"内容的结构不对（{exc}）"


def _lines(block: str) -> Iterator[str]:
    for line in block.splitlines():
        if line.strip().startswith("- "):
            yield line.strip()[2:].strip()
