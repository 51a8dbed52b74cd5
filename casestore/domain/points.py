"""What a customer wants, cut into points that can be answered one by one.

A proposal for the officer, who rewords, adds and removes; so it prefers the customer's own words
to cleverness.
"""

import re
from collections.abc import Iterator

MOST_CLAIMS = 8
"""How many points are proposed; an officer may make more (``MOST_POINTS``)."""
MOST_POINTS = 20
LONGEST_CLAIM = 500

_ORDINAL = "[一二三四五六七八九十]"
# Where a numbered list goes on: 第一、 一、 （一） 1. 1、 (1) ① 一是 其一 首先. A figure followed by a
# digit is an amount or a date, not a number of a list.
_NUMBERED = re.compile(
    rf"(?:第{_ORDINAL}[、，,：:]?|{_ORDINAL}、|[（(](?:{_ORDINAL}|\d)[)）]|{_ORDINAL}是|其{_ORDINAL}[、，,：:]?"
    r"|(?<![\d.])[1-9][.．、)）](?!\d)|[①②③④⑤⑥⑦⑧⑨]|首先[，,]?|其次[，,]?|再次[，,]?|最后[，,]?)\s*"
)
_SENTENCE = re.compile(r"[；;。！!？?\n\r]+")
# A comma before one of these starts another wish.
_NEXT_WISH = re.compile(
    r"[，,、]\s*(?=(?:同时|另外|此外|并且|而且|还)?(?:要求|请求|希望|并要求|还要求|请贵行|请银行))"
)
_WISH = re.compile(
    r"要求|请求|希望|诉求|应当|应该|请(?:贵行|银行|你们|你行|核实|退|赔|解释|说明|处理|给)"
    r"|退还|退款|赔偿|补偿|道歉|解释|说明|给个说法|恢复|撤销|更正|删除|停止"
)
_COMPLAINT_OF = re.compile(
    r"为什么|为何|凭什么|怎么能|不合理|不应该|乱收|多收|没有(?:告知|提示|说明|通知)|未(?:告知|经|提示)"
    r"|拒绝|推诿|态度|不给|不肯|不同意"
)
_NOTHING = re.compile(
    r"^(?:无|没有|没了|暂无|不知道|不清楚|没想好|随便|以上|如题|同上|谢谢|多谢|感谢|您好|你好)[了吧。！!~\s]*$"
)
_VAGUE = re.compile(
    r"^(?:希望|请|要求|恳请|麻烦|请求)?(?:贵行|银行|你们|你行)?(?:能|能够)?(?:尽快|早日|及时|认真|妥善|依法)*"
    r"(?:给我)?(?:处理|解决|答复|回复|办理|核实)(?:一下|此事|这件事|问题)?(?:[，,]?(?:谢谢|多谢|感谢))?$"
)
_CONNECTIVE = re.compile(r"^(?:同时|另外|此外|并且|而且|以及|并|还)+[，,]?(?=.)")
_EDGES = " \t　，,、；;。：:！!~-—·“”\"'"
_SHORTEST = 2
_IN_SHORT = 80


def claims(request: str, detail: str) -> tuple[str, ...]:
    """The claims in what a customer asked for and told, 1 to ``MOST_CLAIMS``, in their order.

    Those of ``request``; where it says nothing particular ("希望尽快处理"), the sentences of
    ``detail`` that sound like a claim; else the one claim is that the matter be looked into.
    """
    wanted = list(_pieces(request)) or [piece for piece in _pieces(detail) if _is_claim(piece)]
    if wanted:
        return _at_most(_distinct(wanted))
    story = _shortened(detail)
    return (f"核实并处理：{story}" if story else "核实并处理所反映的情况",)


def _pieces(text: str) -> Iterator[str]:
    """Sentences, items of a numbered list and wishes, without what says nothing."""
    for sentence in _SENTENCE.split(_NUMBERED.sub("\n", text)):
        for piece in _NEXT_WISH.split(sentence):
            bare = _CONNECTIVE.sub("", piece.strip(_EDGES))
            if len(bare) >= _SHORTEST and not _NOTHING.match(bare) and not _VAGUE.match(bare):
                yield bare[:LONGEST_CLAIM]


def _is_claim(piece: str) -> bool:
    return bool(_WISH.search(piece) or _COMPLAINT_OF.search(piece))


def _distinct(pieces: list[str]) -> list[str]:
    """Each claim once: one that stands inside another is the same claim said shorter."""
    kept: list[str] = []
    for piece in dict.fromkeys(pieces):
        if not any(piece in other for other in pieces if other != piece):
            kept.append(piece)
    return kept


def _at_most(pieces: list[str]) -> tuple[str, ...]:
    """The last point holds all claims that remain, so that none is dropped."""
    first, rest = pieces[: MOST_CLAIMS - 1], pieces[MOST_CLAIMS - 1 :]
    return (*first, "；".join(rest)[:LONGEST_CLAIM]) if rest else tuple(first)


def _shortened(text: str) -> str:
    bare = " ".join(text.split())
    return bare if len(bare) <= _IN_SHORT else bare[: _IN_SHORT - 1] + "…"
