"""How the assistant is told of what happens in a talk, in the transaction of what happened."""

from datetime import datetime

from casestore.domain.chat import (
    Author,
    Chat,
    ChatEvent,
    ChatEventKind,
    ChatMessage,
    shown_name,
)
from casestore.service.ports import Transaction


def chat_key(chat_id: str) -> str:
    """What the keys of all reminders about a talk begin with."""
    return f"chat:{chat_id}:"


def tell_taken(tx: Transaction, chat: Chat, name: str, event_id: str, now: datetime) -> None:
    """An officer of this name leads the talk from now on."""
    _publish(tx, chat, ChatEventKind.TAKEN, event_id, now, shown_name(name))
    tx.reminders.settle_about(chat_key(chat.id), now)


def tell_invited(
    tx: Transaction, chat: Chat, name: str, reference: str, event_id: str, now: datetime
) -> None:
    """An officer of this name would like to talk with the customer of a case."""
    event = ChatEvent(
        chat.client,
        chat.id,
        ChatEventKind.INVITED,
        now,
        event_id,
        shown_name(name),
        None,
        reference,
    )
    tx.chats.publish(event)


def speak(
    tx: Transaction, chat: Chat, text: str, event_id: str, now: datetime, name: str | None = None
) -> bool:
    """Say something to the customer, by an officer or (without ``name``) by the desk itself; False,
    and nothing said, if it was said under this id before."""
    shown = shown_name(name)
    message = ChatMessage(event_id, Author.OFFICER, text, now, shown)
    if not tx.chats.add_message(chat.id, message):
        return False
    _publish(tx, chat, ChatEventKind.SAID, event_id, now, shown, text)
    return True


def end(
    tx: Transaction, ended: Chat, event_id: str, now: datetime, name: str | None = None
) -> None:
    """Write the end of a talk (``ended`` comes from ``Chat.closed``) and tell of it; ``name`` is who
    ended it, None for the desk itself."""
    tx.chats.put(ended)
    tx.reminders.settle_about(chat_key(ended.id), now)
    shown = shown_name(name) if name else None
    _publish(tx, ended, ChatEventKind.CLOSED, event_id, now, shown)


def _publish(
    tx: Transaction,
    chat: Chat,
    kind: ChatEventKind,
    event_id: str,
    now: datetime,
    officer: str | None = None,
    text: str | None = None,
) -> None:
    tx.chats.publish(ChatEvent(chat.client, chat.id, kind, now, event_id, officer, text))
