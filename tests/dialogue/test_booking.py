"""A call booked for a time of a campaign: chosen on buttons, promised once it has its seat."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bot.intake.bootstrap import callback_reference
from bot.intake.calendar import BEIJING, local_day
from bot.intake.callbacks import Callback, SqlCallbacks
from bot.intake.seats import Seat
from bot.privacy.sealing import Sealer
from bot.storage.engine import create_engine
from tests.campaigns import write_campaign
from tests.dialogue.kit import asked, draft, says
from tests.stack import Chat, Stack, wait_until

NOW = datetime.now(BEIJING)
DAY = local_day(NOW) + timedelta(days=2)
MOMENT = f"{DAY} 00:00:00.000000"
NINE, TEN, ELEVEN = "9:00—10:00", "10:00—11:00", "11:00—12:00"


def shown(hours: str) -> str:
    """A slot of the campaign's day as customers read it."""
    year = "" if DAY.year == datetime.now(BEIJING).year else f"{DAY.year}年"
    return f"{year}{DAY.month}月{DAY.day}日 {hours}"


def offered(hours: str, left: int) -> str:
    return f"{shown(hours)}，还有{left}个名额"


def publish(stack: Stack, places: int = 20) -> None:
    """The campaign as its file stands; a running assistant has it a few seconds later."""
    hours = (("09:00", "10:00"), ("10:00", "11:00"), ("11:00", "12:00"))
    write_campaign(
        stack.folder / "campaigns",
        "hotline",
        first_day=local_day(NOW),
        last_day=DAY,
        slots=[(DAY, *each, places) for each in hours],
    )


@pytest.fixture(scope="module")
def campaign_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product with one campaign that has a hotline."""
    folder: Path = tmp_path_factory.mktemp("booking")
    running = Stack(folder, {"CAMPAIGNS_DIR": str(folder / "campaigns")})
    publish(running)
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def stack(campaign_stack: Stack) -> Iterator[Stack]:
    """The same stack for every test, with every seat free."""
    with closing(sqlite3.connect(campaign_stack.folder / "journal.db", timeout=10)) as journal:
        journal.execute("DELETE FROM booking")
        journal.commit()
    yield campaign_stack


def seats(stack: Stack, chat: Chat) -> list[str]:
    """The slots this customer has a seat in."""
    with closing(sqlite3.connect(stack.folder / "journal.db")) as journal:
        query = "SELECT slot FROM booking WHERE sender_id = ?"
        return [slot for (slot,) in journal.execute(query, (chat.sender_id,))]


def others_take(stack: Stack, hour: int, places: int = 20) -> None:
    """Every place of a slot goes to somebody else at this moment."""
    for seat in range(1, places + 1):
        take(stack, hour, seat, f"other-{hour}-{seat}")


def take(stack: Stack, hour: int, seat: int, sender_id: str) -> None:
    slot = f"{DAY:%Y%m%d}-{hour:02}00"
    row = (str(uuid4()), "hotline", slot, seat, sender_id, MOMENT, MOMENT)
    with closing(sqlite3.connect(stack.folder / "journal.db", timeout=10)) as journal:
        journal.execute(
            "INSERT INTO booking (callback_id, campaign, slot, seat, sender_id, booked_at, ends_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        journal.commit()


def commit_unheard(stack: Stack, chat: Chat) -> None:
    """What a confirmation for ten o'clock leaves behind whose answer never arrived."""
    ends = datetime(DAY.year, DAY.month, DAY.day, 11, tzinfo=BEIJING)
    asked_for = Callback(
        id=UUID(draft(stack, chat)["callback_intake"]["id"]),
        channel="web",
        sender_id=chat.sender_id,
        asked_at=NOW,
        promised_by=ends,
        phone="13812348000",
        name=None,
        topic="想问理财赎回",
        preferred=f"{shown(TEN)}（活动预约）",
    )
    engine = create_engine(f"sqlite:///{stack.folder / 'journal.db'}")
    keys = Sealer(stack.env["FIELD_KEYS"].split(","))
    seat = Seat("hotline", f"{DAY:%Y%m%d}-1000", 20)
    SqlCallbacks(engine, keys, callback_reference).record(asked_for, NOW, seat)
    engine.dispose()


