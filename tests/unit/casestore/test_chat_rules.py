"""Who may do what in a talk, and when a talk is over or needs another officer."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from casestore.domain.chat import (
    FORGOTTEN_AFTER,
    IDLE_AFTER,
    INVITATION_WAIT,
    LONGEST_SAID,
    RETURNED_WAIT,
    SILENT_AFTER,
    Chat,
    ChatChannel,
    ChatFile,
    ChatState,
    ChatWhy,
    ClosedBy,
    check_leading,
    check_reachable,
    check_taking,
    ending,
    is_deserted,
    queue_key,
    said_problem,
    shown_name,
)
from casestore.domain.duty import PRESENT_FOR, Duty, desk_standing
from casestore.domain.errors import ChatClosed, ChatTaken, NotReady

T = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
WAITING = Chat(
    id="c1",
    client="bot",
    channel=ChatChannel.WEB,
    why=ChatWhy.WORD,
    state=ChatState.WAITING,
    file=ChatFile("手续费"),
    asked_at=T,
    queued_at=T,
    opened_at=T,
    customer_at=T,
)
LED = WAITING.taken("wang", T)
CLOSED = LED.closed(ClosedBy.OFFICER, T)


def test_a_waiting_talk_may_be_taken_by_who_has_room() -> None:
    check_taking(WAITING, "wang", "", led=2, limit=3)
    with pytest.raises(NotReady) as refused:
        check_taking(WAITING, "wang", "", led=3, limit=3)
    assert "3 个对话" in refused.value.reason


def test_a_talk_somebody_leads_is_taken_by_nobody_else() -> None:
    check_taking(LED, "wang", "王敏", led=3, limit=3)
    with pytest.raises(ChatTaken) as refused:
        check_taking(LED, "li", "王敏", led=0, limit=3)
    assert "王敏" in refused.value.reason
    with pytest.raises(ChatClosed):
        check_taking(CLOSED, "li", "王敏", led=0, limit=3)


def test_only_who_leads_a_talk_acts_in_it() -> None:
    check_leading(LED, "wang", "王敏")
    with pytest.raises(ChatTaken):
        check_leading(LED, "li", "王敏")
    with pytest.raises(NotReady):
        check_leading(WAITING, "wang", "")
    with pytest.raises(ChatClosed):
        check_leading(CLOSED, "wang", "王敏")


def test_nothing_is_said_before_an_invited_customer_is_connected() -> None:
    check_reachable(LED)
    with pytest.raises(NotReady):
        check_reachable(replace(LED, opened_at=None))


def test_danger_goes_first_then_who_waits_longest() -> None:
    later = replace(WAITING, id="c2", queued_at=T + MINUTE)
    danger = replace(WAITING, id="c3", queued_at=T + 2 * MINUTE, why=ChatWhy.RISK)
    assert sorted([later, WAITING, danger], key=queue_key) == [danger, WAITING, later]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("您好", None),
        ("好" * LONGEST_SAID, None),
        ("好" * (LONGEST_SAID + 1), "太长"),
        ("  ", "空白"),
        ("您的卡号是 4111111111111111 吗", "卡号"),
        ("请把短信验证码发给我", "验证码"),
        ("请不要把验证码告诉任何人", None),
        ("收到的验证码是多少？", "验证码"),
        ("验证码报一下", "验证码"),
        ("您把短信验证码给我", "验证码"),
        ("您放心，不会有事，把验证码发我", "验证码"),
        ("如果没有问题，念一下那六位数字", "验证码"),
        ("回复我您的取款密码", "密码"),
        ("验证码谁要都别给他，也别念给我们听", None),
        ("您可以到网点重置密码，带上身份证", None),
        ("请在手机银行里修改密码，改好告诉我一声", None),
        ("有人向您要过验证码吗？", None),
        ("您是哪天输错密码的？", None),
        ("请您说一下密码输错了几次", None),
        ("卡号的后四位数报一下", None),
    ],
)
def test_words_for_customers_are_short_and_ask_for_no_secret(
    text: str, problem: str | None
) -> None:
    found = said_problem(text)
    assert (found is None) if problem is None else (found is not None and problem in found)


def test_a_customer_waits_from_their_last_word_or_from_the_taking() -> None:
    assert LED.waits_for_word(T + MINUTE) == MINUTE
    taken_late = WAITING.taken("wang", T + MINUTE)
    assert taken_late.waits_for_word(T + 3 * MINUTE) == 2 * MINUTE
    answered = replace(LED, officer_at=T + MINUTE)
    assert answered.waits_for_word(T + 5 * MINUTE) == timedelta()
    asked_again = replace(answered, customer_at=T + 2 * MINUTE)
    assert asked_again.waits_for_word(T + 5 * MINUTE) == 3 * MINUTE
    assert WAITING.waits_for_word(T + MINUTE) == timedelta()


def test_a_talk_is_deserted_when_its_officer_is_gone_or_silent() -> None:
    assert not is_deserted(LED, is_present=True, now=T + SILENT_AFTER - MINUTE)
    assert is_deserted(LED, is_present=True, now=T + SILENT_AFTER)
    assert is_deserted(LED, is_present=False, now=T)
    answered = replace(LED, officer_at=T + MINUTE)
    assert not is_deserted(answered, is_present=True, now=T + SILENT_AFTER)
    assert not is_deserted(WAITING, is_present=False, now=T)
    assert not is_deserted(replace(LED, opened_at=None), is_present=False, now=T)


def test_a_returned_talk_waits_for_another_officer_only_for_a_while() -> None:
    back = LED.returned(T + MINUTE)
    assert (back.state, back.officer, back.queued_at) == (ChatState.WAITING, None, T + MINUTE)
    assert ending(back, T + RETURNED_WAIT) is None
    assert ending(back, T + MINUTE + RETURNED_WAIT) is ClosedBy.TIMEOUT
    assert ending(WAITING, T + RETURNED_WAIT) is None
    assert ending(WAITING, T + FORGOTTEN_AFTER) is ClosedBy.TIMEOUT


def test_a_talk_in_which_nobody_speaks_any_more_is_over() -> None:
    answered = replace(LED, officer_at=T + MINUTE)
    assert ending(answered, T + IDLE_AFTER) is None
    assert ending(answered, T + MINUTE + IDLE_AFTER) is ClosedBy.TIMEOUT
    assert ending(CLOSED, T + 2 * IDLE_AFTER) is None


def test_an_invitation_nobody_answers_is_over() -> None:
    invited = replace(LED, opened_at=None)
    assert ending(invited, T + INVITATION_WAIT - MINUTE) is None
    assert ending(invited, T + INVITATION_WAIT) is ClosedBy.ENDED


def test_customers_read_a_persons_name_and_never_a_username() -> None:
    assert shown_name("王敏") == "工作人员 王敏"
    assert shown_name() == "工作人员"


def duty(username: str, takes_talks: bool = True, seen_at: datetime = T) -> Duty:
    return Duty(username, T, seen_at, takes_talks)


@pytest.mark.parametrize(
    ("duties", "led", "is_office_hours", "expected"),
    [
        ([], {}, True, (False, 0)),
        ([duty("wang")], {}, True, (True, 1)),
        ([duty("wang")], {}, False, (False, 1)),
        ([duty("wang")], {"wang": 3}, True, (False, 1)),
        ([duty("wang"), duty("li")], {"wang": 3, "li": 2}, True, (True, 2)),
        ([duty("wang", takes_talks=False)], {}, True, (False, 0)),
        ([duty("wang", seen_at=T - PRESENT_FOR)], {}, True, (False, 0)),
    ],
)
def test_the_desk_is_open_while_somebody_present_has_room(
    duties: list[Duty], led: dict[str, int], is_office_hours: bool, expected: tuple[bool, int]
) -> None:
    standing = desk_standing(duties, led, 4, 3, is_office_hours, T)
    assert (standing.is_open, standing.on_duty) == expected
    assert standing.waiting == 4
