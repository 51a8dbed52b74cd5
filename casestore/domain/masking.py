"""Personal data as it may stand on a screen (JR/T 0171-2020: shown masked by default)."""

import re

MASK = "****"

_SHOWN_HEAD = 3
_SHOWN_TAIL = 4
_SHORTEST_WITH_HEAD = 11
# Phones, identity and card numbers, also written in groups; sums of money are left alone.
_LONG_NUMBER = re.compile(
    r"(?<![0-9A-Za-z.,])\+?[0-9](?:[ -]?[0-9]){6,}[Xx]?(?![0-9]|[.,][0-9]|[ ]?[万亿]?元)"
)
_SHORTEST_NAME = 2


def mask_name(name: str) -> str:
    """The first character and a star for each other one: 欧阳小雨 becomes 欧***."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def mask_phone(phone: str) -> str:
    """The last four digits, and the first three if the number is long: 138****5678."""
    head = _SHOWN_HEAD if len(phone) >= _SHORTEST_WITH_HEAD else 0
    hidden = len(phone) - head - _SHOWN_TAIL
    return phone[:head] + "*" * hidden + phone[-_SHOWN_TAIL:]


def mask_text(text: str, *, name: str | None = None, phone: str | None = None) -> str:
    """A story without its teller: numbers of seven digits and more become ``****`` (phones,
    identity and card numbers), the complainant's ``phone`` however short and each character of
    their ``name`` too. A name of one character is left, being part of too many words."""
    text = _LONG_NUMBER.sub(MASK, text)
    if phone:
        text = text.replace(phone, MASK)
    if name and len(name) >= _SHORTEST_NAME:
        text = text.replace(name, "*" * len(name))
    return text
