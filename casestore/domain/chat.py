"""A customer's talk with a person: handed over by the assistant, taken, led and ended by officers.

Who may take, say, pass on and end, and when a talk goes back to the queue because nobody is at it
any more. Pure; moments are aware.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from casestore.domain.errors import ChatClosed, ChatTaken, NotReady
from casestore.domain.sensitive import problems_aloud
from casestore.domain.texts import text_problem

LONGEST_SAID = 600
"""Characters of one message of an officer; fits every channel in one piece (facts: WeChat 2048
bytes)."""
LONGEST_NOTE = 500
SILENT_AFTER = timedelta(minutes=10)
"""A customer who has waited so long for the next word gets another officer."""
IDLE_AFTER = timedelta(minutes=30)
"""A talk in which nobody has said anything for so long is over."""
RETURNED_WAIT = timedelta(minutes=5)
"""How long a talk that came back waits for another officer before the assistant goes on."""
FORGOTTEN_AFTER = timedelta(hours=1)
"""A waiting talk the assistant should long have given up."""
INVITATION_WAIT = timedelta(minutes=10)
"""How long the assistant has to answer an officer's wish to talk."""
SHORTEST_DAYS = 183
"""How long ended talks are kept at least: as long as the assistant's own conversations."""

_SHOWN = "工作人员"


class ChatState(str, Enum):
    """Where a talk stands; stored as text."""

    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The word an officer reads."""
        return {"waiting": "等人接", "active": "进行中", "closed": "已结束"}[self.value]


class ChatWhy(str, Enum):
    """What made the talk go to a person; stored as text."""

    WORD = "word"
    MISSES = "misses"
    DISTRESS = "distress"
    RISK = "risk"
    OFFICER = "officer"

    @property
    def label(self) -> str:
        """The words an officer reads."""
        return _WHY_LABELS[self]

    @property
    def is_urgent(self) -> bool:
        """Whether it goes before all others in the queue."""
        return self is ChatWhy.RISK


_WHY_LABELS = {
    ChatWhy.WORD: "客户要求转人工",
    ChatWhy.MISSES: "小保两次没听懂",
    ChatWhy.DISTRESS: "客户情绪激动",
    ChatWhy.RISK: "涉及资金或人身安全",
    ChatWhy.OFFICER: "工作人员发起",
}


class ChatChannel(str, Enum):
    """Where the customer is; stored as text."""

    WEB = "web"
    WECHAT = "wechat"

    @property
    def label(self) -> str:
        """The word an officer reads."""
        return {"web": "网页", "wechat": "微信"}[self.value]


class Author(str, Enum):
    """Who said something; stored as text."""

    CUSTOMER = "customer"
    BOT = "bot"
    OFFICER = "officer"


class ClosedBy(str, Enum):
    """Who ended a talk; stored as text."""

    OFFICER = "officer"
    CUSTOMER = "customer"
    TIMEOUT = "timeout"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """The words an officer reads."""
        return _CLOSED_LABELS[self]


_CLOSED_LABELS = {
    ClosedBy.OFFICER: "工作人员结束",
    ClosedBy.CUSTOMER: "客户结束",
    ClosedBy.TIMEOUT: "没有人接，或很久没有人说话",
    ClosedBy.ENDED: "客户的对话已经不在",
}


class Outcome(str, Enum):
    """What came of a talk, by the officer who ended it; stored as text."""

    RESOLVED = "resolved"
    FILED = "filed"
    CALLBACK = "callback"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The words an officer reads."""
        return _OUTCOME_LABELS[self]


_OUTCOME_LABELS = {
    Outcome.RESOLVED: "已解决",
    Outcome.FILED: "已登记投诉",
    Outcome.CALLBACK: "需回电",
    Outcome.OTHER: "其他",
}


class ChatEventKind(str, Enum):
    """What the assistant is told about a talk; stored as text."""

    TAKEN = "taken"
    SAID = "said"
    CLOSED = "closed"
    INVITED = "invited"


@dataclass(frozen=True)
class Suggestion:
    """An answer that may fit, and what it cites. Never sent by itself."""

    title: str
    text: str
    source: str


@dataclass(frozen=True)
class ChatMessage:
    """Something said in a talk; ``id`` is its own within the talk. Words of customers are masked
    before they come here. ``number`` orders all messages (0 before it is stored)."""

    id: str
    author: Author
    text: str
    at: datetime
    name: str | None = None
    suggestions: Sequence[Suggestion] = ()
    number: int = 0


@dataclass(frozen=True)
class ChatFile:
    """What the assistant hands over with a talk: its topic, what the form knows as pairs of label
    and value, the customer's cases, answers that may fit."""

    topic: str
    fields: Sequence[tuple[str, str]] = ()
    references: Sequence[str] = ()
    suggestions: Sequence[Suggestion] = ()


