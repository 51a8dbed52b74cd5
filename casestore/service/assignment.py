"""Gives new complaints to the people who handle them, and keeps the routing rules."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from casestore.domain.assignment import (
    Choice,
    RoutingRule,
    Staffing,
    choose,
    match_branch,
    superior,
)
from casestore.domain.case import CaseState, EventKind, Grade
from casestore.domain.errors import InvalidRequest, NotAllowed, Refused
from casestore.domain.reference import is_reference
from casestore.domain.reminder import ReminderKind
from casestore.domain.staff import SYSTEM, Branch, Officer, Right, StaffRole, officer_of
from casestore.domain.watch import Level, line_of
from casestore.service.acting import Deed, perform
from casestore.service.assignment_ports import Matter
from casestore.service.informing import inform
from casestore.service.ports import Clock, NewId, Store, Transaction

_BATCH = 200

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RuleBook:
    """Everything the page of routing rules shows: rules in order, branches, who can handle."""

    rules: Sequence[RoutingRule]
    branches: Sequence[Branch]
    handlers: Sequence[Officer]


class Assignment:
    """``is_automatic`` False leaves every case to a person (setting AUTO_ASSIGN)."""

    def __init__(self, store: Store, now: Clock, new_id: NewId, is_automatic: bool) -> None:
        self._store = store
        self._now = now
        self._new_id = new_id
        self.is_automatic = is_automatic

    def assign_automatically(self, reference: str, now: datetime | None = None) -> str | None:
        """Give one registered case to whoever should handle it; the username, None if it stays.

        Does nothing where the case is unknown, has a handler or is under way already, or where
        a person assigns. Raises StoreUnavailable.
        """
        if not self.is_automatic or not is_reference(reference):
            return None
        with self._store.transaction() as tx:
            staffing = _staffing(tx)
        return self._try(reference, staffing, now or self._now())

    def assign_waiting(self) -> int:
        """The same for every case that waits; how many were given to somebody."""
        if not self.is_automatic:
            return 0
        now, count = self._now(), 0
        with self._store.transaction() as tx:
            if not tx.caseload.unassigned("", 1):
                return 0  # almost always, and counting loads takes a while
            staffing = _staffing(tx)
        loads = dict(staffing.loads)
        for reference in self._waiting():
            chosen = self._try(reference, replace(staffing, loads=loads), now)
            if chosen is not None:
                loads[chosen] = loads.get(chosen, 0) + 1
                count += 1
        return count

    def rule_book(self, officer: Officer) -> RuleBook:
        """The routing rules with what a rule can be made of. Raises NotAllowed."""
        _check_right(officer)
        with self._store.transaction() as tx:
            accounts = [account for account in tx.staff.accounts() if account.is_active]
            able = [officer_of(account) for account in accounts]
            handlers = [person for person in able if person.may(Right.HANDLE)]
            return RuleBook(tx.routes.all(), tx.branches.all(), handlers)

    def put_rule(self, rule: RoutingRule, officer: Officer) -> None:
        """Create or replace a rule. Raises NotAllowed, InvalidRequest."""
        _check_right(officer)
        with self._store.transaction() as tx:
            if problems := _problems(tx, rule):
                raise InvalidRequest(problems)
            tx.routes.put(rule)
            tx.audit.append(officer.actor, "route_changed", f"route:{rule.id}", "", self._now())
            tx.commit()

    def move_up(self, rule_id: str, officer: Officer) -> None:
        """Let a rule be tried before the one that stands before it. Raises NotAllowed."""
        _check_right(officer)
        with self._store.transaction() as tx:
            ids = [rule.id for rule in tx.routes.all()]
            place = ids.index(rule_id) if rule_id in ids else 0
            if place == 0:
                return
            ids[place - 1], ids[place] = ids[place], ids[place - 1]
            by_id = {rule.id: rule for rule in tx.routes.all()}
            for position, each in enumerate(ids, start=1):
                tx.routes.put(replace(by_id[each], position=position))
            tx.audit.append(officer.actor, "route_changed", f"route:{rule_id}", "", self._now())
            tx.commit()

    def drop_rule(self, rule_id: str, officer: Officer) -> None:
        """Delete a rule, if it is still there. Raises NotAllowed."""
        _check_right(officer)
        with self._store.transaction() as tx:
            if tx.routes.drop(rule_id):
                tx.audit.append(officer.actor, "route_dropped", f"route:{rule_id}", "", self._now())
                tx.commit()

    def _waiting(self) -> Iterator[str]:
        after = ""
        while True:
            with self._store.transaction() as tx:
                found = tx.caseload.unassigned(after, _BATCH)
            yield from (matter.standing.reference for matter in found)
            if len(found) < _BATCH:
                return
            after = found[-1].standing.reference

    def _try(self, reference: str, staffing: Staffing, now: datetime) -> str | None:
        """A case that refuses what was chosen for it waits for a person."""
        try:
            with self._store.transaction() as tx:
                return self._assign(tx, reference, staffing, now)
        except Refused as exc:
            _log.warning("not_assigned reference=%s reason=%s", reference, type(exc).__name__)
            return None

    def _assign(
        self, tx: Transaction, reference: str, staffing: Staffing, now: datetime
    ) -> str | None:
        tx.cases.lock(reference)
        matter = tx.caseload.matter(reference)
        if matter is None or not _waits(matter):
            return None
        matter = self._with_accused(tx, matter, staffing.branches, now)
        chosen = choose(matter.standing, matter.business, matter.staff, staffing)
        if chosen is None:
            _ask_for_help(tx, matter, staffing, now)
        else:
            self._give(tx, reference, chosen, now)
        if matter.standing.handling.grade is Grade.MAJOR:
            _tell_executives(tx, reference, staffing, now)
        tx.commit()
        return chosen.assignee if chosen else None

    def _with_accused(
        self, tx: Transaction, matter: Matter, branches: Sequence[Branch], now: datetime
    ) -> Matter:
        """Set the branch complained of where the customer's words leave no doubt."""
        if matter.standing.handling.accused is not None:
            return matter
        branch = match_branch(matter.branch, branches)
        if branch is None:
            return matter
        deed = Deed(EventKind.ACCUSED_SET, self._new_id(), data={"accused": branch.code})
        done = perform(tx, matter.standing.reference, deed, SYSTEM, now)
        return replace(matter, standing=done.standing)

    def _give(self, tx: Transaction, reference: str, chosen: Choice, now: datetime) -> None:
        data = {"assignee": chosen.assignee}
        if chosen.unit is not None:
            data["unit"] = chosen.unit
        deed = Deed(EventKind.ASSIGNED, self._new_id(), data=data)
        inform(tx, perform(tx, reference, deed, SYSTEM, now), deed, now)


