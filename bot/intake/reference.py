"""The case reference customers get: `TS20261123-7K3QF8K`. Pure.

`TS` + local date + 6 random characters of Crockford base32 + one check character (ISO 7064
MOD 37,36 over date and characters), so that a slip in writing it down is noticed before a look-up.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date
from itertools import count

from stdnum.iso7064 import mod_37_36

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHAPE = re.compile(
    r"(?<![A-Z0-9])T\s?S\s?(\d{8})\s?[-—–]?\s?([0-9A-Z]{6})\s?([0-9A-Z])(?![A-Z0-9])"
)
_LOOK_ALIKES = str.maketrans("OIL", "011")


def mint(day: date, choose: Callable[[str], str]) -> str:
    """A new reference for `day`; `choose` picks one character of a string at random."""
    stamp = f"{day:%Y%m%d}"
    while True:
        tail = "".join(choose(CROCKFORD) for _ in range(6))
        check = str(mod_37_36.calc_check_digit(stamp + tail))
        # An I, L or O would be copied as 1 or 0, and forgiving that would forgive other slips.
        if check in CROCKFORD:
            return f"TS{stamp}-{tail}{check}"


def drawn_from(seed: bytes) -> Callable[[str], str]:
    """A `choose` for `mint` that draws the same for the same seed, evenly, from SHA-256."""
    drawn = (byte for round_ in count() for byte in hashlib.sha256(seed + b"/%d" % round_).digest())
    return lambda characters: characters[next(drawn) % len(characters)]


def find(text: str) -> str | None:
    """The first valid reference in `text`, in its standard form; None when there is none.

    Forgives lower case, missing dash, and the letters O, I, L typed for 0 and 1.
    """
    for match in _SHAPE.finditer(text.upper()):
        day, tail, check = match.groups()
        code = (tail + check).translate(_LOOK_ALIKES)
        if mod_37_36.is_valid(day + code):
            return f"TS{day}-{code}"
    return None


def looks_like(text: str) -> bool:
    """True when `text` holds something meant as a reference, valid or not."""
    return _SHAPE.search(text.upper()) is not None
