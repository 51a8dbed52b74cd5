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
from stdnum.iso7064 import mod_37_36


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
# The last ones are invisible, or make a digit a keycap emoji.
_SEP = r"[ \-.·/_\u200b-\u200f\u2060\ufeff\ufe0f\u20e3]{0,3}"
_ONE_IN_A_WORD = re.compile(r"一(?=[直次下共样般年些起定旦向度并律切])")
_LETTER_O = re.compile(r"(?<=\d)[oO]+(?![A-Za-z])")
"""138oo138ooo: what stands for a nought on a keyboard."""
_CARD_LENGTHS = range(19, 12, -1)
_CARD_START = re.compile(r"(?<!\d)\d")
_CARD_SHAPE = re.compile(
    r"\d{16,19}|\d{4}(?:\D+\d{4}){3}(?:\D+\d{1,3})?|\d{6}\D+\d{10,13}|\d(?:\D+\d){15,18}"
)
"""How cards are printed and typed; 「打95588 12378 96110 110」 is as long and looks different."""
_NO_CARD = re.compile(r"(?:19|20)\d\d.*|(?:\d+0\D+){3}\d+0")
"""Times and dates, and four round sums in a row."""
_COUNTED = re.compile(r"\s?[元块万亿张次笔号个年月日]")
_REFERENCE_BEFORE = re.compile(
    r"(?:订单|单号|流水|编号|编码|代码|交易号|参考号|序列号|凭证|受理号|合同|保单|快递|运单|工号|商户|设备)"
    r"[^\d，,。;；〕]{0,6}$"
)
_CARDS = {n: re.compile(rf"\d(?:{_SEP}\d){{{n - 1}}}(?!\d)") for n in _CARD_LENGTHS}
_ID = re.compile(rf"(?<!\d)[1-9](?:{_SEP}\d){{16}}{_SEP}(?:[Xx]|\d(?!\d))")
_ID_SHAPE = re.compile(r"\d{6}\D+\d{8}\D+\d{3}[\dXx]|.*[Xx]")
# 「…万一」and 「…元旦」go on after a number; 「…万」and 「…元」make it a sum.
_MOBILE = re.compile(
    rf"(?<!\d)(?:(?:\+|00)?86{_SEP})?1{_SEP}[3-9](?:{_SEP}\d){{9}}(?!\d|万(?!一)|亿|元(?!旦))"
)
_LANDLINE = re.compile(r"(?<!\d)\(?0\d{2,3}\)?[ \-]{0,3}\d{3,4}[ \-]{0,3}\d{4}(?!\d)")
_LINK = (
    r"(?:是不是|应该|好像|可能|一直|从来|都|就|还|是|为|:|=|\s|\(|叫|我的?|被|改成了?|设成了?|改为"
    r"|设为|设的|填的|收到的|发来的|生日|数字|[这那]个|卡?[背反后]面的?|[前后末]?[三四六346]位数?字?"
    r"|[\"'“”‘’『』「」《》<>【\[])"
)
_ACCOUNT = re.compile(
    rf"(?:[卡账帐]号|[账帐]户|存折){_LINK}{{0,4}}(\d(?:[ \-.·/_,，]{{0,3}}\d){{11,24}})(?!\d)"
)
# Voice input and hasty typing write 密马, 蜜码, 验正码.
_SECRET_WORD = (
    r"密\s?[码碼马馬玛]|[蜜秘幂]\s?[码碼马馬玛]|(?<![保加机秘隐亲紧严])密[吗嘛妈](?=\W{0,2}\d)|口\s?令|卡密"
    r"|取[款现钱]码|支付码"
)
_CODE_WORD = (
    r"[验驗研演][证證正整政症][码碼马馬玛吗]|[验驗]\s?[证證]\s?[码碼]|(?:动态|短信|一次性)(?:密码|口令|码)"
    r"|校验[码马]|效验码|安全[码马]|授权码|随机码|确认码|(?<![A-Za-z])[Cc][Vv][VvNnCc]2?码?|(?<![A-Za-z])(?:OTP|otp)"
    r"|[背反]面(?:的|那|这|最?后){0,2}[三3][位个]数?字?|卡片?的?[背反]面|签名[条栏]?后?[三3]位数?字?"
)
_ENGLISH_SECRET = r"(?<![A-Za-z])(?:pin码?|password|passcode|passwd|pwd|mima(?:shi)?)(?![A-Za-z])"
_ENGLISH_CODE = (
    r"(?<![A-Za-z])(?:otp|cv[cvn]2?|(?:verification|security|sms|one[ -]time|auth(?:entication)?)\s(?:pass)?code"
    r"|(?:your|the|my)\scode)"
)
_ENGLISH_LINK = rf"(?:{_LINK}|is|was|number|code|no\.|to|just)"
_NOT_UNIT = r"(?![\dA-Za-z]|[年月日号次位个元万块遍天分秒条笔张岁点多余人家页期小])"
_SIX = r"\d{6}(?![\dA-Za-z元块万次])"  # a PIN or a code, whatever word follows
_SPELT = rf"[{_NUMERALS}]{{4,12}}"
_PASSWORD = re.compile(
    rf"(?:{_SECRET_WORD}){_LINK}{{0,6}}({_SIX}|(?:[0-9A-Za-z!@#$%^&*_.\-]{{4,24}}|{_SPELT}){_NOT_UNIT})"
)
_ENGLISH_PASSWORD = re.compile(
    rf"{_ENGLISH_SECRET}{_ENGLISH_LINK}{{0,8}}((?=\S*\d)[0-9A-Za-z!@#$%^&*_.\-]{{4,24}}|{_SPELT}){_NOT_UNIT}",
    re.IGNORECASE,
)
_ENGLISH_CODES = re.compile(
    rf"{_ENGLISH_CODE}{_ENGLISH_LINK}{{0,8}}(\d(?:[ \-]?\d){{2,7}}){_NOT_UNIT}", re.IGNORECASE
)
_CODE = re.compile(
    rf"(?:{_CODE_WORD}){_LINK}{{0,6}}({_SIX}|(?:\d(?:[ \-]?\d){{2,7}}|[{_NUMERALS}]{{3,12}}){_NOT_UNIT})"
)
_BEFORE = r"(?:是|就是|为|=|:|\(|【|\[|当[做作成]?|做|作|[这那]个)"
_PASSWORD_AFTER = re.compile(
    rf"(?<![\dA-Za-z])([0-9A-Za-z!@#$%^&*_]{{4,24}}){_BEFORE}(?:我|我的|卡|取款|登录|支付|的|银行卡){{0,3}}(?:{_SECRET_WORD}|{_ENGLISH_SECRET})",
    re.IGNORECASE,
)
_CODE_AFTER = re.compile(
    rf"(?<!\d)(\d{{3,8}}){_BEFORE}(?:我|我的|短信|收到的|这个|的){{0,3}}(?:{_CODE_WORD})"
)
# Six digits as people write them: in one, in twos, in threes, one by one.
_UNIT = (
    r"(?:\s?(?:元|块|万(?!一)|亿|号(?!码)|日(?!常)|次(?!数)|笔|股|份|角|分|人民币|美[元金]|港[币元]|欧元|多(?![久长少])"
    r"|左右|以上|余|整|[%％]|RMB|rmb|USD|[wWkK](?![A-Za-z])|开头|打头))"
)
_SIX_END = rf"(?![\dA-Za-z*]|[.\-,/:]\d|{_UNIT})"
_IN_GROUPS = (
    r"(?<!\d[ \-.·/_])(?:\d(?: {1,3}\d){5}"
    r"|\d(?P<each>[ \-.·/_、，,~～\u200b-\u200f\u2060\ufeff\ufe0f\u20e3]{1,3})\d(?:(?P=each)\d){4}"
    r"|\d{2}(?P<gap>[ \-.·/_]{1,3})\d{2}(?P=gap)\d{2}|\d{3}[ \-.·/_]{1,3}\d{3}"
    r"|\d{4}[ \-_]{1,3}\d{2}|\d{2}[ \-_]{1,3}\d{4})"
    r"(?![ \-.·/_]\d|[年月点时])"
)
_SIX_START = r"(?<![\dA-Za-z*¥$])(?<!\d[.\-,/])"
_SIX_DIGITS = re.compile(rf"{_SIX_START}(?:\d{{6}}|{_IN_GROUPS}){_SIX_END}")
_IN_HALVES = (
    r"\d{3}(?:[，,、]\s?|(?:然后|后面|接着|再|跟着|加上?|和|空格|横?杠)(?:是|加)?){1,2}\d{3}"
)
_TOLD_START = (
    r"(?<![\d*¥$])(?<!\d[.\-,/])"
    r"(?:(?<![A-Za-z])|(?i:(?<=pin)|(?<=otp)|(?<=pwd)|(?<=word)|(?<=code)|(?<=mima)))"
)
_SIX_DIGITS_TOLD = re.compile(rf"{_TOLD_START}(?:\d{{6}}|{_IN_GROUPS}|{_IN_HALVES}){_SIX_END}")
_SURE_CUE = re.compile(
    rf"(?P<code>{_CODE_WORD}|{_ENGLISH_CODE})|{_SECRET_WORD}|{_ENGLISH_SECRET}", re.IGNORECASE
)
_SMS_CUE = re.compile(
    r"短信|信息里|[勿别要]泄[露漏]|(?:不要|别|勿)告[诉知]|[六6]\s?位(?!小数)|背面|动态|(?<!运)输[入了的过成错对]|[报念]给"
    r"|收到.{0,3}(?:数字|号码|一串)|登[录陆]|解锁|(?<![编代号条数维扫尾续价页])码(?![头表洋])"
)
_SURE_REACH, _SMS_REACH = 40, 14  # characters
# Sums and references that lack their unit: 「被转走128000」, 「单号391852」.
_SOMETHING_ELSE_BEFORE = re.compile(
    r"(?:转|汇|扣|刷|花|取|存|付|支出|收入|到账|入账|消费|余额|金额|总共|一共|合计|损失|亏|赚|欠|贷|还款|借|缴|费|款|价"
    r"|利息|本金|额度|限额|工资|没了|少了|剩|丢了|骗|盗|笔|人民币|RMB"
    r"|单号|订单|流水|编号|工号|尾号|邮编|邮政编码|股票|基金|代码|电话|热线|拨|打|客服|柜员|网点|机构号|凭证|合同|保单"
    r"|[排群]|QQ|qq|微信号?|版本|分机|编码|型号)[^\d，,。;；〕]{0,4}$"
)
_SHORT_DATE = re.compile(
    r"2\d([\-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])|(?:19|20)\d\d \d\d"
)
_ALONE_WITH = re.compile(
    r"[\W_〕]|是|我的?|[这那]个|就|[吧啊呢哦噢嗯呀了吗的喏]|好|对|给你|数字?|[六6]位|应该|可能"
    r"|大概|您|你|它|还|不|能用|不行|有效|过期|失效"
)
"""Words that make six digits no sum: 「是391852吧」."""
_CARD_AND_MORE = re.compile(r"\W*〕{13,}(?:[\s,，、/;；]{1,3}(?:\d{3,4}|\d{6}))+\W*")
"""A masked card and nothing but a PIN, an expiry date or the three digits on its back."""
_PART_NAME = (
    r"(?:[前头后末尾]|最后|中间|剩下|还有|第)\W?[一二三四五六两1-6][位个]数?字?(?:是|为|:|\s){0,2}"
)
_PART_VALUE = rf"\d{{1,5}}|[{_NUMERALS}]{{2,5}}"
_PART_END = r"(?![\d元块]|的?[手电卡])"  # 「后四位8000的手机」 is a tail
_PART = rf"{_PART_NAME}(?:{_PART_VALUE}){_PART_END}"
_IN_PARTS = re.compile(
    rf"(?P<word>(?:{_SECRET_WORD}|{_CODE_WORD})[^\d，,。〕]{{0,6}})?{_PART}(?:[^\d。〕]{{0,6}}?{_PART}){{0,5}}"
)
_ONE_PART = re.compile(rf"{_PART_NAME}({_PART_VALUE}){_PART_END}")
_TAIL_BEFORE = re.compile(r"(?:手机|电话|[卡账号]|身份证|尾)[^\d，,。;；〕]{0,4}$")
_NAMED_ID = re.compile(rf"身份证(?:号码?)?{_LINK}{{0,4}}(\d(?:{_SEP}[\dXx]){{14,18}})(?![\dXx])")
_NAMED_PERMIT = re.compile(
    rf"(?:护照|通行证|回乡证|台胞证|军官证|士兵证|居[留住]证|驾驶证|驾照|香港身份证|澳门身份证)(?:号码?|编号|[Nn][Oo]\.?)?"
    rf"{_LINK}{{0,4}}(?:[军士文]字)?第?([A-Za-z]{{0,2}}{_SEP}\d(?:{_SEP}\d){{5,14}}(?:\([\dA]\))?)(?![\dA-Za-z年月元])"
)
# Passports, travel permits and Hong Kong identity cards, known by their shape.
_PERMIT = re.compile(
    r"(?<![A-Za-z\d])((?:[EGDSPHMCWTLegdsphmcwtl]\d{8}|[Ee][A-HJ-NP-Za-hj-np-z]\d{7}|[HMhm]\d{10})(?![\dA-Za-z])"
    r"|[A-Za-z]{1,2}\d{6}\([\dAa]\))"
)
_DATE = re.compile(r"[A-DF-Za-df-z]?20\d\d(?:0[1-9]|1[0-2])[0-3]\d")  # C20261118 is a form's number
# What stands behind the word 密码 and is none: hotlines, days, references.
_PUBLIC = re.compile(
    r"9[56]\d{3}|400-?\d{3}-?\d{4}|12378|12363|12315|10086|10010|10000|20\d\d[-./]\d{1,2}(?:[-./]\d{1,2})?"
    r"|TS\d{8}-?\w{7}|1(?:10|19|20|22)[ ，,、/]1(?:10|19|20|22)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?<![A-Z0-9])(?P<head>TS(?P<day>\d{8})-?)(?P<code>[0-9A-Z]{7})(?=1\d{10}(?!\d)|[^A-Z0-9]|$)",
    re.IGNORECASE | re.ASCII,
)
_SHOWN = re.compile(r"(?<!\d)\d{3,4}-?\*{4}\d{4}(?!\d)|〔[^\W\d]{2,4}已隐去(?:，尾号\d{4})?〕")
_AROUND_SECRETS = re.compile(
    rf"{_CODE_WORD}|{_SECRET_WORD}|{_ENGLISH_CODE}|{_ENGLISH_SECRET}|{_LINK}|\b(?:is|my|the|and)\b"
    r"|银行卡|信用卡|储蓄卡|借记卡|[卡账帐]号|取款|登录|支付|交易|查询|网银|手机银行|短信|和|的|了|卡"
)


