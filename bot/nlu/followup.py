"""Short questions that lean on what was said before: 「那要多少钱」, 「多久能好」. Pure."""

from __future__ import annotations

import re

LONGEST = 14
"""Characters; a longer question nearly always names what it is about."""
GENERIC = frozenset({"howto", "how_long", "how_much", "open_close", "self_case", "branch", "bank"})
"""Concepts (data/knowledge/concepts.yml) that ask without naming a subject."""
_ASKING = frozenset({"howto", "how_long", "how_much"})
_LEANS = re.compile(
    r"^(?:那|那么|那个|那这|这个|这种|它|这样|然后|如果|要是|还要|还需要|需要|要带|要不要|能)"
)


def is_follow_up(text: str, concepts: str) -> bool:
    """True when a normalised text asks something and names no subject of its own.

    `concepts` as `Lexicon.read` gives them.
    """
    found = set(concepts.split())
    if len(text) > LONGEST or not found <= GENERIC:
        return False
    return bool(found & _ASKING) or _LEANS.match(text) is not None
