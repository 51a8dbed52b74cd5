"""Classes are confirmed by a person, once, by who may, and kept to learn from; both databases."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from casestore.domain.case import CaseState, EventKind
from casestore.domain.errors import (
    CaseNotFound,
    InvalidRequest,
    NotAllowed,
    Recused,
    StaleCase,
)
from casestore.domain.fingerprint import fingerprint
from casestore.domain.staff import Officer, StaffRole
from casestore.domain.taxonomy import Codes
from casestore.service.acting import Deed, perform
from casestore.service.audit_ports import AuditQuery
from casestore.service.classification import ClassificationDesk
from casestore.service.corrections import PORTION, CorrectionBook
from casestore.service.ports import Store
from tests.contract.casestore.kit import NAME, NOW, PHONE, Clock, Ids, make_case, make_reference

LI = Officer("li", "李处理", frozenset({StaffRole.HANDLER}))
NEARBY = Officer("sun", "孙处理", frozenset({StaffRole.HANDLER}), branch="SZ01")
CLERK = Officer("wu", "吴登记", frozenset({StaffRole.CLERK}))
CHOSEN = ("借记卡", "因定价收费引起的投诉", "营业现场")
PROPOSALS = {
    "business": {"proposed": "人民币储蓄", "confidence": 0.91},
    "reason": {"proposed": "因定价收费引起的投诉", "confidence": 0.4},
}


@dataclass
class Office:
    """A store and the two services over it."""

    store: Store
    clock: Clock

    def __post_init__(self) -> None:
        self.desk = ClassificationDesk(self.store, self.clock, Ids(), Codes())
        self.book = CorrectionBook(self.store)

    def case(self, number: int = 0, hours: int = 0, **changes: Any) -> str:
        """A case of that many hours before now."""
        reference = make_reference(number)
        submitted = (NOW - timedelta(hours=hours)).isoformat()
        filed = {"reference": reference, "submitted_at": submitted, "classification": PROPOSALS}
        case = make_case(**{**filed, **changes})
        with self.store.transaction() as tx:
            tx.cases.add(case, fingerprint(case.complaint))
            tx.commit()
        return reference

    def confirm(self, reference: str, *names: str, officer: Officer = LI, **more: Any) -> Any:
        chosen = names or CHOSEN
        version = more.pop("version", None)
        return self.desk.confirm(reference, *chosen, version, officer, **more)

    def move(self, reference: str, **handling: Any) -> None:
        with self.store.transaction() as tx:
            standing = tx.cases.lock(reference)
            assert standing is not None
            state = handling.pop("state", standing.progress.state)
            tx.cases.move(
                replace(
                    standing,
                    progress=replace(standing.progress, state=state),
                    handling=replace(standing.handling, **handling),
                )
            )
            tx.commit()

    def next(self, officer: Officer = LI, skipped: str | None = None) -> str | None:
        case = self.desk.next_unconfirmed(officer, skipped)
        return case.standing.reference if case else None


@pytest.fixture
def office(store: Store, clock: Clock) -> Office:
    return Office(store, clock)


def test_what_a_person_confirmed_stands_beside_what_was_proposed(office: Office) -> None:
    reference = office.case()
    office.confirm(reference)
    with office.store.transaction() as tx:
        case = tx.cases.get(reference)
        event = tx.cases.last_event(reference, EventKind.CLASSIFIED)
    assert case is not None and event is not None and event.act is not None
    confirmed, proposed = case.standing.handling.confirmed, case.complaint.classification
    assert confirmed is not None and proposed.business is not None
    assert (confirmed.business, confirmed.reason, confirmed.channel) == CHOSEN
    assert (confirmed.by, confirmed.at) == ("li", NOW)
    assert (proposed.business.proposed, proposed.business.confidence) == ("人民币储蓄", 0.91)
    assert (event.actor, event.act.data["business"]) == ("staff:li", "借记卡")


def test_a_correction_replaces_what_was_confirmed_and_both_stay_in_the_history(
    office: Office,
) -> None:
    reference = office.case()
    office.confirm(reference)
    office.confirm(reference, "信用卡", *CHOSEN[1:])
    with office.store.transaction() as tx:
        standing = tx.cases.standing(reference)
        events = [e for e in tx.cases.events(reference) if e.kind is EventKind.CLASSIFIED]
    assert standing is not None and standing.handling.confirmed is not None
    assert standing.handling.confirmed.business == "信用卡"
    assert [e.act.data["business"] for e in events if e.act] == ["借记卡", "信用卡"]


def test_the_form_sent_twice_is_one_confirmation(office: Office) -> None:
    reference = office.case()
    assert office.confirm(reference, act_id="form-1").created
    assert not office.confirm(reference, act_id="form-1").created


@pytest.mark.parametrize("field", [0, 1, 2])
def test_only_names_of_the_standard_are_taken(office: Office, field: int) -> None:
    reference = office.case()
    names = [name if n != field else "个人储蓄" for n, name in enumerate(CHOSEN)]
    with pytest.raises(InvalidRequest) as refused:
        office.confirm(reference, *names)
    assert list(refused.value.fields) == [("business", "reason", "channel")[field]]


def test_who_looked_at_an_older_case_does_not_overwrite_it(office: Office) -> None:
    reference = office.case()
    office.confirm(reference, version=1)
    with pytest.raises(StaleCase):
        office.confirm(reference, "信用卡", *CHOSEN[1:], version=1)


def test_a_clerk_and_another_branch_may_not(office: Office) -> None:
    reference = office.case()
    with pytest.raises(NotAllowed):
        office.confirm(reference, officer=CLERK)
    with pytest.raises(CaseNotFound):
        office.confirm(reference, officer=NEARBY)


def test_who_is_complained_of_does_not_classify_it(office: Office) -> None:
    reference = office.case(complaint_staff="李处理")
    with pytest.raises(Recused):
        office.confirm(reference)


def test_an_unknown_case_is_not_found(office: Office) -> None:
    with pytest.raises(CaseNotFound):
        office.confirm(make_reference(9))


def test_the_case_that_waited_longest_comes_first_and_may_be_passed_over(office: Office) -> None:
    newest, oldest, middle = office.case(1, 1), office.case(2, 9), office.case(3, 5)
    assert office.next() == oldest
    assert office.next(skipped=oldest) == middle
    assert office.next(skipped=middle) == newest
    assert office.next(skipped=newest) is None
    for unknown in ("no case", "\0", make_reference(9)):
        assert office.next(skipped=unknown) == oldest
    office.confirm(oldest)
    assert office.next() == middle
    assert office.desk.count_unconfirmed(LI) == 2


def test_cases_of_one_moment_all_get_their_turn(office: Office) -> None:
    references = sorted(office.case(number) for number in range(3))
    first = office.next()
    second = office.next(skipped=first)
    assert [first, second, office.next(skipped=second)] == references


def test_what_was_withdrawn_or_merged_waits_for_nobody_and_what_was_closed_does(
    office: Office,
) -> None:
    for number, state in enumerate([CaseState.WITHDRAWN, CaseState.MERGED, CaseState.CLOSED]):
        office.move(office.case(number, number), state=state)
    assert office.desk.count_unconfirmed(LI) == 1
    assert office.next() == make_reference(2)


def test_a_branch_confirms_its_own_cases_only(office: Office) -> None:
    office.case(1, 9)
    unit, mine = office.case(2, 5), office.case(3, 3)
    office.move(unit, unit="SZ01")
    office.move(mine, unit="SZ02", assignee="sun")
    assert office.next(NEARBY) == unit
    assert office.next(NEARBY, skipped=unit) == mine
    assert office.desk.count_unconfirmed(NEARBY) == 2


def test_looking_at_a_case_is_noted(office: Office) -> None:
    reference = office.case()
    office.next()
    with office.store.transaction() as tx:
        (entry,) = tx.audit.find(AuditQuery(), None, 10)
    assert (entry.actor, entry.action, entry.subject) == ("staff:li", "case_opened", reference)


def test_the_export_tells_proposal_and_truth_without_personal_data(office: Office) -> None:
    text = f"我是{NAME}，电话{PHONE}，卡 6222020200112233445 被扣费"
    reference = office.case(complaint_detail=text)
    office.case(1)
    office.confirm(reference)
    business, reason, channel = (each.as_json() for each in office.book.all())
    assert business == {
        "text": business["text"],
        "dimension": "business",
        "proposed": "人民币储蓄",
        "confidence": 0.91,
        "confirmed": "借记卡",
        "at": NOW.isoformat(),
    }
    assert (reason["proposed"], reason["confirmed"]) == (CHOSEN[1], CHOSEN[1])
    assert (channel["proposed"], channel["confidence"]) == (None, None)
    for secret in (NAME, PHONE, "6222020200112233445"):
        assert secret not in business["text"]
    assert "被扣费" in business["text"]


def test_the_export_goes_on_over_portions_and_misses_nothing(office: Office) -> None:
    references = [office.case(number) for number in range(PORTION + 2)]
    with office.store.transaction() as tx:
        for number, reference in enumerate(references):
            data = dict(zip(("business", "reason", "channel"), CHOSEN, strict=True))
            perform(tx, reference, Deed(EventKind.CLASSIFIED, f"c{number}", data=data), LI, NOW)
        tx.commit()
    assert len(list(office.book.all())) == 3 * (PORTION + 2)


def test_counting_stops_where_it_says(office: Office) -> None:
    for number in range(3):
        office.case(number)
    with office.store.transaction() as tx:
        assert tx.classes.count_unconfirmed(LI, 2) == 2
