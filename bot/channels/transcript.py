"""The conversation as the customer sees it, shared by all channels; only masked text comes here.

The unique key (sender, message key) is what makes a repeated message one turn. Of several processes
on one database the one that holds the lease runs a sender's turns. Everything blocks; callers in an
event loop use `briefly` or a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
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
from bot.storage.engine import UtcDateTime, reading, transaction

CUSTOMER, BOT, OFFICER, NOTE = "customer", "bot", "officer", "note"
"""Who says something. A note is nobody's word: it only makes the assistant take its turn."""
WAITS = "waits/"
"""Keys of what is said unasked and not worth a call: it waits until the customer comes by."""
HISTORY_LIMIT = 500
CUT_SHORT = timedelta(minutes=1)
"""How long after the end of its lease a turn that was cut short comes first. The sweepers run it
within seconds; if they cannot, the customer may go on without it."""
FIRST_CHANCE = timedelta(seconds=6)
"""How long the answer to a message is left to go back with the request that brought it; after
that it is sent. WeChat waits five seconds for one (公众平台「被动回复用户消息」)."""

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


# Built once: SQLAlchemy takes five times as long to build a statement as to run it.
_SENDER, _KEY = sa.bindparam("of_sender"), sa.bindparam("of_key")
_IS_THIS = sa.and_(_message.c.sender_id == _SENDER, _message.c.key == _KEY)
_INSERT = _message.insert()
_SEND = _outbound.insert()
_UPDATE = _message.update().where(_IS_THIS)
_ANSWER = _UPDATE.where(sa.not_(_message.c.answered)).values(
    answered=True, sealed_turn=None, leased_until=None, lease_owner=None
)
_LEAVE_TO_OFFICER = _UPDATE.values(
    answered=True,
    leased_until=None,
    lease_owner=None,
    # What would run its turn is kept until the message has reached the desk.
    sealed_turn=sa.case((_message.c.forwarded, sa.null()), else_=_message.c.sealed_turn),
)
_ONE = sa.select(_message).where(_IS_THIS)
_WAITING = sa.and_(_message.c.sender_id == _SENDER, sa.not_(_message.c.answered))
_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:of_sender, 0))")
"""PostgreSQL only: of those who want to run a turn of one sender, each waits for the commit of the
one before, also when no row is there yet that could be locked. Other senders hardly ever wait."""
_LEASED = (
    sa.select(_message.c.id, _message.c.lease_owner, _message.c.leased_until)
    # Any lease there is, said as a comparison: SQLite finds no row by `IS NOT NULL`.
    .where(_WAITING, _message.c.leased_until > datetime(2000, 1, 1, tzinfo=timezone.utc))
    .with_for_update()
)
_AT_MOST = sa.bindparam("at_most", type_=sa.Integer)
_NEWEST_FIRST = sa.select(_message).order_by(_message.c.id.desc()).limit(_AT_MOST)
_SAID = sa.and_(_message.c.sender_id == _SENDER, _message.c.author != NOTE)
_LATEST = _NEWEST_FIRST.where(_SAID)
_AFTER = _NEWEST_FIRST.where(_SAID, _message.c.id > sa.bindparam("cursor"))
_NEWEST = sa.select(sa.func.max(_message.c.id))
_SENDERS_AFTER = sa.select(_message.c.id, _message.c.sender_id).where(
    _message.c.id > sa.bindparam("cursor")
)
_asked = _message.alias()
_EXCHANGE = _NEWEST_FIRST.where(
    _message.c.sender_id == _SENDER,
    # Nothing is a reply to what came later: the conversation before it need not be read.
    _message.c.id
    >= sa.select(_asked.c.id)
    .where(_asked.c.sender_id == _SENDER, _asked.c.key == _KEY)
    .scalar_subquery(),
    sa.or_(_message.c.key == _KEY, _message.c.reply_to == _KEY),
)
_HAS_ENDED = sa.select(_ended.c.sender_id).where(_ended.c.sender_id == _SENDER)


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
        the talk with a person in the same commit, also when it was kept before; its turn is then
        `sealed_turn`. Else, while there is such a talk, it is the person's.
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
            leased = self._leased(tx, sender_id)
            known = self._by_key(tx, sender_id, key)
            elsewhere = _has_to_wait(leased, known, lease, now)
            if known is not None:
                if ends_talk:
                    self._end_talk(tx, known, row["sealed_turn"], now)
                suggestions = row["suggestions"]
                return self._again(tx, known, lease, elsewhere=elsewhere, suggestions=suggestions)
            if ends_talk:
                close_within(tx, sender_id, ClosedBy.CUSTOMER, now)
            if is_with_officer(tx, sender_id):
                standing, more = Standing.WITH_OFFICER, {"answered": True}
            elif elsewhere:
                standing, more = Standing.ELSEWHERE, {}
            else:
                standing, more = Standing.OURS, _held_by(lease)
            self._insert(tx, sender_id, key, None, {**row, **more}, now)
            return standing

    @staticmethod
    def _end_talk(tx: Connection, known: Any, sealed_turn: str, now: datetime) -> None:
        """A message that is stored already ends the talk with a person, unless it has its answer."""
        if known.answered:
            return
        close_within(tx, known.sender_id, ClosedBy.CUSTOMER, now)
        this = {"of_sender": known.sender_id, "of_key": known.key}
        tx.execute(_UPDATE, {**this, "sealed_turn": sealed_turn})

    @staticmethod
    def _again(
        tx: Connection,
        known: Any,
        lease: Lease,
        *,
        elsewhere: bool,
        suggestions: list[str] | None = None,
    ) -> Standing:
        """Of a message that is stored already."""
        this = {"of_sender": known.sender_id, "of_key": known.key}
        if known.answered:
            return Standing.ANSWERED
        if elsewhere:  # a turn that another process has begun ends there
            return Standing.ELSEWHERE
        if is_with_officer(tx, known.sender_id):
            more = {"suggestions": suggestions} if suggestions else {}
            tx.execute(_LEAVE_TO_OFFICER, {**this, **more})
            return Standing.WITH_OFFICER
        tx.execute(_UPDATE, {**this, **_held_by(lease)})
        return Standing.OURS

    def keep(self, sender_id: str, key: str, text: str, sealed_turn: str, now: datetime) -> bool:
        """Stores a customer's message that waits for the turn before its own; False when `key` is
        known. No process holds it: should this one end, a sweeper runs it."""
        row = {"author": CUSTOMER, "text": text, "sealed_turn": sealed_turn}
        return self._store_unanswered(sender_id, key, row, now)

    def resume(
        self, sender_id: str, key: str, lease: Lease, now: datetime, *, ending: str | None = None
    ) -> Standing:
        """Takes the lease to run a stored message again, unless time has gone over it.

        With `ending`, the sealed turn it runs from then on, it ends the talk with a person.
        """
        with self._transaction() as tx:
            leased = self._leased(tx, sender_id)
            known = self._by_key(tx, sender_id, key)
            elsewhere = _has_to_wait(leased, known, lease, now)
            if known is None or known.answered:
                return Standing.ANSWERED
            if self._is_superseded(tx, known):
                this = {"of_sender": sender_id, "of_key": key}
                tx.execute(_UPDATE, {**this, "superseded": True, "sealed_turn": None})
                return Standing.SUPERSEDED
            if ending is not None:
                self._end_talk(tx, known, ending, now)
            return self._again(tx, known, lease, elsewhere=elsewhere)

    @staticmethod
    def _leased(tx: Connection, sender_id: str) -> Sequence[Any]:
        """The leases of this sender's messages; holds back others who ask for them until commit."""
        if tx.dialect.name == "postgresql":
            tx.execute(_ONE_AT_A_TIME, {"of_sender": sender_id})
        # A statement of its own: PostgreSQL shows what was written while we waited. On SQLite the
        # transaction itself holds back all others.
        return list(tx.execute(_LEASED, {"of_sender": sender_id}))

    @staticmethod
    def _is_superseded(tx: Connection, row: Any) -> bool:
        later = sa.select(_message.c.id).where(
            _message.c.sender_id == row.sender_id,
            _message.c.author == CUSTOMER,
            _message.c.id > row.id,
            _message.c.answered,
        )
        return tx.execute(later.limit(1)).first() is not None

    def answer(
        self, sender_id: str, key: str, replies: Sequence[Reply], now: datetime
    ) -> list[Message]:
        """Stores the replies to message `key`, marks it answered and returns the exchange.

        Replies to a message that is answered already are dropped: the first ones count.
        """
        with self._transaction() as tx:
            if tx.execute(_ANSWER, {"of_sender": sender_id, "of_key": key}).rowcount:
                for number, reply in enumerate(replies):
                    self._say(tx, sender_id, f"{key}/{number}", key, reply, now, now + FIRST_CHANCE)
            return self._exchange(tx, sender_id, key)

    def renew(self, sender_id: str, key: str, lease: Lease) -> bool:
        """Holds the lease of a running turn until `lease.until`; False when it is not its owner's
        any more."""
        this = {"of_sender": sender_id, "of_key": key, "leased_until": lease.until}
        ours = _UPDATE.where(_message.c.lease_owner == lease.owner, sa.not_(_message.c.answered))
        with self._transaction() as tx:
            return bool(tx.execute(ours, this).rowcount)

    def release(self, sender_id: str, key: str, owner: str) -> None:
        """Gives the lease back: the turn did not succeed, whoever comes next may run it."""
        ours = _UPDATE.where(_message.c.lease_owner == owner)
        free = {"leased_until": None, "lease_owner": None}
        with self._transaction() as tx:
            tx.execute(ours, {"of_sender": sender_id, "of_key": key, **free})

    def postpone(self, unanswered: Unanswered, until: datetime) -> None:
        """Running the message again did not succeed; it is due again at `until`."""
        this = {"of_sender": unanswered.sender_id, "of_key": unanswered.key}
        again = {"attempts": unanswered.attempts + 1, "next_attempt_at": until}
        with self._transaction() as tx:
            tx.execute(_UPDATE, {**this, **again})

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
        with self._reading() as tx:
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
        row = {"author": NOTE, "text": "", "sealed_turn": sealed_turn}
        return self._store_unanswered(sender_id, key, row, now)

    def _store_unanswered(
        self, sender_id: str, key: str, row: dict[str, Any], now: datetime
    ) -> bool:
        """False when `key` is known."""
        unanswered = {"buttons": [], "answered": False, **row}
        try:
            with self._transaction() as tx:
                if self._by_key(tx, sender_id, key) is not None:
                    return False
                self._insert(tx, sender_id, key, None, unanswered, now)
        except IntegrityError:
            return False
        return True

    def turn_of(self, sender_id: str, key: str) -> str | None:
        """What would run the turn of a message that has no answer yet."""
        with self._reading() as tx:
            known = self._by_key(tx, sender_id, key)
        return None if known is None or known.answered else known.sealed_turn

    def exchange(self, sender_id: str, key: str) -> list[Message]:
        """A customer's message and its replies."""
        with self._reading() as tx:
            return self._exchange(tx, sender_id, key)

    def after(self, sender_id: str, cursor: int) -> list[Message]:
        """What was said after `cursor`, oldest first."""
        later = {"of_sender": sender_id, "cursor": cursor, "at_most": HISTORY_LIMIT}
        with self._reading() as tx:
            return self._select(tx, _AFTER, later)

    def newest(self) -> int:
        """The cursor of the newest message of all conversations; 0 when there is none."""
        with self._reading() as tx:
            return tx.execute(_NEWEST).scalar() or 0

    def senders_after(self, cursor: int) -> tuple[int, set[str]]:
        """The newest cursor of all conversations, and in which something was said after `cursor`."""
        with self._reading() as tx:
            rows = tx.execute(_SENDERS_AFTER, {"cursor": cursor}).all()
        return max((row.id for row in rows), default=cursor), {row.sender_id for row in rows}

    def latest(self, sender_id: str, limit: int) -> list[Message]:
        """The newest messages of a conversation, oldest first."""
        with self._reading() as tx:
            return self._select(tx, _LATEST, {"of_sender": sender_id, "at_most": limit})

    def one(self, sender_id: str, cursor: int) -> Message | None:
        """The message at `cursor`; None when there is none of this sender."""
        wanted = sa.and_(_message.c.sender_id == sender_id, _message.c.id == cursor)
        with self._reading() as tx:
            found = tx.execute(sa.select(_message).where(wanted)).one_or_none()
        return None if found is None else as_message(found)

    def of_ids(self, ids: Sequence[int]) -> list[Message]:
        """The messages whose cursors are `ids`, oldest first; those that are gone are left out."""
        these = _NEWEST_FIRST.where(_message.c.id.in_(ids))
        with self._reading() as tx:
            return self._select(tx, these, {"at_most": HISTORY_LIMIT})

    def end_session(self, sender_id: str, now: datetime) -> None:
        """Ends the session and a talk with a person; ending it again changes nothing."""
        with suppress(IntegrityError), self._transaction() as tx:
            close_within(tx, sender_id, ClosedBy.ENDED, now)
            tx.execute(_ended.insert().values(sender_id=sender_id, ended_at=now))

    def has_ended(self, sender_id: str) -> bool:
        with self._reading() as tx:
            return tx.execute(_HAS_ENDED, {"of_sender": sender_id}).first() is not None

    def _exchange(self, tx: Connection, sender_id: str, key: str) -> list[Message]:
        of = {"of_sender": sender_id, "of_key": key, "at_most": HISTORY_LIMIT}
        return self._select(tx, _EXCHANGE, of)

    @staticmethod
    def _select(tx: Connection, newest_first: Any, parameters: dict[str, Any]) -> list[Message]:
        return [as_message(row) for row in reversed(tx.execute(newest_first, parameters).all())]

    @staticmethod
    def _by_key(tx: Connection, sender_id: str, key: str) -> Any:
        return tx.execute(_ONE, {"of_sender": sender_id, "of_key": key}).one_or_none()

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
        done = tx.execute(_INSERT, {**ids, **row})
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
            tx.execute(_SEND, {**row, **when, **subject})

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)

    def _reading(self) -> AbstractContextManager[Connection]:
        return reading(self._engine, StorageError)


def _has_to_wait(leased: Sequence[Any], known: Any, lease: Lease, now: datetime) -> bool:
    """Whether another turn of the sender comes before that of the message `known` (None: a new one).

    One that another process runs; and an earlier one that was cut short, because its process died:
    else the answers would come in another order than the messages.
    """
    return any(
        (row.lease_owner != lease.owner and row.leased_until > now)
        or ((known is None or row.id < known.id) and row.leased_until > now - CUT_SHORT)
        for row in leased
    )


def _said(reply: Reply) -> dict[str, Any]:
    """The columns of something the assistant or an officer says."""
    by = {"author": BOT if reply.by is None else OFFICER, "author_name": reply.by}
    return {**by, "text": reply.text, "buttons": list(reply.buttons), "answered": True}


def _held_by(lease: Lease) -> dict[str, Any]:
    """The columns of a message whose turn is being run."""
    return {"lease_owner": lease.owner, "leased_until": lease.until}


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
