"""Talks with customers in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.engine import Connection

from casestore.domain.chat import (
    Chat,
    ChatChannel,
    ChatEvent,
    ChatFile,
    ChatMessage,
    ChatState,
    ChatWhy,
    ClosedBy,
    Outcome,
    queue_key,
)
from casestore.domain.deadlines import midnight
from casestore.domain.staff import SYSTEM, Officer
from casestore.service.chat_ports import ChatSearch
from casestore.storage.chat_rows import (
    event_row,
    message_row,
    read_event,
    read_message,
    read_suggestions,
    suggestion_json,
)
from casestore.storage.sight import visible_to
from casestore.storage.statements import insert_once, lock_writers, upsert
from casestore.storage.tables import cases, chat_cases, chat_events, chat_messages, chats

_OPEN = (ChatState.WAITING.value, ChatState.ACTIVE.value)
_A_DAY = timedelta(days=1)


class SqlChats:
    """Implements ``service.chat_ports.Chats`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, chat: Chat) -> bool:
        """See the port."""
        if not insert_once(self._connection, chats, _chat_row(chat)):
            return False
        self._link_all(chat)
        return True

    def put(self, chat: Chat) -> None:
        """See the port."""
        upsert(self._connection, chats, _chat_row(chat))
        self._link_all(chat)

    def get(self, chat_id: str) -> Chat | None:
        """See the port."""
        return self._one(select(chats).where(chats.c.id == chat_id))

    def lock(self, chat_id: str) -> Chat | None:
        """See the port."""
        return self._one(select(chats).where(chats.c.id == chat_id).with_for_update())

    def is_visible(self, chat_id: str, officer: Officer) -> bool:
        """See the port."""
        query = select(chats.c.id).where(chats.c.id == chat_id, *chats_visible_to(officer))
        return self._connection.execute(query).first() is not None

    def waiting(self, officer: Officer) -> Sequence[Chat]:
        """See the port."""
        found = self._in_state(ChatState.WAITING, officer)
        return sorted(self._many(found), key=queue_key)

    def led(self, officer: Officer) -> Sequence[Chat]:
        """See the port."""
        found = self._in_state(ChatState.ACTIVE, officer)
        return self._many(found.order_by(chats.c.taken_at, chats.c.id))

    def ended(self, search: ChatSearch, officer: Officer, limit: int) -> Sequence[Chat]:
        """See the port."""
        query = self._in_state(ChatState.CLOSED, officer).where(*_matching(search))
        newest = query.order_by(chats.c.closed_at.desc(), chats.c.id).limit(limit)
        return self._many(newest)

    def of(self, reference: str) -> Sequence[Chat]:
        """See the port."""
        query = select(chats).join(chat_cases, chat_cases.c.chat_id == chats.c.id)
        mine = query.where(chat_cases.c.reference == reference)
        return self._many(mine.order_by(chats.c.asked_at, chats.c.id))

    def count_waiting(self, officer: Officer) -> int:
        """See the port."""
        query = select(func.count()).select_from(chats)
        waiting = query.where(chats.c.state == ChatState.WAITING.value, *chats_visible_to(officer))
        return int(self._connection.execute(waiting).scalar_one())

    def count_led(self) -> Mapping[str, int]:
        """See the port."""
        query = select(chats.c.officer, func.count()).group_by(chats.c.officer)
        rows = self._connection.execute(query.where(chats.c.state == ChatState.ACTIVE.value))
        return {username: count for username, count in rows if username}

    def position(self, chat_id: str) -> int:
        """See the port."""
        ids = [chat.id for chat in self.waiting(SYSTEM)]
        return ids.index(chat_id) + 1 if chat_id in ids else 0

    def open_ids(self) -> Sequence[str]:
        """See the port."""
        query = select(chats.c.id).where(chats.c.state.in_(_OPEN)).order_by(chats.c.id)
        return list(self._connection.execute(query).scalars())

    def link(self, chat_id: str, reference: str, username: str) -> None:
        """See the port."""
        self._link(chat_id, reference, username)

    def add_message(self, chat_id: str, message: ChatMessage) -> bool:
        """See the port."""
        return insert_once(self._connection, chat_messages, message_row(chat_id, message))

    def message(self, chat_id: str, message_id: str) -> ChatMessage | None:
        """See the port."""
        query = select(chat_messages).where(
            chat_messages.c.chat_id == chat_id, chat_messages.c.id == message_id
        )
        row = self._connection.execute(query).one_or_none()
        return read_message(row) if row else None

    def messages(self, chat_id: str, after: int = 0) -> Sequence[ChatMessage]:
        """See the port."""
        query = select(chat_messages).where(
            chat_messages.c.chat_id == chat_id, chat_messages.c.number > after
        )
        rows = self._connection.execute(query.order_by(chat_messages.c.number))
        return [read_message(row) for row in rows]

    def publish(self, event: ChatEvent) -> None:
        """See the port. One writer at a time, as for ``SqlFeed.publish``."""
        lock_writers(self._connection, chat_events)
        insert_once(self._connection, chat_events, event_row(event))

    def events_after(self, client: str, cursor: int, limit: int) -> Sequence[ChatEvent]:
        """See the port."""
        query = select(chat_events).where(
            chat_events.c.client == client, chat_events.c.cursor > cursor
        )
        rows = self._connection.execute(query.order_by(chat_events.c.cursor).limit(limit))
        return [read_event(row) for row in rows]

    def count_before(self, moment: datetime) -> int:
        """See the port."""
        return int(
            self._connection.execute(select(func.count()).where(*_over(moment))).scalar_one()
        )

    def drop_before(self, moment: datetime) -> int:
        """See the port."""
        old = select(chats.c.id).where(*_over(moment))
        ids = list(self._connection.execute(old).scalars())
        for table in (chat_events, chat_messages, chat_cases):
            self._connection.execute(delete(table).where(table.c.chat_id.in_(ids)))
        self._connection.execute(delete(chats).where(chats.c.id.in_(ids)))
        return len(ids)

    def _link_all(self, chat: Chat) -> None:
        for reference in chat.file.references:
            self._link(chat.id, reference, None)

    def _link(self, chat_id: str, reference: str, username: str | None) -> None:
        row = {"chat_id": chat_id, "reference": reference, "linked_by": username}
        insert_once(self._connection, chat_cases, row)

    def _in_state(self, state: ChatState, officer: Officer) -> Any:
        return select(chats).where(chats.c.state == state.value, *chats_visible_to(officer))

    def _one(self, query: Any) -> Chat | None:
        return next(iter(self._many(query)), None)

    def _many(self, query: Any) -> list[Chat]:
        rows = self._connection.execute(query).all()
        about = self._references([row.id for row in rows])
        return [_read_chat(row, about.get(row.id, ())) for row in rows]

    def _references(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        query = select(chat_cases).where(chat_cases.c.chat_id.in_(ids))
        found: dict[str, list[str]] = {}
        for row in self._connection.execute(query.order_by(chat_cases.c.reference)):
            found.setdefault(row.chat_id, []).append(row.reference)
        return found


def chats_visible_to(officer: Officer) -> tuple[Any, ...]:
    """Conditions for ``where``: the talks an officer sees; none for who sees all."""
    if officer is SYSTEM or officer.branch is None:
        return ()
    about = select(chat_cases.c.chat_id).join(cases, cases.c.reference == chat_cases.c.reference)
    return (chats.c.id.in_(about.where(*visible_to(officer))),)


def _over(moment: datetime) -> tuple[Any, ...]:
    return (chats.c.closed_at < moment, ~_of_a_kept_case())


def _of_a_kept_case() -> Any:
    kept = select(chat_cases.c.chat_id).join(cases, cases.c.reference == chat_cases.c.reference)
    return kept.where(chat_cases.c.chat_id == chats.c.id, cases.c.erased_at.is_(None)).exists()


def _matching(search: ChatSearch) -> list[Any]:
    conditions: list[Any] = []
    if search.text:
        conditions.append(
            or_(
                chats.c.topic.contains(search.text, autoescape=True),
                chats.c.note.contains(search.text, autoescape=True),
            )
        )
    if search.since is not None:
        conditions.append(chats.c.closed_at >= midnight(search.since))
    if search.until is not None:
        conditions.append(chats.c.closed_at < midnight(search.until + _A_DAY))
    return [and_(*conditions)] if conditions else []


def _chat_row(chat: Chat) -> dict[str, Any]:
    return {
        "id": chat.id,
        "client": chat.client,
        "channel": chat.channel.value,
        "why": chat.why.value,
        "state": chat.state.value,
        "topic": chat.file.topic,
        "fields": [list(pair) for pair in chat.file.fields],
        "suggestions": [suggestion_json(each) for each in chat.file.suggestions],
        "asked_at": chat.asked_at,
        "queued_at": chat.queued_at,
        "opened_at": chat.opened_at,
        "officer": chat.officer,
        "taken_at": chat.taken_at,
        "is_returned": chat.is_returned,
        "customer_at": chat.customer_at,
        "officer_at": chat.officer_at,
        "closed_at": chat.closed_at,
        "closed_by": chat.closed_by.value if chat.closed_by else None,
        "outcome": chat.outcome.value if chat.outcome else None,
        "note": chat.note,
    }


def _read_chat(row: Any, references: Sequence[str]) -> Chat:
    return Chat(
        id=row.id,
        client=row.client,
        channel=ChatChannel(row.channel),
        why=ChatWhy(row.why),
        state=ChatState(row.state),
        file=ChatFile(
            topic=row.topic,
            fields=tuple((label, value) for label, value in row.fields),
            references=tuple(references),
            suggestions=read_suggestions(row.suggestions),
        ),
        asked_at=row.asked_at,
        queued_at=row.queued_at,
        opened_at=row.opened_at,
        officer=row.officer,
        taken_at=row.taken_at,
        is_returned=row.is_returned,
        customer_at=row.customer_at,
        officer_at=row.officer_at,
        closed_at=row.closed_at,
        closed_by=ClosedBy(row.closed_by) if row.closed_by else None,
        outcome=Outcome(row.outcome) if row.outcome else None,
        note=row.note,
    )
