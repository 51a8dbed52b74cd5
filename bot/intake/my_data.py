"""What a customer may see, take along, correct or have deleted of what is kept about them. Pure.

Rights: 《个人信息保护法》第十五条（撤回同意）、第四十五条（查阅、复制）、第四十六条（更正）、
第四十七条（删除）. Complaint files stay at least three years after closing,
《中国人民银行金融消费者权益保护实施办法》（令〔2020〕第5号）第四十四条第三款, and are filed for
inspection, 《银行业保险业消费投诉处理管理办法》第二十八条; what was said stays six months,
《中国人民银行业务领域数据安全管理办法》（中国人民银行令〔2025〕第3号）第三十条; what must be kept is only stored and
protected, 个保法第四十七条第二款.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from bot.intake import case_fields as c
from bot.intake import fields as f
from bot.intake.calendar import BEIJING
from bot.privacy.masking import mask

LONGEST_MESSAGE = 600
"""Characters of one message that every channel carries."""
_PAGE = LONGEST_MESSAGE - 30  # the heading
_SHOWN_ITEMS = 3
_SHOWN_NAME = 20

KEPT_BY_LAW = (
    "已经提交的投诉要依法留档：从办结那天起至少保存3年（《中国人民银行金融消费者权益保护实施办法》"
    "第四十四条、《银行业保险业消费投诉处理管理办法》第二十八条），期满前不能删除。"
)

_TALK_STAYS = (
    "聊天记录里的号码和密码已经隐去，依规定要保存6个月（《中国人民银行业务领域数据安全管理办法》"
    "第三十条），到期自动清除。"
)


class Wanted(str, Enum):
    """What a customer wants done with what is kept about them."""

    VIEW = "view"
    EXPORT = "export"
    CORRECT = "correct"
    DELETE = "delete"
    WITHDRAW_CONSENT = "withdraw_consent"


@dataclass(frozen=True)
class Draft:
    """A form not ended yet, of a complaint or a later act: values under their slot names."""

    values: Mapping[str, Any]
    updated_at: datetime


@dataclass(frozen=True)
class Filed:
    """A submitted complaint; `payload` is the body that goes to the case store, phone in clear."""

    reference: str
    filed_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class LaterAct:
    """What the customer did about a submitted complaint: `kind` is a key of
    `bot.intake.case_fields.ASKED_FOR`, `fields` are those of the case store's contract."""

    kind: str
    reference: str
    sent_at: datetime
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Consent:
    """A notice the customer agreed to, or took that back at `withdrawn_at`."""

    version: str
    given_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class KeptFile:
    """A picture or document the customer sent; `reference` is None while it is not submitted."""

    name: str
    size: int
    kept_at: datetime
    reference: str | None


@dataclass(frozen=True)
class AskedCall:
    """A call the customer asked for; `phone` in clear."""

    asked_at: datetime
    phone: str
    topic: str
    is_cancelled: bool = False


@dataclass(frozen=True)
class BookedCall:
    """A call booked for a time of a campaign; `time` as the customer read it."""

    booked_at: datetime
    time: str


@dataclass(frozen=True)
class Visited:
    """The campaign the customer came by last; `title` as they read it."""

    title: str
    at: datetime


@dataclass(frozen=True)
class MyData:
    """Everything kept about one customer, newest first; moments are aware.

    `quiz_answers`: how many answers to the campaigns' quizzes; `reminders`: when they will be reminded
    of what was wrong. `draft_days`: how long drafts and files that were not submitted are kept. `openid_days`: for how
    long WeChat's OpenID is kept of who says nothing more; None who is not on WeChat.
    """

    drafts: Sequence[Draft]
    filed: Sequence[Filed]
    consents: Sequence[Consent]
    files: Sequence[KeptFile]
    draft_days: int
    acts: Sequence[LaterAct] = ()
    calls: Sequence[AskedCall] = ()
    booked: Sequence[BookedCall] = ()
    quiz_answers: int = 0
    reminders: Sequence[datetime] = ()
    visited: Visited | None = None
    openid_days: int | None = None

    @property
    def held(self) -> list[KeptFile]:
        """Files that belong to no submitted complaint."""
        return [file for file in self.files if file.reference is None]


