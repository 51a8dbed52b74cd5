"""The case reference ``TS`` + date + ``-`` + six Crockford base32 characters + check character."""

import re

from stdnum.iso7064 import mod_37_36

_SHAPE = re.compile(r"TS([0-9]{8})-([0-9A-HJKMNP-TV-Z]{6})([0-9A-Z])")


def is_reference(text: str) -> bool:
    """Whether shape and ISO 7064 MOD 37,36 check character (over date and six) are right."""
    found = _SHAPE.fullmatch(text)
    return found is not None and bool(mod_37_36.is_valid("".join(found.groups())))