def counted(stack: Stack, chat: Chat) -> list[tuple[str, str]]:
    """Kind and topic of what this customer's turns had counted."""
    with closing(sqlite3.connect(stack.folder / "tracker.db", timeout=10)) as tracker:
        query = "SELECT data FROM events WHERE sender_id = ? AND type_name = 'slot' ORDER BY id"
        events = [json.loads(data) for (data,) in tracker.execute(query, (chat.sender_id,))]
    deeds = [event["value"] or [] for event in events if event["name"] == "counted"]
    return [(deed["kind"], deed["topic"]) for each in deeds for deed in each]


def ask(chat: Chat) -> list[str]:
    return chat.say("预约活动热线")


def at_recap(chat: Chat, hours: str = NINE, left: int = 20) -> list[str]:
    """Books a time up to the confirmation."""
    ask(chat)
    chat.press(offered(hours, left))
    chat.say("13812348000")
    return chat.say("想问理财赎回")


def test_the_free_times_are_offered_with_their_seats(stack: Stack) -> None:
    chat = stack.chat()
    (told,) = ask(chat)
    assert "预约" in told
    assert chat.titles() == [offered(hours, 20) for hours in (NINE, TEN, ELEVEN)]
    assert seats(stack, chat) == []


def test_only_phone_and_subject_are_asked_and_the_time_is_read_back(stack: Stack) -> None:
    chat = stack.chat()
    ask(chat)
    assert asked(chat.press(offered(NINE, 20))) == "callback_phone"
    assert asked(chat.say("13812348000")) == "callback_topic"
    replies = chat.say("想问理财赎回")
    assert asked(replies) == "callback_confirmed"
    assert f"预约时间：{shown(NINE)}" in replies[-1]
    assert seats(stack, chat) == [], "nothing is reserved before it is confirmed"
    (told,) = chat.press("确认预约")
    assert shown(NINE) in told
    assert "138****8000" in told
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-0900"]
    assert draft(stack, chat) == {}