# -- what they want --------------------------------------------------------------------------------

_LONGEST_WISH = 24
_STOPS = " \n\t，。！!,.~～?？、"
# 「你们删了我的信息」 tells what happened: 你们 opens a wish only beside 请 or 能.
_BEFORE = (
    r"(?:你好|您好|小保|请问|(?:请|麻烦)(?:你们?|您)?|帮忙|帮我|给我|替我|我要求|我想|我要|我需要|要|"
    r"(?:你们?|您)?(?:能不能|能|可不可以|可以)|怎么样?|如何|[,， ])*"
)
_AFTER = r"(?:吗|吧|呢|啊|呀|嘛|哦)?(?:[,， ]*(?:谢谢|多谢|好吗|可以吗|行吗))?"
_DATA = r"(?:全部|所有)?(?:个人)?(?:信息|资料|数据)"
_HERE = r"在?(?:你们?|您|小保|系统)?(?:这里|这边|这儿)?(?:保存|留|存)?"
_MINE = rf"我{_HERE}的?{_DATA}"
# Statements and credit records are the bank's, a 「微信聊天记录」 is on the customer's phone.
_TALK = r"(?:我的|我们的|我和你的|咱们的|这里的|刚才的)?(?:聊天|对话)(?:记录|内容)"
_THINGS = rf"(?:{_MINE}|{_TALK}|我?在?(?:你们?)?(?:这里|这边|这儿)的记录)"
_TAKE = r"(?:导出|下载|复制|打包|拷贝)(?:一下|一份)?"
_MEND = r"(?:更正|改正|纠正|更改|修改|改)(?:一下)?"
_DROP = r"(?:删除|删掉|删去|删|清除|清空|清掉|抹掉)(?:一下)?"
_WISHES: Mapping[Wanted, str] = {
    Wanted.VIEW: (
        rf"(?:看看|看一看|看一下|看|查看|查看一下|查阅|查一下|查查){_THINGS}|我的{_DATA}|(?:你们?|小保|系统)"
        rf"(?:这里)?(?:都|还)?(?:保存|存|留|收集|记|知道|有)(?:了|着)?我的?(?:哪些|什么){_DATA}"
    ),
    Wanted.EXPORT: rf"{_TAKE}{_THINGS}|把{_THINGS}(?:都|全部)?{_TAKE}(?:出?来)?(?:给我)?",
    Wanted.CORRECT: rf"{_MEND}{_MINE}|把{_MINE}{_MEND}",
    Wanted.DELETE: rf"{_DROP}{_THINGS}|把{_THINGS}(?:都|全部)?(?:{_DROP}|删了(?=吧))",
    Wanted.WITHDRAW_CONSENT: r"我?(?:撤回|撤销|收回|取消)(?:我的?)?(?:对?个人信息(?:处理)?的?)?同意",
}
# Once it is sure that the customer speaks of their data, one word is enough.
_SIGNS: tuple[tuple[Wanted, str], ...] = (
    (Wanted.WITHDRAW_CONSENT, r"同意|授权|不许|停止使用|别再?用|撤回|consent"),
    (Wanted.DELETE, r"删|清(?!楚)|抹|擦|忘了|忘掉|划掉|注销|销毁|delete|forget"),
    (Wanted.CORRECT, r"改|更正|纠正|错了|是错的|不对"),
    (Wanted.EXPORT, r"导|下载|打包|拷|复制|副本|一份|export"),
    (Wanted.VIEW, r"看|查|哪些|什么|啥|多少|列出|what"),
)
_NOT = re.compile(r"(?:不要|不用|不想|不必|先不|先别|没让|别)(?:给我|帮我)?(?:删|清|撤|改|导)")


