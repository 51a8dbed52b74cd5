"""How customers show that a complaint is theirs: the last four digits of its phone. Pure."""

from __future__ import annotations

import re

_REFERENCE = re.compile(r"[Tt]\s?[Ss]\s?\d{8}\s?[-—–]?\s?\w{7}")
_TAIL = re.compile(r"(?<!\d)(\d{4})(?!\d)")


def tail_in(text: str) -> str | None:
    """The last lone group of four digits outside a reference, or the end of a masked phone."""
    found: list[str] = _TAIL.findall(_REFERENCE.sub(" ", text))
    return found[-1] if found else None