def mask(text: str) -> Masked:
    """Returns `text` with every card, identity and phone number, password and code masked."""
    # 「三九一八五二一直能用」: the 一 of a word is not the last digit, so it is tried without first.
    shorter = _spelt_out(_ONE_IN_A_WORD.sub("弌", text))
    readings = (shorter, text.translate(_WIDTH), _spelt_out(text))
    views = dict.fromkeys(map(_without_references, readings))
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


def _without_references(view: str) -> str:
    """With the tail of the phone behind them, digits of a reference would be somebody's number."""
    return _REFERENCE.sub(_letters_for_its_code, view)


def _letters_for_its_code(m: re.Match[str]) -> str:
    is_valid = mod_37_36.is_valid((m["day"] + m["code"]).upper())
    return m["head"] + "A" * len(m["code"]) if is_valid else m[0]


def _spelt_out(text: str) -> str:
    """Digits in full width or Chinese numerals become ASCII; lone numerals in words stay."""
    folded = _LETTER_O.sub(lambda m: "0" * len(m.group()), text.translate(_FOLD))
    chars = list(text.translate(_WIDTH))
    # 「一三八…」is a number, 「一般」and 「三次」are words: fold numerals only in runs of six or more.
    for run in re.finditer(rf"\d(?:{_SEP}\d){{5,}}", folded):
        chars[run.start() : run.end()] = folded[run.start() : run.end()]
    return "".join(chars)