def wanted(text: str, *, about_data: bool = False) -> Wanted | None:
    """What a short message asks for by fixed words alone; None when in doubt.

    Stories and questions about other records (短信, 征信, 微信聊天记录) are left alone. With
    `about_data` the customer surely speaks of what is kept here, after the overview or by the
    intent of the message: one telling word decides then.
    """
    form = text.strip(_STOPS).lower()
    wishes = _WISHES.items() if len(form) <= _LONGEST_WISH else ()
    for wish, words in wishes:
        if re.fullmatch(f"{_BEFORE}(?:{words}){_AFTER}", form):
            return wish
    if not about_data or _NOT.search(form):
        return None
    return next((wish for wish, signs in _SIGNS if re.search(signs, form)), None)


# -- what they read --------------------------------------------------------------------------------

_CONSENT_LABEL = "个人信息告知"
_CHANNELS = {"web_chat": "网页", "wechat_chat": "微信"}
_ACTS = {
    c.SUPPLEMENT: "补充",
    c.WITHDRAWAL: "撤回投诉",
    c.REVIEW: "申请核查",
    c.RATE: "满意度评价",
}
_LABELS = {
    **{field.name: field.label for field in (*f.FIELDS, *c.FIELDS)},
    c.ACT: "事项",
    "text": "内容",
    "reason": "理由",
    "rating": "满意程度",
    "comment": "意见",
    f.ATTACHMENTS: "附件",
    "submitted_at": "提交时间",
    "source": "提交渠道",
    "classification": "系统建议的分类",
}
_OUR_NOTES = (f.INTAKE, f.CONFIRMED, c.BOOK, c.PROOF, c.CONFIRMED, "reference")
_LIMITS = (
    "以上只是小保这里保存的；账户、交易和征信等业务资料不在这里，请联系银行客服。"
    "聊天内容就在这个对话窗口里，完整卡号和密码没有保存。"
)


def overview(data: MyData) -> str:
    """What is kept, in one message, and what the customer can say next."""
    kept = list(_kept(data))
    if not kept:
        return f"除了聊天内容，小保这里没有保存您的其他信息。{_LIMITS}"
    numbered = [f"{number}. {line}" for number, line in enumerate(kept, 1)]
    return "\n".join(
        [
            "小保这里保存着您的这些信息：",
            *numbered,
            _LIMITS,
            "您可以说：“导出我的信息”“更正我的信息”“删除我的信息”“撤回同意”。",
        ]
    )


def _kept(data: MyData) -> Iterator[str]:
    if data.drafts:
        yield (
            f"没有提交的投诉草稿{len(data.drafts)}份，最近一次修改在{_moment(data.drafts[0].updated_at)}，"
            f"{data.draft_days}天没有动就自动删除"
        )
    if data.filed:
        yield f"已经提交的投诉{len(data.filed)}件：{_some([one.reference for one in data.filed])}"
    if data.files:
        yield f"图片和文件{len(data.files)}个：{_some([_short(file.name) for file in data.files])}"
    if data.calls:
        phones = _some([_phone(call.phone) for call in data.calls])
        yield f"约工作人员回的电话{len(data.calls)}次：{phones}，转给工作人员{data.draft_days}天后这里就删除"
    if data.booked:
        times = _some([one.time for one in data.booked])
        yield f"活动热线的预约{len(data.booked)}次：{times}，时间过后{data.draft_days}天自动删除"
    yield from _visit(data)
    yield from _quiz(data)
    if data.consents:
        latest = data.consents[0]
        yield f"{_CONSENT_LABEL}：{_consent(latest)}"
    yield from _openid(data)


