"""A customer asks to be called, from the customer's side."""

from __future__ import annotations

import pytest

from bot.intake import callback_fields as b
from bot.intake.forms import table as t
from tests.unit.callback_talk import CALLBACK_ID, CallbackTalk, at_recap, sealed


def test_phone_subject_and_time_are_asked_then_confirmed() -> None:
    talk = CallbackTalk()
    assert talk[b.BOOK]["id"] == str(CALLBACK_ID)
    for field, answer in ((b.PHONE, "13812348000"), (b.TOPIC, "退货的钱没到账"), (b.TIME, "上午")):
        assert talk.requested == field
        talk.say(answer)
    assert talk.requested == b.CONFIRMED
    talk.say("好的")
    assert talk.requested is None
    assert talk[b.CONFIRMED] is True
    assert talk[b.PHONE]["shown"] == "138****8000"


def test_all_told_at_once_is_asked_no_more() -> None:
    talk = CallbackTalk("给我回个电话，13812348000，明天上午打，我姓王", callback_topic="理财赎回")
    assert talk.requested == b.CONFIRMED
    assert talk[b.TIME] == "明天上午打"
    assert talk[b.NAME] == "王"


def test_a_phone_that_is_known_is_offered_not_asked_for() -> None:
    talk = CallbackTalk(callback_offered=sealed("13812348000"))
    assert talk[b.PHONE] is None
    talk.say("是的")
    assert talk[b.PHONE]["shown"] == "138****8000"
    assert talk.requested == b.TOPIC


@pytest.mark.parametrize("refusal", ["不是", "换个号码", "打另一个手机"])
def test_another_phone_may_be_given_instead(refusal: str) -> None:
    talk = CallbackTalk(callback_offered=sealed("13812348000"))
    talk.say(refusal)
    assert talk.requested == b.PHONE
    assert talk[b.OFFERED] is None
    talk.say("13912340001")
    assert talk[b.PHONE]["shown"] == "139****0001"


def test_another_phone_may_be_typed_at_once() -> None:
    talk = CallbackTalk(callback_offered=sealed("13812348000"))
    talk.say("打13912340001，我姓赵")
    assert talk[b.PHONE]["shown"] == "139****0001"
    assert talk[b.NAME] == "赵"


def test_yes_means_nothing_when_no_phone_is_offered() -> None:
    talk = CallbackTalk()
    talk.say("好的")
    assert talk.requested == b.PHONE


def test_a_phone_cannot_be_skipped() -> None:
    talk = CallbackTalk()
    talk.say("跳过")
    assert talk.said == ["utter_form_not_optional"]
    assert talk.requested == b.PHONE


@pytest.mark.parametrize("field", [b.TOPIC, b.TIME])
def test_subject_and_time_can_be_skipped(field: str) -> None:
    talk = CallbackTalk()
    talk.say("13812348000")
    if field == b.TIME:
        talk.say("退货的钱没到账")
    assert talk.requested == field
    talk.say("跳过")
    assert talk[field] == b.UNKNOWN[field]


@pytest.mark.parametrize(
    "words",
    ["明天下午三点以后", "晚上八点", "周三上午", "中午别打，下班以后", "现在就打", "30号", "尽快"],
)
def test_a_time_is_kept_in_the_customers_words(words: str) -> None:
    talk = CallbackTalk(callback_topic="理财赎回")
    talk.say("13812348000")
    talk.say(words)
    assert talk[b.TIME] == words


@pytest.mark.parametrize("words", ["随便", "都可以", "什么时候都行", "随时打吧"])
def test_any_time_will_do(words: str) -> None:
    talk = CallbackTalk(callback_topic="理财赎回")
    talk.say("13812348000")
    talk.say(words)
    assert talk[b.TIME] == b.UNKNOWN[b.TIME]


def test_what_is_no_time_gets_help_then_a_way_out() -> None:
    talk = CallbackTalk(callback_topic="理财赎回")
    talk.say("13812348000")
    talk.say("紫色的")
    assert talk.said == [f"utter_help_{b.TIME}"]
    talk.say("很圆")
    assert talk.requested == t.WAY_OUT


@pytest.mark.parametrize(("title", "kept"), [("上午", True), ("下午", True), ("半夜", False)])
def test_only_the_times_on_the_buttons_can_be_pressed(title: str, kept: bool) -> None:
    talk = CallbackTalk(callback_topic="理财赎回")
    talk.say("13812348000")
    talk.press(b.TIME, title)
    assert (talk[b.TIME] == title) is kept


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("时间改成后天上午", b.TIME, "后天上午"),
        ("时间是周五下午", b.TIME, "周五下午"),
        ("内容改成信用卡年费", b.TOPIC, "信用卡年费"),
    ],
)
def test_the_recap_can_be_corrected(words: str, field: str, value: str) -> None:
    talk = at_recap()
    talk.say(words)
    assert talk[field] == value
    assert talk.requested == b.CONFIRMED


