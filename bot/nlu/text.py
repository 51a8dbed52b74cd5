"""One form for the many ways Chinese customers write the same thing. Pure, no Rasa.

Only understanding sees the normalised text; the case keeps the customer's own words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

_MASKED = re.compile(r"〔[^〕]*〕|\d{3,4}-?\*{4}\d{4}")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
_REPEATED = re.compile(r"([^\w\s])\1+")
_REPEATED_CHAR = re.compile(r"([^\d\W])\1{3,}")
_SPACES = re.compile(r"\s+")
_CASE_REFERENCE = re.compile(
    r"(?<![a-z0-9])t\s?s\s?\d{8}\s?[-—–]?\s?[0-9a-z]{6}\s?[0-9a-z](?![a-z0-9])"
)
_BETWEEN_DIGITS = re.compile(rf"({_CASE_REFERENCE.pattern}[ \t]?)|(?<=\d)[ \t](?=\d)")
"""Blanks within a number. That behind a case reference, which may end in a digit, is none."""
_RESUME_CODE = re.compile(r"(?<![a-z0-9*])[0-9a-z]{4}\s?[-—–]?\s?[0-9a-z]{4}(?![a-z0-9*])")
_RESUME_WORDS = re.compile(
    r"[\s,，。:：]|请|我?(?:要|想)?(?:继续|接着|接续)(?:填写?|来|码)?|(?:这?是|用)|码"
)
_DIGITS_AND_LETTERS = re.compile(r"(?=.*\d)(?=.*[a-z])")
_PHONE_TAIL = re.compile(
    r"(?:(?:我的?)?(?:手机|电话)?(?:号码?)?的?(?:尾号|后四位|后4位)(?:数字)?(?:是|为|:)?)?\s?\d{4}"
)
_GREETING = (
    r"(?:你们?好|您好|大家好|hi|hello|哈喽|嗨|喂|在吗|请问|[早晚]上好|[上中下]午好|小保|客服|打扰了?|同志|姑娘"
    r"|那个|嗯|唉|哎|好吧?|行吧?|[\s,.。!~、:])"
)
_WHO = r"(?:我们?|本人|俺们?|咱们?)"
_SURELY = r"(?:现在|今天|就|也|还是|只|真的?|一定|必须|非得?|确实|正式)"
_WISHES = r"(?:是?来|是?要|想要|想(?!要)|需要|打算|准备|决定|有(?:[一两二三几]?[件个点]|些)?事情?(?:要|想))"
_REQUEST = (
    r"(?:请|麻烦(?:你们?|您)?|帮我|给我|替我|让我|登记|提交?|做|办|写|发起|进行|一下|一?[个次件份])"
)
_AT_WHOM = r"(?:(?:你们|贵)(?:银行|行|家|单位)?)"
_COMPLAIN = (
    rf"(?:{_WHO}|{_SURELY}|{_WISHES}|{_REQUEST}|那么?|[, ])*(?:投诉[,!。 ]*)+"
    rf"(?:{_AT_WHOM}|登记|一?[下个次]|一件事情?)*(?:(?<=投诉)的)?[\s,.。!~吧啊呀哦呢哈啦嘛]*"
)
_WISH_TO_COMPLAIN = re.compile(rf"{_GREETING}*(?:算了[,。 ]*(?={_WHO}?还是))?{_COMPLAIN}")
_WISH_FOR_ANOTHER = re.compile(
    rf"{_GREETING}*(?:对了|另外|同时|[, ])*{_WHO}?(?:还有|还要|还想|再(?!次)|另有)(?:要|想|来|登记|提|投)?"
    rf"(?:另外?)?[一二两三几第]*[个件桩条]?(?:事情?)?[,。 ]*{_COMPLAIN}"
)
_ANOTHER_MATTER = re.compile(
    rf"{_GREETING}*{_WHO}?(?:还|另外)?(?:要|想)再?投诉(?:另外?|别的|其他|第二)"
    r"(?:的)?[一二两三几]?[个件桩条]?(?:事情?|问题)?(?:\Z|[:,。 ])"
)
_LONGEST_WISH = 40
_STORY = 25
"""Characters; a shorter text that names a complaint may be asking about complaints."""
_BEGINS_WITH_WISH = re.compile(
    rf"{_GREETING}*{_WHO}?(?:要|想|来|替.{{1,6}}|代表.{{1,8}})?(?:实名)?投诉"
    r"(?![了过信书单材电时后完热件记答平渠编第])"
)
_ENDS_WITH_DEMAND = re.compile(
    r"(?:把[^,。]{1,16}(?:还|退|补|赔)(?:回|给)*(?:我|来|[一两二三几百千万\d])"
    r"|(?:^|[,。! ])(?:请|要|都|全部?|马上|赶紧|立刻)*(?:还|退|赔)(?:给|回)?(?:我|钱)"
    r"|(?:要求|必须)[^,。]{0,14}(?:退|赔|道歉|彻?查|处理|恢复|说明|取消|更正|受理|撤销|解决|补发)"
    r"|请[^,。]{0,8}(?:退还|退回|道歉|查清|恢复|给予)"
    r"|(?<!银行)给(?:我们?|大家)?一?个(?:说法|交代|解释)"
    r"|(?:向|跟|给)我(?:们|妈|爸)?(?:当面|公开|书面)?(?:道歉|赔礼))[^,。]{0,18}[\s,。!]*\Z"
)
_ASKS = re.compile(
    r"\?|[吗么呢不没][\s。!~]*\Z|怎么|怎样|咋|如何|什么|啥|能不能|可不可以|行不行|是不是|有没有|算不算|要不要"
    r"|多久|几天|[找归]谁|该找|哪[里个儿家条]|去哪|能否|是否|还是[走打去找]|按[^,。]{0,6}算"
)
_PERSON_OR_MACHINE = (
    r"(?:一?[个位名台])?(?:真的?|活的?|大活|智能)?"
    r"(?:人(?:类|工智能|工)?(?:客服)?|机器人?(?:客服)?|程序|电脑|软件|ai|客服|自动回复)"
)
_WHAT_I_AM = re.compile(
    rf"(?:{_GREETING}|你们?|您|对面|那头|这边?|到底|究竟|其实|[跟和]我(?:说话|聊天?|讲话)的?|回我的?|现在|是|在)*"
    rf"{_PERSON_OR_MACHINE}[啊呢,? ]*(?:还是|或是|或者)是?{_PERSON_OR_MACHINE}"
    r"[\s啊呀呢在回跟我说话聊天的,.。!?~]*"
)


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def normalise(text: str) -> str:
    """NFKC, simplified characters, lower case, no emoji or masked numbers, single spaces and marks.

    A full-width slash at the start stays full-width: a half-width one is Rasa's intent syntax.
    """
    out = unicodedata.normalize("NFKC", _MASKED.sub(" ", text))
    out = _to_simplified().convert(out).lower()
    out = _EMOJI.sub(" ", out)
    out = _BETWEEN_DIGITS.sub(r"\1", out)
    out = _REPEATED.sub(r"\1", out)
    out = _REPEATED_CHAR.sub(r"\1\1\1", out)
    out = _SPACES.sub(" ", out).strip()
    return "／" + out[1:] if out.startswith("/") else out


def is_phone_tail(text: str) -> bool:
    """True when a normalised text is a phone's last four digits and nothing else."""
    return _PHONE_TAIL.fullmatch(text) is not None


