"""The last line of an answer: 依据：《全称》（文号，日期施行）第X条；《…》…"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.knowledge.answer import CITATION

_TITLED = re.compile(r"《(?P<title>[^》]+)》(?:（(?P<brackets>[^）]*)）)?(?P<article>.*)")
_BARE = re.compile(
    r"(?P<title>[^（〔《]+)(?:（(?P<brackets>[^）]*)）|(?P<number>〔\d{4}〕第\d+号))(?P<article>.*)"
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"号$|^JR/T ")


@dataclass(frozen=True)
class Cited:
    """One document of a citation line; `article` as written there, "" when none is named."""

    title: str
    number: str = ""
    article: str = ""
    in_force_since: str = ""


def read_citation(line: str) -> Iterator[Cited]:
    """The documents of a citation line.

    Raises ValueError naming the piece that is no citation.
    """
    for piece in line.removeprefix(CITATION).rstrip("。").split("；"):
        match = _TITLED.fullmatch(piece.strip()) or _BARE.fullmatch(piece.strip())
        if match is None:
            raise ValueError(piece)
        brackets = (match["brackets"] or "").split("，")
        bare_number = match.groupdict().get("number")
        number = bare_number or next((part for part in brackets if _NUMBER.search(part)), "")
        date = _DATE.search(match["brackets"] or "")
        yield Cited(match["title"], number, match["article"], date.group() if date else "")
