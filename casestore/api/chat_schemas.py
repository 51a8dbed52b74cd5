"""JSON of talks handed over to officers, and of promised calls."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, StrictStr, validator

from casestore.api.bodies import Body, Described, read_moment, read_reference
from casestore.domain.callback import Callback, CallbackState
from casestore.domain.chat import (
    Author,
    Chat,
    ChatChannel,
    ChatEvent,
    ChatEventKind,
    ChatFile,
    ChatMessage,
    ChatState,
    ChatWhy,
    ClosedBy,
    Suggestion,
)
from casestore.domain.duty import DeskStanding
from casestore.service.chat_intake import HandedOver, Opened

MOST_MESSAGES = 500
LONGEST_WORDS = 5_000
_MOST_FIELDS = 50
_MOST_SUGGESTIONS = 10
_MOST_REFERENCES = 50
_PHONE = r"^\+?[0-9][0-9 -]{4,18}[0-9]$"


class FieldIn(Body):
    """Something the customer has told a form, masked."""

    may_be_blank = frozenset({"value"})

    label: StrictStr = Field(min_length=1, max_length=100)
    value: StrictStr = Field(max_length=LONGEST_WORDS)


class SuggestionIn(Body):
    """An answer that may fit; ``source`` is what it cites."""

    may_be_blank = frozenset({"source"})

    title: StrictStr = Field(min_length=1, max_length=500)
    text: StrictStr = Field(min_length=1, max_length=LONGEST_WORDS)
    source: StrictStr = Field(max_length=1_000)

    def to_domain(self) -> Suggestion:
        """The suggestion."""
        return Suggestion(self.title, self.text, self.source)


class MessageIn(Body):
    """Something said in a talk, masked; ``id`` is its own within the talk."""

    may_be_blank = frozenset({"text"})

    id: StrictStr = Field(min_length=1, max_length=160)
    author: Author
    name: StrictStr | None = Field(None, max_length=50, description="工作人员的称呼")
    text: StrictStr = Field(max_length=LONGEST_WORDS)
    at: datetime = Field(description="须带时区")
    suggestions: list[SuggestionIn] = Field([], max_items=_MOST_SUGGESTIONS)

    _aware = validator("at", pre=True, allow_reuse=True)(read_moment)

    def to_domain(self) -> ChatMessage:
        """The message."""
        return ChatMessage(
            id=self.id,
            author=self.author,
            text=self.text,
            at=self.at,
            name=self.name,
            suggestions=tuple(each.to_domain() for each in self.suggestions),
        )


class ChatIn(Body):
    """A talk with all that the officer should see at once."""

    may_be_blank = frozenset({"topic"})

    channel: ChatChannel
    why: ChatWhy = Field(
        description="word 客户要求，misses 两次没听懂，distress 情绪激动，risk 涉及资金或人身安全，"
        "officer 工作人员发起"
    )
    asked_at: datetime = Field(description="须带时区")
    topic: StrictStr = Field("", max_length=500)
    fields: list[FieldIn] = Field([], max_items=_MOST_FIELDS)
    references: list[StrictStr] = Field([], max_items=_MOST_REFERENCES, description="投诉编号")
    suggestions: list[SuggestionIn] = Field([], max_items=_MOST_SUGGESTIONS)
    messages: list[MessageIn] = Field([], max_items=MOST_MESSAGES, description="到现在说过的")

    _aware = validator("asked_at", pre=True, allow_reuse=True)(read_moment)
    _references = validator("references", each_item=True, allow_reuse=True)(read_reference)

    def to_domain(self) -> HandedOver:
        """The talk as the service takes it."""
        file = ChatFile(
            topic=self.topic,
            fields=tuple((each.label, each.value) for each in self.fields),
            references=tuple(dict.fromkeys(self.references)),
            suggestions=tuple(each.to_domain() for each in self.suggestions),
        )
        said = [each.to_domain() for each in self.messages]
        return HandedOver(self.channel, self.why, self.asked_at, file, said)


class MessagesIn(Body):
    """What was said since; ids that are there already are passed over."""

    messages: list[MessageIn] = Field(min_items=1, max_items=MOST_MESSAGES)


class ChatEndIn(Body):
    """The end of a talk from the customer's side."""

    by: ClosedBy = Field(
        description="customer 客户结束，timeout 没有人接，ended 对话已经不在；officer 不能由接口填写"
    )
    at: datetime = Field(description="须带时区")

    _aware = validator("at", pre=True, allow_reuse=True)(read_moment)

    @validator("by")
    def _not_an_officer(cls, value: ClosedBy) -> ClosedBy:
        if value is ClosedBy.OFFICER:
            raise ValueError("工作人员在受理台结束")
        return value


