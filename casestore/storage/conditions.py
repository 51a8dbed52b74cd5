"""A filter and the rights of an officer as conditions on rows of ``cases``."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Text, and_, cast, or_, select
from sqlalchemy.engine import Connection

from casestore.domain.case import AWAITING_DECISION
from casestore.domain.deadlines import LEGAL_SOON_DAYS
from casestore.domain.filters import NOBODY, CaseFilter, Due
from casestore.domain.grams import grams
from casestore.service.listing_ports import Selection
from casestore.storage.keyring import Keyring
from casestore.storage.rows import phone_macs
from casestore.storage.search import holds
from casestore.storage.sight import visible_to
from casestore.storage.tables import branches, cases

_AWAITING = sorted(state.value for state in AWAITING_DECISION)
_COLUMNS = {
    "states": cases.c.state,
    "sources": cases.c.source,
    "channels": cases.c.confirmed_channel,
    "grades": cases.c.grade,
    "priorities": cases.c.priority,
}
_CLASSES = {
    "businesses": (cases.c.confirmed_business, cases.c.business),
    "reasons": (cases.c.confirmed_reason, cases.c.reason),
}


@dataclass(frozen=True)
class Conditions:
    """What a case must fulfil, each for ``where``; ``is_listed``: a search has listed the few cases
    that can, so that counting them all costs what finding a page of them does."""

    where: tuple[Any, ...]
    is_listed: bool


def conditions(selection: Selection, connection: Connection, keyring: Keyring) -> Conditions:
    """A selection as conditions; asks how common the words of a search are."""
    chosen = selection.filter
    found = list(_texts(chosen, connection))
    where = (
        *visible_to(selection.officer),
        *_choices(chosen),
        *_people(chosen, selection.officer.username),
        *_days(chosen),
        *_due(selection),
        *_switches(chosen),
        *_phone(chosen, keyring),
        *(condition for condition, _ in found),
    )
    return Conditions(where, any(is_listed for _, is_listed in found))


def _choices(chosen: CaseFilter) -> Iterator[Any]:
    for name, column in _COLUMNS.items():
        if values := getattr(chosen, name):
            yield column.in_(sorted(getattr(value, "value", value) for value in values))
    for name, (confirmed, said) in _CLASSES.items():
        if values := getattr(chosen, name):
            # In two halves, so that each finds an index: few cases wait for confirmation.
            waiting = and_(cases.c.confirmed_at.is_(None), said.in_(sorted(values)))
            yield or_(confirmed.in_(sorted(values)), waiting)
    if chosen.flags:  # a JSON list; no flag's name is part of another's
        written = cast(cases.c.flags, Text)
        yield or_(*(written.contains(f'"{flag.value}"') for flag in sorted(chosen.flags)))


def _people(chosen: CaseFilter, username: str) -> Iterator[Any]:
    if chosen.unit:
        yield cases.c.unit == chosen.unit
    if chosen.assignee == NOBODY:
        yield cases.c.assignee.is_(None)
    elif chosen.assignee:
        yield cases.c.assignee == chosen.assignee
    if chosen.mine:
        yield cases.c.assignee == username


def _days(chosen: CaseFilter) -> Iterator[Any]:
    for column, first, last in (
        (cases.c.received_on, chosen.received_from, chosen.received_to),
        (cases.c.settled_on, chosen.settled_from, chosen.settled_to),
    ):
        if first:
            yield column >= first
        if last:
            yield column <= last


def _due(selection: Selection) -> Iterator[Any]:
    """A stopped clock is never late; its end moves with every day."""
    due, today = selection.filter.due, selection.today
    if due is None:
        return
    yield cases.c.settled_on.is_(None)
    yield cases.c.state.in_(_AWAITING)
    if due is Due.RUNNING:
        yield or_(cases.c.legal_due >= today, cases.c.stopped_on.is_not(None))
        return
    yield cases.c.stopped_on.is_(None)
    if due is Due.OVERDUE:
        yield cases.c.legal_due < today
    else:
        yield cases.c.legal_due.between(today, today + timedelta(days=LEGAL_SOON_DAYS))


def _switches(chosen: CaseFilter) -> Iterator[Any]:
    if chosen.pending is not None:
        settled = cases.c.settled_on
        yield settled.is_(None) if chosen.pending else settled.is_not(None)
    if chosen.confirmed is not None:
        by = cases.c.confirmed_by
        yield by.is_not(None) if chosen.confirmed else by.is_(None)


def _phone(chosen: CaseFilter, keyring: Keyring) -> Iterator[Any]:
    if chosen.phone:
        yield cases.c.phone_mac.in_(phone_macs(chosen.phone, keyring))


def _texts(chosen: CaseFilter, connection: Connection) -> Iterator[tuple[Any, bool]]:
    """Each with whether it lists the cases it is true for."""
    if chosen.text:
        is_all = chosen == CaseFilter(text=chosen.text)
        yield holds(grams(chosen.text), connection, is_all)
    if chosen.branch:
        yield from _branch(chosen.branch, connection)


def _branch(branch: str, connection: Connection) -> Iterator[tuple[Any, bool]]:
    """By code if there is such a branch, else by the customer's words. Those are in the full-text
    index, too, which finds the few cases whose words are then compared."""
    known = select(branches.c.code).where(branches.c.code == branch)
    if connection.execute(known).scalar() is not None:
        yield cases.c.accused == branch, False
        return
    # Part of a word in letters or digits is no piece of its own.
    if pieces := [piece for piece in grams(branch) if not piece.isascii()]:
        yield holds(pieces, connection, is_all=False)
    yield cases.c.branch.contains(branch, autoescape=True), False
