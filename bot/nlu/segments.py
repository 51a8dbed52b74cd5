"""Several questions in one message: where one ends and the next begins. Pure."""

from __future__ import annotations

import re

MOST = 4
"""Parts looked at; a message of more sentences is a story, not a list of questions."""
SHORTEST = 4
"""Characters of a part that can be a question."""
_BREAK = re.compile(
    r"[?!。;\n]+|[,，]?\s*(?:还有(?:就是|一个问题)?|另外|顺便(?:问下|问一下)?|再问(?:下|一下)?|以及|还想问)[,，:：]?"
)


def parts(text: str) -> list[str]:
    """The sentences of a normalised text that may be questions; empty when it is one or a story."""
    found = [part for piece in _BREAK.split(text) if (part := piece.strip(" ,，、"))]
    long_enough = [part for part in found if len(part) >= SHORTEST]
    return long_enough if len(long_enough) > 1 and len(found) <= MOST else []