def _digits(span: str) -> str:
    return re.sub(r"[^\dXx]", "", span)


def _identity_numbers(text: str) -> Iterator[Finding]:
    for m in _ID.finditer(text):
        raw = _digits(m.group()).upper()
        # A typing slip must not let the number through: a birth date is enough, or its very shape.
        if _has_birth_date(raw) or _ID_SHAPE.fullmatch(m.group()):
            yield Finding(Kind.ID_NUMBER, m.start(), m.end(), raw, "〔身份证号已隐去〕")


def _named_identity_numbers(text: str) -> Iterator[Finding]:
    """Identity numbers with a digit too few or too many, and the old ones of fifteen digits."""
    for m in _NAMED_ID.finditer(text):
        raw = _digits(m[1]).upper()
        yield Finding(Kind.ID_NUMBER, m.start(1), m.end(1), raw, "〔身份证号已隐去〕")


def _permits(pattern: re.Pattern[str], text: str) -> Iterator[Finding]:
    for m in pattern.finditer(text):
        before = text[max(0, m.start() - 10) : m.start()]
        if not (_DATE.fullmatch(re.sub(r"\W", "", m[1])) or _REFERENCE_BEFORE.search(before)):
            yield Finding(Kind.ID_NUMBER, m.start(1), m.end(1), m[1], "〔证件号已隐去〕")


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
    return next(
        (m for m in found if m and (_is_card(_digits(m.group())) or _is_mistyped_card(text, m))),
        None,
    )