def _visit(data: MyData) -> Iterator[str]:
    if data.visited is not None:
        yield (
            f"最近看过的活动：{data.visited.title}，{_moment(data.visited.at)}，"
            "和聊天记录一起到期自动清除"
        )


def _quiz(data: MyData) -> Iterator[str]:
    if data.quiz_answers:
        yield f"活动小问答的答题记录{data.quiz_answers}条，和聊天记录一起到期自动清除"
    if data.reminders:
        moments = _some([_moment(moment) for moment in data.reminders])
        yield f"小问答的提醒{len(data.reminders)}个：{moments}，提醒过就删除"


def _openid(data: MyData) -> Iterator[str]:
    if data.openid_days is not None:
        yield (
            "微信给我们的用户编号（OpenID）：加密保存，只用来认出您、给您发消息，"
            f"{data.openid_days}天没有来往就自动删除"
        )


def export(data: MyData) -> list[str]:
    """Everything kept, as messages of at most 600 characters; phones and names masked."""
    paragraphs = [
        *_drafts(data),
        *_filed(data),
        *_calls(data),
        *_booked(data),
        *(f"【活动】{line}" for line in _visit(data)),
        *(f"【小问答】{line}" for line in _quiz(data)),
        *_files(data),
        *_consents(data),
        *(f"【微信】{line}" for line in _openid(data)),
        _LIMITS,
    ]
    pages = list(_pages(paragraphs))
    return [f"您的信息（第{n}页，共{len(pages)}页）\n{page}" for n, page in enumerate(pages, 1)]


def _drafts(data: MyData) -> Iterator[str]:
    for number, draft in enumerate(data.drafts, 1):
        yield f"【草稿{number}】最近修改：{_moment(draft.updated_at)}"
        yield from _rows(draft.values)


def _filed(data: MyData) -> Iterator[str]:
    for one in data.filed:
        yield f"【投诉 {one.reference}】登记：{_moment(one.filed_at)}"
        yield from _rows(one.payload)
    for act in data.acts:
        yield f"【{_ACTS[act.kind]}】投诉 {act.reference}，{_moment(act.sent_at)}"
        yield from _rows(act.fields)


def _calls(data: MyData) -> Iterator[str]:
    for call in data.calls:
        cancelled = "，已经取消" if call.is_cancelled else ""
        yield f"【回电】{_moment(call.asked_at)}，{_phone(call.phone)}，{call.topic}{cancelled}"


def _booked(data: MyData) -> Iterator[str]:
    for one in data.booked:
        yield f"【活动预约】{_moment(one.booked_at)}约了{one.time}"


def _files(data: MyData) -> Iterator[str]:
    for file in data.files:
        place = f"属于投诉 {file.reference}" if file.reference else "还没有提交"
        size = max(1, round(file.size / 1024))
        yield f"【文件】{file.name}（{size}KB，{_moment(file.kept_at)}收到，{place}）"


def _consents(data: MyData) -> Iterator[str]:
    for consent in data.consents:
        yield f"【{_CONSENT_LABEL}】{_consent(consent)}"