class DeskOut(BaseModel):
    """Whether a person may be expected now."""

    open: bool = Field(description="上班时间、有人在线接待、而且还接得下")
    on_duty: int = Field(description="几个人在线接待")
    waiting: int = Field(description="几个客户在等")

    @classmethod
    def of(cls, standing: DeskStanding) -> "DeskOut":
        """The desk as clients see it."""
        return cls(open=standing.is_open, on_duty=standing.on_duty, waiting=standing.waiting)


class ChatOut(BaseModel):
    """Where a talk stands."""

    id: str
    state: ChatState

    @classmethod
    def of(cls, chat: Chat) -> "ChatOut":
        """A talk as clients see it."""
        return cls(id=chat.id, state=chat.state)


class OpenedOut(ChatOut):
    """The same with the place in the queue."""

    position: int = Field(description="排第几，从 1 起；不在等时为 0")

    @classmethod
    def opened(cls, opened: Opened) -> "OpenedOut":
        """What became of handing a talk over."""
        chat = opened.chat
        return cls(id=chat.id, state=chat.state, position=opened.position)


class ChatEventOut(Described):
    """Something an officer did. taken: ``officer`` leads the talk from now on. said: ``text`` is for
    the customer. closed: the assistant goes on. invited: an officer wants to talk with the customer
    of ``reference``; the assistant answers with PUT ``/chats/{chat}`` (why officer), or with close
    (by ended) if the conversation is no more."""

    cursor: int
    chat: str
    kind: ChatEventKind
    at: datetime
    id: str
    officer: str | None = Field(description="客户看到的称呼")
    text: str | None
    reference: str | None

    @classmethod
    def of(cls, event: ChatEvent) -> "ChatEventOut":
        """News as clients see it."""
        return cls(
            cursor=event.cursor,
            chat=event.chat_id,
            kind=event.kind,
            at=event.at,
            id=event.id,
            officer=event.officer,
            text=event.text,
            reference=event.reference,
        )


class ChatEventsOut(BaseModel):
    """News in order; ``cursor`` is where to go on reading."""

    events: list[ChatEventOut]
    cursor: int


class CallbackIn(Body):
    """A call the customer was promised."""

    may_be_blank = frozenset({"topic"})

    channel: ChatChannel
    asked_at: datetime = Field(description="须带时区")
    promised_by: datetime = Field(description="答应最晚何时回电，须带时区")
    phone: StrictStr = Field(regex=_PHONE)
    name: StrictStr | None = Field(None, min_length=1, max_length=50)
    topic: StrictStr = Field("", max_length=500)
    preferred: StrictStr | None = Field(None, max_length=200, description="客户希望的时间，原话")
    chat: StrictStr | None = Field(None, max_length=36, description="由哪个对话而来")

    _aware = validator("asked_at", "promised_by", pre=True, allow_reuse=True)(read_moment)

    def to_domain(self, callback_id: str, client: str) -> Callback:
        """The wish as the service takes it."""
        return Callback(
            id=callback_id,
            client=client,
            channel=self.channel,
            asked_at=self.asked_at,
            promised_by=self.promised_by,
            phone=self.phone,
            name=self.name,
            topic=self.topic,
            preferred=self.preferred,
            chat_id=self.chat,
        )


class CallbackCancelIn(Body):
    """The customer wants no call any more."""

    at: datetime = Field(description="客户何时取消，须带时区")

    _aware = validator("at", pre=True, allow_reuse=True)(read_moment)


class CallbackOut(BaseModel):
    """Where a promised call stands."""

    id: str
    state: CallbackState


def chat_events(found: list[ChatEvent], after: int) -> dict[str, Any]:
    """The fields of ``ChatEventsOut``."""
    events = [ChatEventOut.of(event) for event in found]
    return {"events": events, "cursor": found[-1].cursor if found else after}
