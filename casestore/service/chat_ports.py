"""What talks, duty and promised calls need of the storage. Every method may raise
StoreUnavailable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from casestore.domain.callback import Callback, CallbackTry
from casestore.domain.chat import Chat, ChatEvent, ChatMessage
from casestore.domain.duty import Duty
from casestore.domain.staff import Officer


@dataclass(frozen=True)
class ChatSearch:
    """Which ended talks to show: a part of the topic or note, closed from and until a day (China
    local, both included)."""

    text: str = ""
    since: date | None = None
    until: date | None = None


class Chats(Protocol):
    """Talks, what was said in them, and the cases they are about."""

    def add(self, chat: Chat) -> bool:
        """Write a new talk; False, and nothing written, if its id is taken."""

    def put(self, chat: Chat) -> None:
        """Write where an existing talk stands. Its references are added to those known."""

    def get(self, chat_id: str) -> Chat | None:
        """A talk; None if unknown."""

    def lock(self, chat_id: str) -> Chat | None:
        """The same; nobody else changes it until the transaction ends."""

    def is_visible(self, chat_id: str, officer: Officer) -> bool:
        """Whether a talk is an officer's to see: the head office sees all, a branch those about a
        case it sees."""

    def waiting(self, officer: Officer) -> Sequence[Chat]:
        """The talks an officer sees that wait, in the order of the queue."""

    def led(self, officer: Officer) -> Sequence[Chat]:
        """The talks an officer sees that somebody leads, the longest first."""

    def ended(self, search: ChatSearch, officer: Officer, limit: int) -> Sequence[Chat]:
        """Ended talks an officer sees, newest first."""

    def of(self, reference: str) -> Sequence[Chat]:
        """The talks about a case, oldest first."""

    def count_waiting(self, officer: Officer) -> int:
        """How many of the talks an officer sees wait."""

    def count_led(self) -> Mapping[str, int]:
        """How many talks each officer leads."""

    def position(self, chat_id: str) -> int:
        """The place in the queue from 1; 0 if the talk does not wait."""

    def open_ids(self) -> Sequence[str]:
        """The talks that have not ended."""

    def link(self, chat_id: str, reference: str, username: str) -> None:
        """Note that a talk is about a case."""

    def add_message(self, chat_id: str, message: ChatMessage) -> bool:
        """Append; False, and nothing written, if the talk has a message of that id."""

    def message(self, chat_id: str, message_id: str) -> ChatMessage | None:
        """The message of that id in a talk."""

    def messages(self, chat_id: str, after: int = 0) -> Sequence[ChatMessage]:
        """What was said after a number, in order."""

    def publish(self, event: ChatEvent) -> None:
        """Append news for a client, in an order everybody sees alike; the same id again is none."""

    def events_after(self, client: str, cursor: int, limit: int) -> Sequence[ChatEvent]:
        """Up to ``limit`` news for a client that follow ``cursor``, in order."""

    def count_before(self, moment: datetime) -> int:
        """How many talks ``drop_before`` would delete."""

    def drop_before(self, moment: datetime) -> int:
        """Delete the talks that ended before a moment and are about no case that is still kept; how
        many."""


class Duties(Protocol):
    """Who is on duty."""

    def put(self, duty: Duty) -> None:
        """Write a sign of life."""

    def of(self, username: str) -> Duty | None:
        """An officer's duty, fresh or not."""

    def all(self) -> Sequence[Duty]:
        """Everybody's, by username."""

    def drop(self, username: str) -> None:
        """End an officer's duty; no error if there is none."""

    def drop_before(self, seen_before: datetime) -> None:
        """End the duty of everybody last seen before a moment."""


class Callbacks(Protocol):
    """Promised calls. Reading may raise FieldUnreadable."""

    def add(self, callback: Callback) -> bool:
        """Write a new one; False, and nothing written, if its id is taken."""

    def put(self, callback: Callback) -> None:
        """Write where an existing one stands."""

    def get(self, callback_id: str) -> Callback | None:
        """One of them; None if unknown."""

    def lock(self, callback_id: str) -> Callback | None:
        """The same; nobody else changes it until the transaction ends."""

    def is_visible(self, callback_id: str, officer: Officer) -> bool:
        """Whether it is an officer's to see: the head office sees all, a branch those from a talk it
        sees."""

    def open(self, officer: Officer, limit: int) -> Sequence[Callback]:
        """Those an officer sees that are not done, the earliest promise first."""

    def ended(self, officer: Officer, limit: int) -> Sequence[Callback]:
        """Those an officer sees that are over, newest first."""

    def of_chat(self, chat_id: str) -> Sequence[Callback]:
        """Those that came from a talk, oldest first."""

    def count_due(self, officer: Officer, promised_before: datetime) -> int:
        """How many of those an officer sees are not done and promised before a moment."""

    def add_try(self, each: CallbackTry) -> bool:
        """Note a call; False, and nothing written, if its id is taken."""

    def tries(self, callback_ids: Sequence[str]) -> Sequence[CallbackTry]:
        """The calls made for these, oldest first."""

    def count_before(self, moment: datetime) -> int:
        """How many ``drop_before`` would delete."""

    def drop_before(self, moment: datetime) -> int:
        """Delete those that were asked before a moment; how many."""
