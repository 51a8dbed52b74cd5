"""Promised calls as use cases: asked for by a client or an officer, made by officers, logged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from casestore.domain.callback import (
    DUE_SOON,
    Callback,
    CallbackTry,
    TryResult,
    check_note,
)
from casestore.domain.errors import (
    CallbackNotFound,
    IdempotencyConflict,
    InvalidRequest,
    NotAllowed,
)
from casestore.domain.staff import Officer, Right
from casestore.domain.texts import text_problem
from casestore.service.ports import Clock, Store, Transaction

MOST_LISTED = 200
_FIELDS = ("phone", "name")


@dataclass(frozen=True)
class CalledBack:
    """A promised call and the tries made so far, oldest first; ``has_chat`` is whether the talk it
    came from can be looked at."""

    callback: Callback
    tries: Sequence[CallbackTry]
    has_chat: bool = False


class CallbackBook:
    """``now`` gives aware moments. Every method may raise StoreUnavailable, FieldUnreadable."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def ask(self, callback: Callback) -> tuple[Callback, bool]:
        """Note that a customer wants a call, once for each id; where it stands and whether it is
        new. Raises IdempotencyConflict if the id was used for another wish."""
        with self._store.transaction() as tx:
            created = tx.callbacks.add(callback)
            known = callback if created else tx.callbacks.get(callback.id)
            if known is None or not known.asks_the_same(callback):
                raise IdempotencyConflict
            tx.commit()
        return known, created

    def cancel(self, client: str, callback_id: str, at: datetime) -> Callback:
        """The customer of ``client`` wants no call any more; where it stands then. One that has
        ended stays what it is: the first end counts. Raises CallbackNotFound."""
        now = self._now()
        with self._store.transaction() as tx:
            callback = tx.callbacks.lock(callback_id)
            if callback is None or callback.client != client:
                raise CallbackNotFound
            cancelled = callback.cancelled(min(at, now))
            if cancelled != callback:
                tx.callbacks.put(cancelled)
                tx.reminders.settle_about(callback_key(callback_id), now)
                tx.audit.append(
                    f"client:{client}", "callback_cancelled", callback_subject(callback_id), "", now
                )
                tx.commit()
        return cancelled

    def open(self, officer: Officer) -> Sequence[CalledBack]:
        """What is to be called, the earliest promise first, up to ``MOST_LISTED``."""
        with self._store.transaction() as tx:
            return _with_tries(tx, tx.callbacks.open(officer, MOST_LISTED))

    def ended(self, officer: Officer) -> Sequence[CalledBack]:
        """What is over, newest first, up to ``MOST_LISTED``."""
        with self._store.transaction() as tx:
            return _with_tries(tx, tx.callbacks.ended(officer, MOST_LISTED))

    def one(self, callback_id: str, officer: Officer) -> CalledBack:
        """One of them. Raises CallbackNotFound."""
        with self._store.transaction() as tx:
            callback = _visible(tx, callback_id, officer)
            (found,) = _with_tries(tx, [callback])
            chat_id = callback.chat_id
            return replace(found, has_chat=bool(chat_id and tx.chats.is_visible(chat_id, officer)))

    def count_due(self, officer: Officer) -> int:
        """How many should be called now or soon."""
        with self._store.transaction() as tx:
            return tx.callbacks.count_due(officer, self._now() + DUE_SOON)

    def reveal(self, callback_id: str, field: str, officer: Officer) -> str:
        """Phone or name in clear, which the audit log notes.

        Raises NotAllowed, CallbackNotFound, InvalidRequest for another field.
        """
        if not officer.may(Right.REVEAL):
            raise NotAllowed
        if field not in _FIELDS:
            raise InvalidRequest({"field": "没有这一项"})
        with self._store.transaction() as tx:
            callback = _visible(tx, callback_id, officer)
            subject = callback_subject(callback_id)
            tx.audit.append(officer.actor, "callback_revealed", subject, field, self._now())
            tx.commit()
        return (callback.phone if field == "phone" else callback.name) or ""

    def log(
        self, callback_id: str, result: TryResult, note: str, officer: Officer, try_id: str
    ) -> Callback:
        """Note a call that was made; the same ``try_id`` again is the same call.

        Raises NotAllowed, InvalidRequest (note), CallbackNotFound, NotReady once it is over.
        """
        if not officer.may(Right.HANDLE):
            raise NotAllowed
        if problem := text_problem(note, may_be_blank=True):
            raise InvalidRequest({"note": problem})
        check_note(result, note)
        now = self._now()
        with self._store.transaction() as tx:
            _visible(tx, callback_id, officer)
            callback = tx.callbacks.lock(callback_id)
            if callback is None:
                raise CallbackNotFound
            tried = CallbackTry(try_id, callback_id, now, officer.username, result, note)
            if any(each.id == try_id for each in tx.callbacks.tries([callback_id])):
                return callback
            callback = callback.tried(result, now)
            tx.callbacks.add_try(tried)
            tx.callbacks.put(callback)
            tx.reminders.settle_about(callback_key(callback_id), now)
            tx.commit()
        return callback


def callback_subject(callback_id: str) -> str:
    """A promised call as the subject of an audit entry."""
    return f"callback:{callback_id}"


def callback_key(callback_id: str) -> str:
    """What the keys of all reminders about a promised call begin with."""
    return f"callback:{callback_id}:"


def _visible(tx: Transaction, callback_id: str, officer: Officer) -> Callback:
    callback = tx.callbacks.get(callback_id)
    if callback is None or not tx.callbacks.is_visible(callback_id, officer):
        raise CallbackNotFound
    return callback


def _with_tries(tx: Transaction, found: Sequence[Callback]) -> list[CalledBack]:
    tries = tx.callbacks.tries([callback.id for callback in found])
    return [
        CalledBack(callback, [each for each in tries if each.callback_id == callback.id])
        for callback in found
    ]
