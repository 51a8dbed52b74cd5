"""Short questions that lean on what was said before: 「那要多少钱」, 「多久能好」. Pure."""

from __future__ import annotations

import re

LONGEST = 14
"""Characters; a longer question nearly always names what it is about."""
_ASKS = (
    r"吗|么|呢|什么|啥|哪里?|哪儿|怎么|怎样|咋|如何|多久|多长时间|几天|多少|几块|为什么|为啥|谁"
    r"|能不能|可不可以|要不要|行不行"
)
_FILLS = (
    r"那么?|这样?|个|它|还|再|就|先|要|需要?|得|能|可以|会|啊|呀|吧|的|了|是|有|没有|不|没|我|你们?|您|请问?|问下?|一下"
    r"|在|去|来|到|办理?|弄|做|搞|好|行|带|用|交|拿|处理|申请|完|成|钱|时间|本人|代办|代|别人|自己|东西|材料|手续|证件"
    r"|身份证|网点|柜台|银行|手机上?|网上|线上|电话|一定|必须|如果|要是|然后|办不了|不行|不了|收|花|贵|快|慢|久|早|晚"
)
_ASKING = re.compile(_ASKS)
_WITHOUT_SUBJECT = re.compile(rf"(?:{_ASKS}|{_FILLS}|[\s,.?!~])+")
_LEANING_START = re.compile(r"那|这|它|还|然后|如果|要是")


def is_follow_up(text: str) -> bool:
    """True when a normalised text asks something and names no subject of its own."""
    if len(text) > LONGEST or _WITHOUT_SUBJECT.fullmatch(text) is None:
        return False
    return _ASKING.search(text) is not None or _LEANING_START.match(text) is not None