def test_the_bank_gets_the_time_and_is_late_only_after_it(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    chat.press("确认预约")
    preferred = f"{shown(NINE)}（活动预约）"

    def arrived() -> list[str]:
        with closing(sqlite3.connect(stack.folder / "casestore.db")) as store:
            query = "SELECT promised_by FROM callbacks WHERE preferred = ?"
            return [moment for (moment,) in store.execute(query, (preferred,))]

    wait_until(arrived, 30, "delivery of the booked call")
    ends = datetime(DAY.year, DAY.month, DAY.day, 10, tzinfo=BEIJING).astimezone(None)
    found = datetime.fromisoformat(arrived()[0] + "+00:00")
    assert found == ends


def test_who_has_booked_is_told_so_and_books_no_second_time(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    chat.press("确认预约")
    (told,) = ask(chat)
    assert told.startswith(says("utter_booking_yours"))
    assert shown(NINE) in told
    assert len(seats(stack, chat)) == 1


def booked(stack: Stack) -> Chat:
    """A customer with a seat at nine o'clock."""
    chat = stack.chat()
    at_recap(chat)
    chat.press("确认预约")
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-0900"]
    return chat


def called(stack: Stack, chat: Chat) -> dict[str, str]:
    """What the bank's desk has of this customer's calls: the time they want → where it stands."""
    with closing(sqlite3.connect(stack.folder / "journal.db")) as journal:
        query = "SELECT id FROM callback WHERE sender_id = ?"
        mine = {number for (number,) in journal.execute(query, (chat.sender_id,))}
    with closing(sqlite3.connect(stack.folder / "casestore.db")) as store:
        rows = store.execute("SELECT id, preferred, state FROM callbacks").fetchall()
    return {preferred: state for number, preferred, state in rows if number in mine}


def at_the_bank(hours: str) -> str:
    return f"{shown(hours)}（活动预约）"


def test_before_a_booking_there_is_nothing_to_cancel(stack: Stack) -> None:
    chat = stack.chat()
    assert chat.say("取消我的预约")[0].startswith(says("utter_booking_nothing"))
    at_recap(chat)
    told = chat.say("取消我的预约")
    assert told[0] == says("utter_booking_not_yet")
    assert asked(told) == "callback_confirmed"


def test_a_booking_is_cancelled_after_a_question_and_the_bank_hears_of_it(stack: Stack) -> None:
    chat = booked(stack)
    (told,) = chat.say("取消我的预约")
    assert shown(NINE) in told
    assert chat.titles() == ["保留", "换个时间", "取消预约"]
    assert len(seats(stack, chat)) == 1, "nothing is cancelled before it is confirmed"
    (told,) = chat.press("取消预约")
    assert f"{shown(NINE)}的预约取消了" in told
    assert seats(stack, chat) == []
    cancelled = {at_the_bank(NINE): "cancelled"}
    wait_until(lambda: called(stack, chat) == cancelled, 30, "the cancellation at the bank")
    other = stack.chat()
    ask(other)
    assert other.titles()[0] == offered(NINE, 20)


def test_who_cancelled_may_book_again(stack: Stack) -> None:
    chat = booked(stack)
    chat.say("取消我的预约")
    chat.press("取消预约")
    chat.press("预约活动热线")
    chat.press(offered(TEN, 20))
    chat.say("13812348000")
    chat.say("想问理财赎回")
    chat.press("确认预约")
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-1000"]
    days = [f"{DAY:%Y%m%d}-{hour}" for hour in ("0900", "1000")]
    assert counted(stack, chat) == [("booking", day) for day in days]


def test_a_booking_is_kept_when_the_customer_wants_it_after_all(stack: Stack) -> None:
    chat = booked(stack)
    chat.say("取消我的预约")
    assert chat.press("保留") == [says("utter_booking_kept")]
    assert len(seats(stack, chat)) == 1


def test_an_old_button_cancels_no_other_booking(stack: Stack) -> None:
    chat = booked(stack)
    chat.say("取消我的预约")
    old = list(chat.buttons)
    chat.press("取消预约")
    chat.buttons = old
    assert chat.press("取消预约") == [says("utter_booking_no_more")]
    at_recap(chat)
    chat.press("确认预约")
    chat.buttons = old
    assert chat.press("取消预约") == [says("utter_booking_no_more")]
    assert len(seats(stack, chat)) == 1


def test_a_time_that_has_begun_is_the_hotlines(stack: Stack) -> None:
    chat = booked(stack)
    chat.say("取消我的预约")
    begun = (
        f"{local_day(NOW) - timedelta(days=1):%Y%m%d}-0900",
        f"{NOW - timedelta(days=1):%Y-%m-%d} 00:00:00.000000",
    )
    with closing(sqlite3.connect(stack.folder / "journal.db", timeout=10)) as journal:
        change = "UPDATE booking SET slot = ?, ends_at = ? WHERE sender_id = ?"
        journal.execute(change, (*begun, chat.sender_id))
        journal.commit()
    for told in (chat.press("取消预约"), chat.say("取消我的预约")):
        assert "请拨打" in told[0]
        assert chat.titles() == [] or "取消预约" not in told
    assert len(seats(stack, chat)) == 1


def test_a_booking_is_moved_with_all_that_was_told_and_counted_once(stack: Stack) -> None:
    chat = booked(stack)
    chat.say("修改我的预约")
    told = chat.press("换个时间")
    assert shown(NINE) in told[0]
    assert asked(told) == "callback_time"
    assert chat.titles() == [*(offered(hours, 20) for hours in (TEN, ELEVEN)), "保留原来的时间"]
    told = chat.press(offered(TEN, 20))
    assert f"预约时间：{shown(TEN)}" in told[-1]
    assert "138****8000" in told[-1]
    assert "想问理财赎回" in told[-1]
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-0900"], "kept until the new one is confirmed"
    (told_moved,) = chat.press("确认改约")
    assert shown(TEN) in told_moved
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-1000"]
    assert counted(stack, chat) == [("booking", f"{DAY:%Y%m%d}-0900")]
    both = {at_the_bank(NINE): "cancelled", at_the_bank(TEN): "open"}
    wait_until(lambda: called(stack, chat) == both, 30, "both calls at the bank")


def test_a_new_time_may_be_changed_again_before_it_is_confirmed(stack: Stack) -> None:
    chat = booked(stack)
    chat.say("我的预约")
    chat.press("换个时间")
    chat.press(offered(TEN, 20))
    assert asked(chat.press("换个时间")) == "callback_time"
    assert chat.titles() == [offered(ELEVEN, 20), "还按刚才选的", "保留原来的时间"]
    chat.press(offered(ELEVEN, 20))
    chat.press("确认改约")
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-1100"]


@pytest.mark.parametrize("how", ["保留原来的时间", "取消"])
def test_who_does_not_move_after_all_keeps_the_seat(stack: Stack, how: str) -> None:
    chat = booked(stack)
    chat.say("我的预约")
    chat.press("换个时间")
    told = chat.press(how) if how in chat.titles() else chat.say(how)
    assert told == [says("utter_booking_kept")]
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-0900"]
    assert draft(stack, chat) == {}


def test_a_new_time_gone_at_the_confirmation_costs_no_seat(stack: Stack) -> None:
    chat = booked(stack)
    chat.say("我的预约")
    chat.press("换个时间")
    chat.press(offered(TEN, 20))
    others_take(stack, 10)
    told = chat.press("确认改约")
    assert shown(TEN) in told[0]
    assert asked(told) == "callback_time"
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-0900"]
    chat.press(offered(ELEVEN, 20))
    chat.press("确认改约")
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-1100"]


def test_a_move_that_is_all_taken_is_not_begun(stack: Stack) -> None:
    chat = booked(stack)
    for hour in (10, 11):
        others_take(stack, hour)
    chat.say("我的预约")
    (told,) = chat.press("换个时间")
    assert f"您约的{shown(NINE)}还给您留着" in told
    assert chat.say("取消") == [says("utter_nothing_open")]


def test_cancelling_in_the_middle_of_a_move_ends_the_move(stack: Stack) -> None:
    chat = booked(stack)
    chat.say("我的预约")
    chat.press("换个时间")
    (told,) = chat.say("取消我的预约")
    assert shown(NINE) in told
    chat.press("取消预约")
    assert seats(stack, chat) == []
    assert chat.say("取消") == [says("utter_nothing_open")]


def test_a_complaint_in_between_is_there_after_a_cancellation(stack: Stack) -> None:
    chat = booked(stack)
    chat.say("我要投诉")
    chat.press("同意，开始登记")
    told = chat.say("取消我的预约")
    assert shown(NINE) in told[0]
    assert asked(told) == "complaint_detail"
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-0900"]


def test_a_cancelled_call_is_told_as_such_among_what_is_kept(stack: Stack) -> None:
    chat = booked(stack)
    chat.say("取消我的预约")
    chat.press("取消预约")
    assert any("已经取消" in told for told in chat.say("导出我的信息"))


def test_another_time_may_be_chosen_before_the_confirmation(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    assert asked(chat.press("换个时间")) == "callback_time"
    assert chat.titles() == [
        *(offered(hours, 20) for hours in (TEN, ELEVEN)),
        "还按原来约的",
        "不约时段，尽快回电",
    ]
    replies = chat.press(offered(ELEVEN, 20))
    assert asked(replies) == "callback_confirmed"
    assert f"预约时间：{shown(ELEVEN)}" in replies[-1]
    assert "想问理财赎回" in replies[-1]
    chat.press("确认预约")
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-1100"]


def test_the_time_in_words_leads_to_the_times_there_are(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    assert asked(chat.say("时间改成明天上午")) == "callback_time"
    replies = chat.press("还按原来约的")
    assert f"预约时间：{shown(NINE)}" in replies[-1]


def test_a_time_gone_at_the_confirmation_costs_nothing_that_was_typed(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    others_take(stack, 9)
    told = chat.press("确认预约")
    assert told[0].startswith("抱歉")
    assert shown(NINE) in told[0]
    assert asked(told) == "callback_time"
    assert seats(stack, chat) == []
    assert draft(stack, chat)["callback_topic"] == "想问理财赎回"
    replies = chat.press(offered(TEN, 20))
    assert "138****8000" in replies[-1]
    assert "想问理财赎回" in replies[-1]
    chat.press("确认预约")
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-1000"]


def test_a_time_gone_before_it_is_pressed_is_replaced_by_the_others(stack: Stack) -> None:
    chat = stack.chat()
    ask(chat)
    others_take(stack, 9)
    (told,) = chat.press(offered(NINE, 20))
    assert told.startswith(says("utter_booking_gone"))
    assert chat.titles() == [offered(hours, 20) for hours in (TEN, ELEVEN)]


def test_when_all_is_taken_an_ordinary_call_is_offered(stack: Stack) -> None:
    chat = stack.chat()
    for hour in (9, 10, 11):
        others_take(stack, hour)
    (told,) = ask(chat)
    assert "约满" in told
    assert asked(chat.press("给我回电")) == "callback_phone"


def test_when_the_last_time_goes_the_answers_serve_for_an_ordinary_call(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    for hour in (9, 10, 11):
        others_take(stack, hour)
    chat.press("确认预约")
    assert chat.titles() == ["不约时段，尽快回电"]
    assert asked(chat.press("不约时段，尽快回电")) == "callback_time"
    replies = chat.press("下午")
    assert "想问理财赎回" in replies[-1]
    (told,) = chat.press("确认回电")
    assert told.startswith(says("utter_callback_recorded"))
    assert seats(stack, chat) == []


def test_who_leaves_holds_no_seat(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    assert chat.press("不用打了") == [says("utter_callback_form_cancelled")]
    assert seats(stack, chat) == []
    assert draft(stack, chat) == {}


def test_a_question_in_between_keeps_the_time(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    replies = chat.say("收到假币怎么办？")
    assert asked(replies) == "callback_confirmed"
    assert f"预约时间：{shown(NINE)}" in replies[-1]


def test_a_complaint_in_between_brings_the_booking_back(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("我要投诉")
    chat.press("同意，开始登记")
    ask(chat)
    assert asked(chat.press(offered(TEN, 20))) == "callback_phone"
    chat.say("13812348000")
    chat.say("跳过")
    told = chat.press("确认预约")
    assert shown(TEN) in told[0]
    assert asked(told) == "complaint_detail"
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-1000"]


def test_a_draft_that_is_taken_up_has_its_time(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    kept = draft(stack, chat)
    assert kept["callback_booking"] == {"campaign": "hotline", "slot": f"{DAY:%Y%m%d}-0900"}
    assert kept["callback_time"] == shown(NINE)


def test_a_second_booking_under_way_ends_where_the_first_one_stands(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    take(stack, 11, 1, chat.sender_id)
    (told,) = chat.press("确认预约")
    assert told.startswith(says("utter_booking_yours"))
    assert shown(ELEVEN) in told
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-1100"]
    assert draft(stack, chat) == {}


def test_after_a_lost_answer_the_time_that_has_the_seat_is_told(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    commit_unheard(stack, chat)
    chat.press("换个时间")
    (told,) = chat.press(offered(ELEVEN, 20))
    assert told.startswith(says("utter_booking_yours"))
    assert shown(TEN) in told
    assert seats(stack, chat) == [f"{DAY:%Y%m%d}-1000"]
    assert draft(stack, chat) == {}
    assert chat.say("取消") == [says("utter_nothing_open")], "no form is left open"


def test_a_booking_is_counted_once_it_is_on_disk(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    assert counted(stack, chat) == []
    chat.press("确认预约")
    assert counted(stack, chat) == [("booking", f"{DAY:%Y%m%d}-0900")]


def test_a_confirmation_pressed_twice_books_once(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    chat.press("确认预约")
    chat.press("确认预约")
    assert len(seats(stack, chat)) == 1


def test_the_booking_is_among_what_is_kept_and_goes_when_the_customer_wants(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    chat.press("确认预约")
    assert any(shown(NINE) in told for told in chat.say("看看我的信息"))
    assert "活动预约" in chat.say("删除我的信息")[-1]
    chat.press("确认删除")
    assert seats(stack, chat) == []
    other = stack.chat()
    ask(other)
    assert other.titles()[0] == offered(NINE, 19), "the seat stays taken: the call will come"


def test_who_has_a_booking_deleted_takes_no_second_seat(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    chat.press("确认预约")
    chat.say("删除我的信息")
    chat.press("确认删除")
    at_recap(chat, left=19)
    (told,) = chat.press("确认预约")
    assert "每位客户只能约一次" in told
    other = stack.chat()
    ask(other)
    assert other.titles()[0] == offered(NINE, 19), "one seat, not two"
