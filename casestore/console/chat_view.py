"""Talks as pages show them: lines of the queue, one talk with all that was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from casestore.console.views import duration, minute, second
from casestore.domain.callback import Callback
from casestore.domain.chat import (
    Author,
    Chat,
    ChatMessage,
    ChatState,
    Outcome,
    Suggestion,
)
from casestore.domain.deadlines import CHINA_TIME, local_date
from casestore.domain.directory import Directory
from casestore.service.chats import ChatView

_LATE_ANSWER = timedelta(minutes=1)
_AUTHORS = {Author.CUSTOMER: "客户", Author.BOT: "小保", Author.OFFICER: "工作人员"}

OUTCOMES = [(outcome.value, outcome.label) for outcome in Outcome]
"""How a talk may end, for the form."""

QUICK_REPLIES = (
    ("问候", "您好，我是消费者权益保护部门的工作人员，刚看过您和小保的对话，我来帮您。"),
    ("请稍等", "请稍等，我查一下，几分钟内回复您。"),
    ("问时间", "请问这件事是哪一天、在哪个网点或渠道发生的？"),
    ("登记投诉", "我现在为您登记投诉，登记好以后把编号和答复日期告诉您。"),
    ("防诈骗", "请不要再转账，也不要把屏幕共享给任何人；请马上拨打 110 和我行客服电话。"),
    ("结束", "还有什么可以帮您？没有的话，我先把您转回小保，有需要请随时再说“转人工”。"),
)
"""Titles and words an officer can put into the reply box. Never sent by themselves."""


@dataclass(frozen=True)
class ChatLine:
    """A talk in a list. ``waits`` is how long it has waited for a person, or the customer for the
    next word, or that nobody waits; ``is_late`` colours it."""

    id: str
    channel: str
    why: str
    topic: str
    officer: str
    state: str
    outcome: str
    note: str
    since: str
    waits: str
    is_urgent: bool
    is_late: bool


@dataclass(frozen=True)
class Bubble:
    """Something that was said; ``kind`` names its looks."""

    number: int
    kind: str
    who: str
    text: str
    at: str
    clock: str


@dataclass(frozen=True)
class CaseLink:
    """A case a talk is about; ``state`` is empty for one the officer cannot open."""

    reference: str
    state: str


@dataclass(frozen=True)
class CallLink:
    """A call that was promised in a talk."""

    id: str
    promised: str
    state: str


@dataclass(frozen=True)
class ChatPage:
    """A talk. ``last`` is the number of the last message; what the officer may do now."""

    line: ChatLine
    asked: str
    fields: Sequence[tuple[str, str]]
    cases: Sequence[CaseLink]
    suggestions: Sequence[Suggestion]
    bubbles: Sequence[Bubble]
    last: int
    is_waiting: bool
    is_closed: bool
    is_mine: bool
    is_connected: bool
    ended: str
    live_state: str


@dataclass(frozen=True)
class FormView:
    """What ``parts.html`` fills fields with, and what is wrong with them."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def chat_line(chat: Chat, directory: Directory, now: datetime) -> ChatLine:
    """A talk as it looks now."""
    waited = now - chat.queued_at if chat.state is ChatState.WAITING else chat.waits_for_word(now)
    return ChatLine(
        id=chat.id,
        channel=chat.channel.label,
        why=chat.why.label,
        topic=chat.file.topic or "未说明",
        officer=directory.person(chat.officer),
        state=chat.state.label,
        outcome=_outcome(chat),
        note=chat.note,
        since=minute(chat.closed_at or chat.taken_at or chat.asked_at),
        waits=_waits(chat, waited),
        is_urgent=chat.why.is_urgent,
        is_late=waited >= _LATE_ANSWER,
    )


def chat_page(view: ChatView, username: str, directory: Directory, now: datetime) -> ChatPage:
    """A talk for an officer who has it open."""
    chat = view.chat
    return ChatPage(
        line=chat_line(chat, directory, now),
        asked=minute(chat.asked_at),
        fields=chat.file.fields,
        cases=[_case_link(each, view) for each in chat.file.references],
        suggestions=latest_suggestions(chat, view.messages),
        bubbles=bubbles(view.messages, now),
        last=view.messages[-1].number if view.messages else 0,
        is_waiting=chat.state is ChatState.WAITING,
        is_closed=chat.is_closed,
        is_mine=chat.is_led_by(username),
        is_connected=chat.opened_at is not None,
        ended=f"{minute(chat.closed_at)}，{_outcome(chat)}" if chat.closed_at else "",
        live_state=live_state(chat),
    )


def call_link(callback: Callback) -> CallLink:
    """A promised call, to be linked to."""
    return CallLink(callback.id, minute(callback.promised_by), callback.state.label)


def bubbles(messages: Sequence[ChatMessage], now: datetime) -> list[Bubble]:
    """What was said, in order; other days than today are named."""
    return [
        Bubble(
            number=each.number,
            kind=each.author.value,
            who=each.name or _AUTHORS[each.author],
            text=each.text,
            at=second(each.at),
            clock=_clock(each.at, now),
        )
        for each in messages
    ]


def live_state(chat: Chat) -> str:
    """What an open page compares to see whether it still fits the talk; ASCII, for a header."""
    return f"{chat.state.value}/{chat.officer or ''}/{'on' if chat.opened_at else 'off'}"


def latest_suggestions(chat: Chat, messages: Sequence[ChatMessage]) -> Sequence[Suggestion]:
    """Those of the customer's last words that had some, else those the talk came with."""
    found = (each.suggestions for each in reversed(messages) if each.suggestions)
    return next(found, chat.file.suggestions)


def customer_words(messages: Sequence[ChatMessage]) -> str:
    """Everything the customer said, a line each: what a registration begins with."""
    return "\n".join(each.text for each in messages if each.author is Author.CUSTOMER)


def _clock(moment: datetime, now: datetime) -> str:
    is_today = local_date(moment) == local_date(now)
    return moment.astimezone(CHINA_TIME).strftime("%H:%M" if is_today else "%m-%d %H:%M")


def _waits(chat: Chat, waited: timedelta) -> str:
    if chat.opened_at is None:
        return "正在接通"
    if chat.state is ChatState.WAITING or waited:
        return duration(int(waited.total_seconds()))
    return "已回复"


def _outcome(chat: Chat) -> str:
    if chat.outcome is not None:
        return chat.outcome.label
    return chat.closed_by.label if chat.closed_by else ""


def _case_link(reference: str, view: ChatView) -> CaseLink:
    standing = view.cases.get(reference)
    return CaseLink(reference, standing.progress.state.label if standing else "")
