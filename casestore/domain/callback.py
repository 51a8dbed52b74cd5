"""A customer's wish to be called back, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from casestore.domain.chat import ChatChannel
from casestore.domain.errors import InvalidRequest, NotReady

LONGEST_TRY_NOTE = 500
DUE_SOON = timedelta(hours=1)
"""So long before the promised time a call counts as due."""
KEPT_YEARS = 3
"""《中国人民银行金融消费者权益保护实施办法》 article 44: as long as complaints."""


class CallbackState(str, Enum):
    """Where it stands; stored as text. FAILED: given up, the customer could not be reached.
    CANCELLED: the customer wants no call any more."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The words an officer reads."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    CallbackState.OPEN: "待回电",
    CallbackState.DONE: "已回电",
    CallbackState.FAILED: "联系不上",
    CallbackState.CANCELLED: "客户已取消",
}


class TryResult(str, Enum):
    """How a call went; stored as text."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    GIVEN_UP = "given_up"

    @property
    def label(self) -> str:
        """The words an officer reads."""
        return _RESULT_LABELS[self]


_RESULT_LABELS = {
    TryResult.REACHED: "接通，已答复",
    TryResult.NO_ANSWER: "没有接通，稍后再打",
    TryResult.WRONG_NUMBER: "号码不对，联系不上",
    TryResult.GIVEN_UP: "多次没有接通，不再打",
}
_ENDS = {
    TryResult.REACHED: CallbackState.DONE,
    TryResult.WRONG_NUMBER: CallbackState.FAILED,
    TryResult.GIVEN_UP: CallbackState.FAILED,
}


@dataclass(frozen=True)
class Callback:
    """A call that was promised by ``promised_by``. ``chat_id`` is the talk it came from, ``preferred``
    when the customer would like it. Phone and name are sealed at rest."""

    id: str
    client: str
    channel: ChatChannel
    asked_at: datetime
    promised_by: datetime
    phone: str
    name: str | None
    topic: str
    preferred: str | None = None
    chat_id: str | None = None
    state: CallbackState = CallbackState.OPEN
    ended_at: datetime | None = None

    def is_overdue(self, now: datetime) -> bool:
        """Whether the promise is broken."""
        return self.state is CallbackState.OPEN and now > self.promised_by

    def is_due(self, now: datetime) -> bool:
        """Whether somebody should call now."""
        return self.state is CallbackState.OPEN and now >= self.promised_by - DUE_SOON

    def asks_the_same(self, other: "Callback") -> bool:
        """Whether both are one wish sent twice."""
        mine = (self.client, self.channel, self.phone, self.name, self.topic, self.chat_id)
        theirs = (other.client, other.channel, other.phone, other.name, other.topic, other.chat_id)
        return mine == theirs

    def tried(self, result: TryResult, now: datetime) -> "Callback":
        """The wish after a call. Raises NotReady once it has ended."""
        if self.state is not CallbackState.OPEN:
            raise NotReady(f"这条回电已经办完（{self.state.label}）。")
        ended = _ENDS.get(result)
        return replace(self, state=ended, ended_at=now) if ended else self

    def cancelled(self, at: datetime) -> "Callback":
        """The wish taken back by the customer; one that has ended stays what it is."""
        if self.state is not CallbackState.OPEN:
            return self
        return replace(self, state=CallbackState.CANCELLED, ended_at=at)


@dataclass(frozen=True)
class CallbackTry:
    """A call an officer made; ``id`` makes repeats known, ``made_by`` is a username."""

    id: str
    callback_id: str
    at: datetime
    made_by: str
    result: TryResult
    note: str


def check_note(result: TryResult, note: str) -> None:
    """Raises InvalidRequest unless the note says what there is to say."""
    if len(note) > LONGEST_TRY_NOTE:
        raise InvalidRequest({"note": f"太长，最多 {LONGEST_TRY_NOTE} 字"})
    if result is not TryResult.NO_ANSWER and not note.strip():
        raise InvalidRequest({"note": "请写明通话情况：说了什么、怎样处理"})
