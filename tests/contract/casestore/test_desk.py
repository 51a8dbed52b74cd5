"""Cases an officer registers, opens and reads in clear; what a new case is found to be."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from casestore.domain.case import (
    CaseState,
    Complaint,
    EventKind,
    Flag,
    Forwarded,
    Grade,
    Priority,
    Regime,
    Source,
)
from casestore.domain.errors import (
    CaseNotFound,
    IdempotencyConflict,
    InvalidRequest,
    NotAllowed,
)
from casestore.domain.reference import is_reference
from casestore.domain.staff import SYSTEM, StaffRole, officer_of
from casestore.service.audit_ports import AuditQuery
from casestore.service.desk import CONSOLE, ComplaintDesk
from casestore.service.ports import Store
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore
from casestore.storage.tables import cases
from tests.contract.casestore.kit import (
    FIELD_KEY,
    NAME,
    NOW,
    OTHER_FIELD_KEY,
    PHONE,
    PROMISE,
    Clock,
    make_complaint,
    make_id,
    make_reference,
)
from tests.contract.casestore.reply_kit import LI, SUN, account

ID_NUMBER = "11010519491231002X"
FORM = make_id(7)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(store: Store, clock: Clock) -> ComplaintDesk:
    return ComplaintDesk(store, clock, PROMISE)


def taken(**changes: object) -> Complaint:
    """A complaint as an officer's form gives it: no consent of the chat, no reference yet."""
    complaint = replace(make_complaint(), reference="", source=Source.PHONE, consent=None)
    return replace(complaint, attachments=(), **changes)  # type: ignore[arg-type]  # a maker


def audited(store: Store) -> list[tuple[str, str, str, str]]:
    with store.transaction() as tx:
        entries = tx.audit.find(AuditQuery(), None, 50)
    return [(each.actor, each.action, each.subject, each.detail) for each in reversed(entries)]


def test_an_officer_registers_a_case_of_its_own(desk: ComplaintDesk) -> None:
    person = replace(taken().complainant, id_number=ID_NUMBER)
    filing = desk.register(taken(complainant=person), SUN, FORM, "补登原因：周末收到")
    reference = filing.standing.reference
    assert filing.created
    assert is_reference(reference)
    assert reference.startswith("TS20261123-")
    file = desk.open_case(reference, SUN)
    assert file.case.standing == filing.standing
    assert file.case.client == CONSOLE
    assert file.case.complaint == taken(complainant=person, reference=reference)
    (event,) = file.events
    assert (event.kind, event.actor) == (EventKind.REGISTERED, "staff:sun")
    assert event.act is not None
    assert event.act.text == "补登原因：周末收到"


def test_one_form_makes_one_case(desk: ComplaintDesk) -> None:
    first = desk.register(taken(), SUN, FORM)
    again = desk.register(taken(), SUN, FORM)
    assert (again.standing, again.created) == (first.standing, False)
    with pytest.raises(IdempotencyConflict):
        desk.register(taken(), LI, FORM)


def test_one_form_sent_many_times_at_once_makes_one_case(desk: ComplaintDesk) -> None:
    def send(_number: int) -> tuple[str, bool]:
        filing = desk.register(taken(), SUN, FORM)
        return filing.standing.reference, filing.created

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(send, range(6)))
    assert len({reference for reference, _ in outcomes}) == 1
    assert sum(created for _, created in outcomes) == 1
    assert len(desk.page(None, 10)) == 1


def test_registering_needs_the_right_and_a_moment_that_has_been(desk: ComplaintDesk) -> None:
    auditor = officer_of(account("zhou", StaffRole.AUDITOR))
    with pytest.raises(NotAllowed):
        desk.register(taken(), auditor, FORM)
    with pytest.raises(InvalidRequest):
        desk.register(taken(submitted_at=NOW + timedelta(hours=1)), SUN, FORM)


