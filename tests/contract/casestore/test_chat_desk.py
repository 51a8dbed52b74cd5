"""What officers do in talks, and what happens to talks nobody looks after."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from casestore.domain.chat import (
    IDLE_AFTER,
    INVITATION_WAIT,
    RETURNED_WAIT,
    SILENT_AFTER,
    ChatState,
    ChatWhy,
    ClosedBy,
    Outcome,
)
from casestore.domain.duty import PRESENT_FOR
from casestore.domain.errors import (
    ChatClosed,
    ChatNotFound,
    ChatTaken,
    InvalidRequest,
    NotAllowed,
    NotReady,
    Recused,
)
from casestore.domain.notice import NoticeKind, NoticeWay
from casestore.domain.office_hours import OfficeHours
from casestore.domain.reminder import ReminderKind
from casestore.domain.staff import Officer, StaffRole
from casestore.edge.services import Services
from casestore.service.chat_desk import CallWish, ChatDesk, Conclusion
from casestore.service.chat_intake import ChatIntake
from casestore.service.ports import Store
from tests.contract.casestore.chat_kit import chat_id, handed_over, make_callback, open_chat, said
from tests.contract.casestore.kit import (
    Clock,
    QuickPasswords,
    make_complaint,
    make_id,
    make_reference,
)
from tests.officers import make_account, open_session

REFERENCE = make_reference()
MINUTE = timedelta(minutes=1)
DONE = Conclusion(Outcome.RESOLVED)


@pytest.fixture
def wang(officer: Any) -> Officer:
    found: Officer = officer(StaffRole.HANDLER, username="wang", name="王敏")
    return found


@pytest.fixture
def li(officer: Any) -> Officer:
    found: Officer = officer(StaffRole.HANDLER, username="li", name="李静")
    return found


def kinds(services: Services) -> list[str]:
    return [each.kind.value for each in services.chat_intake.events("bot", 0, 100)]


def last_words(services: Services, officer: Officer, number: int = 1) -> str:
    return services.chats.open(chat_id(number), officer).messages[-1].text


def state(services: Services, officer: Officer, number: int = 1) -> ChatState:
    return services.chats.open(chat_id(number), officer).chat.state


def test_of_two_who_take_a_talk_at_once_one_does(store: Store) -> None:
    clock, hours = Clock(), OfficeHours.parse("08:30-17:30")
    intake = ChatIntake(store, clock, hours, 3)
    intake.open("bot", chat_id(1), handed_over())
    people = [make_account(store, name, QuickPasswords()) for name in ("wang", "li", "zhao")]

    def take(officer: Officer) -> str:
        numbers = iter(range(100))
        desk = ChatDesk(store, clock, lambda: f"{officer.username}-{next(numbers)}", 3)
        try:
            desk.take(chat_id(1), officer)
        except ChatTaken as exc:
            return exc.reason
        return "taken"

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(take, people))
    winner = people[answers.index("taken")].username
    assert answers.count("taken") == 1
    assert all(winner in answer for answer in answers if answer != "taken")
    taken = [each.kind.value for each in intake.events("bot", 0, 10)]
    assert taken == ["taken"]


def test_a_talk_is_taken_led_and_ended(services: Services, wang: Officer) -> None:
    number = open_chat(services)
    for _ in range(2):  # the button pressed twice
        services.chat_desk.take(number, wang)
    services.chat_desk.say(number, "您好。", wang, make_id(9_001))
    for _ in range(2):
        services.chat_desk.close(number, DONE, wang)
    assert kinds(services) == ["taken", "said", "closed"]
    chat = services.chats.open(number, wang).chat
    assert (chat.closed_by, chat.outcome) == (ClosedBy.OFFICER, Outcome.RESOLVED)
    with pytest.raises(ChatClosed):
        services.chat_desk.say(number, "还在吗", wang, make_id(9_002))


def test_nobody_without_the_right_takes_part(services: Services, officer: Any) -> None:
    number = open_chat(services)
    auditor = officer(StaffRole.AUDITOR)
    for act in (
        lambda: services.chat_desk.take(number, auditor),
        lambda: services.chat_desk.say(number, "您好。", auditor, make_id(9_001)),
        lambda: services.duty.begin(auditor),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert services.chats.open(number, auditor).chat.state is ChatState.WAITING


def test_a_branch_does_not_see_the_talks_of_the_head_office(
    services: Services, officer: Any
) -> None:
    number = open_chat(services)
    stranger = officer(StaffRole.SUPERVISOR, branch="101")
    with pytest.raises(ChatNotFound):
        services.chats.open(number, stranger)
    with pytest.raises(ChatNotFound):
        services.chat_desk.take(number, stranger)
    with pytest.raises(NotAllowed):
        services.duty.begin(stranger)


def test_a_talk_is_passed_only_to_a_colleague_who_is_there(
    services: Services, wang: Officer, li: Officer
) -> None:
    number = open_chat(services)
    services.chat_desk.take(number, wang)
    for nobody in ("li", "wang", "nobody"):
        with pytest.raises(InvalidRequest):
            services.chat_desk.pass_on(number, nobody, wang)
    services.duty.begin(li)
    services.chat_desk.pass_on(number, "li", wang)
    with pytest.raises(ChatTaken):
        services.chat_desk.say(number, "您好。", wang, make_id(9_001))
    services.chat_desk.say(number, "您好，我是李静。", li, make_id(9_002))
    names = [each.officer for each in services.chat_intake.events("bot", 0, 10)]
    assert names == ["工作人员 王敏", "工作人员 李静", "工作人员 李静"]
    (told,) = services.reminders.for_("li").unread
    assert told.kind is ReminderKind.CHAT_PASSED


def test_a_talk_given_back_waits_and_the_customer_is_asked_to(
    services: Services, wang: Officer, li: Officer
) -> None:
    number = open_chat(services)
    services.chat_desk.take(number, wang)
    services.chat_desk.give_back(number, wang)
    assert state(services, li) is ChatState.WAITING
    assert "请稍候" in last_words(services, li)
    services.chat_desk.take(number, li)
    assert kinds(services) == ["taken", "said", "taken"]


def test_nobody_leads_more_talks_than_the_limit(services: Services, wang: Officer) -> None:
    for number in (1, 2, 3, 4):
        open_chat(services, number)
    for number in (1, 2, 3):
        services.chat_desk.take(chat_id(number), wang)
    with pytest.raises(NotReady):
        services.chat_desk.take(chat_id(4), wang)
    services.chat_desk.close(chat_id(1), DONE, wang)
    services.chat_desk.take(chat_id(4), wang)


@pytest.mark.parametrize(
    ("conclusion", "field"),
    [
        (Conclusion(Outcome.OTHER), "note"),
        (Conclusion(Outcome.FILED), "outcome"),
        (Conclusion(Outcome.CALLBACK), "phone"),
        (Conclusion(Outcome.RESOLVED, "长" * 501), "note"),
    ],
)
def test_an_end_says_what_came_of_the_talk(
    services: Services, wang: Officer, conclusion: Conclusion, field: str
) -> None:
    number = open_chat(services)
    services.chat_desk.take(number, wang)
    with pytest.raises(InvalidRequest) as refused:
        services.chat_desk.close(number, conclusion, wang)
    assert field in refused.value.fields
    assert state(services, wang) is ChatState.ACTIVE


def test_a_call_promised_at_the_end_of_a_talk_is_on_the_list(
    services: Services, wang: Officer, clock: Clock
) -> None:
    number = open_chat(services)
    services.chat_desk.take(number, wang)
    wish = CallWish("13800001234", clock() + timedelta(hours=2))
    services.chat_desk.close(number, Conclusion(Outcome.CALLBACK, call=wish), wang)
    (found,) = services.callbacks.open(wang)
    assert (found.callback.phone, found.callback.chat_id) == ("13800001234", number)


def test_a_talk_is_linked_to_a_case_one_sees_only(services: Services, officer: Any) -> None:
    services.desk.file(make_complaint(reference=REFERENCE), "bot")
    number, clerk = open_chat(services), officer(StaffRole.CLERK)
    for wrong in ("TS1", make_reference(77)):
        with pytest.raises(InvalidRequest):
            services.chat_desk.link(number, wrong, clerk)
    services.chat_desk.link(number, REFERENCE, clerk)
    services.chat_desk.link(number, REFERENCE, clerk)
    assert [chat.id for chat in services.chats.of(REFERENCE)] == [number]


def test_nobody_takes_the_talk_of_a_customer_who_complains_about_them(
    services: Services, wang: Officer, li: Officer
) -> None:
    complaint = make_complaint(reference=REFERENCE, complaint_staff=wang.name)
    services.desk.file(complaint, "bot")
    number = open_chat(services, references=(REFERENCE,))
    services.duty.begin(wang)
    with pytest.raises(Recused):
        services.chat_desk.take(number, wang)
    services.chat_desk.take(number, li)
    with pytest.raises(InvalidRequest) as refused:
        services.chat_desk.pass_on(number, wang.username, li)
    assert "回避" in refused.value.fields["to"]


def test_an_invitation_is_told_and_the_customer_connected(
    services: Services, wang: Officer
) -> None:
    services.desk.file(make_complaint(reference=REFERENCE), "bot")
    invited = services.chat_desk.invite(REFERENCE, wang)
    assert services.chat_desk.invite(REFERENCE, wang).id == invited.id
    (event,) = services.chat_intake.events("bot", 0, 10)
    assert (event.kind.value, event.reference) == ("invited", REFERENCE)
    with pytest.raises(NotReady):
        services.chat_desk.say(invited.id, "您好。", wang, make_id(9_001))
    handed = handed_over(why=ChatWhy.OFFICER)
    opened = services.chat_intake.open("bot", invited.id, handed)
    assert (opened.created, opened.chat.state, opened.position) == (True, ChatState.ACTIVE, 0)
    assert not services.chat_intake.open("bot", invited.id, handed).created
    services.chat_desk.say(invited.id, "您好。", wang, make_id(9_001))


def test_nobody_is_invited_about_a_case_that_came_another_way(
    services: Services, wang: Officer
) -> None:
    complaint = make_complaint()
    filing = services.desk.register(complaint, wang, make_id(9_001))
    with pytest.raises(NotReady):
        services.chat_desk.invite(filing.standing.reference, wang)


def test_the_customer_of_a_case_registered_in_a_talk_is_told_by_a_person(
    services: Services, officer: Any
) -> None:
    """The assistant does not know that case, so nothing would reach the conversation."""
    supervisor = officer(StaffRole.SUPERVISOR, username="zhou")
    filing = services.desk.register(make_complaint(), supervisor, make_id(9_001))
    reference = filing.standing.reference
    notice = services.notices.write(
        reference, NoticeKind.PROGRESS, "在核实。", supervisor, make_id(9_002)
    )
    assert notice is not None
    assert notice.way is not NoticeWay.CHAT


def test_the_talk_of_an_officer_who_is_gone_waits_again(
    services: Services, wang: Officer, clock: Clock
) -> None:
    number = open_chat(services)
    services.chat_desk.take(number, wang)
    clock.forward(minutes=1)
    assert services.chat_watch.watch() == 0
    services.duty.beat(wang)
    clock.forward(minutes=1)
    assert services.chat_watch.watch() == 0
    clock.moment += PRESENT_FOR
    services.chat_watch.watch()
    assert state(services, wang) is ChatState.WAITING
    assert kinds(services) == ["taken", "said"]


def test_a_customer_left_without_a_word_gets_another_officer(
    services: Services, wang: Officer, clock: Clock
) -> None:
    number = open_chat(services)
    services.chat_desk.take(number, wang)
    clock.moment += SILENT_AFTER
    services.duty.beat(wang)
    services.chat_watch.watch()
    assert state(services, wang) is ChatState.WAITING


def test_a_returned_talk_nobody_takes_goes_back_to_the_assistant(
    services: Services, wang: Officer, clock: Clock
) -> None:
    number = open_chat(services)
    services.chat_desk.take(number, wang)
    services.chat_desk.give_back(number, wang)
    clock.moment += RETURNED_WAIT
    services.chat_watch.watch()
    assert state(services, wang) is ChatState.CLOSED
    assert "暂时没有工作人员" in last_words(services, wang)
    assert kinds(services) == ["taken", "said", "said", "closed"]
    services.chat_watch.watch()
    assert len(kinds(services)) == 4


def test_a_talk_nobody_speaks_in_ends(services: Services, wang: Officer, clock: Clock) -> None:
    number = open_chat(services)
    services.chat_desk.take(number, wang)
    services.chat_desk.say(number, "您好。", wang, make_id(9_001))
    clock.moment += IDLE_AFTER
    services.duty.beat(wang)
    services.chat_watch.watch()
    assert services.chats.open(number, wang).chat.closed_by is ClosedBy.TIMEOUT


def test_an_invitation_nobody_answers_ends(services: Services, wang: Officer, clock: Clock) -> None:
    services.desk.file(make_complaint(reference=REFERENCE), "bot")
    invited = services.chat_desk.invite(REFERENCE, wang)
    clock.moment += INVITATION_WAIT
    services.duty.beat(wang)
    services.chat_watch.watch()
    assert services.chats.open(invited.id, wang).chat.closed_by is ClosedBy.ENDED
    late = services.chat_intake.open("bot", invited.id, handed_over(why=ChatWhy.OFFICER))
    assert late.chat.state is ChatState.CLOSED


def test_who_signs_out_is_not_on_duty(services: Services, office: Store, clock: Clock) -> None:
    admin = make_account(office, "admin", QuickPasswords())
    services.duty.begin(admin)
    services.entrance.sign_out(open_session(office, "admin", clock()))
    assert services.duty.present() == []


def test_whoever_is_on_duty_hears_of_a_customer_who_waits_a_minute(
    services: Services, wang: Officer, li: Officer, clock: Clock
) -> None:
    services.duty.begin(wang)
    number = open_chat(services)
    services.chat_watch.watch()
    assert services.reminders.count_unread("wang") == 0
    clock.forward(minutes=1)
    for _ in range(2):
        services.chat_watch.watch()
    (told,) = services.reminders.for_("wang").unread
    assert told.kind is ReminderKind.CHAT_WAITING
    assert "手续费" not in told.text
    assert services.reminders.count_unread("li") == 0
    services.chat_desk.take(number, li)
    assert services.reminders.count_unread("wang") == 0


def test_danger_is_heard_at_once_and_by_supervisors_if_nobody_is_on_duty(
    services: Services, officer: Any
) -> None:
    officer(StaffRole.SUPERVISOR, username="zhou")
    open_chat(services, why=ChatWhy.RISK)
    services.chat_watch.watch()
    (told,) = services.reminders.for_("zhou").unread
    assert told.kind is ReminderKind.CHAT_RISK
    assert told.kind.may_disturb


def test_a_broken_promise_to_call_is_heard_of_once(
    services: Services, officer: Any, clock: Clock
) -> None:
    officer(StaffRole.SUPERVISOR, username="zhou")
    call, _ = services.callbacks.ask(make_callback(at=clock()))
    clock.forward(hours=5)
    for _ in range(2):
        services.chat_watch.watch()
    (told,) = services.reminders.for_("zhou").unread
    assert told.kind is ReminderKind.CALLBACK_OVERDUE
    assert call.phone not in told.text


def test_what_is_kept_long_enough_is_deleted_at_night(
    services: Services, wang: Officer, clock: Clock
) -> None:
    number = open_chat(services)
    services.chat_intake.add("bot", number, [said(2, "在吗")])
    services.chat_desk.take(number, wang)
    services.chat_desk.close(number, DONE, wang)
    services.callbacks.ask(make_callback(at=clock()))
    clock.forward(days=183)
    assert services.chat_watch.forget() == 0
    clock.forward(days=1)
    assert services.chat_watch.forget() == 1
    with pytest.raises(ChatNotFound):
        services.chats.open(number, wang)
    clock.forward(days=3 * 366)
    assert services.chat_watch.forget() == 1
    assert services.callbacks.open(wang) == []
