"""Promised calls in SQL; phone and name are sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.engine import Connection

from casestore.domain.callback import Callback, CallbackState, CallbackTry, TryResult
from casestore.domain.chat import ChatChannel
from casestore.domain.staff import SYSTEM, Officer
from casestore.storage.chat_tables import chats_visible_to
from casestore.storage.keyring import Keyring
from casestore.storage.statements import insert_once, upsert
from casestore.storage.tables import callback_tries, callbacks, chats


class SqlCallbacks:
    """Implements ``service.chat_ports.Callbacks`` on one connection."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self._connection = connection
        self._keyring = keyring

    def add(self, callback: Callback) -> bool:
        """See the port."""
        return insert_once(self._connection, callbacks, self._row(callback))

    def put(self, callback: Callback) -> None:
        """See the port."""
        upsert(self._connection, callbacks, self._row(callback))

    def get(self, callback_id: str) -> Callback | None:
        """See the port."""
        return self._one(select(callbacks).where(callbacks.c.id == callback_id))

    def lock(self, callback_id: str) -> Callback | None:
        """See the port."""
        query = select(callbacks).where(callbacks.c.id == callback_id)
        return self._one(query.with_for_update())

    def is_visible(self, callback_id: str, officer: Officer) -> bool:
        """See the port."""
        query = select(callbacks.c.id).where(callbacks.c.id == callback_id, *_visible_to(officer))
        return self._connection.execute(query).first() is not None

    def open(self, officer: Officer, limit: int) -> Sequence[Callback]:
        """See the port."""
        query = select(callbacks).where(_is_open(), *_visible_to(officer))
        first = query.order_by(callbacks.c.promised_by, callbacks.c.id).limit(limit)
        return self._many(first)

    def ended(self, officer: Officer, limit: int) -> Sequence[Callback]:
        """See the port."""
        query = select(callbacks).where(~_is_open(), *_visible_to(officer))
        newest = query.order_by(callbacks.c.ended_at.desc(), callbacks.c.id).limit(limit)
        return self._many(newest)

    def of_chat(self, chat_id: str) -> Sequence[Callback]:
        """See the port."""
        query = select(callbacks).where(callbacks.c.chat_id == chat_id)
        return self._many(query.order_by(callbacks.c.asked_at, callbacks.c.id))

    def count_due(self, officer: Officer, promised_before: datetime) -> int:
        """See the port."""
        query = select(func.count()).select_from(callbacks)
        due = query.where(
            _is_open(), callbacks.c.promised_by < promised_before, *_visible_to(officer)
        )
        return int(self._connection.execute(due).scalar_one())

    def add_try(self, each: CallbackTry) -> bool:
        """See the port."""
        row = {
            "id": each.id,
            "callback_id": each.callback_id,
            "at": each.at,
            "made_by": each.made_by,
            "result": each.result.value,
            "note": each.note,
        }
        return insert_once(self._connection, callback_tries, row)

    def tries(self, callback_ids: Sequence[str]) -> Sequence[CallbackTry]:
        """See the port."""
        query = select(callback_tries).where(callback_tries.c.callback_id.in_(callback_ids))
        rows = self._connection.execute(query.order_by(callback_tries.c.at, callback_tries.c.id))
        return [
            CallbackTry(
                row.id, row.callback_id, row.at, row.made_by, TryResult(row.result), row.note
            )
            for row in rows
        ]

    def count_before(self, moment: datetime) -> int:
        """See the port."""
        query = select(func.count()).where(callbacks.c.asked_at < moment)
        return int(self._connection.execute(query).scalar_one())

    def drop_before(self, moment: datetime) -> int:
        """See the port."""
        query = select(callbacks.c.id).where(callbacks.c.asked_at < moment)
        ids = list(self._connection.execute(query).scalars())
        tries = callback_tries.c.callback_id.in_(ids)
        self._connection.execute(delete(callback_tries).where(tries))
        self._connection.execute(delete(callbacks).where(callbacks.c.id.in_(ids)))
        return len(ids)

    def _one(self, query: Any) -> Callback | None:
        return next(iter(self._many(query)), None)

    def _many(self, query: Any) -> list[Callback]:
        return [self._read(row) for row in self._connection.execute(query).all()]

    def _row(self, callback: Callback) -> dict[str, Any]:
        seal = self._keyring.seal
        return {
            "id": callback.id,
            "client": callback.client,
            "channel": callback.channel.value,
            "asked_at": callback.asked_at,
            "promised_by": callback.promised_by,
            "phone_sealed": seal(callback.phone),
            "name_sealed": seal(callback.name) if callback.name else None,
            "topic": callback.topic,
            "preferred": callback.preferred,
            "chat_id": callback.chat_id,
            "state": callback.state.value,
            "ended_at": callback.ended_at,
        }

    def _read(self, row: Any) -> Callback:
        return Callback(
            id=row.id,
            client=row.client,
            channel=ChatChannel(row.channel),
            asked_at=row.asked_at,
            promised_by=row.promised_by,
            phone=self._keyring.open(row.phone_sealed),
            name=self._keyring.open(row.name_sealed) if row.name_sealed else None,
            topic=row.topic,
            preferred=row.preferred,
            chat_id=row.chat_id,
            state=CallbackState(row.state),
            ended_at=row.ended_at,
        )


def _is_open() -> Any:
    return callbacks.c.state == CallbackState.OPEN.value


def _visible_to(officer: Officer) -> tuple[Any, ...]:
    if officer is SYSTEM or officer.branch is None:
        return ()
    seen = select(chats.c.id).where(*chats_visible_to(officer))
    return (callbacks.c.chat_id.in_(seen),)
