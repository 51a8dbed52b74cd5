"""Rules on the text itself: short, no promise, no secret asked for, nothing left to fill in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bot.knowledge.answer import CHANNELS, body_of
from bot.knowledge.lifecycle import hedged
from bot.knowledge.rules.finding import Case, Rule

LONGEST = 600
WECHAT_BYTES = 2048
"""One text message of WeChat, UTF-8."""
LONGEST_TITLE = 18
"""A title stands on a button."""
VARIABLES = ("hotline", "hotline_hours")
PROMISES = re.compile(
    r"一定(能|会|可以)?(赔|退|追回)|包(赔|退)|肯定(能|会)?(赔|退|追回)|全额赔|承诺赔"
    r"|保证(能|会)?(赔|退|追回|解除)|百分之百(赔|退)"
)
SECRETS = re.compile(
    r"(请|需要)(您)?(提供|发送|发来|发给|告诉|回复|输入|报一下)"
    r"[^，。；：]{0,12}(密码|验证码|CVV|安全码|后三位|有效期)"
)
REGULATOR = "国家金融监督管理总局（金融监管总局）"
_FORMER = re.compile("银保监会|银监会")
_FILLED = re.compile("{(" + "|".join(VARIABLES) + ")}")
_BRACES = re.compile(r"{[^{}]*}|[{}]")


def _too_long(case: Case) -> Iterator[str]:
    for variant in case.answer.variants:
        if len(variant.text) > LONGEST:
            yield f"正文 {len(variant.text)} 字，最多 {LONGEST} 字。"


def _wechat(case: Case) -> Iterator[str]:
    size = len(hedged(case.answer.text_on("wechat")).encode())
    if size > WECHAT_BYTES:
        yield f"发到微信要 {size} 字节，最多 {WECHAT_BYTES} 字节。请另写一份 channel: wechat 的短文。"


def _promise(case: Case) -> Iterator[str]:
    for text in case.texts:
        if match := PROMISES.search(text):
            yield f"“{match.group()}”是对赔付的承诺，不能写。"


def _secret(case: Case) -> Iterator[str]:
    for text in case.texts:
        if match := SECRETS.search(text):
            yield f"“{match.group()}”是在向客户要密码一类的内容，不能写。"


def _braces(case: Case) -> Iterator[str]:
    for text in case.texts:
        for left in _BRACES.findall(_FILLED.sub("", text)):
            yield f"“{left}”没有人会填，只能用 {{hotline}} 和 {{hotline_hours}}。"


def _regulator(case: Case) -> Iterator[str]:
    if "12378" in case.answer.text and REGULATOR not in case.answer.text:
        yield f"写到 12378 时，要写全称“{REGULATOR}”。"
    for text in case.texts:
        if match := _FORMER.search(body_of(text)):
            yield f"正文里的“{match.group()}”已经改名，对客户称{REGULATOR}。"


def _title(case: Case) -> Iterator[str]:
    title = case.answer.title
    if not 0 < len(title.strip()) <= LONGEST_TITLE:
        yield f"标题要有 1 到 {LONGEST_TITLE} 个字，现在是 {len(title)} 个。"
    for other in case.answers.values():
        if other.title == title and other.id != case.answer.id:
            yield f"标题与 {other.id} 相同，客户分不清。"


def _variants(case: Case) -> Iterator[str]:
    channels = Counter(variant.channel for variant in case.answer.variants)
    if channels[""] == 0:
        yield "要有一份不写 channel 的正文，给没有专门写的渠道用。"
    for channel, times in channels.items():
        if channel not in ("", *CHANNELS):
            yield f"没有“{channel}”这个渠道，channel 只能是 {'、'.join(CHANNELS)}。"
        if times > 1:
            yield f"渠道“{channel or '不写'}”有 {times} 份正文，只能有一份。"


RULES = (
    Rule("too_long", f"正文超过 {LONGEST} 字", _too_long),
    Rule("wechat_too_long", f"微信正文超过 {WECHAT_BYTES} 字节", _wechat),
    Rule("promise", "承诺赔付", _promise),
    Rule("secret", "向客户要密码、验证码", _secret),
    Rule("braces", "有没有人填的花括号", _braces),
    Rule("regulator", "监管机构名称不对", _regulator),
    Rule("title", "标题太长、空着或重复", _title),
    Rule("variants", "渠道正文写得不对", _variants),
)