def has_case_reference(text: str) -> bool:
    """True when a normalised text names something shaped like a case reference."""
    return _CASE_REFERENCE.search(text) is not None


def without_case_reference(text: str) -> str:
    """A normalised text without the case references in it."""
    return _SPACES.sub(" ", _CASE_REFERENCE.sub(" ", text)).strip()


def has_resume_code(text: str) -> bool:
    """True when a normalised text is a one-time code, with or without words like 继续填写."""
    found = _RESUME_CODE.search(text)
    if found is None:
        return False
    rest = text[: found.start()] + text[found.end() :]
    bare = not _RESUME_WORDS.sub("", rest)
    return bare and bool(rest.strip() or _DIGITS_AND_LETTERS.match(found.group()))


def wants_to_complain(text: str) -> bool:
    """True when a normalised text is the wish to complain and nothing else: 「你好 我要投诉」."""
    return len(text) <= _LONGEST_WISH and _WISH_TO_COMPLAIN.fullmatch(text) is not None


def wants_another_complaint(text: str) -> bool:
    """True when a normalised text is the wish to complain once more, with the story or without.

    「还有一件，我要投诉」, 「我还要投诉另外一件事:昨天…」.
    """
    wish = text[:_LONGEST_WISH]
    bare = len(text) <= _LONGEST_WISH and _WISH_FOR_ANOTHER.fullmatch(text) is not None
    return bare or _ANOTHER_MATTER.match(wish) is not None


def tells_a_complaint(text: str) -> bool:
    """True for a story in a normalised text that begins with 投诉 or ends with a demand."""
    if len(text) < _STORY or _ASKS.search(text) is not None:
        return False
    return _BEGINS_WITH_WISH.match(text) is not None or _ENDS_WITH_DEMAND.search(text) is not None


def asks_what_i_am(text: str) -> bool:
    """True when a normalised text asks whether a person or a machine answers."""
    return len(text) <= _LONGEST_WISH and _WHAT_I_AM.fullmatch(text) is not None
