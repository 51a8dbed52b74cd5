"""How content a customer is, from 1 (非常不满意) to 5 (非常满意)."""

from __future__ import annotations

import re

from bot.intake.reading._text import fold, small_int, trim

_VERY = r"(?:非常|很|特别|十分|超级?|极其?|太|相当|万分|完全|灰常|贼|老|无比|真的?是?)"
# The longest first: what a pattern has read the ones below do not see again.
_WORDS = tuple(
    (re.compile(pattern), score)
    for pattern, score in (
        # Neither asks, nor tells of a future: 满意不满意, 怎么才能满意, 不知道满不满意.
        (
            r"满意不满意|满不满意|满意吗|满意么|满意度|(?<!不)(?:怎么|如何|哪里|才)(?:可能|会|能)?满意",
            None,
        ),
        (
            r"(?:没|没有|没啥|没什么|没有什么|无|并没有|谈不上|说不上|不能说)(?:任何|太多|太大|特别)?的?"
            r"不满意?(?:的地方|的)?|(?:没|没有)(?:什么)?(?:可|好)?(?:挑|不好)的?",
            4,
        ),
        (
            rf"{_VERY}的?不(?:太)?满意?|不满意(?:极|透|到极点)|(?:一点儿?|压根|根本|完全|丝毫)[都也]?不满意",
            1,
        ),
        (
            rf"{_VERY}的?(?:差|烂|糟|坏|失望|恶劣)(?:劲|糕)?|差到极点|糟透|烂透|差劲|糟糕|垃圾|差评|失望透顶",
            1,
        ),
        (
            r"(?:不(?:太|是?很|大|怎么|算|够|是?特别|是?非常|是?十分|能说)|没那么|谈不上|说不上|称不上|并不|没有很|没多)满意",
            2,
        ),
        (
            r"不满意?|(?:有点儿?|有些|比较|较|还是)?(?:差(?![了着一点额价]|不多)|失望|不行|不咋地|不怎么样)",
            2,
        ),
        (r"(?:不(?:太|是?很|大|怎么|够)?|不咋)好(?!意思|说|评|像)", 2),
        (r"(?:比较|还算|基本上?|总体|大体|挺|蛮|还是?|算是?|整体)(?:上|是|比较|挺|还)*满意", 4),
        (
            rf"{_VERY}的?(?:满意|好(?!像|意|多)|棒|赞)|满意(?:极|得很)|完美|好极|好评|点赞|满分|好得很",
            5,
        ),
        (r"满意|(?:还|很|挺|蛮|相当)?不错|(?:挺|蛮|比较|还挺)好|良好", 4),
        (
            r"一般般?(?=吧|般|了|的|呢|啊|\W|\Z)|还行|还可以|还凑合|凑合|马马虎虎|马虎|中等|过得去|普普通通|普通(?=吧|的|\Z)|就那样|不好不坏",
            3,
        ),
    )
)
_STARS = re.compile(
    r"(?<![\d.第一-龥])(?!十分[满不好])(?:我?给?(?:你们?|他们?|您)?(?:打|评|只给|就给|给)?(?:个)?)?(?P<n>\d{1,3}|[零一二两三四五六七八九十])"
    r"\s*(?:颗|个)?(?:分(?![钟之期行享])|星(?![期级]))"
)
_GIVEN = re.compile(
    r"(?:打|评|给)(?:了|个|你们?)*(?P<n>\d{1,3}|[零一二两三四五])(?:颗星?|个星|分|星)?(?=吧|的|了|\W|\Z)(?!\.\d)"
)
_BARE = re.compile(r"(?:选|就|我选|嗯)?(?P<n>[1-5一二三四五])(?:吧|啊|哦|呀)?")
_BEST, _WORST = 5, 1


def read_rating(text: str) -> int | None:
    """1 to 5 from 5分, 四颗星, 不太满意 or 一般; None when nothing or two different things are said.

    A figure comes before the words beside it (2分，太差了) unless they say the contrary; 0分 is the
    worst there is.
    """
    folded = trim(fold(text))
    figure, words = _figure(folded), _words(folded)
    if figure == ():
        return words[0] if words and max(words) - min(words) <= 1 else None
    number = figure[0] if figure else None
    if number is None or any(abs(number - score) > 1 for score in words):
        return None
    return number


def _figure(text: str) -> tuple[int | None, ...]:
    """Empty when no figure is given; None for one that is not on the scale."""
    m = _BARE.fullmatch(text) or _STARS.search(text) or _GIVEN.search(text)
    if m is None:
        return ()
    number = 0 if m["n"] in ("0", "零") else small_int(m["n"])
    if number == 0:
        return (_WORST,)
    return (number if number and number <= _BEST else None,)


def _words(text: str) -> list[int]:
    """The scores of all words, in the order of `_WORDS`."""
    scores = []
    for pattern, score in _WORDS:
        found = pattern.findall(text)
        text = pattern.sub("，", text)
        if score is not None:
            scores += [score] * len(found)
    return scores
