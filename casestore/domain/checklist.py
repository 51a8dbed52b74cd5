"""What an officer checks before a decision, by what the complaint is about."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class CheckItem:
    """One thing to check; ``source`` is the rule that asks for it, None for good practice."""

    id: str
    text: str
    source: str | None = None


@dataclass(frozen=True)
class Checklist:
    """Items for complaints whose business or reason has one of these words; no words: for all."""

    title: str
    words: tuple[str, ...]
    items: tuple[CheckItem, ...]

    def applies(self, business: str, reason: str) -> bool:
        """Whether the list is for such a complaint."""
        about = f"{business} {reason}"
        return not self.words or any(word in about for word in self.words)


def lists_for(checklists: Sequence[Checklist], business: str, reason: str) -> Sequence[Checklist]:
    """The lists for a complaint, in the order of the file."""
    return [one for one in checklists if one.applies(business, reason)]
