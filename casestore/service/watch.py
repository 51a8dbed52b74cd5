"""Watches the limits of cases under way: warns in time and goes up the line."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from casestore.domain.case import CaseStanding, EventKind
from casestore.domain.deadlines import local_date
from casestore.domain.errors import Refused
from casestore.domain.office_hours import OfficeHours
from casestore.domain.reminder import ReminderKind
from casestore.domain.staff import SYSTEM, Account, Branch
from casestore.domain.watch import (
    Level,
    Warned,
    Watched,
    horizon,
    is_told_at_once,
    line_of,
    text_of,
    warnings,
)
from casestore.service.acting import Deed, perform
from casestore.service.ports import Clock, Store, Transaction

_BATCH = 200

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _People:
    accounts: Sequence[Account]
    branches: Sequence[Branch]


class Watch:
    """``hours`` are the office hours outside which only major and emergency cases are heard of."""

    def __init__(self, store: Store, now: Clock, hours: OfficeHours) -> None:
        self._store = store
        self._now = now
        self._hours = hours

    def watch(self) -> int:
        """Give every warning due now that was not given before; how many cases that were.

        Each is an event of the case and a reminder for everybody up to its level; the case's
        escalation rises to that level. Raises StoreUnavailable.
        """
        now = self._now()
        is_open = self._hours.is_open(now)
        with self._store.transaction() as tx:
            people = _People(tx.staff.accounts(), tx.branches.all())
        count = 0
        for batch in self._near_a_limit(now):
            audible = [one for one in batch if is_open or is_told_at_once(one.standing)]
            for watched, due in self._not_given(audible, now):
                count += self._warn(watched.standing, due, people, now)
        return count

    def limits(self) -> Mapping[ReminderKind, int]:
        """How many cases have each kind of limit near or passed. Raises StoreUnavailable."""
        with self._store.transaction() as tx:
            return tx.caseload.limits(local_date(self._now()))

    def _near_a_limit(self, now: datetime) -> Iterator[Sequence[Watched]]:
        after, until = "", horizon(local_date(now))
        while True:
            with self._store.transaction() as tx:
                found = tx.caseload.near_a_limit(until, after, _BATCH)
            if found:
                yield found
            if len(found) < _BATCH:
                return
            after = found[-1].standing.reference

    def _not_given(
        self, batch: Sequence[Watched], now: datetime
    ) -> Iterator[tuple[Watched, Sequence[Warned]]]:
        due = {one.standing.reference: warnings(one, now) for one in batch}
        ids = {_act_id(reference, each.key) for reference in due for each in due[reference]}
        if not ids:
            return
        with self._store.transaction() as tx:
            known = tx.caseload.known_acts(ids)
        for one in batch:
            reference = one.standing.reference
            new = [each for each in due[reference] if _act_id(reference, each.key) not in known]
            if new:
                yield one, new

    def _warn(
        self, standing: CaseStanding, due: Sequence[Warned], people: _People, now: datetime
    ) -> bool:
        """False if the case moved on since we looked and refuses; it is looked at again."""
        try:
            with self._store.transaction() as tx:
                for each in due:
                    _warn_of(tx, standing, each, people, now)
                _escalate(tx, standing, max(each.level for each in due), now)
                tx.commit()
        except Refused as exc:
            _log.info("not_warned reference=%s reason=%s", standing.reference, type(exc).__name__)
            return False
        return True


def _act_id(reference: str, key: str) -> str:
    return f"w:{reference}:{key}"


def _warn_of(
    tx: Transaction, standing: CaseStanding, each: Warned, people: _People, now: datetime
) -> None:
    reference, text = standing.reference, text_of(each, standing)
    data = {"which": each.kind.value}
    deed = Deed(EventKind.WARNED, _act_id(reference, each.key), text, data)
    perform(tx, reference, deed, SYSTEM, now)
    for username in _told(each.level, standing, people):
        told = f"{reference} {text}"
        tx.reminders.put(username, each.kind, reference, told, f"{reference}:{each.key}", now)


def _told(level: Level, standing: CaseStanding, people: _People) -> frozenset[str]:
    """The handler always, and whoever stands at the level the warning goes up to."""
    handling = standing.handling
    return frozenset(
        username
        for step in {Level.HANDLER, level}
        for username in line_of(
            step, handling.unit, handling.assignee, people.accounts, people.branches
        )
    )


def _escalate(tx: Transaction, standing: CaseStanding, level: Level, now: datetime) -> None:
    for step in range(standing.handling.escalation + 1, level + 1):
        act_id = _act_id(standing.reference, f"up:{step}:{local_date(now):%Y%m%d}")
        data = {"to": Level(step).label}
        deed = Deed(EventKind.ESCALATED, act_id, "期限临近或已过，自动上报。", data)
        perform(tx, standing.reference, deed, SYSTEM, now)
