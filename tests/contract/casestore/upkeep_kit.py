"""A small bank for the tests of assignment, watch, tasks and deletion."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from casestore.domain.case import CaseEvent, CaseStanding, EventKind
from casestore.domain.office_hours import OfficeHours
from casestore.domain.reminder import Reminder
from casestore.domain.staff import Account, Branch, Officer, StaffRole, officer_of
from casestore.service.acting import Deed, Done
from casestore.service.assignment import Assignment
from casestore.service.casework import Casework
from casestore.service.desk import ComplaintDesk
from casestore.service.indexing import index_case
from casestore.service.ports import Store
from casestore.service.tasks import TaskRoom
from casestore.service.watch import Watch
from tests.contract.casestore.kit import NOW, PROMISE, Clock, Ids, make_complaint, make_reference

HOURS = OfficeHours.parse("08:30-17:30")
CITY = Branch("C1", "江城分行", None)
ROAD = Branch("B1", "人民路支行", "C1")
LAKE = Branch("B2", "湖滨支行", "C1")
REFERENCE = make_reference()


def account(username: str, *roles: StaffRole, **changes: Any) -> Account:
    """An active account; a handler of the head office unless told otherwise."""
    held = frozenset(roles or {StaffRole.HANDLER})
    return Account(username, None, name=f"姓名{username}", roles=held, **changes)


def supervisor(username: str, **changes: Any) -> Account:
    return account(username, StaffRole.SUPERVISOR, **changes)


def executive(username: str, **changes: Any) -> Account:
    return account(username, StaffRole.EXECUTIVE, **changes)


class Bank:
    """The services on one store, with three branches."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        self.store = store
        self.clock = clock or Clock()
        self.ids = Ids()
        self.desk = ComplaintDesk(store, self.clock, PROMISE, hooks=[index_case])
        self.casework = Casework(store, self.clock)
        self.assignment = Assignment(store, self.clock, self.ids, is_automatic=True)
        self.watch = Watch(store, self.clock, HOURS)
        self.tasks = TaskRoom(store, self.clock, self.ids, HOURS)
        with store.transaction() as tx:
            for branch in (CITY, ROAD, LAKE):
                tx.branches.put(branch)
            tx.commit()

    def hire(self, *accounts: Account) -> None:
        with self.store.transaction() as tx:
            for each in accounts:
                assert tx.staff.add_account(each, NOW)
            tx.commit()

    def officer(self, username: str) -> Officer:
        with self.store.transaction() as tx:
            found = tx.staff.account(username)
        assert found is not None
        return officer_of(found)

    def file(self, number: int = 0, **changes: Any) -> str:
        """File a complaint at this moment; its reference."""
        values = {"reference": make_reference(number), "submitted_at": self.clock().isoformat()}
        complaint = make_complaint(**{**values, **changes})
        assert self.desk.file(complaint, "bot").created
        return complaint.reference

    def do(self, username: str, kind: EventKind, reference: str = REFERENCE, **deed: Any) -> Done:
        made = Deed(kind, self.ids(), deed.pop("text", None), deed)
        return self.casework.do(reference, made, self.officer(username))

    def standing(self, reference: str = REFERENCE) -> CaseStanding:
        with self.store.transaction() as tx:
            found = tx.cases.standing(reference)
        assert found is not None
        return found

    def events(self, reference: str = REFERENCE) -> Sequence[CaseEvent]:
        with self.store.transaction() as tx:
            return tx.cases.events(reference)

    def kinds(self, reference: str = REFERENCE) -> list[EventKind]:
        return [event.kind for event in self.events(reference)]

    def reminders(self, username: str) -> Sequence[Reminder]:
        with self.store.transaction() as tx:
            return tx.reminders.unread(username, 100)

    def read_all(self, username: str) -> None:
        with self.store.transaction() as tx:
            tx.reminders.mark_read(username, None, self.clock())
            tx.commit()

    def told(self, username: str) -> list[str]:
        """The kinds of an officer's reminders, in the order of the alphabet."""
        return sorted(reminder.kind.value for reminder in self.reminders(username))


def at(text: str) -> datetime:
    """A moment in China time: ``2026-11-23 09:00``."""
    return datetime.fromisoformat(f"{text}+08:00")


def names(accounts: Iterable[Account]) -> list[str]:
    return [each.username for each in accounts]