def _is_card(raw: str) -> bool:
    # 62… is UnionPay: masked even when a digit was mistyped and Luhn fails.
    known = luhn.is_valid(raw) and raw[0] in "34569"
    return known or (raw.startswith("62") and len(raw) >= 16)


def _is_mistyped_card(text: str, m: re.Match[str]) -> bool:
    """True for what is as long as a card and written like one, and is called nothing else."""
    before = text[max(0, m.start() - 10) : m.start()]
    return (
        _CARD_SHAPE.fullmatch(m.group()) is not None
        and not _NO_CARD.fullmatch(m.group())
        and not _COUNTED.match(text, m.end())
        and not _REFERENCE_BEFORE.search(before)
    )


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
        try:
            number = phonenumbers.parse(m.group(), "CN")
        except phonenumbers.NumberParseException:  # 00 begins a number of a country there is not
            continue
        if phonenumbers.is_valid_number(number):
            area = phonenumbers.length_of_geographical_area_code(number)
            raw = _digits(m.group())
            shown = f"{raw[: area + 1]}-****{raw[-4:]}"
            yield Finding(Kind.PHONE, m.start(), m.end(), raw, shown)


def _secrets(pattern: re.Pattern[str], kind: Kind, shown: str, text: str) -> Iterator[Finding]:
    for m in pattern.finditer(text):
        if not _PUBLIC.fullmatch(m[1].rstrip(".-")):
            yield Finding(kind, m.start(1), m.end(1), m[1], shown)


