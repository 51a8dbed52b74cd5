"""Text to the pieces it can be found by: Chinese has no spaces, so every two neighbouring characters
are one piece. Letters and digits are pieces as whole words.

What contains all pieces of a query is taken for a hit. Two Chinese characters are the shortest
query; one alone would be a hit almost everywhere.
"""

import re
import unicodedata

_RUN = re.compile(r"[0-9a-z]+|[\u3400-\u4dbf\u4e00-\u9fff]+")
_LENGTH = 2


def grams(text: str) -> tuple[str, ...]:
    """The different pieces of a text, in the order of their first place. Full-width and capital
    forms count as the plain ones; masks, marks and spaces only separate."""
    plain = unicodedata.normalize("NFKC", text).lower()
    found: dict[str, None] = {}
    for run in _RUN.findall(plain):
        found.update(dict.fromkeys(_pieces(run)))
    return tuple(found)


def _pieces(run: str) -> list[str]:
    if run.isascii():
        return [run]
    return [run[start : start + _LENGTH] for start in range(len(run) - _LENGTH + 1)]
