"""The conversation as the customer sees it, shared by all channels; only masked text comes here.

The unique key (sender, message key) is what makes a repeated message one turn. Of several processes
on one database the one that holds the lease runs a sender's turns. Everything blocks; callers in an
event loop use a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.channels.message_table import message as _message
from bot.channels.senders import has_to_be_brought
from bot.errors import StorageError
from bot.handover.store import close_within, is_with_officer
from bot.handover.talk import ClosedBy
from bot.storage.ageing import Aged
from bot.storage.engine import UtcDateTime, transaction

CUSTOMER, BOT, OFFICER, NOTE = "customer", "bot", "officer", "note"
"""Who says something. A note is nobody's word: it only makes the assistant take its turn."""
WAITS = "waits/"
"""Keys of what is said unasked and not worth a call: it waits until the customer comes by."""
HISTORY_LIMIT = 500
FIRST_CHANCE = timedelta(seconds=6)
"""How long the answer to a message is left to go back with the request that brought it; after
that it is sent. WeChat waits five seconds for one (facts 14.2)."""

_metadata = sa.MetaData()
_outbound = sa.Table(
    "outbound",
    _metadata,
    sa.Column("message_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sender_id", sa.String(128), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("chars_sent", sa.Integer, nullable=False, default=0),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("next_attempt_at", UtcDateTime),
    sa.Column("reference", sa.String(18)),
    sa.Column("notice", sa.String(64)),
    sa.Column("confirmed", sa.Boolean, nullable=False, default=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)
_ended = sa.Table(
    "ended_session",
    _metadata,
    sa.Column("sender_id", sa.String(128), primary_key=True),
    sa.Column("ended_at", UtcDateTime, nullable=False),
)
OLD_MESSAGES = Aged(_message, lambda before: _message.c.created_at < before)
OLD_OUTBOUND = Aged(_outbound, lambda before: _outbound.c.created_at < before)
OLD_ENDINGS = Aged(_ended, lambda before: _ended.c.ended_at < before)


class Button(TypedDict):
    """A choice: what the customer reads, and the payload it stands for."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """Something the assistant says, or an officer whose shown name is `by`."""

    text: str
    buttons: Sequence[Button] = ()
    by: str | None = None


@dataclass(frozen=True)
class About:
    """What something said unasked is about: a complaint, a notice the bank wants a receipt for."""

    reference: str | None = None
    notice: str | None = None


@dataclass(frozen=True)
class Message:
    """A stored message; `cursor` grows along the conversation, `reply_to` is the key it answers.

    `suggestions` are the ids of answers that an officer who reads it may want to give.
    """

    cursor: int
    author: str
    key: str
    reply_to: str | None
    text: str
    buttons: Sequence[Button]
    answered: bool
    created_at: datetime
    author_name: str | None = None
    suggestions: Sequence[str] = ()


@dataclass(frozen=True)
class Lease:
    """The right of one process to run a sender's turns; it ends at `until` if the process dies."""

    owner: str
    until: datetime


class Standing(Enum):
    """What a process that wants to run a message's turn finds."""

    OURS = "ours"
    ANSWERED = "answered"
    ELSEWHERE = "elsewhere"
    """Another process is running a turn of this sender."""
    WITH_OFFICER = "with officer"
    """A person is talking with this sender: the message is for them, the assistant is silent."""
    SUPERSEDED = "superseded"
    """The sender has said something later and got an answer to that."""


@dataclass(frozen=True)
class Unanswered:
    """A customer's message without an answer, and what runs its turn again."""

    sender_id: str
    key: str
    sealed_turn: str
    attempts: int


@dataclass(frozen=True)
class Ages:
    """How old an unanswered message must and may be to be run again."""

    youngest: timedelta
    oldest: timedelta


class Transcript:
    """Messages on SQLite or PostgreSQL. Every method raises StorageError when storage fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(
        self,
        sender_id: str,
        key: str,
        text: str,
        sealed_turn: str,
        lease: Lease,
        now: datetime,
        *,
        ends_talk: bool = False,
        suggestions: Sequence[str] = (),
    ) -> Standing:
        """Stores a customer's message unless `key` is known; takes the lease when that is free.

        A message that waits for another process is stored all the same. With `ends_talk` it ends
        the talk with a person in the same commit; else, while there is one, it is the person's.
        """
        said = {"author": CUSTOMER, "text": text, "buttons": [], "answered": False}
        row = {**said, "sealed_turn": sealed_turn, "suggestions": list(suggestions) or None}
        try:
            return self._begin(sender_id, key, row, lease, now, ends_talk=ends_talk)
        except IntegrityError:  # another process stored it in between
            return self._begin(sender_id, key, row, lease, now, ends_talk=ends_talk)

    def _begin(
        self,
        sender_id: str,
        key: str,
        row: dict[str, Any],
        lease: Lease,
        now: datetime,
        *,
        ends_talk: bool,
    ) -> Standing:
        with self._transaction() as tx:
            elsewhere = self._is_elsewhere(tx, sender_id, lease, now)
            known = self._by_key(tx, sender_id, key)
            if known is not None and known.answered:
                return Standing.ANSWERED
            if known is None:
                self._insert(tx, sender_id, key, None, row, now)
                if ends_talk:
                    close_within(tx, sender_id, ClosedBy.CUSTOMER, now)
            # A turn that another process has begun ends there.
            is_running = known is not None and elsewhere
            if not is_running and is_with_officer(tx, sender_id):
                return self._leave_to_officer(tx, sender_id, key)
            return self._take(tx, sender_id, key, lease, elsewhere=elsewhere)

    def resume(self, sender_id: str, key: str, lease: Lease, now: datetime) -> Standing:
        """Takes the lease to run a stored message again, unless time has gone over it."""
        with self._transaction() as tx:
            elsewhere = self._is_elsewhere(tx, sender_id, lease, now)
            known = self._by_key(tx, sender_id, key)
            if known is None or known.answered:
                return Standing.ANSWERED
            if self._is_superseded(tx, known):
                tx.execute(_of(sender_id, key).values(superseded=True, sealed_turn=None))
                return Standing.SUPERSEDED
            if not elsewhere and is_with_officer(tx, sender_id):
                return self._leave_to_officer(tx, sender_id, key)
            return self._take(tx, sender_id, key, lease, elsewhere=elsewhere)

    @staticmethod
    def _is_elsewhere(tx: Connection, sender_id: str, lease: Lease, now: datetime) -> bool:
        """Whether another process runs a turn of this sender; holds back others who ask the same."""
        waiting = sa.and_(_message.c.sender_id == sender_id, sa.not_(_message.c.answered))
        tx.execute(sa.select(_message.c.id).where(waiting).with_for_update()).all()
        # A second look: PostgreSQL shows what was written while we waited for those rows.
        taken = sa.select(_message.c.id).where(
            waiting, _message.c.leased_until > now, _message.c.lease_owner != lease.owner
        )
        return tx.execute(taken.limit(1)).first() is not None

    @staticmethod
    def _leave_to_officer(tx: Connection, sender_id: str, key: str) -> Standing:
        """No turn is run; what would run it is kept until the message has reached the desk."""
        kept = sa.case((_message.c.forwarded, sa.null()), else_=_message.c.sealed_turn)
        left = {"answered": True, "leased_until": None, "lease_owner": None, "sealed_turn": kept}
        tx.execute(_of(sender_id, key).values(left))
        return Standing.WITH_OFFICER

    @staticmethod
    def _is_superseded(tx: Connection, row: Any) -> bool:
        later = sa.select(_message.c.id).where(
            _message.c.sender_id == row.sender_id,
            _message.c.author == CUSTOMER,
            _message.c.id > row.id,
            _message.c.answered,
        )
        return tx.execute(later.limit(1)).first() is not None

    @staticmethod
    def _take(
        tx: Connection, sender_id: str, key: str, lease: Lease, *, elsewhere: bool
    ) -> Standing:
        if elsewhere:
            return Standing.ELSEWHERE
        taken = {"lease_owner": lease.owner, "leased_until": lease.until}
        tx.execute(_of(sender_id, key).values(taken))
        return Standing.OURS

    def answer(
        self, sender_id: str, key: str, replies: Sequence[Reply], now: datetime
    ) -> list[Message]:
        """Stores the replies to message `key`, marks it answered and returns the exchange.

        Replies to a message that is answered already are dropped: the first ones count.
        """
        done = {"answered": True, "sealed_turn": None, "leased_until": None, "lease_owner": None}
        first = _of(sender_id, key).where(sa.not_(_message.c.answered)).values(done)
        with self._transaction() as tx:
            if tx.execute(first).rowcount:
                for number, reply in enumerate(replies):
                    self._say(tx, sender_id, f"{key}/{number}", key, reply, now, now + FIRST_CHANCE)
            return self._select(tx, _exchange(sender_id, key))

    def renew(self, sender_id: str, key: str, lease: Lease) -> bool:
        """Holds the lease of a running turn until `lease.until`; False when it is not its owner's
        any more."""
        ours = _of(sender_id, key).where(
            _message.c.lease_owner == lease.owner, sa.not_(_message.c.answered)
        )
        with self._transaction() as tx:
            return bool(tx.execute(ours.values(leased_until=lease.until)).rowcount)

    def release(self, sender_id: str, key: str, owner: str) -> None:
        """Gives the lease back: the turn did not succeed, whoever comes next may run it."""
        ours = _of(sender_id, key).where(_message.c.lease_owner == owner)
        with self._transaction() as tx:
            tx.execute(ours.values(leased_until=None, lease_owner=None))

    def postpone(self, unanswered: Unanswered, until: datetime) -> None:
        """Running the message again did not succeed; it is due again at `until`."""
        again = {"attempts": unanswered.attempts + 1, "next_attempt_at": until}
        with self._transaction() as tx:
            tx.execute(_of(unanswered.sender_id, unanswered.key).values(again))

    def unanswered(self, owner: str, ages: Ages, now: datetime, limit: int) -> list[Unanswered]:
        """The oldest unanswered message of each sender that `owner` may run now, oldest first."""
        m = _message.c
        waiting = sa.and_(
            sa.not_(m.answered),
            sa.not_(m.superseded),
            m.sealed_turn.is_not(None),
            m.created_at > now - ages.oldest,
        )
        oldest = sa.select(sa.func.min(m.id)).where(waiting).group_by(m.sender_id)
        is_due = sa.and_(
            # Nobody repeats a note, or what was handed back; what a process that died was running
            # has been repeated in vain. None of them waits to be repeated.
            sa.or_(
                m.created_at <= now - ages.youngest,
                m.leased_until <= now,
                m.author == NOTE,
                m.next_attempt_at.is_not(None),
            ),
            sa.or_(m.next_attempt_at.is_(None), m.next_attempt_at <= now),
            # Our own lease is one of before a restart, or of a turn that `Inbound` joins.
            sa.or_(m.leased_until.is_(None), m.leased_until <= now, m.lease_owner == owner),
            m.sender_id.not_in(sa.select(_ended.c.sender_id)),
        )
        columns = (m.sender_id, m.key, m.sealed_turn, m.attempts)
        query = sa.select(*columns).where(m.id.in_(oldest), is_due).order_by(m.id).limit(limit)
        with self._transaction() as tx:
            return [Unanswered(*row) for row in tx.execute(query)]

    def push(
        self, sender_id: str, key: str, reply: Reply, now: datetime, about: About = About()
    ) -> bool:
        """Stores something said unasked; False when `key` was pushed before."""
        try:
            with self._transaction() as tx:
                if self._by_key(tx, sender_id, key) is not None:
                    return False
                self._say(tx, sender_id, key, None, reply, now, now, about)
        except IntegrityError:
            return False
        return True

    def note(self, sender_id: str, key: str, sealed_turn: str, now: datetime) -> bool:
        """Makes the assistant take a turn nobody asked for, at the next sweep; False when `key` is
        known. The customer never sees the note, only what is said to it."""
        row = {"author": NOTE, "text": "", "buttons": [], "answered": False}
        try:
            with self._transaction() as tx:
                if self._by_key(tx, sender_id, key) is not None:
                    return False
                self._insert(tx, sender_id, key, None, {**row, "sealed_turn": sealed_turn}, now)
        except IntegrityError:
            return False
        return True

    def turn_of(self, sender_id: str, key: str) -> str | None:
        """What would run the turn of a message that has no answer yet."""
        with self._transaction() as tx:
            known = self._by_key(tx, sender_id, key)
        return None if known is None or known.answered else known.sealed_turn

    def exchange(self, sender_id: str, key: str) -> list[Message]:
        """A customer's message and its replies."""
        with self._transaction() as tx:
            return self._select(tx, _exchange(sender_id, key))

    def after(self, sender_id: str, cursor: int) -> list[Message]:
        """What was said after `cursor`, oldest first."""
        later = sa.and_(
            _message.c.sender_id == sender_id, _message.c.id > cursor, _message.c.author != NOTE
        )
        with self._transaction() as tx:
            return self._select(tx, later)

    def latest(self, sender_id: str, limit: int) -> list[Message]:
        """The newest messages of a conversation, oldest first."""
        said = sa.and_(_message.c.sender_id == sender_id, _message.c.author != NOTE)
        with self._transaction() as tx:
            return self._select(tx, said, limit)

    def one(self, sender_id: str, cursor: int) -> Message | None:
        """The message at `cursor`; None when there is none of this sender."""
        wanted = sa.and_(_message.c.sender_id == sender_id, _message.c.id == cursor)
        with self._transaction() as tx:
            return next(iter(self._select(tx, wanted)), None)

    def of_ids(self, ids: Sequence[int]) -> list[Message]:
        """The messages whose cursors are `ids`, oldest first; those that are gone are left out."""
        with self._transaction() as tx:
            return self._select(tx, _message.c.id.in_(ids))

    def end_session(self, sender_id: str, now: datetime) -> None:
        """Ends the session and a talk with a person; ending it again changes nothing."""
        with suppress(IntegrityError), self._transaction() as tx:
            close_within(tx, sender_id, ClosedBy.ENDED, now)
            tx.execute(_ended.insert().values(sender_id=sender_id, ended_at=now))

    def has_ended(self, sender_id: str) -> bool:
        with self._transaction() as tx:
            found = sa.select(_ended.c.sender_id).where(_ended.c.sender_id == sender_id)
            return tx.execute(found).first() is not None

    @staticmethod
    def _select(tx: Connection, condition: Any, limit: int = HISTORY_LIMIT) -> list[Message]:
        query = sa.select(_message).where(condition).order_by(_message.c.id.desc()).limit(limit)
        return [as_message(row) for row in reversed(tx.execute(query).all())]

    @staticmethod
    def _by_key(tx: Connection, sender_id: str, key: str) -> Any:
        wanted = sa.and_(_message.c.sender_id == sender_id, _message.c.key == key)
        return tx.execute(sa.select(_message).where(wanted)).one_or_none()

    @staticmethod
    def _insert(
        tx: Connection,
        sender_id: str,
        key: str,
        reply_to: str | None,
        row: dict[str, Any],
        now: datetime,
    ) -> int:
        ids = {"sender_id": sender_id, "key": key, "reply_to": reply_to, "created_at": now}
        done = tx.execute(_message.insert().values(**ids, **row))
        return int(done.inserted_primary_key[0])

    def _say(
        self,
        tx: Connection,
        sender_id: str,
        key: str,
        reply_to: str | None,
        reply: Reply,
        now: datetime,
        due: datetime,
        about: About = About(),
    ) -> None:
        """Stores something said; in the same commit what brings it, where it has to be brought."""
        message_id = self._insert(tx, sender_id, key, reply_to, _said(reply), now)
        if has_to_be_brought(sender_id):
            row = {"message_id": message_id, "sender_id": sender_id, "state": "pending"}
            when = {"next_attempt_at": due, "created_at": now}
            subject = {"reference": about.reference, "notice": about.notice}
            tx.execute(_outbound.insert().values(**row, **when, **subject))

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)


def _said(reply: Reply) -> dict[str, Any]:
    """The columns of something the assistant or an officer says."""
    by = {"author": BOT if reply.by is None else OFFICER, "author_name": reply.by}
    return {**by, "text": reply.text, "buttons": list(reply.buttons), "answered": True}


def _of(sender_id: str, key: str) -> Any:
    """An update of the message `key`."""
    return _message.update().where(_message.c.sender_id == sender_id, _message.c.key == key)


def _exchange(sender_id: str, key: str) -> Any:
    """Condition: the customer's message `key` and its replies."""
    belongs = sa.or_(_message.c.key == key, _message.c.reply_to == key)
    return sa.and_(_message.c.sender_id == sender_id, belongs)


def as_message(row: Any) -> Message:
    """A row of the table."""
    return Message(
        cursor=row.id,
        author=row.author,
        key=row.key,
        reply_to=row.reply_to,
        text=row.text,
        buttons=tuple(row.buttons),
        answered=row.answered,
        created_at=row.created_at,
        author_name=row.author_name,
        suggestions=tuple(row.suggestions or ()),
    )
