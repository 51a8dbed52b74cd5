"""Talks from the assistant's side: handing one over, what the customer says, what officers did."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from casestore.domain.chat import (
    Author,
    Chat,
    ChatChannel,
    ChatEvent,
    ChatFile,
    ChatMessage,
    ChatState,
    ChatWhy,
    ClosedBy,
)
from casestore.domain.duty import DeskStanding, desk_standing
from casestore.domain.errors import ChatClosed, ChatNotFound, IdempotencyConflict
from casestore.domain.office_hours import OfficeHours
from casestore.domain.staff import SYSTEM
from casestore.service.chat_news import chat_key
from casestore.service.ports import Clock, Store, Transaction


@dataclass(frozen=True)
class HandedOver:
    """A talk as the assistant hands it over, with what was said so far."""

    channel: ChatChannel
    why: ChatWhy
    asked_at: datetime
    file: ChatFile
    messages: Sequence[ChatMessage]


@dataclass(frozen=True)
class Opened:
    """Where a talk stands after it was handed over; ``created`` is False for a repeat, ``position``
    its place in the queue from 1 (0 if it does not wait)."""

    chat: Chat
    created: bool
    position: int


class ChatIntake:
    """``hours`` are when people are at work, ``limit`` how many talks one leads at once. Every
    method may raise StoreUnavailable."""

    def __init__(self, store: Store, now: Clock, hours: OfficeHours, limit: int) -> None:
        self._store = store
        self._now = now
        self._hours = hours
        self._limit = limit

    def standing(self) -> DeskStanding:
        """Whether a customer may expect a person now."""
        now = self._now()
        with self._store.transaction() as tx:
            duties, led = tx.duties.all(), tx.chats.count_led()
            waiting = tx.chats.count_waiting(SYSTEM)
        is_office_hours = self._hours.is_open(now)
        return desk_standing(duties, led, waiting, self._limit, is_office_hours, now)

    def open(self, client: str, chat_id: str, handed: HandedOver) -> Opened:
        """Put a talk into the queue, or connect the one an officer invited the customer to.

        The same again is the same talk; messages it did not have are added. Raises
        IdempotencyConflict if the id was used for a talk of another kind.
        """
        now = self._now()
        with self._store.transaction() as tx:
            chat = _new_chat(client, chat_id, handed, now)
            created = tx.chats.add(chat)
            if not created:
                known = _locked(tx, client, chat_id, IdempotencyConflict)
                created = known.opened_at is None and not known.is_closed
                chat = _connected(known, handed, now) if created else _same(known, handed)
            if not chat.is_closed:
                chat = _told(tx, chat, handed.messages, now)
                tx.chats.put(chat)
            position = tx.chats.position(chat_id)
            tx.commit()
        return Opened(chat, created, position)

    def add(self, client: str, chat_id: str, messages: Sequence[ChatMessage]) -> Chat:
        """Add what was said; ids that are there already are passed over.

        Raises ChatNotFound, ChatClosed.
        """
        with self._store.transaction() as tx:
            chat = _locked(tx, client, chat_id, ChatNotFound)
            if chat.is_closed:
                raise ChatClosed
            chat = _told(tx, chat, messages, self._now())
            tx.chats.put(chat)
            tx.commit()
        return chat

    def close(self, client: str, chat_id: str, by: ClosedBy, at: datetime) -> Chat:
        """End a talk from the customer's side; the first end counts. Raises ChatNotFound."""
        now = self._now()
        with self._store.transaction() as tx:
            chat = _locked(tx, client, chat_id, ChatNotFound)
            if chat.is_closed:
                return chat
            chat = chat.closed(by, min(at, now))
            tx.chats.put(chat)
            tx.reminders.settle_about(chat_key(chat.id), now)
            tx.commit()
        return chat

    def events(self, client: str, after: int, limit: int) -> Sequence[ChatEvent]:
        """Up to ``limit`` things officers did that follow the place ``after``."""
        with self._store.transaction() as tx:
            return tx.chats.events_after(client, after, limit)


def _new_chat(client: str, chat_id: str, handed: HandedOver, now: datetime) -> Chat:
    return Chat(
        id=chat_id,
        client=client,
        channel=handed.channel,
        why=handed.why,
        state=ChatState.WAITING,
        file=handed.file,
        asked_at=handed.asked_at,
        queued_at=now,
        opened_at=now,
    )


def _locked(tx: Transaction, client: str, chat_id: str, refusal: type[Exception]) -> Chat:
    chat = tx.chats.lock(chat_id)
    if chat is None or chat.client != client:
        raise refusal
    return chat


def _connected(chat: Chat, handed: HandedOver, now: datetime) -> Chat:
    """The talk an officer asked for, now that the assistant has found the customer."""
    if handed.why is not ChatWhy.OFFICER:
        raise IdempotencyConflict
    references = tuple(dict.fromkeys((*chat.file.references, *handed.file.references)))
    topic = handed.file.topic or chat.file.topic
    file = replace(handed.file, topic=topic, references=references)
    return replace(chat, channel=handed.channel, file=file, opened_at=now)


def _same(chat: Chat, handed: HandedOver) -> Chat:
    if (chat.why, chat.channel) != (handed.why, handed.channel):
        raise IdempotencyConflict
    return chat


def _told(tx: Transaction, chat: Chat, messages: Sequence[ChatMessage], now: datetime) -> Chat:
    """Write what was said. Our own clock tells when a customer spoke last, not that of a client."""
    new = [each for each in messages if tx.chats.add_message(chat.id, each)]
    has_spoken = any(each.author is Author.CUSTOMER for each in new)
    return replace(chat, customer_at=now) if has_spoken else chat
