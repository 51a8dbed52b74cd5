"""What is said in talks and told about them, as rows and back."""

from collections.abc import Sequence
from typing import Any

from casestore.domain.chat import Author, ChatEvent, ChatEventKind, ChatMessage, Suggestion


def message_row(chat_id: str, message: ChatMessage) -> dict[str, Any]:
    """A message to be stored; its number is the database's."""
    return {
        "chat_id": chat_id,
        "id": message.id,
        "author": message.author.value,
        "name": message.name,
        "text": message.text,
        "at": message.at,
        "suggestions": [suggestion_json(each) for each in message.suggestions],
    }


def read_message(row: Any) -> ChatMessage:
    """A stored message."""
    return ChatMessage(
        id=row.id,
        author=Author(row.author),
        text=row.text,
        at=row.at,
        name=row.name,
        suggestions=read_suggestions(row.suggestions),
        number=row.number,
    )


def event_row(event: ChatEvent) -> dict[str, Any]:
    """News to be stored; the cursor is the database's."""
    return {
        "client": event.client,
        "chat_id": event.chat_id,
        "kind": event.kind.value,
        "at": event.at,
        "id": event.id,
        "officer": event.officer,
        "text": event.text,
        "reference": event.reference,
    }


def read_event(row: Any) -> ChatEvent:
    """Stored news."""
    return ChatEvent(
        client=row.client,
        chat_id=row.chat_id,
        kind=ChatEventKind(row.kind),
        at=row.at,
        id=row.id,
        officer=row.officer,
        text=row.text,
        reference=row.reference,
        cursor=row.cursor,
    )


def suggestion_json(suggestion: Suggestion) -> dict[str, str]:
    """A suggestion as JSON."""
    return {
        "title": suggestion.title,
        "text": suggestion.text,
        "source": suggestion.source,
    }


def read_suggestions(stored: Sequence[dict[str, str]]) -> tuple[Suggestion, ...]:
    """Stored suggestions."""
    return tuple(Suggestion(each["title"], each["text"], each["source"]) for each in stored)