def _staffing(tx: Transaction) -> Staffing:
    accounts = [account for account in tx.staff.accounts() if account.is_active]
    return Staffing(accounts, tx.caseload.loads(), tx.branches.all(), tx.routes.all())


def _waits(matter: Matter) -> bool:
    standing = matter.standing
    return standing.progress.state is CaseState.REGISTERED and standing.handling.assignee is None


def _ask_for_help(tx: Transaction, matter: Matter, staffing: Staffing, now: datetime) -> None:
    reference = matter.standing.reference
    unit = superior(matter.standing.handling.accused, staffing.branches)
    text = f"{reference} 没有可以自动分派的处理人员，请指定。"
    for username in line_of(Level.UNIT, unit, None, staffing.accounts, staffing.branches):
        tx.reminders.put(
            username, ReminderKind.UNASSIGNED, reference, text, f"unassigned:{reference}", now
        )


def _tell_executives(tx: Transaction, reference: str, staffing: Staffing, now: datetime) -> None:
    text = f"{reference} 是重大投诉，已交总行主管处理，请关注。"
    for account in staffing.accounts:
        if StaffRole.EXECUTIVE in account.roles:
            key = f"major:{reference}"
            tx.reminders.put(account.username, ReminderKind.MAJOR, reference, text, key, now)


def _check_right(officer: Officer) -> None:
    if not (officer.may(Right.ASSIGN) or officer.may(Right.ADMINISTER)):
        raise NotAllowed


def _problems(tx: Transaction, rule: RoutingRule) -> dict[str, str]:
    codes = {branch.code for branch in tx.branches.all()}
    problems = {}
    if rule.accused is not None and rule.accused not in codes:
        problems["accused"] = "没有这个机构"
    if rule.unit is not None and rule.unit not in codes:
        problems["unit"] = "没有这个机构"
    if rule.assignee is not None and not _can_handle(tx, rule.assignee):
        problems["assignee"] = "没有这个处理人员，或账号已停用"
    return problems


def _can_handle(tx: Transaction, username: str) -> bool:
    account = tx.staff.account(username)
    return account is not None and account.is_active and officer_of(account).may(Right.HANDLE)
