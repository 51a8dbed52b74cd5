"""One form for the many ways Chinese customers write the same thing. Pure, no Rasa.

Only understanding sees the normalised text; the case keeps the customer's own words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

_MASKED = re.compile(r"〔[^〕]*〕|\d{3,4}-?\*{4}\d{4}")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
_REPEATED = re.compile(r"([^\w\s])\1+")
_REPEATED_CHAR = re.compile(r"([^\d\W])\1{3,}")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ \t](?=\d)")
_SPACES = re.compile(r"\s+")
_CASE_REFERENCE = re.compile(
    r"(?<![a-z0-9])t\s?s\s?\d{8}\s?[-—–]?\s?[0-9a-z]{6}\s?[0-9a-z](?![a-z0-9])"
)
_PHONE_TAIL = re.compile(
    r"(?:(?:我的?)?(?:手机|电话)?(?:号码?)?的?(?:尾号|后四位|后4位)(?:数字)?(?:是|为|:)?)?\s?\d{4}"
)


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def normalise(text: str) -> str:
    """NFKC, simplified characters, lower case, no emoji or masked numbers, single spaces and marks.

    A full-width slash at the start stays full-width: a half-width one is Rasa's intent syntax.
    """
    out = unicodedata.normalize("NFKC", _MASKED.sub(" ", text))
    out = _to_simplified().convert(out).lower()
    out = _EMOJI.sub(" ", out)
    out = _BETWEEN_DIGITS.sub("", out)
    out = _REPEATED.sub(r"\1", out)
    out = _REPEATED_CHAR.sub(r"\1\1\1", out)
    out = _SPACES.sub(" ", out).strip()
    return "／" + out[1:] if out.startswith("/") else out


def is_phone_tail(text: str) -> bool:
    """True when a normalised text is a phone's last four digits and nothing else."""
    return _PHONE_TAIL.fullmatch(text) is not None


def has_case_reference(text: str) -> bool:
    """True when a normalised text names something shaped like a case reference."""
    return _CASE_REFERENCE.search(text) is not None
