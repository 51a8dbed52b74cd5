"""Customers are told in their conversation or by an officer; what did not arrive comes back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from casestore.domain.case import CaseState, EventKind, Source
from casestore.domain.deadlines import local_date
from casestore.domain.errors import (
    CaseNotFound,
    IdempotencyConflict,
    InvalidRequest,
    NotAllowed,
    NoticeNotFound,
    NotReady,
    WrongState,
)
from casestore.domain.fingerprint import fingerprint
from casestore.domain.notice import (
    CONFIRMATION_WITHIN,
    Notice,
    NoticeKind,
    NoticeStatus,
    NoticeWay,
    proposed_way,
)
from casestore.domain.staff import Officer, StaffRole
from casestore.service.notices import Receipt, Telling
from casestore.service.ports import Store
from tests.contract.casestore.kit import Clock, make_case, make_reference
from tests.contract.casestore.reply_kit import LI, REFERENCE, SUN, WANG, Office

BRANCH_MAN = Officer("zhou", "周五", frozenset({StaffRole.SUPERVISOR}), branch="0101")
POSTED = "EMS 1234567890123"


@pytest.fixture
def office(store: Store, clock: Clock) -> Office:
    office = Office(store, clock)
    office.open()
    return office


@pytest.fixture
def by_letter(store: Store, clock: Clock) -> Office:
    """An office with a case that came by letter."""
    office = Office(store, clock)
    case = make_case(contact_preference="都可以")
    letter = replace(case.complaint, source=Source.LETTER)
    with store.transaction() as tx:
        tx.cases.add(replace(case, complaint=letter, client="console"), fingerprint(letter))
        tx.commit()
    office.open()  # the case is there already; the officers and their acts are not
    return office


def only(office: Office) -> Notice:
    (notice,) = office.notices.of(REFERENCE)
    return notice


def telling(office: Office, way: NoticeWay = NoticeWay.LETTER, proof: str = POSTED) -> Telling:
    return Telling(way, office.now(), proof)


def test_the_conversation_confirms_what_it_was_given(office: Office, clock: Clock) -> None:
    office.answer()
    notice = only(office)
    assert (notice.way, notice.status) == (NoticeWay.CHAT, NoticeStatus.PENDING)
    clock.forward(minutes=1)
    told_at = clock()
    for _ in range(2):
        office.notices.confirm("bot", notice.id, Receipt(True, told_at))
    told = only(office)
    assert (told.status, told.sent_at) == (NoticeStatus.DELIVERED, told_at)
    with office.store.transaction() as tx:
        logged = [e for e in tx.cases.events(REFERENCE) if e.kind is EventKind.NOTICE_LOGGED]
    assert [event.actor for event in logged] == ["client:bot"]
    classes = {"business": "借记卡", "reason": "因定价收费引起的投诉", "channel": "营业现场"}
    office.do(EventKind.CLASSIFIED, LI, None, **classes)
    office.do(EventKind.CLOSED, LI)
    assert office.standing().progress.state is CaseState.CLOSED


def test_a_case_is_not_closed_before_the_customer_was_told(office: Office) -> None:
    office.answer()
    with pytest.raises(NotReady):
        office.do(EventKind.CLOSED, LI)


def test_what_the_conversation_cannot_take_comes_back_to_the_officer(office: Office) -> None:
    office.answer()
    failed = Receipt(False, office.now(), "客户已经结束对话")
    for _ in range(2):
        office.notices.confirm("bot", only(office).id, failed)
    (waiting,) = office.notices.undelivered(LI)
    assert waiting.notice.failure == "客户已经结束对话"
    with office.store.transaction() as tx:
        kinds = [reminder.kind.value for reminder in tx.reminders.unread("li", 10)]
    assert kinds.count("undelivered") == 1
    told = telling(office, NoticeWay.PHONE, "录音 A1")
    office.notices.log(REFERENCE, waiting.notice.id, told, LI, "log-1")
    assert (only(office).status, only(office).way) == (NoticeStatus.LOGGED, NoticeWay.PHONE)
    assert list(office.notices.undelivered(LI)) == []


def test_good_news_counts_after_bad_news_but_not_the_other_way_round(office: Office) -> None:
    office.answer()
    notice = only(office)
    office.notices.confirm("bot", notice.id, Receipt(False, office.now(), "x" * 500))
    office.notices.confirm("bot", notice.id, Receipt(True, office.now()))
    office.notices.confirm("bot", notice.id, Receipt(False, office.now(), "late"))
    assert (only(office).status, only(office).failure) == (NoticeStatus.DELIVERED, None)


def test_only_the_client_that_was_given_a_notice_confirms_it(office: Office, clock: Clock) -> None:
    office.answer()
    notice = only(office)
    with pytest.raises(NoticeNotFound):
        office.notices.confirm("somebody", notice.id, Receipt(True, office.now()))
    with pytest.raises(NoticeNotFound):
        office.notices.confirm("bot", "unknown", Receipt(True, office.now()))
    with pytest.raises(InvalidRequest):
        office.notices.confirm("bot", notice.id, Receipt(True, clock() + timedelta(hours=1)))
    assert only(office).status is NoticeStatus.PENDING


def test_what_nobody_confirms_within_two_hours_is_undelivered(office: Office, clock: Clock) -> None:
    office.answer()
    clock.moment += CONFIRMATION_WITHIN - timedelta(seconds=1)
    assert list(office.notices.undelivered(LI)) == []
    assert office.notices.remind(clock()) == 0
    clock.forward(seconds=1)
    assert [each.notice.id for each in office.notices.undelivered(LI)] == [only(office).id]
    assert only(office).needs_a_person(clock())
    assert office.notices.remind(clock()) == 1
    assert office.notices.remind(clock()) == 0, "each is told once"


def test_undelivered_notices_of_other_branches_are_not_shown(office: Office, clock: Clock) -> None:
    office.answer()
    clock.moment += CONFIRMATION_WITHIN
    assert list(office.notices.undelivered(BRANCH_MAN)) == []


def test_a_customer_who_wrote_a_letter_is_written_to_and_the_day_of_posting_counts(
    by_letter: Office, clock: Clock
) -> None:
    office = by_letter
    office.answer()
    notice = only(office)
    assert (notice.way, notice.cursor) == (NoticeWay.LETTER, None)
    assert office.news() == []
    assert [each.notice.id for each in office.notices.undelivered(LI)] == [notice.id]
    clock.forward(days=2)
    office.notices.log(REFERENCE, notice.id, telling(office), LI, "log-1")
    progress = office.standing().progress
    assert progress.answered_on == progress.settled_on == local_date(clock())
    assert (only(office).proof, only(office).sent_at) == (POSTED, clock())
    again = office.notices.log(REFERENCE, notice.id, telling(office), LI, "log-1")
    assert again == only(office)
    with pytest.raises(WrongState):
        office.notices.log(REFERENCE, notice.id, telling(office), LI, "log-2")
    with pytest.raises(IdempotencyConflict):
        office.notices.log(REFERENCE, notice.id, telling(office, proof="别的"), LI, "log-1")


def test_a_log_without_proof_or_with_an_impossible_moment_is_refused(
    by_letter: Office, clock: Clock
) -> None:
    by_letter.answer()
    notice, now = only(by_letter), clock()
    for wrong, field in (
        (Telling(NoticeWay.CHAT, now, POSTED), "way"),
        (Telling(NoticeWay.LETTER, now + timedelta(minutes=1), POSTED), "sent_at"),
        (Telling(NoticeWay.LETTER, now - timedelta(days=2), POSTED), "sent_at"),
        (Telling(NoticeWay.LETTER, now, " "), "proof"),
        (Telling(NoticeWay.LETTER, now, "x" * 1001), "proof"),
    ):
        with pytest.raises(InvalidRequest) as refused:
            by_letter.notices.log(REFERENCE, notice.id, wrong, LI, "log-1")
        assert set(refused.value.fields) == {field}
    with pytest.raises(NoticeNotFound):
        by_letter.notices.log(make_reference(9), notice.id, telling(by_letter), LI, "log-1")
    with pytest.raises(NotAllowed):
        by_letter.notices.log(REFERENCE, notice.id, telling(by_letter), SUN, "log-1")


def test_an_extension_is_told_with_its_reason_and_the_new_day(office: Office) -> None:
    office.do(EventKind.EXTENDED, WANG, "需要调取异地网点的录像")
    notice = only(office)
    assert notice.kind is NoticeKind.EXTENSION
    assert "需要调取异地网点的录像" in notice.text
    assert "2026年12月23日" in notice.text
    assert office.news() == [("notice", notice.text, notice.id)]
    executive = Officer("gao", "高七", frozenset({StaffRole.EXECUTIVE}))
    office.do(EventKind.EXTENDED, executive, "还要等司法鉴定")
    assert office.notices.of(REFERENCE)[-1].kind is NoticeKind.FURTHER_EXTENSION


@pytest.mark.parametrize(
    ("start", "end", "kind"),
    [
        (EventKind.MEDIATION_STARTED, EventKind.MEDIATION_ENDED, NoticeKind.MEDIATION),
        (EventKind.APPRAISAL_STARTED, EventKind.APPRAISAL_ENDED, NoticeKind.APPRAISAL),
    ],
)
def test_a_stopped_clock_is_told_and_going_on_too(
    office: Office, start: EventKind, end: EventKind, kind: NoticeKind
) -> None:
    office.do(start, LI, "双方同意", body="市金融纠纷调解中心")
    assert only(office).kind is kind
    assert "市金融纠纷调解中心" in only(office).text
    assert "不计入处理期限" in only(office).text
    office.do(end, LI, "有了结果")
    assert "继续处理" in office.notices.of(REFERENCE)[-1].text


def test_a_courtesy_makes_nobody_write_a_letter(by_letter: Office) -> None:
    by_letter.do(EventKind.MEDIATION_STARTED, LI, None, body="调解中心")
    by_letter.do(EventKind.MEDIATION_ENDED, LI, "没有谈成")
    assert only(by_letter).kind is NoticeKind.MEDIATION


def test_an_officer_tells_the_customer_in_words_of_their_own(office: Office) -> None:
    for _ in range(2):
        office.notices.write(REFERENCE, NoticeKind.PROGRESS, "正在等监控录像。", LI, "key-1")
    assert [text for _, text, _ in office.news()] == ["正在等监控录像。"]
    for kind, text in (
        (NoticeKind.REPLY, "已退款"),
        (NoticeKind.PROGRESS, " "),
        (NoticeKind.PROGRESS, "x" * 1001),
        (NoticeKind.PROGRESS, "请回复短信验证码"),
    ):
        with pytest.raises(InvalidRequest):
            office.notices.write(REFERENCE, kind, text, LI, "key-2")
    with pytest.raises(NotAllowed):
        office.notices.write(REFERENCE, NoticeKind.PROGRESS, "在办", SUN, "key-2")
    with pytest.raises(CaseNotFound):
        office.notices.write(make_reference(9), NoticeKind.PROGRESS, "在办", LI, "key-2")


@pytest.mark.parametrize(
    ("source", "wish", "way"),
    [
        (Source.WEB_CHAT, "短信", NoticeWay.CHAT),
        (Source.WECHAT_CHAT, "", NoticeWay.CHAT),
        (Source.PHONE, "", NoticeWay.PHONE),
        (Source.COUNTER, "发短信给我", NoticeWay.SMS),
        (Source.LETTER, "", NoticeWay.LETTER),
        (Source.LETTER, "电子邮件", NoticeWay.EMAIL),
        (Source.LETTER, "电话，工作日白天", NoticeWay.PHONE),
        (Source.EMAIL, "", NoticeWay.EMAIL),
        (Source.REGULATOR, "当面谈", NoticeWay.IN_PERSON),
    ],
)
def test_the_way_follows_the_conversation_the_wish_and_the_source(
    source: Source, wish: str, way: NoticeWay
) -> None:
    assert proposed_way(source, wish) is way