def test_the_clock_runs_from_the_day_of_receipt_not_of_registration(desk: ComplaintDesk) -> None:
    received = NOW - timedelta(days=3)  # a Friday
    standing = desk.register(taken(submitted_at=received), SUN, FORM).standing
    assert standing.received_at == received
    assert standing.progress.terms.started_on == date(2026, 11, 20)
    assert (standing.due.promise, standing.due.legal) == (date(2026, 11, 24), date(2026, 12, 5))


def test_what_a_regulator_passed_on_has_its_own_deadline(desk: ComplaintDesk) -> None:
    forwarded = Forwarded("金监转〔2026〕88号", date(2026, 12, 1))
    standing = desk.register(
        taken(source=Source.REGULATOR, forwarded=forwarded), SUN, FORM
    ).standing
    assert standing.progress.terms.regime is Regime.REGULATOR
    assert standing.due.legal == date(2026, 12, 1)
    assert standing.handling.flags == {Flag.REGULATOR}
    assert desk.open_case(standing.reference, SYSTEM).case.complaint.forwarded == forwarded


def test_a_case_is_graded_when_it_comes_in(desk: ComplaintDesk) -> None:
    complaint = make_complaint(
        complaint_detail="卡被盗刷了", complaint_group={"size": 25, "text": "同事"}
    )
    handling = desk.file(complaint, "bot").standing.handling
    assert (handling.grade, handling.priority) == (Grade.MAJOR, Priority.EMERGENCY)
    assert handling.flags == {Flag.EMERGENCY, Flag.GROUP}


# --- the same customer again ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "is_repeat"),
    [
        ({}, True),
        ({"complainant_phone": "+8613800001234"}, True),
        ({"complainant_phone": "13900001234"}, False),
        ({"complaint_business": "信用卡"}, False),
        ({"submitted_at": "2026-11-23T08:00:00+00:00"}, True),
    ],
)
def test_the_same_business_of_the_same_customer_within_ninety_days_is_a_repeat(
    desk: ComplaintDesk, changes: dict[str, str], is_repeat: bool
) -> None:
    first = make_complaint(submitted_at="2026-09-01T08:00:00+00:00")
    desk.file(first, "bot")
    second = make_complaint(**{"reference": make_reference(1), **changes})
    standing = desk.file(second, "bot").standing
    assert standing.handling.repeat_of == (first.reference if is_repeat else None)
    assert desk.open_case(second.reference, SYSTEM).case.standing == standing


def test_after_ninety_days_it_is_a_new_matter(desk: ComplaintDesk) -> None:
    desk.file(make_complaint(submitted_at="2026-08-01T08:00:00+00:00"), "bot")
    standing = desk.file(make_complaint(reference=make_reference(1)), "bot").standing
    assert standing.handling.repeat_of is None


def test_what_came_later_is_not_repeated_by_what_arrives_late(desk: ComplaintDesk) -> None:
    desk.file(make_complaint(), "bot")
    late = make_complaint(reference=make_reference(1), submitted_at="2026-11-20T08:00:00+00:00")
    assert desk.file(late, "bot").standing.handling.repeat_of is None


def test_a_phone_finds_the_customers_cases_under_every_key(engine: Engine) -> None:
    old = ComplaintDesk(SqlStore(engine, Keyring([OTHER_FIELD_KEY])), Clock(), PROMISE)
    old.file(make_complaint(submitted_at="2026-11-20T08:00:00+00:00"), "bot")
    store = SqlStore(engine, Keyring([FIELD_KEY, OTHER_FIELD_KEY]))
    desk = ComplaintDesk(store, Clock(), PROMISE)
    desk.file(make_complaint(reference=make_reference(1)), "bot")
    desk.file(make_complaint(reference=make_reference(2), complainant_phone="13900001234"), "bot")
    both = [make_reference(1), make_reference()]
    assert [each.reference for each in desk.open_case(both[0], SYSTEM).same_customer] == both[1:]


# --- who opens what, and that it is noted ---------------------------------------------------


def test_opening_a_case_is_noted(desk: ComplaintDesk, store: Store) -> None:
    reference = desk.file(make_complaint(), "bot").standing.reference
    desk.open_case(reference, LI)
    desk.open_case(reference, SYSTEM)
    assert audited(store) == [("staff:li", "case_opened", reference, "")]