@pytest.mark.parametrize("words", ["电话改成13912340001", "打13912340001", "号码错了，13912340001"])
def test_the_phone_can_be_corrected(words: str) -> None:
    talk = at_recap()
    talk.say(words)
    assert talk[b.PHONE]["shown"] == "139****0001"
    assert talk.requested == b.CONFIRMED


def test_a_phone_called_wrong_is_asked_for_anew_and_not_offered() -> None:
    talk = CallbackTalk(callback_offered=sealed("13812348000"), callback_topic="理财")
    talk.press(b.PHONE, True)
    talk.say("上午")
    talk.say("电话错了")
    assert talk.requested == b.PHONE
    assert talk[b.OFFERED] is None


@pytest.mark.parametrize("words", ["不", "不用打了", "别打了", "不用了"])
def test_no_under_the_recap_asks_for_no_call(words: str) -> None:
    talk = at_recap()
    talk.say(words)
    assert talk.said == ["utter_callback_form_cancelled"]
    assert talk.requested is None
    assert all(talk[name] is None for name in b.SLOTS)


def test_asked_for_again_inside_the_form_it_changes_nothing() -> None:
    talk = CallbackTalk()
    talk.say("给我回个电话", "callback_request")
    assert talk.requested == b.PHONE
    assert not talk.step.aside


def test_asked_for_again_it_is_not_the_subject() -> None:
    talk = CallbackTalk()
    talk.say("13812348000")
    talk.say("给我回个电话", "callback_request")
    assert talk.requested == b.TOPIC
    assert talk[b.TOPIC] is None


def test_when_a_manager_should_call_is_a_time_and_no_wish_for_a_person() -> None:
    talk = CallbackTalk(callback_topic="理财赎回")
    talk.say("13812348000")
    talk.say("下午三点让经理打给我", "handoff")
    assert talk[b.TIME] == "下午三点让经理打给我"


def test_a_button_of_another_question_sets_nothing() -> None:
    talk = CallbackTalk()
    talk.press(b.CONFIRMED, True)
    assert talk.requested == b.PHONE
    assert talk[b.CONFIRMED] is None


def test_after_a_talk_with_a_person_the_question_comes_again() -> None:
    talk = CallbackTalk()
    talk.send({}, "handover_over")
    assert talk.requested == b.PHONE
    assert not talk.step.aside


def test_starting_over_forgets_what_was_said() -> None:
    talk = at_recap()
    talk.say("重新开始")
    assert talk.requested == b.PHONE
    assert talk[b.TOPIC] is None
    assert talk[b.BOOK]["id"] == str(CALLBACK_ID)


# -- booked ----------------------------------------------------------------------------------------

BOOKED = {
    b.BOOKING: {"campaign": "315-2027", "slot": "20270315-0900"},
    b.TIME: "3月15日 9:00—10:00",
}


def booked() -> CallbackTalk:
    """A booked call that is read back."""
    talk = CallbackTalk("", **BOOKED)
    for answer in ("13812348000", "理财赎回"):
        talk.say(answer)
    assert talk.requested == b.CONFIRMED
    return talk


def test_the_time_of_a_booked_call_is_not_asked_for() -> None:
    talk = booked()
    assert {name: talk[name] for name in BOOKED} == BOOKED
    talk.say("好的")
    assert talk.requested is None
    assert {name: talk[name] for name in BOOKED} == BOOKED


def test_a_time_beside_the_number_does_not_move_a_booked_call() -> None:
    talk = CallbackTalk("", **{**BOOKED, b.TIME: None})
    talk.say("13812348000，下午打")
    assert talk[b.TIME] is None
    assert talk[b.BOOKING] == BOOKED[b.BOOKING]


@pytest.mark.parametrize("wish", ["时间改成明天上午", "改一下时间", "时间不对"])
def test_another_time_for_a_booked_call_is_chosen_among_those_there_are(wish: str) -> None:
    talk = booked()
    talk.say(wish)
    assert talk.requested == b.TIME
    assert {name: talk[name] for name in BOOKED} == BOOKED


