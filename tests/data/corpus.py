"""What compliance and the dialogue authors wrote, as the tests of the data read it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.knowledge.answer import body_of
from bot.knowledge.catalogue import Answer, load_catalogue
from bot.knowledge.files import FAQ, SOURCES
from bot.knowledge.sources import Sources
from bot.knowledge.sources_file import load_sources
from bot.nlu.text import normalise
from bot.shipped_yaml import read_shipped

ROOT = Path(__file__).resolve().parents[2]
_BRACED = re.compile(r"(?<!{){(\w+)}(?!})")
_MARKS = re.compile(r"[\W_]+")


def _load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = read_shipped(path)
    return content


@lru_cache(maxsize=1)
def domain() -> dict[str, Any]:
    return _load(ROOT / "domain.yml")


@lru_cache(maxsize=1)
def rules() -> tuple[dict[str, Any], ...]:
    """Every rule and story under data/stories."""
    files = (_load(path) for path in sorted((ROOT / "data" / "stories").glob("*.yml")))
    return tuple(
        item for file in files for item in [*file.get("rules", []), *file.get("stories", [])]
    )


@lru_cache(maxsize=1)
def faq_files() -> Mapping[str, dict[str, Any]]:
    """The raw FAQ files by theme, the name of the file."""
    return {path.stem: _load(path) for path in sorted(FAQ.glob("*.yml"))}


@lru_cache(maxsize=1)
def answers() -> Mapping[str, Answer]:
    return dict(load_catalogue(FAQ))


@lru_cache(maxsize=1)
def sources() -> Sources:
    return load_sources(SOURCES)


@lru_cache(maxsize=1)
def examples() -> tuple[tuple[str, str], ...]:
    """All training utterances under data/nlu as (intent, text)."""
    found: list[tuple[str, str]] = []
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for item in _load(path)["nlu"]:
            lines = item["examples"].splitlines() if "intent" in item else []
            found += [(item["intent"], line.removeprefix("- ").strip()) for line in lines]
    return tuple(found)


def bare(text: str) -> str:
    """The text as the classifier sees it, without spaces and punctuation."""
    return _MARKS.sub("", normalise(text))


def body(answer: Answer) -> str:
    """An answer without its last line, the citation."""
    return body_of(answer.text)


def in_theme(theme: str) -> list[Answer]:
    return [answer for answer in answers().values() if answer.theme == theme]


def variables(text: str) -> set[str]:
    """Names in single braces, which the response generator fills in."""
    return set(_BRACED.findall(text))


def buttons() -> Iterator[tuple[str, str, str]]:
    """(response, title, payload) of every button of the domain."""
    for name, variants in domain()["responses"].items():
        for variant in variants:
            for button in variant.get("buttons", []):
                yield name, button["title"], button["payload"]


def payload_parts(payload: str) -> tuple[str, dict[str, Any]]:
    """Intent and arguments of a button payload as the customer's press will send it.

    Raises json.JSONDecodeError when the arguments are not JSON once the braces are single.
    """
    intent, brace, rest = payload.removeprefix("/").partition("{{")
    arguments = "{" + rest.replace("{{", "{").replace("}}", "}") if brace else "{}"
    return intent, dict(json.loads(arguments))
