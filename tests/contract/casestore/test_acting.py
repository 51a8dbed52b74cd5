"""Officers' acts on the real store: who may, on which cases, once each, on the version they saw."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from casestore.domain.case import Act, CaseState, EventKind
from casestore.domain.errors import (
    CaseMerged,
    CaseNotFound,
    IdempotencyConflict,
    InvalidRequest,
    NeedsAnother,
    NotAllowed,
    NotReady,
    Recused,
    Refused,
    StaleCase,
    WrongState,
)
from casestore.domain.fingerprint import fingerprint
from casestore.domain.staff import SYSTEM, StaffRole, officer_of
from casestore.service.acting import Deed, perform
from casestore.service.case_file import open_file
from casestore.service.ports import Store
from tests.contract.casestore.kit import NOW, Clock, make_case, make_id, make_reference
from tests.contract.casestore.reply_kit import (
    HU,
    LI,
    REFERENCE,
    SUN,
    WANG,
    ZHAO,
    Office,
    account,
)

OTHER = make_reference(1)
E = EventKind


@pytest.fixture
def office(store: Store) -> Office:
    """With one case that 员工li is investigating."""
    office = Office(store, Clock())
    office.open()
    return office


def add_case(office: Office, **changes: object) -> None:
    case = make_case(**{"reference": OTHER, **changes})
    with office.store.transaction() as tx:
        assert tx.cases.add(case, fingerprint(case.complaint))
        tx.commit()


def kinds(office: Office, reference: str = REFERENCE) -> list[EventKind]:
    with office.store.transaction() as tx:
        return [event.kind for event in tx.cases.events(reference)]


def test_an_act_is_written_with_who_when_and_why(office: Office) -> None:
    office.clock.forward(hours=1)
    data = {"grade": "complex", "priority": "urgent", "flags": "media"}
    done = office.do(E.GRADED, LI, "涉及多个网点", **data)
    assert done.created
    assert done.standing == office.standing()
    with office.store.transaction() as tx:
        event = tx.cases.events(REFERENCE)[-1]
    assert (event.kind, event.actor, event.happened_at) == (E.GRADED, "staff:li", office.now())
    assert event.act is not None
    assert (event.act.text, event.act.data) == ("涉及多个网点", data)


def test_every_part_of_where_a_case_stands_comes_back(office: Office) -> None:
    office.do(E.CLASSIFIED, LI, business="借记卡", reason="服务态度及服务质量", channel="营业现场")
    office.do(E.ACCUSED_SET, LI, accused="B01")
    office.do(E.ESCALATED, LI, "请上级协调")
    office.do(E.HELD, WANG, "诉讼")
    office.do(E.REGIME_SET, WANG, "人民银行转交", regime="central_bank")
    done = office.do(E.EXTENDED, WANG, "需要调取录音")
    office.do(E.APPRAISAL_STARTED, LI, body="鉴定所")
    stopped = office.standing()
    assert stopped.progress.terms.stopped_on == date(2026, 11, 23)
    assert stopped.handling == replace(
        done.standing.handling, version=done.standing.handling.version + 1
    )
    assert done.standing.due.legal == date(2027, 1, 22)
    assert stopped.handling.is_held


@pytest.mark.parametrize(
    "kind", [E.NOTED, E.CHECKED, E.GRADED, E.TAKEN_UP, E.DECIDED, E.CLOSED, E.REVEALED]
)
def test_nobody_acts_on_a_case_of_another_branch(office: Office, kind: EventKind) -> None:
    stranger = officer_of(account("far", *StaffRole, branch="B77"))
    for reference in (REFERENCE, make_reference(55)):
        with pytest.raises(CaseNotFound):
            office.casework.do(reference, Deed(kind, make_id(900), "x"), stranger)


def test_a_branch_acts_on_its_own_cases_and_those_it_was_given(office: Office) -> None:
    near = officer_of(account("near", StaffRole.HANDLER, branch="B01"))
    with pytest.raises(CaseNotFound):
        office.do(E.NOTED, near, "我来跟进")
    office.do(E.ASSIGNED, WANG, assignee="li", unit="B01")
    assert office.do(E.NOTED, near, "我来跟进").created
    given = officer_of(account("li", StaffRole.HANDLER, branch="B02"))
    assert office.do(E.NOTED, given, "我的").created


def test_who_registered_a_case_may_add_to_it(office: Office) -> None:
    clerk = officer_of(account("desk1", StaffRole.CLERK, branch="B33"))
    with office.store.transaction() as tx:
        from_clerk = replace(tx.cases.events(REFERENCE)[0], kind=E.REGISTERED, actor=clerk.actor)
        tx.cases.record(replace(from_clerk, act=None))
        tx.commit()
    assert office.do(E.SUPPLEMENTED, clerk, "客户又来电").created


def test_the_branch_complained_of_keeps_away(office: Office) -> None:
    """投诉办法 article 17."""
    theirs = officer_of(account("boss", StaffRole.SUPERVISOR, branch="B01"))
    office.do(E.ASSIGNED, WANG, assignee="li", unit="B01")
    office.do(E.ACCUSED_SET, LI, accused="B01")
    for kind in (E.ASSIGNED, E.GRADED, E.EXTENDED, E.DECIDED, E.REVEALED):
        with pytest.raises(Recused):
            office.do(kind, theirs, "x", assignee="li")
    assert office.do(E.NOTED, theirs, "客户来过网点").created


def test_the_person_complained_of_keeps_away(store: Store) -> None:
    """投诉办法 article 17."""
    office = Office(store, Clock())
    office.open(complaint_staff="窗口的员工wang")
    with pytest.raises(Recused) as caught:
        office.do(E.GRADED, WANG, grade="major", priority="normal")
    assert "回避" in caught.value.reason


@pytest.mark.parametrize(
    ("username", "problem"),
    [("nobody", "没有这个账号"), ("sun", "没有处理投诉的权限"), ("named", "被投诉的是您本人")],
)
def test_a_case_is_given_to_somebody_who_may_handle_it(
    store: Store, username: str, problem: str
) -> None:
    office = Office(store, Clock())
    office.open(complaint_staff="员工named")
    with store.transaction() as tx:
        tx.staff.add_account(account("named", StaffRole.HANDLER), NOW)
        tx.commit()
    with pytest.raises(InvalidRequest) as caught:
        office.do(E.ASSIGNED, ZHAO, assignee=username)
    assert problem in caught.value.fields["assignee"]


def test_an_assignment_moves_the_case_to_the_assignees_unit(office: Office) -> None:
    with office.store.transaction() as tx:
        tx.staff.add_account(account("near", StaffRole.HANDLER, branch="B01"), NOW)
        tx.commit()
    handling = office.do(E.ASSIGNED, WANG, assignee="near").standing.handling
    assert (handling.assignee, handling.unit) == ("near", "B01")


# --- once, and on the version that was seen -------------------------------------------------


def test_the_same_deed_again_changes_nothing(office: Office) -> None:
    deed = Deed(E.GRADED, make_id(900), data={"grade": "major", "priority": "normal"}, version=3)
    first = office.casework.do(REFERENCE, deed, LI)
    again = office.casework.do(REFERENCE, deed, LI)
    assert (first.created, again.created) == (True, False)
    assert again.standing.handling.version == first.standing.handling.version


def test_one_id_does_one_thing(office: Office) -> None:
    office.casework.do(REFERENCE, Deed(E.NOTED, make_id(900), "甲"), LI)
    add_case(office)
    for reference, deed in (
        (REFERENCE, Deed(E.NOTED, make_id(900), "乙")),
        (REFERENCE, Deed(E.ESCALATED, make_id(900), "甲")),
        (OTHER, Deed(E.NOTED, make_id(900), "甲")),
    ):
        with pytest.raises(IdempotencyConflict):
            office.casework.do(reference, deed, LI)


def test_a_form_about_an_older_version_is_refused_and_nothing_is_written(office: Office) -> None:
    seen = office.version
    office.do(E.ESCALATED, LI, "请协调")
    before = kinds(office)
    with pytest.raises(StaleCase):
        office.casework.do(REFERENCE, Deed(E.ESCALATED, make_id(900), "x", version=seen), LI)
    assert kinds(office) == before


def test_a_customers_words_make_forms_stale_a_note_does_not(office: Office) -> None:
    seen = office.version
    office.do(E.NOTED, ZHAO, "看过了")
    office.do(E.REVEALED, LI, field="phone")
    assert office.version == seen
    act = Act(make_id(900), NOW, "还有一笔")
    office.casework.act(REFERENCE, E.SUPPLEMENTED, act, "client:bot")
    assert office.version == seen + 1


def test_of_many_at_once_on_one_version_one_wins(office: Office) -> None:
    seen = office.version

    def escalate(number: int) -> object:
        deed = Deed(E.ESCALATED, make_id(900 + number), f"第{number}个", version=seen)
        try:
            return office.casework.do(REFERENCE, deed, LI).created
        except Refused as exc:
            return type(exc)

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(escalate, range(6)))
    assert outcomes.count(True) == 1
    assert outcomes.count(StaleCase) == 5
    assert office.standing().handling.escalation == 1
    assert kinds(office).count(E.ESCALATED) == 1


def test_a_text_that_cannot_be_kept_is_refused(office: Office) -> None:
    for text in ("\0", "\ud800", "长" * 5001):
        with pytest.raises(InvalidRequest) as caught:
            office.do(E.NOTED, LI, text)
        assert set(caught.value.fields) == {"text"}


def test_a_caller_that_does_not_commit_has_done_nothing(office: Office) -> None:
    with office.store.transaction() as tx:
        done = perform(tx, REFERENCE, Deed(E.ESCALATED, make_id(900), "x"), LI, NOW)
        assert done.standing.handling.escalation == 1
    assert office.standing().handling.escalation == 0


# --- the story of a case --------------------------------------------------------------------


def test_two_extensions_two_people_and_the_customer_told_of_each(office: Office) -> None:
    boss = officer_of(account("boss", StaffRole.EXECUTIVE))
    with pytest.raises(NotAllowed):
        office.do(E.EXTENDED, LI, "等录音")
    office.do(E.EXTENDED, WANG, "等录音")
    with pytest.raises(NotAllowed):
        office.do(E.EXTENDED, WANG, "再等")
    done = office.do(E.EXTENDED, boss, "特别复杂")
    assert done.standing.due.legal == date(2027, 1, 22)
    with pytest.raises(NotReady):
        office.do(E.EXTENDED, boss, "第三次")
    assert [kind for kind, _, _ in office.news()] == ["notice", "notice"]


def test_the_clock_stands_still_during_mediation(office: Office) -> None:
    office.do(E.MEDIATION_STARTED, LI, body="金融调解中心")
    assert office.standing().progress.state is CaseState.IN_MEDIATION
    office.clock.forward(days=7)
    done = office.do(E.MEDIATION_ENDED, LI, "双方没有谈成")
    assert done.standing.progress.state is CaseState.INVESTIGATING
    assert done.standing.due.legal == date(2026, 12, 15)


def test_a_reply_needs_a_decision_of_somebody_else(office: Office) -> None:
    with pytest.raises(WrongState):
        office.do(E.REPLIED, LI, "直接答复", reply="r")
    with pytest.raises(NotReady):
        office.do(E.DECIDED, WANG)
    office.save()
    office.submit()
    with pytest.raises(NotAllowed):
        office.approve(LI)
    assert office.approve(WANG).standing.progress.state is CaseState.DECIDED
    assert office.release().standing.progress.state is CaseState.NOTIFIED


def test_a_review_is_handled_and_decided_by_others(office: Office) -> None:
    """投诉办法 article 20."""
    office.answer(approver=WANG)
    act = Act(make_id(900), NOW, "不同意")
    office.casework.act(REFERENCE, E.REVIEW_REQUESTED, act, "client:bot")
    with pytest.raises(NeedsAnother):
        office.do(E.ASSIGNED, ZHAO, assignee="wang")
    with pytest.raises(NeedsAnother):
        office.do(E.ASSIGNED, ZHAO, assignee="li")
    office.do(E.ASSIGNED, ZHAO, assignee="hu")
    office.save(officer=HU)
    office.submit(HU)
    with pytest.raises(NeedsAnother):
        office.approve(WANG)
    office.approve(ZHAO)
    progress = office.release(HU).standing.progress
    assert (progress.state, progress.review_due) == (CaseState.NOTIFIED, None)


def test_the_reply_to_a_review_is_not_written_by_who_wrote_the_first(office: Office) -> None:
    """投诉办法 article 20."""
    office.answer(approver=WANG)
    act = Act(make_id(900), NOW, "不同意")
    office.casework.act(REFERENCE, E.REVIEW_REQUESTED, act, "client:bot")
    with pytest.raises(NeedsAnother) as refused:
        office.do(E.REPLY_SUBMITTED, LI, reply="r")
    assert "原答复由您写" in refused.value.reason


def test_a_review_sent_back_by_its_own_approver_is_still_that_persons_to_decide(
    office: Office,
) -> None:
    office.answer(approver=WANG)
    act = Act(make_id(900), NOW, "不同意")
    office.casework.act(REFERENCE, E.REVIEW_REQUESTED, act, "client:bot")
    office.do(E.ASSIGNED, ZHAO, assignee="hu")
    office.save(officer=HU)
    office.submit(HU)
    office.approve(ZHAO)
    office.replies.send_back(REFERENCE, "漏了一点", ZHAO, office.version, office.ids())
    assert office.standing().progress.state is CaseState.UNDER_REVIEW
    office.submit(HU)
    assert office.approve(ZHAO).standing.progress.state is CaseState.DECIDED


def test_a_case_reopened_goes_round_again(office: Office) -> None:
    office.answer()
    office.clock.forward(days=3)
    reopened = office.do(E.REOPENED, WANG, "发现新的账目").standing
    assert reopened.progress.settled_on is None
    assert reopened.due.legal == date(2026, 12, 11)
    office.do(E.TAKEN_UP, LI)
    office.answer()
    progress = office.standing().progress
    assert (progress.answered_on, progress.settled_on) == (date(2026, 11, 23), date(2026, 11, 26))


# --- two cases ------------------------------------------------------------------------------


def test_cases_of_one_customer_are_merged_and_know_each_other(office: Office) -> None:
    add_case(office)
    deed = Deed(E.MERGED, make_id(900), "同一笔费用", {"into": REFERENCE})
    merged = office.casework.do(OTHER, deed, WANG).standing
    assert (merged.progress.state, merged.handling.merged_into) == (CaseState.MERGED, REFERENCE)
    assert kinds(office)[-1] is E.LINKED
    assert not office.casework.do(OTHER, deed, WANG).created
    assert kinds(office).count(E.LINKED) == 1
    with pytest.raises(CaseMerged):
        office.casework.do(OTHER, Deed(E.GRADED, make_id(901)), WANG)


def test_cases_of_two_customers_are_merged_only_once_linked(office: Office) -> None:
    add_case(office, complainant_phone="13900009999")
    merge = Deed(E.MERGED, make_id(900), "同一件事", {"into": REFERENCE})
    with pytest.raises(NotReady):
        office.casework.do(OTHER, merge, WANG)
    office.casework.do(OTHER, Deed(E.LINKED, make_id(901), data={"other": REFERENCE}), WANG)
    assert office.casework.do(OTHER, merge, WANG).created


def test_links_at_once_both_ways_do_not_wait_for_each_other_for_ever(office: Office) -> None:
    add_case(office)

    def link(number: int) -> bool:
        one, other = (REFERENCE, OTHER) if number % 2 else (OTHER, REFERENCE)
        deed = Deed(E.LINKED, make_id(900 + number), data={"other": other})
        return office.casework.do(one, deed, WANG).created

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(link, range(6))) == [True] * 6
    assert kinds(office, OTHER).count(E.LINKED) == 6


@pytest.mark.parametrize("other", ["", "nonsense", make_reference(99), REFERENCE])
def test_another_case_must_be_one(office: Office, other: str) -> None:
    with pytest.raises(InvalidRequest):
        office.do(E.LINKED, LI, other=other)


@pytest.mark.parametrize(("kind", "name"), [(E.LINKED, "other"), (E.MERGED, "into")])
def test_a_case_of_another_branch_is_no_other_case_either(
    office: Office, kind: EventKind, name: str
) -> None:
    """Who could link to it would learn that it is there, and write into its history."""
    add_case(office)
    before = kinds(office)
    theirs = officer_of(account("feng", StaffRole.SUPERVISOR, branch="103"))
    office.casework.do(OTHER, Deed(E.ASSIGNED, make_id(900), data={"assignee": "li"}), WANG)
    with office.store.transaction() as tx:
        standing = tx.cases.lock(OTHER)
        assert standing is not None
        tx.cases.move(replace(standing, handling=replace(standing.handling, unit="103")))
        tx.commit()
    with pytest.raises(InvalidRequest) as known:
        office.casework.do(OTHER, Deed(kind, make_id(901), "同一件事", {name: REFERENCE}), theirs)
    unknown = {name: make_reference(77)}
    with pytest.raises(InvalidRequest) as missing:
        office.casework.do(OTHER, Deed(kind, make_id(902), "同一件事", unknown), theirs)
    assert known.value.fields == missing.value.fields
    assert kinds(office) == before


def test_of_a_linked_case_of_another_branch_the_state_is_not_told(office: Office) -> None:
    add_case(office)
    office.casework.do(OTHER, Deed(E.LINKED, make_id(900), data={"other": REFERENCE}), WANG)
    theirs = officer_of(account("feng", StaffRole.SUPERVISOR, branch="103"))
    with office.store.transaction() as tx:
        standing = tx.cases.lock(OTHER)
        assert standing is not None
        tx.cases.move(replace(standing, handling=replace(standing.handling, unit="103")))
        assert [each.state for each in open_file(tx, OTHER, theirs, NOW).linked] == [None]
        assert None not in [each.state for each in open_file(tx, OTHER, WANG, NOW).linked]


# --- jobs -----------------------------------------------------------------------------------


def test_jobs_act_everywhere_under_a_name_of_their_own(office: Office) -> None:
    office.do(E.ASSIGNED, WANG, assignee="li", unit="B09")
    office.do(E.WARNED, SYSTEM, "承诺期限将到", which="promise")
    with office.store.transaction() as tx:
        assert tx.cases.events(REFERENCE)[-1].actor == "system"
    for officer in (WANG, LI):
        with pytest.raises(NotAllowed):
            office.do(E.WARNED, officer, "x", which="promise")


def test_a_clerk_takes_in_what_customers_say_and_handles_nothing(office: Office) -> None:
    assert office.do(E.SUPPLEMENTED, SUN, "客户来电补充").created
    for kind in (E.GRADED, E.TAKEN_UP, E.CLOSED, E.REVEALED):
        with pytest.raises((NotAllowed, WrongState)):
            office.do(kind, SUN, "x")