def _rows(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if name not in _OUR_NOTES and value not in (None, "", [], {}):
            yield f"{_LABELS.get(name, name)}：{_shown(name, value)}"


def _shown(name: str, value: Any) -> str:
    return _SHOW[name](value) if name in _SHOW else f.show(name, value)


def _phone(value: Any) -> str:
    """Sealed in a draft, in clear in a payload."""
    if isinstance(value, Mapping):
        return str(value["shown"])
    found = mask(value).findings
    return found[0].shown if found else f"****{value[-4:]}"


def _name(value: str) -> str:
    return value[:1] + "*" * max(len(value) - 1, 1)


def _consent(consent: Consent) -> str:
    given = f"您在{_moment(consent.given_at)}同意了{consent.version}版"
    if consent.withdrawn_at is None:
        return given
    return f"{given}，在{_moment(consent.withdrawn_at)}撤回"


def _agreed(value: Mapping[str, str]) -> str:
    return _consent(Consent(value["version"], datetime.fromisoformat(value["given_at"])))


def _proposals(value: Mapping[str, Any]) -> str:
    named = [str(part["proposed"]) for part in value.values() if part]
    return "、".join(named) or "没有"


_SHOW: Mapping[str, Callable[[Any], str]] = {
    f.PHONE: _phone,
    f.NAME: _name,
    f.CONSENT: _agreed,
    f.ATTACHMENTS: lambda value: f"{len(value)}个",
    "classification": _proposals,
    c.ACT: lambda value: _ACTS[value],
    "source": lambda value: _CHANNELS.get(value, value),
    "submitted_at": lambda value: _moment(datetime.fromisoformat(value)),
}


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _short(name: str) -> str:
    return name if len(name) <= _SHOWN_NAME else f"{name[: _SHOWN_NAME - 1]}…"


def _some(names: Sequence[str]) -> str:
    more = "等" if len(names) > _SHOWN_ITEMS else ""
    return "、".join(names[:_SHOWN_ITEMS]) + more


def _pages(paragraphs: Sequence[str]) -> Iterator[str]:
    """Paragraphs one below the other, on as few pages as fit under the heading."""
    page = ""
    for line in (piece for text in paragraphs for piece in _pieces(text)):
        if page and len(page) + 1 + len(line) > _PAGE:
            yield page
            page = ""
        page = f"{page}\n{line}" if page else line
    yield page


def _pieces(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from (line[at : at + _PAGE] for at in range(0, len(line), _PAGE))


# -- what may be done ------------------------------------------------------------------------------


def correcting(data: MyData) -> str:
    """How the customer corrects what is kept."""
    lines = []
    if data.drafts:
        lines.append("还没有提交的投诉：回到填写时直接说要改哪一项，比如“电话改成……”。")
    if data.filed:
        lines.append(
            "已经提交的投诉：请把编号和要更正的内容发给我，我会补充给受理的工作人员；原来的记录依法保留。"
        )
    return "\n".join(lines) or "小保这里没有可以更正的内容。"


def deleting(data: MyData) -> str:
    """What goes at once when the customer wants everything deleted, what stays and why."""
    stays = f"\n{KEPT_BY_LAW}没有办结的会继续办理，办结后只存档保管。" if data.filed else ""
    gone = _deletable(data)
    can = f"可以马上删除：{gone}。删除以后找不回来。" if gone else "没有可以马上删除的。"
    openid = "".join(f"{line}。" for line in _openid(data))
    return f"{can}\n{_TALK_STAYS}{openid}{stays}"


def withdrawing_consent(data: MyData) -> str:
    """What taking back the consent changes, and what it does not, 个保法第十五条."""
    gone = _deletable(data)
    deletes = f"，并删除{gone}" if gone else ""
    text = (
        f"撤回同意以后，小保不再收集您的投诉信息{deletes}；"
        f"撤回以前的处理仍然有效。以后还想登记投诉，重新同意就可以。\n{_TALK_STAYS}"
    )
    if not data.filed:
        return text
    return f"{text}\n{KEPT_BY_LAW}没有办结的会继续办理；不想办了，可以说“撤回投诉”。"


def _deletable(data: MyData) -> str:
    still_called = "约好的电话照常打给您，不想要请先说“取消我的预约”"
    counted = [
        f"没有提交的草稿{len(data.drafts)}份" if data.drafts else "",
        f"没有提交的图片和文件{len(data.held)}个" if data.held else "",
        f"活动预约的记录{len(data.booked)}条（{still_called}）" if data.booked else "",
        "看过哪个活动的记录" if data.visited else "",
        f"小问答的答题记录{data.quiz_answers}条" if data.quiz_answers else "",
        f"小问答的提醒{len(data.reminders)}个" if data.reminders else "",
    ]
    return "、".join(part for part in counted if part)
