"""Reads data/knowledge/sources.yml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigurationError
from bot.knowledge.answer import CONFIDENCES
from bot.knowledge.articles import read_articles
from bot.knowledge.catalogue import why
from bot.knowledge.sources import STANDINGS, UNCERTAIN, Article, Document, Sources
from bot.shipped_yaml import read_shipped


def load_sources(path: Path) -> Sources:
    """The documents of `path`.

    Raises ConfigurationError naming the document that is not written as it should be.
    """
    try:
        content = read_shipped(path)
        items = list(content["documents"])
    except (OSError, yaml.YAMLError, KeyError, TypeError) as exc:
        raise ConfigurationError(f"依据清单 {path.name} 读不出来：{why(exc)}。") from exc
    return Sources(tuple(_document(path, item) for item in items))


def _document(path: Path, item: Mapping[str, Any]) -> Document:
    try:
        articles = {
            place: Article(**entry) for place, entry in (item.get("articles") or {}).items()
        }
        document = Document(**{**item, "articles": articles})
        _check(document)
    except (TypeError, ValueError) as exc:
        name = item.get("title") if isinstance(item, Mapping) else item
        raise ConfigurationError(f"依据清单 {path.name} 里的《{name}》写得不对：{exc}") from exc
    return document


def _check(document: Document) -> None:
    """Raises ValueError saying what is wrong."""
    if document.status not in STANDINGS:
        raise ValueError(f"status 只能是 {'、'.join(STANDINGS)}")
    if not isinstance(document.in_force_since, str):
        raise ValueError("in_force_since 要加引号")
    allowed = (*CONFIDENCES, "C") if document.status == UNCERTAIN else CONFIDENCES
    if document.confidence not in allowed:
        raise ValueError(f"confidence 只能是 {'、'.join(allowed)}")
    for place, article in document.articles.items():
        if read_articles(place) != (place,):
            raise ValueError(f"条文“{place}”要一条一条写，不能合写")
        if article.confidence not in CONFIDENCES or not article.says:
            raise ValueError(f"{place} 要写 says，confidence 只能是 A 或 B")
