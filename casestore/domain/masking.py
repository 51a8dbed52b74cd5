"""Personal data as it may stand on a screen (JR/T 0171-2020: shown masked by default)."""

_SHOWN_HEAD = 3
_SHOWN_TAIL = 4
_SHORTEST_WITH_HEAD = 11


def mask_name(name: str) -> str:
    """The first character and a star for each other one: 欧阳小雨 becomes 欧***."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def mask_phone(phone: str) -> str:
    """The last four digits, and the first three if the number is long: 138****5678."""
    head = _SHOWN_HEAD if len(phone) >= _SHORTEST_WITH_HEAD else 0
    hidden = len(phone) - head - _SHOWN_TAIL
    return phone[:head] + "*" * hidden + phone[-_SHOWN_TAIL:]
