"""Finds personal and secret data in what a customer typed and masks it.

Runs in the channel before anything is stored: tracker, log, transcript and journal only ever see
the masked text (JR/T 0171—2020 《个人金融信息保护技术规范》: passwords and codes are category C3 and
must not be kept; card, identity and phone numbers are shown masked).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import partial

import phonenumbers
from stdnum import luhn
from stdnum.cn import ric


class Kind(str, Enum):
    """What was found."""

    CARD = "card"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    PASSWORD = "password"
    CODE = "code"


REFUSED = frozenset({Kind.CARD, Kind.PASSWORD, Kind.CODE})
"""Kinds the customer is asked not to send."""


@dataclass(frozen=True)
class Finding:
    """One masked span. `raw` is the number without separators; it must not be stored in clear."""

    kind: Kind
    start: int
    end: int
    raw: str
    shown: str


@dataclass(frozen=True)
class Masked:
    """A text fit to be stored, and what was taken out of it (in order)."""

    text: str
    findings: tuple[Finding, ...]

    def of_kind(self, kind: Kind) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.kind is kind)

    @property
    def refused(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.kind in REFUSED)

    @property
    def only_secrets(self) -> bool:
        """True when nothing is left to answer once the refused spans are gone."""
        rest = self.text
        for finding in self.refused:
            rest = rest.replace(finding.shown, "")
        rest = _AROUND_SECRETS.sub("", rest)
        return bool(self.refused) and not re.search(r"\w", rest)


# Same-length folding, so that positions in the folded text are positions in the customer's text.
_WIDTH = {
    **{ord(c): str(i) for i, c in enumerate("０１２３４５６７８９")},
    **dict.fromkeys(map(ord, "－‐‑‒–—―−"), "-"),
    **dict.fromkeys(map(ord, "\u3000\u00a0\t\n"), " "),
    **{
        ord(wide): narrow for wide, narrow in zip("Ｘ：＝（）＋．・／＿", "X:=()+.·/_", strict=True)
    },
}
_NUMERALS = "〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_FOLD = {
    **_WIDTH,
    **{ord(c): d for c, d in zip(_NUMERALS, "0001234567891123456789", strict=True)},
}
_SEP = r"[ \-.·/_\u200b-\u200f\u2060\ufeff]{0,3}"  # the last ones are invisible
_CARD_LENGTHS = range(19, 12, -1)
_CARD_START = re.compile(r"(?<!\d)[3-69]")
_CARDS = {n: re.compile(rf"\d(?:{_SEP}\d){{{n - 1}}}(?!\d)") for n in _CARD_LENGTHS}
_ID = re.compile(rf"(?<!\d)[1-9](?:{_SEP}\d){{16}}{_SEP}(?:[Xx]|\d(?!\d))")
# 「…万一」and 「…元旦」go on after a number; 「…万」and 「…元」make it a sum.
_MOBILE = re.compile(
    rf"(?<!\d)(?:(?:\+|00)?86{_SEP})?1{_SEP}[3-9](?:{_SEP}\d){{9}}(?!\d|万(?!一)|亿|元(?!旦))"
)
_LANDLINE = re.compile(r"(?<!\d)\(?0\d{2,3}\)?[ \-]{0,3}\d{3,4}[ \-]{0,3}\d{4}(?!\d)")
_LINK = (
    r"(?:是|为|:|=|\s|\(|就是|叫|我的?|被|改成了?|设成了?|改为|设为|设的|填的|收到的|生日|数字"
    r"|[三四六346]位数?|\"|“)"
)
_ACCOUNT = re.compile(
    rf"(?:[卡账帐]号|[账帐]户|存折){_LINK}{{0,4}}(\d(?:[ \-.·/_,，]{{0,3}}\d){{11,24}})(?!\d)"
)
_SECRET_WORD = r"密\s?[码碼]|口\s?令|(?<![A-Za-z])[Pp][Ii][Nn]码?"
_CODE_WORD = (
    r"[验驗]\s?[证證]\s?[码碼]|动态码|动态口令|校验码|短信码|安全码"
    r"|(?<![A-Za-z])[Cc][Vv][VvNn]2?"
)
_NOT_UNIT = r"(?![\dA-Za-z]|[年月日号次位个元万块遍天分秒条笔张岁点多余人家页期小])"
_SIX = r"\d{6}(?![\dA-Za-z元块万次])"  # a PIN or a code, whatever word follows
_SPELT = rf"[{_NUMERALS}]{{4,12}}"
_PASSWORD = re.compile(
    rf"(?:{_SECRET_WORD}){_LINK}{{0,4}}({_SIX}|(?:[0-9A-Za-z!@#$%^&*_.\-]{{4,24}}|{_SPELT}){_NOT_UNIT})"
)
_CODE = re.compile(
    rf"(?:{_CODE_WORD}){_LINK}{{0,4}}({_SIX}|(?:\d(?:[ \-]?\d){{2,7}}|{_SPELT}){_NOT_UNIT})"
)
# Behind a comma a number is more often a sum or a hotline; six bare digits are a secret.
_AFTER_COMMA = re.compile(rf"(?:{_SECRET_WORD}|{_CODE_WORD})[,，、]\s?(\d{{6}}){_NOT_UNIT}")
_BEFORE = r"(?:是|就是|为|=|:|\(|【|\[)"
_PASSWORD_AFTER = re.compile(
    rf"(?<![\dA-Za-z])([0-9A-Za-z!@#$%^&*_]{{4,24}}){_BEFORE}(?:我|我的|卡|取款|登录|支付|的|银行卡){{0,3}}(?:{_SECRET_WORD})"
)
_CODE_AFTER = re.compile(
    rf"(?<!\d)(\d{{3,8}}){_BEFORE}(?:我|我的|短信|收到的|这个|的){{0,3}}(?:{_CODE_WORD})"
)
# What stands behind the word 密码 and is none: hotlines, days, references.
_PUBLIC = re.compile(
    r"9[56]\d{3}|400-?\d{3}-?\d{4}|12378|12363|12315|10086|10010|10000|20\d\d[-./]\d{1,2}(?:[-./]\d{1,2})?"
    r"|TS\d{8}-?\w{7}",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"(?<!\d)\d{3,4}-?\*{4}\d{4}(?!\d)|〔[^\W\d]{2,4}已隐去(?:，尾号\d{4})?〕")
_AROUND_SECRETS = re.compile(
    rf"{_SECRET_WORD}|{_CODE_WORD}|{_LINK}|银行卡|信用卡|储蓄卡|借记卡|[卡账帐]号|取款|登录|支付|交易"
    r"|查询|网银|手机银行|短信|和|的|了|卡"
)


def mask(text: str) -> Masked:
    """Returns `text` with every card, identity and phone number, password and code masked."""
    views = dict.fromkeys((text.translate(_WIDTH), _spelt_out(text)))
    findings: list[Finding] = []
    before = -1
    while len(findings) > before:  # what stood beside a number may be one once that is gone
        before = len(findings)
        for view in views:
            for find in _FINDERS:
                findings += find(_blanked(view, findings))
    findings.sort(key=lambda f: f.start)
    return Masked(_replace(text, findings), tuple(findings))


def _blanked(view: str, findings: list[Finding]) -> str:
    """`view` without what was found or masked already; positions stay."""
    chars = list(view)
    spans = [m.span() for m in _SHOWN.finditer(view)] + [(f.start, f.end) for f in findings]
    for start, end in spans:
        chars[start:end] = "〕" * (end - start)
    return "".join(chars)


def _spelt_out(text: str) -> str:
    """Digits in full width or Chinese numerals become ASCII; lone numerals in words stay."""
    folded = text.translate(_FOLD)
    chars = list(text.translate(_WIDTH))
    # 「一三八…」is a number, 「一般」and 「三次」are words: fold numerals only in runs of seven or more.
    for run in re.finditer(rf"\d(?:{_SEP}\d){{6,}}", folded):
        chars[run.start() : run.end()] = folded[run.start() : run.end()]
    return "".join(chars)


def _digits(span: str) -> str:
    return re.sub(r"[^\dXx]", "", span)


def _identity_numbers(text: str) -> Iterator[Finding]:
    for m in _ID.finditer(text):
        raw = _digits(m.group()).upper()
        # A typing slip in the check digit must not let the number through: a birth date is enough.
        if _has_birth_date(raw) or ric.calc_check_digit(raw[:-1]) == raw[-1]:
            yield Finding(Kind.ID_NUMBER, m.start(), m.end(), raw, "〔身份证号已隐去〕")


def _has_birth_date(raw: str) -> bool:
    try:
        born = date(int(raw[6:10]), int(raw[10:12]), int(raw[12:14]))
    except ValueError:
        return False
    return 1900 <= born.year <= 2099


def _cards(text: str) -> Iterator[Finding]:
    end = 0
    for start in _CARD_START.finditer(text):
        m = _card_at(text, start.start()) if start.start() >= end else None
        if m:
            end = m.end()
            yield _card(m.start(), end, _digits(m.group()))


def _card_at(text: str, start: int) -> re.Match[str] | None:
    """The longest card number there: figures that follow a card number do not belong to it."""
    found = (pattern.match(text, start) for pattern in _CARDS.values())
    return next((m for m in found if m and _is_card(_digits(m.group()))), None)


def _is_card(raw: str) -> bool:
    # 62… is UnionPay: masked even when a digit was mistyped and Luhn fails.
    return luhn.is_valid(raw) or (raw.startswith("62") and len(raw) >= 16)


def _card(start: int, end: int, raw: str) -> Finding:
    return Finding(Kind.CARD, start, end, raw, f"〔卡号已隐去，尾号{raw[-4:]}〕")


def _accounts(text: str) -> Iterator[Finding]:
    """What the customer calls a card or account number, whatever its check digit says."""
    for m in _ACCOUNT.finditer(text):
        yield _card(m.start(1), m.end(1), _digits(m[1]))


def _mobiles(text: str) -> Iterator[Finding]:
    for m in _MOBILE.finditer(text):
        raw = _digits(m.group())[-11:]
        yield Finding(Kind.PHONE, m.start(), m.end(), raw, f"{raw[:3]}****{raw[-4:]}")


def _landlines(text: str) -> Iterator[Finding]:
    for m in _LANDLINE.finditer(text):
        number = phonenumbers.parse(m.group(), "CN")
        if phonenumbers.is_valid_number(number):
            area = phonenumbers.length_of_geographical_area_code(number)
            raw = _digits(m.group())
            shown = f"{raw[: area + 1]}-****{raw[-4:]}"
            yield Finding(Kind.PHONE, m.start(), m.end(), raw, shown)


def _secrets(pattern: re.Pattern[str], kind: Kind, shown: str, text: str) -> Iterator[Finding]:
    for m in pattern.finditer(text):
        if not _PUBLIC.fullmatch(m[1].rstrip(".-")):
            yield Finding(kind, m.start(1), m.end(1), m[1], shown)


# The surest kinds first: a later one never overrides an earlier one.
_FINDERS: tuple[Callable[[str], Iterator[Finding]], ...] = (
    _identity_numbers,
    _cards,
    partial(_secrets, _CODE, Kind.CODE, "〔验证码已隐去〕"),
    partial(_secrets, _CODE_AFTER, Kind.CODE, "〔验证码已隐去〕"),
    _mobiles,
    _landlines,
    _accounts,
    partial(_secrets, _PASSWORD, Kind.PASSWORD, "〔密码已隐去〕"),
    partial(_secrets, _PASSWORD_AFTER, Kind.PASSWORD, "〔密码已隐去〕"),
    partial(_secrets, _AFTER_COMMA, Kind.PASSWORD, "〔密码已隐去〕"),
)


def _replace(text: str, findings: list[Finding]) -> str:
    out, at = [], 0
    for finding in findings:
        out += [text[at : finding.start], finding.shown]
        at = finding.end
    return "".join([*out, text[at:]])
