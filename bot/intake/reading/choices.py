"""Which of the offered titles a customer means: by number or by words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.intake.reading._text import fold, small_int, trim

_CIRCLED = {c: i for i, c in enumerate("①②③④⑤⑥⑦⑧⑨⑩", start=1)}
_LEAD = re.compile(
    r"\A(?:我?(?:就|还是|应该)?(?:想|要)?(?:选择?|点|要|填|属于|是)|就是?|应该是|大概是|算是"
    r"|选项|还是|嗯+|那就?)+"
)
_END = re.compile(r"(?:吧|啊|呀|哦|呢|哈|嘛|谢谢|这个|那个|的|类|问题|方面)+\Z")
_NUMBER = re.compile(
    r"第?(?P<n>\d{1,2}|[一二两三四五六七八九十]{1,3})(?P<unit>个|项|条|号|种|类|\.|、"
    r"|\))?(?:选项|那个)?"
)
_IT = r"的?(?:那|一)?(?:个|项|条)?"
_FIRST = re.compile(rf"(?:头|最[前上]面?){_IT}")
_MIDDLE = re.compile(rf"中间{_IT}")
_FORMER = re.compile(rf"前者|[前上]面{_IT}")
_LATTER = re.compile(rf"后者|[后下]面{_IT}")
_LAST = re.compile(
    r"(?P<back>倒数第?(?P<n>\d|[一二两三四五六七八九])|最后(?:那|一|的)?一?)(?:个|项|条)?"
)
_NEGATED = re.compile(
    r"不(?:是|要|选|想|对|提交|确认|交|用|需要|同意)|[先都还]不|暂不|暂时不|没有|别|除了|等一?[下等]"
)
_LONGEST_BY_WORD = 20


def read_choice(text: str, titles: Sequence[str]) -> int | None:
    """Index into `titles`, or None when none or several could be meant.

    Reads 1, １, ①, 一, 第二个, 2号, 选3, 最后一个, a title, or the part of a title no other has.
    """
    plain = _plain(text)
    folded = [_plain(title) for title in titles]
    if plain in folded:
        return folded.index(plain)
    answer = _END.sub("", _LEAD.sub("", plain)) or plain
    if answer in folded:
        return folded.index(answer)
    number = _by_number(_LEAD.sub("", plain) or plain, len(titles))
    if number is not None:
        return number
    return _by_words(plain, answer, folded)


def _plain(text: str) -> str:
    return trim(fold(text)).casefold()


def _by_number(text: str, count: int) -> int | None:
    """Zero-based position; out of range is None."""
    text = re.sub(r"(?:吧|啊|哦|呀|谢谢)+\Z", "", text)
    last = _LAST.fullmatch(text)
    if last:
        index = count - ((small_int(last["n"]) or 1) if last["n"] else 1)
    elif text in _CIRCLED:
        index = _CIRCLED[text] - 1
    else:
        m = _NUMBER.fullmatch(text)
        index = (small_int(m["n"]) or 0) - 1 if m else _by_place(text, count)
    return index if 0 <= index < count else None


def _by_place(text: str, count: int) -> int:
    """头一个, 中间那个 of an odd number, 前者 and 后者 of two; -1 where a word leaves it open."""
    if _FIRST.fullmatch(text):
        return 0
    if _MIDDLE.fullmatch(text):
        return count // 2 if count % 2 else -1
    if count != 2:
        return -1
    return 0 if _FORMER.fullmatch(text) else 1 if _LATTER.fullmatch(text) else -1


def _by_words(plain: str, answer: str, titles: list[str]) -> int | None:
    named = [t for t in titles if len(t) >= 2 and t in plain]
    longest = max(named, key=len, default="")
    if _NEGATED.search(plain.replace(longest, "") if longest else plain):
        return None
    if longest and all(t in longest for t in named):
        return titles.index(longest)
    if named or len(plain) > _LONGEST_BY_WORD:
        return None
    inside = [i for i, t in enumerate(titles) if len(answer) >= 2 and answer in t]
    if inside:
        return inside[0] if len(inside) == 1 else None
    return _by_distinctive_part(answer, titles)


def _by_distinctive_part(answer: str, titles: list[str]) -> int | None:
    """The title that alone shares pairs of characters with the answer."""
    pairs = [_pairs(t) for t in titles]
    common = {p for i, own in enumerate(pairs) for j in range(i) for p in own & pairs[j]}
    scores = [len((_pairs(answer) & own) - common) for own in pairs]
    best = max(scores, default=0)
    return (
        scores.index(best) if best and scores.count(best) == 1 == sum(map(bool, scores)) else None
    )


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
