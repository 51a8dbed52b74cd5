"""Small helpers every reader shares: width folding, clauses, small Chinese numerals."""

from __future__ import annotations

import re

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_CLAUSE = re.compile(r"[^，。；！？、,;!?\s…~]+")
_REFERENCE = re.compile(
    r"(?<![A-Za-z])[Tt]\s?[Ss]\s?\d{8}\s?[-—–]?\s?[0-9A-Za-z]{7}(?![0-9A-Za-z])"
)
_EDGES = " ,.;:!?，。；：！？、…~～\n\t\r“”\"'"


def fold(text: str) -> str:
    """Full-width ASCII becomes ASCII; the length stays, so positions hold in the original."""
    return text.translate(_FULL_WIDTH)


def without_references(text: str) -> str:
    """Case references (TS20261123-7K3QF8K) blotted out: their figures are no days and no sums."""
    return _REFERENCE.sub(lambda m: "〔" * len(m.group()), text)


def trim(text: str) -> str:
    """Without spaces and punctuation at both ends."""
    return text.strip(_EDGES)


def clauses(text: str) -> list[re.Match[str]]:
    """The stretches between punctuation marks and blanks, in order."""
    return list(_CLAUSE.finditer(text))


def clause_before(text: str, position: int, width: int) -> str:
    """At most `width` characters before `position`, none from an earlier clause."""
    return re.split(r"[，。；！？,;!?\s]", text[max(0, position - width) : position])[-1]


def small_int(numeral: str) -> int | None:
    """1–99 from `15`, `十五`, `二十`; None for anything else."""
    if numeral.isascii() and numeral.isdigit():
        return int(numeral)
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return _DIGITS.get(numeral)
    high, low = _DIGITS.get(tens or "一"), _DIGITS.get(ones or "零")
    return None if high is None or low is None else high * 10 + low
