"""The case reference ``TS`` + date + ``-`` + six Crockford base32 characters + check character."""

import re
from collections.abc import Callable
from datetime import date

from stdnum.iso7064 import mod_37_36

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_LENGTH = 6
_SHAPE = re.compile(r"TS([0-9]{8})-([0-9A-HJKMNP-TV-Z]{6})([0-9A-Z])")


def is_reference(text: str) -> bool:
    """Whether shape and ISO 7064 MOD 37,36 check character (over date and six) are right."""
    found = _SHAPE.fullmatch(text)
    return found is not None and bool(mod_37_36.is_valid("".join(found.groups())))


def mint(day: date, random_bytes: Callable[[int], bytes]) -> str:
    """A new reference for a day; ``random_bytes`` gives that many."""
    stamp = f"{day:%Y%m%d}"
    while True:
        # 256 is a multiple of 32, so every character is as likely as any other.
        drawn = random_bytes(_RANDOM_LENGTH)
        six = "".join(_CROCKFORD[byte % len(_CROCKFORD)] for byte in drawn)
        check = str(mod_37_36.calc_check_digit(stamp + six))
        # An I, L or O read out on the phone would be written down as 1 or 0.
        if check in _CROCKFORD:
            return f"TS{stamp}-{six}{check}"