def test_a_case_of_another_branch_is_as_if_it_were_not_there(
    desk: ComplaintDesk, store: Store
) -> None:
    reference = desk.file(make_complaint(), "bot").standing.reference
    stranger = officer_of(account("far", *StaffRole, branch="B77"))
    for unseen in (reference, make_reference(99), "nonsense"):
        with pytest.raises(CaseNotFound):
            desk.open_case(unseen, stranger)
        with pytest.raises(CaseNotFound):
            desk.reveal(unseen, "name", stranger, make_id(1))
    assert audited(store) == []


def test_who_registered_a_case_sees_it_whoever_handles_it(desk: ComplaintDesk) -> None:
    clerk = officer_of(account("desk1", StaffRole.CLERK, branch="B33"))
    reference = desk.register(taken(), clerk, FORM).standing.reference
    assert desk.open_case(reference, clerk).case.standing.progress.state is CaseState.REGISTERED
    desk.file(make_complaint(), "bot")
    assert list(desk.open_case(reference, clerk).same_customer) == []  # not the clerk's to see
    assert len(desk.open_case(reference, SYSTEM).same_customer) == 1


def test_a_field_in_clear_is_an_act_and_an_entry_of_the_audit_log(
    desk: ComplaintDesk, store: Store
) -> None:
    person = replace(taken().complainant, id_number=ID_NUMBER)
    reference = desk.register(taken(complainant=person), SUN, FORM).standing.reference
    shown = {
        field: desk.reveal(reference, field, LI, make_id(number))
        for number, field in enumerate(("name", "phone", "id_number"), 100)
    }
    assert shown == {"name": NAME, "phone": PHONE, "id_number": ID_NUMBER}
    assert audited(store) == [("staff:li", "revealed", reference, field) for field in shown]
    events = desk.open_case(reference, SYSTEM).events[1:]
    assert [event.kind for event in events] == [EventKind.REVEALED] * 3
    assert [event.act.data for event in events if event.act] == [
        {"field": field} for field in shown
    ]
    assert desk.reveal(reference, "phone", LI, make_id(101)) == PHONE  # the page loaded again


def test_a_field_is_revealed_only_by_right_and_only_if_there_is_one(
    desk: ComplaintDesk, store: Store
) -> None:
    reference = desk.register(taken(), SUN, FORM).standing.reference
    with pytest.raises(NotAllowed):
        desk.reveal(reference, "phone", SUN, make_id(1))
    with pytest.raises(InvalidRequest):
        desk.reveal(reference, "detail", LI, make_id(2))
    assert audited(store) == []
    assert desk.reveal(reference, "id_number", LI, make_id(3)) == ""


def test_an_id_number_is_not_readable_in_the_database(engine: Engine) -> None:
    desk = ComplaintDesk(SqlStore(engine, Keyring([FIELD_KEY])), Clock(), PROMISE)
    person = replace(taken().complainant, id_number=ID_NUMBER)
    desk.register(taken(complainant=person), SUN, FORM)
    with engine.connect() as connection:
        row = connection.execute(select(cases)).one()
    stored = " ".join(str(value) for value in row)
    assert all(secret not in stored for secret in (ID_NUMBER, PHONE, NAME))


def test_what_belongs_to_a_filing_happens_in_its_transaction(store: Store, clock: Clock) -> None:
    seen = []

    def note(_tx: object, case: object, now: object) -> None:
        seen.append((case, now))
        if len(seen) > 1:
            raise InvalidRequest({})

    desk = ComplaintDesk(store, clock, PROMISE, hooks=(note,))
    first = desk.file(make_complaint(), "bot").standing
    assert seen[0] == (desk.open_case(first.reference, SYSTEM).case, NOW)
    desk.file(make_complaint(), "bot")  # a repeat does not do it again
    assert len(seen) == 1
    with pytest.raises(InvalidRequest):
        desk.register(taken(), SUN, FORM)
    assert len(desk.page(None, 10)) == 1
