"""What a rule sees, what it is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from bot.knowledge.answer import Answer, Answers, Metadata
from bot.knowledge.sources import Sources


@dataclass(frozen=True)
class Case:
    """One answer among all of them, the documents it may cite, and the day of the check."""

    answer: Answer
    answers: Answers
    sources: Sources
    today: date

    @property
    def metadata(self) -> Metadata:
        return self.answer.metadata

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(variant.text for variant in self.answer.variants)


@dataclass(frozen=True)
class Rule:
    """`name` is for programs and tests, `refuses` for people; `check` yields a message a fault."""

    name: str
    refuses: str
    check: Callable[[Case], Iterator[str]]
    warning: bool = False


@dataclass(frozen=True)
class Finding:
    """`answer` is the id; a warning does not fail the check."""

    answer: str
    rule: str
    message: str
    warning: bool = False
