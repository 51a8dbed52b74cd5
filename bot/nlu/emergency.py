"""The fuse: words that mean danger now are decided by rule, never left to probabilities. Pure.

Life first, then money that is being lost at this moment. Calm questions about the past (「上个月被盗刷，
能追回来吗」) are none of these: the answers of data/nlu/faq serve them better.
"""

from __future__ import annotations

import re

_LIFE = re.compile(
    r"自杀|自尽|轻生|寻短见|不想活|活不下去|活着(?:没|有什么|还有什么)(?:意思|意义)|(?:我|真|就|好|都|只)(?:想|要)去?死"
    r"|跳楼|割腕|遗书|了结(?:自己|生命)"
)
_NOT_LIFE = re.compile(
    r"想死(?:你|我|他|她)?们?了?(?:的)?(?:心|啦)|笑死|气死|烦死|累死|困死|饿死|吵死"
)
_NOW = r"(?:正在|正被|刚才?|刚刚|现在|马上|这会儿?|眼下)"
_LOSING = re.compile(
    rf"{_NOW}.{{0,8}}(?:被骗|上当|被盗刷|给骗子|转给骗子|转账给骗子|被诈骗)"
    r"|骗子(?:还|正)(?:在|跟|和)|(?:还|正)在.{0,6}骗子.{0,4}(?:电话|通话)"
    r"|(?:被|有人)(?:逼|胁迫|威胁|绑架).{0,8}(?:转|给|汇|取)"
    r"|(?:卡|钱|账户).{0,6}(?:正在|一直|不停|还)(?:在)?被?(?:刷|扣|转走)|一直(?:在)?(?:扣款|扣钱|刷我)"
)


def is_emergency(text: str) -> bool:
    """True when a normalised text speaks of danger to life or of money being lost now."""
    life = _LIFE.search(_NOT_LIFE.sub("", text)) is not None
    return life or _LOSING.search(text) is not None