def _told_in_parts(text: str) -> Iterator[Finding]:
    """「前三位391后三位852」: six digits in two goes, or any part of what is called a password."""
    for told in _IN_PARTS.finditer(text):
        parts = list(_ONE_PART.finditer(text, told.start(), told.end()))
        tail_of_a_number = _TAIL_BEFORE.search(text[: told.start()][-8:])
        six_digits = len(parts) > 1 and sum(len(part[1]) for part in parts) == 6
        if told["word"] or (six_digits and not tail_of_a_number):
            for part in parts:
                yield Finding(Kind.PASSWORD, part.start(1), part.end(1), part[1], "〔密码已隐去〕")


def _six_digits_beside_a_word(text: str) -> Iterator[Finding]:
    """Six digits in a sentence about passwords or codes, unless they are called something else."""
    for m in _SIX_DIGITS_TOLD.finditer(text):
        cue = _nearest(_SURE_CUE, text, m, _SURE_REACH) or _nearest(_SMS_CUE, text, m, _SMS_REACH)
        if cue and not _is_something_else(text, m, cue):
            is_code = cue.re is _SMS_CUE or cue["code"]
            kind, shown = (
                (Kind.CODE, "〔验证码已隐去〕") if is_code else (Kind.PASSWORD, "〔密码已隐去〕")
            )
            yield Finding(kind, m.start(), m.end(), m.group(), shown)


