"""The documents answers may cite, and what of each has been read: data/knowledge/sources.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.knowledge.articles import supports

CURRENT, SUPERSEDED, UNCERTAIN = "current", "superseded", "uncertain"
STANDINGS = (CURRENT, SUPERSEDED, UNCERTAIN)
_SHORT = re.compile(r"^.*?(?=令〔|令\d{4}年|公告〔|公告\d{4}年)")
"""What stands before the distinguishing part of a number: the issuer's name."""


@dataclass(frozen=True)
class Article:
    """One place of a document: what it says in our own words, and how sure we are (A or B)."""

    says: str
    confidence: str


@dataclass(frozen=True)
class Document:
    """A document. `number` is "" when it is cited by its title alone."""

    title: str
    number: str
    issuer: str
    status: str
    confidence: str
    in_force_since: str = ""
    note: str = ""
    superseded_by: str = ""
    articles: Mapping[str, Article] = field(default_factory=dict, hash=False)

    def confidence_of(self, place: str) -> str | None:
        """A or B for a place that is supported, None for one that is not."""
        found = [entry.confidence for key, entry in self.articles.items() if supports(key, place)]
        return max(found, default=None)

    @property
    def short_number(self) -> str:
        """The number without its issuer, as a careless text might write it."""
        return _SHORT.sub("", self.number)


@dataclass(frozen=True)
class Sources:
    """All documents, looked up by title and number."""

    documents: tuple[Document, ...]

    def titled(self, title: str) -> tuple[Document, ...]:
        return tuple(document for document in self.documents if document.title == title)

    def find(self, title: str, number: str) -> Document | None:
        return next((d for d in self.titled(title) if d.number == number), None)

    def not_to_be_cited(self) -> Iterator[Document]:
        return (document for document in self.documents if document.status != CURRENT)
