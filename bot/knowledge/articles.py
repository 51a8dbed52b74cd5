"""The notation of articles: 第七条第三款、第四款; 第三十条至第三十二条; 一（四）; 第三部分."""

from __future__ import annotations

import re

_DIGITS = "零一二三四五六七八九"
_N = r"[零一二三四五六七八九十百]+"
_ARTICLE = rf"第{_N}条(?:之{_N})?"
_CLAUSE = rf"第{_N}款"
_ITEM = rf"（{_N}）\d*"
_PLACE = re.compile(
    rf"(?P<article>{_ARTICLE})?(?P<clause>{_CLAUSE})?(?P<item>{_ITEM})?"
    rf"|(?P<part>第{_N}部分|{_N})(?:{_ITEM})?"
)
_RANGE = re.compile(rf"第({_N})条(?:至|—)第({_N})条")
_BELOW = re.compile(rf"(?:{_CLAUSE})?(?:{_ITEM})?|\d+")


def read_articles(text: str) -> tuple[str, ...]:
    """The places named by `text`, each written out in full, ranges expanded; () for "".

    Raises ValueError naming the piece that is no article.
    """
    places: list[str] = []
    for piece in text.split("、") if text else []:
        between = _RANGE.fullmatch(piece)
        places += _between(*between.groups()) if between else [_place(piece, places)]
    return tuple(places)


def supports(stated: str, cited: str) -> bool:
    """True when what is stated of `stated` carries a citation of `cited`.

    A statement about a clause carries a citation of its article, not the other way round.
    """
    below = stated.startswith(cited) and _BELOW.fullmatch(stated[len(cited) :]) is not None
    return stated == cited or below


def numeral(number: int) -> str:
    """1 to 999 in Chinese as statutes write it: 10 is 十, 110 is 一百一十, 101 is 一百零一."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


_VALUES = {numeral(number): number for number in range(1, 1000)}


def _between(first: str, last: str) -> list[str]:
    if first not in _VALUES or last not in _VALUES:
        raise ValueError(f"第{first}条至第{last}条")
    return [f"第{numeral(n)}条" for n in range(_VALUES[first], _VALUES[last] + 1)]


def _place(piece: str, before: list[str]) -> str:
    """`piece` in full: a clause alone belongs to the article before it."""
    match = _PLACE.fullmatch(piece)
    if not piece or match is None:
        raise ValueError(piece or "空白")
    if match["clause"] and not match["article"]:
        article = re.match(_ARTICLE, before[-1]) if before else None
        if article is None:
            raise ValueError(piece)
        return article.group() + piece
    return piece
