"""What must never stand in a text to a customer: whole card or identity numbers, and requests for
secrets, which only fraudsters make."""

import re

from stdnum import luhn
from stdnum.cn import ric

CARD_NUMBER = "含有完整卡号，请只保留后四位"
ID_NUMBER = "含有完整身份证号，请删去或隐去中间各位"
DEMANDS_CODES = "像是在向客户索要密码、验证码或卡片安全码，银行不得这样做，请删去"

_DIGITS = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){14,18}(?![0-9A-Za-z])")
_SHORTEST_CARD = 15
_ID = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
_CODES = r"(?:密码|口令|验证码|校验码|CVV2?|CVN2?|安全码|背面三位)"
_GIVE = r"(?:提供|告知|告诉|发送|发给|发来|发到|输入|回复|填写|报出|报上|说出|出示|转告)"
_HAND_OVER = r"(?:提供给|告知|告诉|发送|发给|发来|发到|报给|转告)"
_ASKS = re.compile(
    rf"{_GIVE}[^，,。；;！!？?\n]{{0,12}}{_CODES}|{_CODES}[^，,。；;！!？?\n]{{0,6}}{_HAND_OVER}",
    re.I,
)
_ADVICE = re.compile(
    r"不要|请勿|切勿|勿|不会|不得|不应|不能|严禁|从不|绝不|任何人|未|没有|曾|泄露|您自行"
)
_CLAUSE_END = re.compile(r"[。；;！!？?\n]")
# In a conversation people ask in other words than in a letter, and comfort in the same breath:
# 「您放心，不会有事，验证码报一下」. So each part between commas speaks for itself.
# Not 「密码输错了几次」「重置密码以后告诉我」: there the word is what happened, not what is wanted.
_SPOKEN_CODES = (
    r"(?<!重置)(?<!修改)(?<!忘记)(?<!忘了)(?<!输错)"
    rf"(?:{_CODES}|动态码|短信码|短信里的?(?:数字|号码)|[六6]位(?:数字|数|码))"
    r"(?!输|错|忘|被|后|以后|之后|为|怎么|什么时候)"
)
_TO_ME = r"(?:我|我们|过来|来|一下|下|给我|给我们)"
_SPOKEN_GIVE = rf"(?:发|给|报|念|读|说|讲|写|填|输入|输|回复|回|告诉|告知|提供|截图|截){_TO_ME}"
_ASKS_ALOUD = re.compile(
    rf"{_SPOKEN_CODES}[^。；;！!？?\n，,]{{0,8}}(?:{_SPOKEN_GIVE}|是多少|是几|多少[呢啊呀]?$)"
    rf"|{_SPOKEN_GIVE}[^。；;！!？?\n，,]{{0,12}}{_SPOKEN_CODES}",
    re.I,
)
_FORBIDS = re.compile(r"不要|别|请勿|切勿|勿|不会|不能|不得|不应|不用|不需要|严禁|从不|绝不|任何人")
_PART_END = re.compile(r"[。；;！!？?，,\n]")


def problems(text: str) -> tuple[str, ...]:
    """What is wrong with a text in this respect, in Chinese; empty if nothing."""
    found = (
        (CARD_NUMBER, _has_card(text)),
        (ID_NUMBER, any(ric.is_valid(number) for number in _ID.findall(text))),
        (DEMANDS_CODES, _demands_codes(text)),
    )
    return tuple(problem for problem, is_there in found if is_there)


def problems_aloud(text: str) -> tuple[str, ...]:
    """The same for what is typed in a conversation, where requests are put in fewer words."""
    found = problems(text)
    asks = any(
        _ASKS_ALOUD.search(part) and not _FORBIDS.search(part) for part in _PART_END.split(text)
    )
    return (*found, DEMANDS_CODES) if asks and DEMANDS_CODES not in found else found


def _has_card(text: str) -> bool:
    for match in _DIGITS.findall(text):
        number = re.sub(r"[ -]", "", match)
        if len(number) >= _SHORTEST_CARD and luhn.is_valid(number):
            return True
    return False


def _demands_codes(text: str) -> bool:
    """Advice against giving secrets away, and what the customer did earlier, is no request."""
    return any(
        _ASKS.search(sentence) and not _ADVICE.search(sentence)
        for sentence in _CLAUSE_END.split(text)
    )