def test_a_time_in_words_is_no_choice_among_booked_times() -> None:
    talk = booked()
    talk.press(t.EDIT, b.TIME)
    talk.say("明天下午三点以后")
    assert talk.said == ["utter_help_booking_time"]
    assert talk.requested == b.TIME
    assert talk[b.TIME] == BOOKED[b.TIME]


@pytest.mark.parametrize("said", ["press", "继续", "跳过"])
def test_a_booked_time_may_stay_as_it_is(said: str) -> None:
    talk = booked()
    talk.press(t.EDIT, b.TIME)
    if said == "press":
        talk.press(b.BOOKING, True)
    else:
        talk.say(said)
    assert talk.requested == b.CONFIRMED
    assert {name: talk[name] for name in BOOKED} == BOOKED


def test_without_a_booking_the_call_is_an_ordinary_one_with_all_that_was_told() -> None:
    talk = booked()
    talk.press(t.EDIT, b.TIME)
    talk.press(b.BOOKING, False)
    assert talk.requested == b.TIME
    assert talk[b.BOOKING] is None
    talk.say("明天上午")
    assert talk.requested == b.CONFIRMED
    assert talk[b.TOPIC] == "理财赎回"


def test_skipping_the_choice_of_a_time_that_is_gone_gives_the_booking_up() -> None:
    talk = booked()
    gone = {b.BOOKING: {"campaign": "315-2027", "slot": None}, b.TIME: None}
    talk.values, talk.requested = {**talk.values, **gone}, b.TIME
    talk.say("跳过")
    assert (talk[b.BOOKING], talk[b.TIME]) == (None, b.UNKNOWN[b.TIME])


def test_starting_over_keeps_the_booked_time_and_no_other() -> None:
    talk = booked()
    talk.say("重新开始")
    assert {name: talk[name] for name in BOOKED} == BOOKED
    assert talk.requested == b.PHONE
    ordinary = at_recap()
    ordinary.say("重新开始")
    assert ordinary[b.TIME] is None


@pytest.mark.parametrize(
    "said",
    [
        *("取消预约", "我要取消预约", "不预约了", "不想要这个预约了"),
        *("算了不约了", "算了，我不约了", "还是不约了吧"),
    ],
)
def test_a_booking_is_left_in_its_own_words(said: str) -> None:
    talk = booked()
    talk.say(said, "account_service")
    assert talk.requested == t.CANCEL
    talk.say("是的")
    assert talk.requested is None
    assert talk.said == ["utter_callback_form_cancelled"]


# -- moved -----------------------------------------------------------------------------------------

HELD = {b.INSTEAD: "8f3c2b1e-1111-4222-8333-444455556666", b.HELD: "20270315-0900"}
MOVED = {
    b.PHONE: sealed("13812348000"),
    b.TOPIC: "理财赎回",
    b.BOOKING: {"campaign": "315-2027", "slot": None, **HELD},
}


def moved() -> CallbackTalk:
    """A new time that is read back, for a booking that is moved."""
    talk = CallbackTalk("", **MOVED)
    chosen = {"campaign": "315-2027", "slot": "20270315-1000", **HELD}
    talk.values.update({b.BOOKING: chosen, b.TIME: "3月15日 10:00—11:00"})
    talk.requested = b.CONFIRMED
    return talk


def test_of_a_booking_that_is_moved_only_the_time_is_asked_for() -> None:
    talk = CallbackTalk("", **MOVED)
    assert talk.requested == b.TIME
    assert (talk[b.PHONE], talk[b.TOPIC]) == (MOVED[b.PHONE], MOVED[b.TOPIC])


@pytest.mark.parametrize("said", ["取消", "跳过", "取消预约", "不预约了", "press"])
def test_who_chooses_no_other_time_keeps_the_one_there_is(said: str) -> None:
    talk = CallbackTalk("", **MOVED)
    if said == "press":
        talk.press(b.BOOKING, False)
    else:
        talk.say(said)
    assert talk.requested is None
    assert talk.said == ["utter_booking_kept"]


@pytest.mark.parametrize("said", ["不用打了", "取消", "press"])
def test_a_move_that_is_not_confirmed_leaves_the_booking_as_it_was(said: str) -> None:
    talk = moved()
    if said == "press":
        talk.press(b.CONFIRMED, False)
    else:
        talk.say(said)
    assert (talk.requested, talk[b.CONFIRMED]) == (None, None)
    assert talk.said == ["utter_booking_kept"]


def test_starting_over_still_moves_the_booking() -> None:
    talk = moved()
    talk.say("重新开始")
    assert b.moving(talk[b.BOOKING]) == HELD
