"""A reply answers every point, is approved by a second person and reaches the customer."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from casestore.domain.case import Act, CaseState, EventKind
from casestore.domain.errors import (
    CaseNotFound,
    IdempotencyConflict,
    IncompleteReply,
    InvalidRequest,
    NeedsAnother,
    NotAllowed,
    NotReady,
    Recused,
    StaleCase,
    WrongState,
)
from casestore.domain.letter import usual_remedies
from casestore.domain.reply import Draft, Parts, Point, ReplyStatus
from casestore.domain.staff import Officer, StaffRole
from casestore.service.ports import Store
from tests.contract.casestore.kit import NOW, Clock, make_reference
from tests.contract.casestore.reply_kit import HU, LI, PARTS, REFERENCE, SUN, WANG, ZHAO, Office

BRANCH_MAN = Officer("zhou", "周五", frozenset({StaffRole.SUPERVISOR}), branch="0101")


@pytest.fixture
def office(store: Store, clock: Clock) -> Office:
    office = Office(store, clock)
    office.open()
    return office


def test_points_are_proposed_from_the_complaint_until_an_officer_saves_them(office: Office) -> None:
    proposed = office.replies.points(REFERENCE)
    assert [point.claim for point in proposed] == ["退还手续费"]
    assert office.replies.points(REFERENCE) == proposed  # the same ids again, so that forms fit
    points = [Point("b", "道歉"), Point("a", "退还手续费 12.5 元", "已退")]
    office.replies.save_draft(REFERENCE, Draft(Parts(), points), LI, office.version)
    assert office.replies.points(REFERENCE) == points


def test_a_point_is_added_behind_the_others(office: Office) -> None:
    def add(claim: str) -> None:
        points = [*office.replies.points(REFERENCE), Point(office.ids(), claim)]
        office.replies.save_draft(REFERENCE, Draft(Parts(), points), LI, office.version)

    add("书面道歉")
    claims = [point.claim for point in office.replies.points(REFERENCE)]
    assert claims == ["退还手续费", "书面道歉"]
    with pytest.raises(InvalidRequest):
        add(" ")


def test_a_draft_comes_back_as_it_was_left(office: Office) -> None:
    office.save(Parts(facts="查到一半"), answer="")
    sheet = office.replies.sheet(REFERENCE, LI)
    assert sheet.draft.parts == Parts(facts="查到一半")
    assert sheet.reply is not None
    assert (sheet.reply.status, sheet.reply.round) == (ReplyStatus.DRAFT, 1)
    assert (sheet.reply.written_by, sheet.reply.written_at) == ("li", NOW)
    assert "请填写“处理决定”。" in sheet.missing
    assert sheet.may_write
    assert not sheet.may_decide


def test_a_new_sheet_starts_from_the_remedies_of_who_decides(office: Office) -> None:
    assert office.replies.sheet(REFERENCE, LI).draft.parts == Parts(remedies=usual_remedies(False))


def test_the_superior_may_be_asked_for_a_review_of_a_branch_decision(office: Office) -> None:
    with office.store.transaction() as tx:
        standing = office.standing()
        tx.cases.move(replace(standing, handling=replace(standing.handling, unit="0101")))
        tx.commit()
    sheet = office.replies.sheet(REFERENCE, LI)
    assert sheet.offers_review
    assert "核查" in sheet.draft.parts.remedies
    office.save()
    assert "“救济途径”没有写明核查。" in office.replies.sheet(REFERENCE, LI).missing


def test_templates_that_fit_come_first(store: Store, clock: Clock) -> None:
    office = Office(store, clock)
    office.open(complaint_reason="因债务催收方式和手段引起的投诉", complaint_business="债务催收")
    assert office.replies.sheet(REFERENCE, LI).templates[0].key == "collection"


def test_a_draft_on_an_old_page_is_refused_and_nothing_is_overwritten(office: Office) -> None:
    seen = office.version
    office.save()
    with pytest.raises(StaleCase):
        office.replies.save_draft(REFERENCE, Draft(Parts(), []), LI, seen)
    assert office.replies.sheet(REFERENCE, LI).draft.parts == PARTS


def test_of_several_who_save_the_same_page_at_once_one_is_kept(office: Office) -> None:
    seen = office.version

    def save(number: int) -> int | None:
        parts = replace(PARTS, decision=f"第 {number} 份")
        try:
            office.replies.save_draft(REFERENCE, Draft(parts, []), LI, seen)
        except StaleCase:
            return None
        return number

    with ThreadPoolExecutor(4) as pool:
        kept = [number for number in pool.map(save, range(4)) if number is not None]
    assert len(kept) == 1
    decision = office.replies.sheet(REFERENCE, LI).draft.parts.decision
    assert decision == f"第 {kept[0]} 份"


def test_a_release_sent_many_times_at_once_is_one_reply(office: Office) -> None:
    office.save()
    office.submit()
    office.approve()
    version, act_id = office.version, office.ids()

    def release(_number: int) -> bool:
        return office.replies.release(REFERENCE, LI, version, act_id).created

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(release, range(4))) == [False, False, False, True]
    assert len(office.news()) == len(office.notices.of(REFERENCE)) == 1


def test_only_who_handles_the_case_or_supervises_writes(office: Office) -> None:
    draft = Draft(PARTS, [])
    with pytest.raises(NotAllowed):
        office.replies.save_draft(REFERENCE, draft, SUN, office.version)
    other = Officer("qian", "钱六", frozenset({StaffRole.HANDLER}))
    with pytest.raises(NotAllowed):
        office.replies.save_draft(REFERENCE, draft, other, office.version)
    with pytest.raises(CaseNotFound):
        office.replies.save_draft(REFERENCE, draft, BRANCH_MAN, office.version)
    with pytest.raises(CaseNotFound):
        office.replies.sheet(REFERENCE, BRANCH_MAN)
    with pytest.raises(CaseNotFound):
        office.replies.sheet(make_reference(9), LI)
    office.replies.save_draft(REFERENCE, draft, WANG, office.version)


def test_who_is_complained_of_writes_no_reply(store: Store, clock: Clock) -> None:
    office = Office(store, clock)
    office.open(complaint_staff=WANG.name)
    with pytest.raises(Recused):
        office.replies.save_draft(REFERENCE, Draft(PARTS, []), WANG, office.version)
    assert not office.replies.sheet(REFERENCE, WANG).may_write


def test_texts_that_cannot_be_kept_are_named_field_by_field(office: Office) -> None:
    draft = Draft(Parts(facts="好" * 3001), [Point("a", "", "x"), Point("b", "退款", "y" * 2001)])
    with pytest.raises(InvalidRequest) as refused:
        office.replies.save_draft(REFERENCE, draft, LI, office.version)
    assert set(refused.value.fields) == {"facts", "claim_1", "answer_2"}


def test_nothing_is_handed_in_before_it_was_written(office: Office) -> None:
    with pytest.raises(NotReady):
        office.submit()


def test_an_incomplete_reply_is_not_handed_in(office: Office) -> None:
    office.save(replace(PARTS, basis="依据第【条】"), answer="")
    with pytest.raises(IncompleteReply) as refused:
        office.submit()
    assert refused.value.missing == (
        "“依据和理由”里还有没填好的地方：【条】。",
        "第 1 项诉求“退还手续费”还没有答复。",
    )
    assert office.replies.sheet(REFERENCE, LI).draft.parts.basis == "依据第【条】"


def test_a_reply_longer_than_the_customer_can_be_sent_is_not_handed_in(office: Office) -> None:
    office.save(replace(PARTS, facts="查" * 2900, basis="据" * 2900))
    with pytest.raises(IncompleteReply) as refused:
        office.submit()
    assert "超过 5000 字" in refused.value.missing[0]


def test_what_was_handed_in_is_fixed_until_it_is_sent_back(office: Office) -> None:
    office.save()
    office.submit()
    sheet = office.replies.sheet(REFERENCE, LI)
    assert not sheet.may_write
    assert sheet.reply is not None
    assert sheet.preview == sheet.reply.text
    with pytest.raises(NotReady):
        office.save()
    office.replies.send_back(REFERENCE, "请写明退款日期", WANG, office.version, office.ids())
    returned = office.replies.sheet(REFERENCE, LI)
    assert returned.may_write
    assert returned.reply is not None
    assert (returned.reply.status, returned.reply.review_note) == (
        ReplyStatus.RETURNED,
        "请写明退款日期",
    )
    office.save()
    office.submit()


def test_the_writer_is_reminded_of_what_was_sent_back(office: Office) -> None:
    office.save()
    office.submit()
    with pytest.raises(InvalidRequest):
        office.replies.send_back(REFERENCE, " ", WANG, office.version, office.ids())
    office.replies.send_back(REFERENCE, "请写明日期", WANG, office.version, office.ids())
    with office.store.transaction() as tx:
        kinds = [reminder.kind.value for reminder in tx.reminders.unread("li", 10)]
    assert "sent_back" in kinds


def test_nobody_is_reminded_of_what_was_done(office: Office) -> None:
    def unread(username: str) -> set[str]:
        with office.store.transaction() as tx:
            return {reminder.kind.value for reminder in tx.reminders.unread(username, 10)}

    assert "assigned" not in unread("li")  # taken up
    office.save()
    office.submit()
    assert "to_approve" in unread("wang") & unread("zhao")
    office.replies.send_back(REFERENCE, "请写明日期", WANG, office.version, office.ids())
    assert "to_approve" not in unread("wang") | unread("zhao")
    assert "sent_back" in unread("li")
    office.save()
    office.submit()
    assert "sent_back" not in unread("li")
    office.approve(ZHAO)
    assert "to_approve" not in unread("wang") | unread("zhao")


def test_the_writer_does_not_approve_their_own_reply(office: Office) -> None:
    points = [Point(point.id, point.claim, "已退") for point in office.replies.points(REFERENCE)]
    office.replies.save_draft(REFERENCE, Draft(PARTS, points), WANG, office.version)
    office.replies.submit(REFERENCE, WANG, office.version, office.ids())
    with pytest.raises(NeedsAnother):
        office.approve(WANG)
    with pytest.raises(NotAllowed):
        office.approve(LI)
    assert [waiting.reply.written_by for waiting in office.replies.waiting(ZHAO)] == ["wang"]
    assert list(office.replies.waiting(WANG)) == []
    assert list(office.replies.waiting(BRANCH_MAN)) == []
    office.approve(ZHAO)
    assert office.standing().progress.state is CaseState.DECIDED
    assert list(office.replies.waiting(ZHAO)) == []


def test_nothing_goes_out_before_it_was_approved(office: Office) -> None:
    office.save()
    with pytest.raises(WrongState):
        office.release()
    office.submit()
    with pytest.raises(WrongState):
        office.release()
    assert office.news() == []


def test_an_approved_reply_can_still_be_sent_back(office: Office) -> None:
    office.save()
    office.submit()
    office.approve()
    office.replies.send_back(REFERENCE, "金额有误", ZHAO, office.version, office.ids())
    assert office.standing().progress.state is CaseState.INVESTIGATING
    assert office.replies.sheet(REFERENCE, LI).may_write
    with pytest.raises(WrongState):
        office.release()


def test_the_released_reply_reaches_the_customer_as_approved(office: Office) -> None:
    office.answer()
    standing = office.standing()
    assert standing.progress.state is CaseState.NOTIFIED
    ((kind, text, notice_id),) = office.news()
    (notice,) = office.notices.of(REFERENCE)
    assert (kind, text, notice_id) == ("replied", notice.text, notice.id)
    assert text is not None
    for part in (PARTS.decision, PARTS.facts, "您提出：退还手续费", "答复：已退还。", REFERENCE):
        assert part in text
    assert text.index(PARTS.decision) < text.index(PARTS.facts)
    event = office.replies.sheet(REFERENCE, LI)
    assert event.reply is not None
    assert event.reply.status is ReplyStatus.RELEASED


def test_every_step_done_twice_is_done_once(office: Office) -> None:
    office.save()
    version = office.version
    for step, officer in (
        (office.replies.submit, LI),
        (office.replies.approve, WANG),
        (office.replies.release, LI),
    ):
        version, act_id = office.version, office.ids()
        assert step(REFERENCE, officer, version, act_id).created
        assert not step(REFERENCE, officer, version, act_id).created
    assert len(office.news()) == 1
    assert len(office.notices.of(REFERENCE)) == 1
    with pytest.raises(IdempotencyConflict):
        office.replies.send_back(REFERENCE, "金额有误", WANG, None, act_id)


def test_reopened_a_new_round_begins_and_the_old_one_stays_readable(office: Office) -> None:
    office.answer()
    office.do(EventKind.REOPENED, WANG, "客户提供了新的凭证")
    office.do(EventKind.TAKEN_UP, LI)
    sheet = office.replies.sheet(REFERENCE, LI)
    assert sheet.reply is None
    assert sheet.draft.parts == Parts(remedies=usual_remedies(False))
    assert [reply.round for reply in sheet.earlier] == [1]
    office.answer()
    sheet = office.replies.sheet(REFERENCE, LI)
    assert sheet.reply is not None
    assert sheet.reply.round == 2
    assert [reply.text for reply in sheet.earlier if PARTS.decision in reply.text]
    assert [kind for kind, _, _ in office.news()] == ["replied", "notice", "replied"]


def test_a_review_is_decided_by_another_and_told_as_such(office: Office, clock: Clock) -> None:
    office.answer(approver=WANG)
    clock.forward(days=1)
    asked = Act("0-0-review", clock(), text="不同意")
    office.casework.act(REFERENCE, EventKind.REVIEW_REQUESTED, asked, "client:bot")
    office.do(EventKind.ASSIGNED, ZHAO, assignee="hu")
    office.save(officer=HU)
    office.submit(HU)
    with pytest.raises(NeedsAnother):
        office.approve(WANG)
    office.approve(ZHAO)
    office.release(HU)
    decision = office.notices.of(REFERENCE)[-1]
    assert decision.kind.label == "核查决定"
    assert "您申请的核查" in decision.text


def test_who_wrote_the_reply_cannot_even_begin_the_reply_to_its_review(
    office: Office, clock: Clock
) -> None:
    office.answer(approver=WANG)
    office.casework.act(
        REFERENCE, EventKind.REVIEW_REQUESTED, Act("0-0-review", clock(), "不同意"), "client:bot"
    )
    with pytest.raises(NeedsAnother) as refused:
        office.save()
    assert "原答复由您写" in refused.value.reason
    sheet = office.replies.sheet(REFERENCE, LI)
    assert (sheet.needs_another_writer, sheet.may_write) == (True, False)
    other = office.replies.sheet(REFERENCE, ZHAO)
    assert (other.needs_another_writer, other.may_write) == (False, True)


def test_after_a_reopening_the_same_person_may_write_again(office: Office) -> None:
    office.answer()
    office.do(EventKind.REOPENED, ZHAO, "有新情况")
    office.do(EventKind.TAKEN_UP, LI)
    sheet = office.replies.sheet(REFERENCE, LI)
    assert (sheet.needs_another_writer, sheet.may_write) == (False, True)