def _nearest(cue: re.Pattern[str], text: str, m: re.Match[str], reach: int) -> re.Match[str] | None:
    """The last cue before `m`, or else the first behind, at most `reach` characters away."""
    for found in (*list(cue.finditer(text, 0, m.start()))[-1:], cue.search(text, m.end())):
        if found and _apart(text, found, m) <= reach:
            return found
    return None


def _apart(text: str, one: re.Match[str], other: re.Match[str]) -> int:
    """Characters between two matches; what is masked counts as one, however long it was."""
    between = text[min(one.end(), other.end()) : max(one.start(), other.start())]
    return len(re.sub("〕+", "〕", between))


def _is_something_else(text: str, m: re.Match[str], cue: re.Match[str]) -> bool:
    since_cue = cue.end() if cue.end() <= m.start() else 0
    before = text[max(since_cue, m.start() - 8) : m.start()]
    written = m.group()
    return bool(
        _PUBLIC.fullmatch(written)
        or _SHORT_DATE.fullmatch(written)
        or _SOMETHING_ELSE_BEFORE.search(before)
    )


def _six_digits_alone(text: str) -> Iterator[Finding]:
    """Six digits and nothing else: a code or a PIN; a sum has its unit, a phone's tail is shorter."""
    found = [
        m
        for m in _SIX_DIGITS.finditer(text)
        if not (_PUBLIC.fullmatch(m.group()) or _SHORT_DATE.fullmatch(m.group()))
    ]
    rest = text
    for m in reversed(found):
        rest = rest[: m.start()] + rest[m.end() :]
    if found and not _ALONE_WITH.sub("", rest):
        for m in found:
            yield Finding(Kind.CODE, m.start(), m.end(), m.group(), "〔六位数字已隐去〕")


def _beside_a_card(text: str) -> Iterator[Finding]:
    if _CARD_AND_MORE.fullmatch(text):
        for m in re.finditer(r"\d+", text):
            yield Finding(Kind.CODE, m.start(), m.end(), m.group(), "〔验证码已隐去〕")


# The surest kinds first: a later one never overrides an earlier one.
_FINDERS: tuple[Callable[[str], Iterator[Finding]], ...] = (
    _identity_numbers,
    _named_identity_numbers,
    partial(_permits, _NAMED_PERMIT),
    partial(_permits, _PERMIT),
    _cards,
    partial(_secrets, _CODE, Kind.CODE, "〔验证码已隐去〕"),
    partial(_secrets, _CODE_AFTER, Kind.CODE, "〔验证码已隐去〕"),
    _mobiles,
    _landlines,
    _accounts,
    _six_digits_beside_a_word,
    partial(_secrets, _PASSWORD, Kind.PASSWORD, "〔密码已隐去〕"),
    partial(_secrets, _PASSWORD_AFTER, Kind.PASSWORD, "〔密码已隐去〕"),
    partial(_secrets, _ENGLISH_PASSWORD, Kind.PASSWORD, "〔密码已隐去〕"),
    partial(_secrets, _ENGLISH_CODES, Kind.CODE, "〔验证码已隐去〕"),
    _told_in_parts,
    _six_digits_alone,
    _beside_a_card,
)


def _replace(text: str, findings: list[Finding]) -> str:
    out, at = [], 0
    for finding in findings:
        out += [text[at : finding.start], finding.shown]
        at = finding.end
    return "".join([*out, text[at:]])
