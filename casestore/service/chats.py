"""What officers see of talks: the queue, who leads which, one talk, the ended ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from casestore.domain.callback import Callback
from casestore.domain.case import CaseStanding
from casestore.domain.chat import Chat, ChatMessage
from casestore.domain.errors import ChatNotFound
from casestore.domain.staff import ABSOLUTE_LIMIT, Officer
from casestore.service.access import may_see
from casestore.service.audit_ports import AuditQuery
from casestore.service.chat_ports import ChatSearch
from casestore.service.ports import Clock, Store, Transaction

MOST_LISTED = 100
SHOWN_DAYS = timedelta(days=30)
"""How far back ended talks are listed unless somebody asks for other days."""
_OPENED = "chat_opened"


@dataclass(frozen=True)
class Board:
    """The talks under way that an officer sees: those that wait in the order of the queue, and
    those somebody leads."""

    waiting: Sequence[Chat]
    led: Sequence[Chat]


@dataclass(frozen=True)
class ChatView:
    """A talk with all that was said; ``cases`` are where its cases stand, without those the officer
    does not see or that are not here."""

    chat: Chat
    messages: Sequence[ChatMessage]
    callbacks: Sequence[Callback]
    cases: Mapping[str, CaseStanding]


class ChatBoard:
    """``now`` gives aware moments. Every method may raise StoreUnavailable."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def board(self, officer: Officer) -> Board:
        """The talks under way."""
        with self._store.transaction() as tx:
            return Board(tx.chats.waiting(officer), tx.chats.led(officer))

    def count_waiting(self, officer: Officer) -> int:
        """How many customers wait, as far as the officer sees them."""
        with self._store.transaction() as tx:
            return tx.chats.count_waiting(officer)

    def ended(self, search: ChatSearch, officer: Officer) -> Sequence[Chat]:
        """Ended talks, newest first, up to ``MOST_LISTED``."""
        with self._store.transaction() as tx:
            return tx.chats.ended(search, officer, MOST_LISTED)

    def open(self, chat_id: str, officer: Officer) -> ChatView:
        """One talk; the audit log notes it of everybody but who leads or led it.

        Raises ChatNotFound, FieldUnreadable.
        """
        with self._store.transaction() as tx:
            chat = visible_chat(tx, chat_id, officer)
            view = ChatView(
                chat,
                tx.chats.messages(chat_id),
                tx.callbacks.of_chat(chat_id),
                _cases(tx, chat, officer),
            )
            if chat.officer != officer.username:
                subject = chat_subject(chat_id)
                tx.audit.append(officer.actor, _OPENED, subject, "", self._now())
                tx.commit()
        return view

    def said_after(
        self, chat_id: str, after: int, officer: Officer
    ) -> tuple[Chat, Sequence[ChatMessage]]:
        """What was said in an open page's talk after a message's number. Raises ChatNotFound.

        Whoever asks without having opened the page is noted as if they had.
        """
        now = self._now()
        with self._store.transaction() as tx:
            chat = visible_chat(tx, chat_id, officer)
            messages = tx.chats.messages(chat_id, after)
            is_leading = chat.officer == officer.username
            if messages and not is_leading and not _has_opened(tx, chat_id, officer, now):
                tx.audit.append(officer.actor, _OPENED, chat_subject(chat_id), "", now)
                tx.commit()
        return chat, messages

    def of(self, reference: str) -> Sequence[Chat]:
        """The talks about a case, oldest first. For callers who have checked who is asking."""
        with self._store.transaction() as tx:
            return tx.chats.of(reference)


def visible_chat(tx: Transaction, chat_id: str, officer: Officer) -> Chat:
    """A talk the officer may see. Raises ChatNotFound, so that nobody learns of another one."""
    chat = tx.chats.get(chat_id)
    if chat is None or not tx.chats.is_visible(chat_id, officer):
        raise ChatNotFound
    return chat


def chat_subject(chat_id: str) -> str:
    """A talk as the subject of an audit entry."""
    return f"chat:{chat_id}"


def _has_opened(tx: Transaction, chat_id: str, officer: Officer, now: datetime) -> bool:
    """Whether the audit log has noted it since the officer's session can have begun."""
    query = AuditQuery((officer.actor,), (chat_subject(chat_id),), _OPENED, now - ABSOLUTE_LIMIT)
    return bool(tx.audit.find(query, None, 1))


def lately(today: date) -> ChatSearch:
    """The ended talks one looks at first."""
    return ChatSearch(since=today - SHOWN_DAYS)


def _cases(tx: Transaction, chat: Chat, officer: Officer) -> Mapping[str, CaseStanding]:
    found = ((each, tx.cases.standing(each)) for each in chat.file.references)
    return {
        reference: standing
        for reference, standing in found
        if standing is not None and may_see(tx, standing, officer)
    }
