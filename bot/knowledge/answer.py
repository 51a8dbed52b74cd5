"""What a governed answer is: its texts by channel, its sources, and who answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PREFIX = "utter_faq/"
"""Responses of Rasa that are answers; the id follows."""
CITATION = "依据："
DRAFT, APPROVED = "draft", "approved"
STATUSES = (DRAFT, APPROVED)
CONFIDENCES = ("A", "B")
CHANNELS = ("wechat", "web")
FOLLOW_UPS = ("call", "complaint", "emergency", "review", "withdraw")
PROJECT = "小保项目组"
"""Who wrote an answer that does not say so."""

Texts = tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """One document an answer rests on, as its metadata names it; `article` may name several."""

    document: str
    number: str = ""
    article: str = ""
    in_force_since: str = ""
    facts: str = ""


@dataclass(frozen=True)
class Metadata:
    """Governance of an answer. Dates are `YYYY-MM-DD`, "" where there is none; `raw` as written.

    Nothing is checked here: bot/knowledge/rules does that, and says it in words.
    """

    title: str
    sources: tuple[Source, ...] = ()
    confidence: str = ""
    owner: str = ""
    status: str = DRAFT
    written_by: str = PROJECT
    checked_on: str = ""
    review_due: str = ""
    related: Texts = ()
    follow_up: Texts = ()
    approved_by: str = ""
    approved_on: str = ""
    valid_from: str = ""
    valid_until: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Metadata:
        """From the YAML. Raises KeyError without a title, TypeError when a list is none."""
        values: dict[str, Any] = {"title": str(raw["title"])}
        values |= {name: str(raw[name]).strip() for name in PLAIN if raw.get(name) is not None}
        values |= {name: _texts(raw.get(name) or []) for name in LISTED}
        values["sources"] = tuple(
            Source(**{str(k): str(v) for k, v in item.items()}) for item in raw.get("sources") or []
        )
        return cls(**values, raw=raw)


LISTED = ("related", "follow_up")
PLAIN = tuple(
    name for name in Metadata.__dataclass_fields__ if name not in {*LISTED, "sources", "raw"}
)


def _texts(value: Any) -> Texts:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} 不是列表")
    return tuple(str(item) for item in value)


@dataclass(frozen=True)
class Variant:
    """A wording; `channel` is "" for every channel that has none of its own."""

    text: str
    channel: str = ""


@dataclass(frozen=True)
class Answer:
    """One governed answer. `id` is `<theme>.<question>`; there is at least one variant."""

    id: str
    variants: tuple[Variant, ...]
    examples: Texts
    metadata: Metadata

    @property
    def theme(self) -> str:
        return self.id.split(".", 1)[0]

    @property
    def title(self) -> str:
        return self.metadata.title

    @property
    def related(self) -> Texts:
        return self.metadata.related

    @property
    def follow_up(self) -> Texts:
        return self.metadata.follow_up

    @property
    def text(self) -> str:
        """The wording for channels that have none of their own."""
        return self.text_on("")

    def text_on(self, channel: str) -> str:
        """What `channel` shows, chosen as Rasa chooses."""
        texts = {variant.channel: variant.text for variant in reversed(self.variants)}
        return texts.get(channel) or texts.get("") or self.variants[0].text

    def own_text(self, channel: str) -> str:
        """The wording written for `channel` alone, "" when there is none."""
        return next((v.text for v in self.variants if v.channel == channel), "")


Answers = Mapping[str, Answer]


def body_of(text: str) -> str:
    """A text without its last line, the citation."""
    return text.rpartition("\n")[0]


def citation_of(text: str) -> str:
    """The last line of a text; whether it is a citation is for the rules to say."""
    return text.rpartition("\n")[2]
