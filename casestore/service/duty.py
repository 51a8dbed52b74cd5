"""Officers on duty for customers who want to talk to a person now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from casestore.domain.duty import Duty
from casestore.domain.errors import NotAllowed
from casestore.domain.staff import Officer, Right
from casestore.service.ports import Clock, Store, Transaction

_HEAD_OFFICE_ONLY = "在线接待由总行工作人员承担；支行可以办理与本行投诉有关的对话。"


class DutyRoster:
    """``now`` gives aware moments. Every method may raise StoreUnavailable."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def begin(self, officer: Officer) -> None:
        """Switch 在线接待 on. Raises NotAllowed."""
        if not officer.may(Right.HANDLE):
            raise NotAllowed
        if officer.branch is not None:
            raise NotAllowed(_HEAD_OFFICE_ONLY)
        with self._store.transaction() as tx:
            put_presence(tx, officer.username, self._now(), takes_talks=True)
            tx.commit()

    def end(self, officer: Officer) -> None:
        """Switch it off; talks the officer leads go on as long as the page shows signs of life."""
        with self._store.transaction() as tx:
            if tx.chats.count_led().get(officer.username):
                put_presence(tx, officer.username, self._now(), takes_talks=False)
            else:
                tx.duties.drop(officer.username)
            tx.commit()

    def beat(self, officer: Officer) -> Duty | None:
        """A sign of life of an officer; None for one who is not on duty."""
        with self._store.transaction() as tx:
            duty = tx.duties.of(officer.username)
            if duty is None:
                return None
            duty = replace(duty, seen_at=self._now())
            tx.duties.put(duty)
            tx.commit()
        return duty

    def of(self, officer: Officer) -> Duty | None:
        """An officer's own duty; None if they are not on duty."""
        with self._store.transaction() as tx:
            return tx.duties.of(officer.username)

    def present(self) -> Sequence[Duty]:
        """Everybody on duty who shows signs of life, by username."""
        now = self._now()
        with self._store.transaction() as tx:
            duties = tx.duties.all()
        return [duty for duty in duties if duty.takes_talks and duty.is_present(now)]


def put_presence(
    tx: Transaction, username: str, now: datetime, takes_talks: bool | None = None
) -> None:
    """Note in the caller's transaction that an officer is there; ``takes_talks`` None leaves that
    switch as it is, off for who was not there."""
    known = tx.duties.of(username)
    before = known.takes_talks if known else False
    takes = before if takes_talks is None else takes_talks
    tx.duties.put(Duty(username, known.since if known else now, now, takes))
