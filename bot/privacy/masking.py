"""Finds personal and secret data in what a customer typed and masks it.

Runs in the channel before anything is stored: tracker, log, transcript and journal only ever see
the masked text (JR/T 0171—2020 《个人金融信息保护技术规范》: passwords and codes are category C3 and
must not be kept; card, identity and phone numbers are shown masked).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

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
        rest = re.sub(
            r"我的?|银行卡|卡号|账号|密码|验证码|口令|安全码|cvv2?|是|为|叫", "", rest, flags=re.I
        )
        return bool(self.refused) and not re.search(r"\w", rest)


# Same-length folding, so that positions in the folded text are positions in the customer's text.
_FOLD = str.maketrans(
    "０１２３４５６７８９〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖－—–\u3000\u00a0Ｘ：＝",
    "0123456789001234567891123456789---  X:=",
)
_SEP = r"[ \-.·]{0,2}"
_CARD = re.compile(rf"(?<![\dA-Za-z])[3-69](?:{_SEP}\d){{12,18}}(?!\d)")
_ID = re.compile(rf"(?<![\dA-Za-z])[1-9](?:{_SEP}\d){{16}}{_SEP}[\dXx](?![\dA-Za-z])")
_MOBILE = re.compile(rf"(?<![\dA-Za-z])(?:\+?86{_SEP})?1[3-9](?:{_SEP}\d){{9}}(?![\d]|[万亿]|元)")
_LANDLINE = re.compile(r"(?<![\dA-Za-z])\(?0\d{2,3}\)?[ \-]?\d{7,8}(?!\d)")
_LINK = r"(?:是|为|:|=|\s|,|，|就是|叫|我的|改成|设的|填的|收到的|\"|“)"
_SECRET_WORD = r"密\s?码|口\s?令|[Pp][Ii][Nn]码?"
_CODE_WORD = r"验\s?证\s?码|动态码|动态口令|校验码|短信码|安全码|[Cc][Vv][Vv]2?|[Cc][Vv][Nn]2?"
_NOT_UNIT = r"(?![\dA-Za-z]|[年月日号次位个元万块遍天分])"
_PASSWORD = re.compile(
    rf"(?:{_SECRET_WORD}){_LINK}{{0,4}}([0-9A-Za-z!@#$%^&*_.\-]{{4,24}}){_NOT_UNIT}"
)
_CODE = re.compile(rf"(?:{_CODE_WORD}){_LINK}{{0,4}}(\d(?:[ \-]?\d){{2,7}}){_NOT_UNIT}")
_PASSWORD_AFTER = re.compile(
    rf"(?<![\dA-Za-z])([0-9A-Za-z!@#$%^&*_]{{4,24}})(?:是|就是|为|=|:)(?:我|我的|卡|取款|登录|支付|的|银行卡){{0,3}}(?:{_SECRET_WORD})"
)
_CODE_AFTER = re.compile(
    rf"(?<!\d)(\d{{3,8}})(?:是|就是|为|=|:)(?:我|我的|短信|收到的|这个|的){{0,3}}(?:{_CODE_WORD})"
)


def mask(text: str) -> Masked:
    """Returns `text` with every card, identity and phone number, password and code masked."""
    folded = _fold(text)
    findings: list[Finding] = []
    for finding in _candidates(folded):
        if all(finding.end <= f.start or finding.start >= f.end for f in findings):
            findings.append(finding)
    findings.sort(key=lambda f: f.start)
    return Masked(_replace(text, findings), tuple(findings))


def _fold(text: str) -> str:
    """Digits in full width or Chinese numerals become ASCII; lone numerals in words stay."""
    folded = text.translate(_FOLD)
    chars = list(text.translate(_WIDTH))
    # 「一三八…」is a number, 「一般」and 「三次」are words: fold numerals only in runs of seven or more.
    for run in re.finditer(rf"\d(?:{_SEP}\d){{6,}}", folded):
        chars[run.start() : run.end()] = folded[run.start() : run.end()]
    return "".join(chars)


_WIDTH = {
    **{ord(c): str(i) for i, c in enumerate("０１２３４５６７８９")},
    ord("－"): "-",
    ord("\u3000"): " ",
    ord("\u00a0"): " ",
    ord("Ｘ"): "X",
    ord("："): ":",
    ord("＝"): "=",
}


def _candidates(text: str) -> Iterator[Finding]:
    """Findings, the surest kinds first: a later one never overrides an earlier one."""
    yield from _identity_numbers(text)
    yield from _cards(text)
    yield from _keyword_secrets(text, _CODE, Kind.CODE, "〔验证码已隐去〕")
    yield from _keyword_secrets(text, _CODE_AFTER, Kind.CODE, "〔验证码已隐去〕")
    yield from _phones(text)
    yield from _keyword_secrets(text, _PASSWORD, Kind.PASSWORD, "〔密码已隐去〕")
    yield from _keyword_secrets(text, _PASSWORD_AFTER, Kind.PASSWORD, "〔密码已隐去〕")


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
    for m in _CARD.finditer(text):
        raw = _digits(m.group())
        # 62… is UnionPay: masked even when a digit was mistyped and Luhn fails.
        if luhn.is_valid(raw) or (raw.startswith("62") and len(raw) >= 16):
            yield Finding(Kind.CARD, m.start(), m.end(), raw, f"〔卡号已隐去，尾号{raw[-4:]}〕")


def _phones(text: str) -> Iterator[Finding]:
    for m in _MOBILE.finditer(text):
        raw = _digits(m.group())[-11:]
        yield Finding(Kind.PHONE, m.start(), m.end(), raw, f"{raw[:3]}****{raw[-4:]}")
    for m in _LANDLINE.finditer(text):
        number = phonenumbers.parse(m.group(), "CN")
        if phonenumbers.is_valid_number(number):
            area = phonenumbers.length_of_geographical_area_code(number)
            raw = _digits(m.group())
            shown = f"{raw[: area + 1]}-****{raw[-4:]}"
            yield Finding(Kind.PHONE, m.start(), m.end(), raw, shown)


def _keyword_secrets(
    text: str, pattern: re.Pattern[str], kind: Kind, shown: str
) -> Iterator[Finding]:
    for m in pattern.finditer(text):
        yield Finding(kind, m.start(1), m.end(1), m.group(1), shown)


def _replace(text: str, findings: list[Finding]) -> str:
    out, at = [], 0
    for finding in findings:
        out += [text[at : finding.start], finding.shown]
        at = finding.end
    return "".join([*out, text[at:]])