@dataclass(frozen=True)
class Chat:
    """A talk. ``queued_at`` is since when it waits (anew when it came back, ``is_returned``);
    ``opened_at`` when the assistant handed it over, None as long as it has not answered an
    officer's invitation. ``customer_at`` and ``officer_at`` are the last words of either side."""

    id: str
    client: str
    channel: ChatChannel
    why: ChatWhy
    state: ChatState
    file: ChatFile
    asked_at: datetime
    queued_at: datetime
    opened_at: datetime | None
    officer: str | None = None
    taken_at: datetime | None = None
    is_returned: bool = False
    customer_at: datetime | None = None
    officer_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: ClosedBy | None = None
    outcome: Outcome | None = None
    note: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether it has ended."""
        return self.state is ChatState.CLOSED

    def is_led_by(self, username: str) -> bool:
        """Whether it is this officer's now."""
        return self.state is ChatState.ACTIVE and self.officer == username

    def taken(self, username: str, now: datetime) -> "Chat":
        """The talk once an officer leads it."""
        return replace(
            self,
            state=ChatState.ACTIVE,
            officer=username,
            taken_at=now,
            is_returned=False,
        )

    def returned(self, now: datetime) -> "Chat":
        """The talk back in the queue."""
        return replace(self, state=ChatState.WAITING, officer=None, queued_at=now, is_returned=True)

    def closed(
        self, by: ClosedBy, now: datetime, outcome: Outcome | None = None, note: str = ""
    ) -> "Chat":
        """The talk once it has ended; who led it last stays known."""
        return replace(
            self,
            state=ChatState.CLOSED,
            closed_at=now,
            closed_by=by,
            outcome=outcome,
            note=note,
        )

    def waits_for_word(self, now: datetime) -> timedelta:
        """How long the customer has been waiting for the officer's next word; zero if they are
        not."""
        since = self.customer_at
        if self.state is not ChatState.ACTIVE or since is None:
            return timedelta()
        since = max(since, self.taken_at or since)
        if self.officer_at is not None and self.officer_at >= since:
            return timedelta()
        return max(now - since, timedelta())


@dataclass(frozen=True)
class ChatEvent:
    """News for the assistant; ``officer`` is the name the customer reads. ``cursor`` is its place
    (0 before it is stored)."""

    client: str
    chat_id: str
    kind: ChatEventKind
    at: datetime
    id: str
    officer: str | None = None
    text: str | None = None
    reference: str | None = None
    cursor: int = 0


def shown_name(name: str | None = None) -> str:
    """What customers call an officer: 工作人员 王敏; without a name nobody in particular."""
    return f"{_SHOWN} {name}" if name else _SHOWN


def queue_key(chat: Chat) -> tuple[bool, datetime, str]:
    """The order of the queue: danger first, then who waits longest."""
    return not chat.why.is_urgent, chat.queued_at, chat.id


def check_taking(chat: Chat, username: str, holder: str, led: int, limit: int) -> None:
    """Whether an officer may take a talk. ``holder`` is what colleagues call who leads it now,
    ``led`` how many the officer leads already.

    Raises ChatClosed, ChatTaken, NotReady at the limit. To take one's own again is no error.
    """
    if chat.is_closed:
        raise ChatClosed
    if chat.state is ChatState.ACTIVE and chat.officer != username:
        raise ChatTaken(f"{holder} 刚刚接了这个对话，由 {holder} 办理。")
    if chat.state is ChatState.WAITING and led >= limit:
        raise NotReady(f"您手上已有 {led} 个对话，先结束或转交一个再接。")


def check_leading(chat: Chat, username: str, holder: str) -> None:
    """Whether an officer may say something in a talk, pass it on or end it: only who leads it.

    Raises ChatClosed, ChatTaken, NotReady while the talk waits or the assistant has not answered.
    """
    if chat.is_closed:
        raise ChatClosed
    if chat.state is ChatState.WAITING:
        raise NotReady("这个对话还没有人接，请先接入。")
    if chat.officer != username:
        raise ChatTaken(f"这个对话由 {holder} 办理。")


def check_reachable(chat: Chat) -> None:
    """Raises NotReady as long as an invited customer is not connected."""
    if chat.opened_at is None:
        raise NotReady("正在接通客户的对话，接通以后才能发送，请稍候。")


def said_problem(text: str) -> str | None:
    """What is wrong with words for a customer, in Chinese; None if they may be sent."""
    if len(text) > LONGEST_SAID:
        return f"太长，最多 {LONGEST_SAID} 字，现在有 {len(text)} 字，请分成几条发"
    if problem := text_problem(text):
        return problem
    return "；".join(problems_aloud(text)) or None


def ending(chat: Chat, now: datetime) -> ClosedBy | None:
    """Why a talk is over though nobody ended it; None if it goes on."""
    if chat.state is ChatState.WAITING:
        limit = RETURNED_WAIT if chat.is_returned else FORGOTTEN_AFTER
        return ClosedBy.TIMEOUT if now - chat.queued_at >= limit else None
    if chat.state is not ChatState.ACTIVE:
        return None
    if chat.opened_at is None:
        return ClosedBy.ENDED if now - chat.asked_at >= INVITATION_WAIT else None
    words = (chat.customer_at, chat.officer_at, chat.taken_at, chat.opened_at)
    last = max(moment for moment in words if moment is not None)
    return ClosedBy.TIMEOUT if now - last >= IDLE_AFTER else None


def is_deserted(chat: Chat, is_present: bool, now: datetime) -> bool:
    """Whether a talk needs another officer: who led it is gone, or silent for too long."""
    if chat.state is not ChatState.ACTIVE or chat.opened_at is None:
        return False
    return not is_present or chat.waits_for_word(now) >= SILENT_AFTER
