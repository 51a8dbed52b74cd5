"""Unfinished forms, sealed on disk: taken up again later, or on another device with a code."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.errors import JournalUnavailable
from bot.intake.draft_table import draft as table
from bot.intake.evidence import HELD, evidence
from bot.intake.reference import CROCKFORD
from bot.privacy.sealing import Sealer
from bot.storage.ageing import Aged
from bot.storage.engine import reading, transaction

OLD_DRAFTS = Aged(table, lambda before: table.c.updated_at < before)
# Built once: these run with every answer to a form.
_UPDATE = table.update().where(table.c.id == sa.bindparam("of_id"))
_INSERT = table.insert()
_NEWEST_FIRST = (
    sa.select(table)
    .where(table.c.sender_id == sa.bindparam("of_sender"))
    .order_by(table.c.updated_at.desc(), table.c.id)
)
CODE_MAC = "code of a draft"
CODE_LENGTH = 8
CODE_LIFETIME = timedelta(minutes=30)
_LOOK_ALIKES = str.maketrans("OIL", "011")


@dataclass(frozen=True)
class Draft:
    """An unfinished form: its values by slot name, and the slot it was asking for.

    `interrupted_by` names the form that was begun in the middle of this one.
    """

    id: str
    form: str
    sender_id: str
    channel: str
    values: dict[str, Any]
    requested: str
    interrupted_by: str | None
    updated_at: datetime


@dataclass(frozen=True)
class Expired:
    """How many drafts went by their age; `left`: form and question of those that nothing else had
    interrupted, for the others were counted when they were put aside."""

    count: int
    left: list[tuple[str, str]]


class Drafts(Protocol):
    """Port of the drafts. Every method raises JournalUnavailable when storage fails."""

    def save(self, draft: Draft, now: datetime) -> None:
        """Stores the draft in the place of the one with its id; `now` becomes its time."""

    def latest(self, sender_id: str) -> Draft | None:
        """The draft of a conversation that was worked on last."""

    def of_sender(self, sender_id: str) -> list[Draft]:
        """The drafts of a conversation, newest first."""

    def forget(self, draft_id: str) -> None:
        """Takes the draft away; nothing happens when there is none."""

    def forget_sender(self, sender_id: str) -> int:
        """Takes away all drafts of a conversation; how many."""

    def make_code(self, sender_id: str, now: datetime) -> str | None:
        """A code for the latest draft, valid once and for half an hour; None without a draft.

        A newer code takes the place of an older one.
        """

    def claim(self, code: str, sender_id: str, channel: str, now: datetime) -> Draft | None:
        """Moves the draft of a code, and the held documents of its conversation, to this one.

        None when the code is wrong, used or too old. Forgives lower case, blanks, dashes, and the
        letters O, I, L for 0 and 1.
        """

    def purge(self, before: datetime) -> Expired:
        """Takes away drafts nobody has worked on since `before` (`OLD_DRAFTS`)."""

    def count(self) -> int:
        """How many drafts there are."""


class SqlDrafts:
    """Drafts on SQLite or PostgreSQL, in the journal's database."""

    def __init__(self, engine: Engine, sealer: Sealer, choose: Callable[[str], str]) -> None:
        """`choose` picks one character of a string at random, fit for secrets."""
        self._engine = engine
        self._sealer = sealer
        self._choose = choose

    def save(self, draft: Draft, now: datetime) -> None:
        values = {
            "form": draft.form,
            "sender_id": draft.sender_id,
            "channel": draft.channel,
            "sealed_values": self._sealer.seal(json.dumps(draft.values, ensure_ascii=False)),
            "requested": draft.requested,
            "interrupted_by": draft.interrupted_by,
            "updated_at": now,
        }
        with self._transaction() as tx:
            if not tx.execute(_UPDATE, {"of_id": draft.id, **values}).rowcount:
                tx.execute(_INSERT, {"id": draft.id, **values})

    def latest(self, sender_id: str) -> Draft | None:
        return next(iter(self.of_sender(sender_id)), None)

    def of_sender(self, sender_id: str) -> list[Draft]:
        with reading(self._engine, JournalUnavailable) as tx:
            rows = tx.execute(_NEWEST_FIRST, {"of_sender": sender_id}).all()
        return [self._draft(row) for row in rows]

    def forget(self, draft_id: str) -> None:
        self._delete(table.c.id == draft_id)

    def forget_sender(self, sender_id: str) -> int:
        return self._delete(table.c.sender_id == sender_id)

    def purge(self, before: datetime) -> Expired:
        c, old = table.c, OLD_DRAFTS.is_old(before)
        left = sa.select(c.form, c.requested).where(old, c.interrupted_by.is_(None))
        left = left.with_for_update()  # two relays at once: one of them counts
        with self._transaction() as tx:
            found = [(row.form, row.requested) for row in tx.execute(left)]
            return Expired(int(tx.execute(table.delete().where(old)).rowcount), found)

    def count(self) -> int:
        with reading(self._engine, JournalUnavailable) as tx:
            return int(tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())

    def make_code(self, sender_id: str, now: datetime) -> str | None:
        code = "".join(self._choose(CROCKFORD) for _ in range(CODE_LENGTH))
        newest = sa.select(table.c.id).where(table.c.sender_id == sender_id)
        newest = newest.order_by(table.c.updated_at.desc(), table.c.id).limit(1)
        values = {
            "code_mac": self._sealer.mac(CODE_MAC, code),
            "code_expires_at": now + CODE_LIFETIME,
        }
        with self._transaction() as tx:
            draft_id = tx.execute(newest).scalar_one_or_none()
            if draft_id is None:
                return None
            mine = table.update().where(table.c.sender_id == sender_id)
            tx.execute(mine.values(code_mac=None, code_expires_at=None))
            tx.execute(table.update().where(table.c.id == draft_id).values(values))
        return f"{code[:4]}-{code[4:]}"

    def claim(self, code: str, sender_id: str, channel: str, now: datetime) -> Draft | None:
        macs = self._sealer.macs(CODE_MAC, _standard(code))
        fits = sa.and_(table.c.code_mac.in_(macs), table.c.code_expires_at > now)
        with self._transaction() as tx:
            row = tx.execute(sa.select(table).where(fits).with_for_update()).one_or_none()
            if row is None:
                return None
            self._move(tx, row, {"sender_id": sender_id, "channel": channel}, now)
            moved = tx.execute(sa.select(table).where(table.c.id == row.id)).one()
        return self._draft(moved)

    @staticmethod
    def _move(tx: Connection, row: Any, to: dict[str, str], now: datetime) -> None:
        used = {"code_mac": None, "code_expires_at": None, "updated_at": now}
        tx.execute(table.update().where(table.c.id == row.id).values(**to, **used))
        held = sa.and_(evidence.c.sender_id == row.sender_id, evidence.c.status == HELD)
        tx.execute(evidence.update().where(held).values(to))

    def _delete(self, condition: Any) -> int:
        with self._transaction() as tx:
            return int(tx.execute(table.delete().where(condition)).rowcount)

    def _draft(self, row: Any) -> Draft:
        return Draft(
            id=row.id,
            form=row.form,
            sender_id=row.sender_id,
            channel=row.channel,
            values=json.loads(self._sealer.open(row.sealed_values)),
            requested=row.requested,
            interrupted_by=row.interrupted_by,
            updated_at=row.updated_at,
        )

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, JournalUnavailable)


def _standard(code: str) -> str:
    letters = "".join(character for character in code.upper() if character.isalnum())
    return letters.translate(_LOOK_ALIKES)
