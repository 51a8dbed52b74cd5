"""One turn a message and an answer in time, however often the platform delivers it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.transcript import Reply
from bot.channels.wechat import texts
from tests.channels.wechat.kit import Town, moved, town
from tests.stack import wait_until

THREE = 3


@pytest.fixture
def two_processes(tmp_path: Path) -> Iterator[Town]:
    """Two processes on one database; the platform knows the first one only."""
    with town(tmp_path, processes=2) as opened:
        yield opened


def deliveries(bank: Town) -> int:
    """How often the platform has tried, over all messages."""
    return len(bank.sim.journal.deliveries())


def test_an_answer_goes_back_with_the_request(bank: Town) -> None:
    (shown,) = bank.person().say("银行卡丢了怎么办")
    assert (shown.via, shown.text) == ("passive", "收到：银行卡丢了怎么办")
    assert [m.text for m in bank.line.history()] == ["银行卡丢了怎么办", "收到：银行卡丢了怎么办"]


def test_three_deliveries_at_once_run_one_turn_and_get_one_answer(bank: Town) -> None:
    packet = bank.text("你好")
    with ThreadPoolExecutor(THREE) as pool:
        answers = list(pool.map(lambda _: bank.deliver(packet), range(THREE)))
    assert answers == ["收到：你好"] * THREE
    assert bank.assistant.heard() == ["你好"]


def test_a_delivery_that_comes_long_after_the_others_gets_the_same_answer(bank: Town) -> None:
    packet = bank.text("你好")
    first = bank.deliver(packet)
    bank.deliver(bank.text("在吗"))
    assert bank.deliver(packet) == first == "收到：你好"
    assert bank.assistant.heard() == ["你好", "在吗"]


def test_messages_that_overtake_each_other_are_answered_each(bank: Town) -> None:
    earlier, later = bank.text("第一句"), bank.text("第二句")
    assert bank.deliver(later) == "收到：第二句"
    assert bank.deliver(earlier) == "收到：第一句"


def test_an_answer_lost_on_its_way_comes_again_and_is_not_sent_besides(bank: Town) -> None:
    bank.sim.faults.drop_replies = 2
    (shown,) = bank.person().say("你好")
    assert shown.text == "收到：你好"
    assert deliveries(bank) == THREE
    assert bank.assistant.heard() == ["你好"]
    assert_nothing_more(bank, ["收到：你好"])


def test_a_slow_turn_is_answered_by_a_message_of_its_own(pressed_bank: Town) -> None:
    pressed_bank.assistant.go.clear()
    assert pressed_bank.person().say("你好") == []
    assert deliveries(pressed_bank) == 1, "`success` came in time: nothing is repeated"
    pressed_bank.assistant.go.set()
    wait_until(lambda: pressed_bank.person().received("service"), 30, "the answer")
    assert_nothing_more(pressed_bank, ["收到：你好"])


def test_a_repeat_of_what_was_sent_by_itself_is_answered_with_silence(pressed_bank: Town) -> None:
    pressed_bank.person().say("在吗")  # the platform lets us write to who has spoken
    packet = pressed_bank.text("你好")
    pressed_bank.assistant.go.clear()
    assert pressed_bank.deliver(packet) is None
    pressed_bank.assistant.go.set()
    # Of a machine that halts, the answer before may have come by itself as well.
    wait_until(lambda: "收到：你好" in pressed_bank.person().received("service"), 30, "the answer")
    assert pressed_bank.deliver(packet) is None
    assert pressed_bank.assistant.heard() == ["在吗", "你好"]


def test_without_messages_of_our_own_the_last_delivery_says_to_ask_again(
    pressed_quiet_bank: Town,
) -> None:
    person = pressed_quiet_bank.person()
    pressed_quiet_bank.assistant.go.clear()
    (shown,) = person.say("银行卡丢了怎么办")
    assert shown.text == texts.STILL_WORKING
    assert deliveries(pressed_quiet_bank) == THREE
    (again,) = person.say("继续")
    assert again.text == texts.STILL_WORKING
    pressed_quiet_bank.assistant.go.set()
    answered(pressed_quiet_bank, "收到：银行卡丢了怎么办")
    moved(pressed_quiet_bank, timedelta(seconds=7))
    (brought,) = person.say("继续")
    assert brought.text == "收到：银行卡丢了怎么办"
    assert pressed_quiet_bank.assistant.heard() == ["银行卡丢了怎么办"]


def test_a_turn_that_ends_before_the_platform_asks_again_answers_the_repeat(
    pressed_quiet_bank: Town,
) -> None:
    pressed_quiet_bank.assistant.go.clear()
    with ThreadPoolExecutor(1) as pool:
        said = pool.submit(pressed_quiet_bank.person().say, "你好")
        wait_until(
            lambda: deliveries(pressed_quiet_bank) == 1, 30, "the first delivery to be given up"
        )
        pressed_quiet_bank.assistant.go.set()
        (shown,) = said.result()
    assert shown.text == "收到：你好"
    assert deliveries(pressed_quiet_bank) == 2
    (next_one,) = pressed_quiet_bank.person().say("继续")
    assert next_one.text == "收到：继续", "nothing was left to be brought"


def test_what_fails_is_said_kept_and_answered_once_it_works_again(bank: Town) -> None:
    bank.assistant.away = True
    (shown,) = bank.person().say("你好")
    assert shown.text.startswith("系统正忙，您的话小保已经记下，处理好就在这里回复您")
    bank.assistant.away = False
    moved(bank, timedelta(seconds=31))
    answered(bank, "收到：你好")
    moved(bank, timedelta(seconds=7))
    wait_until(lambda: bank.person().received("service"), 30, "the answer")
    assert_nothing_more(bank, [shown.text, "收到：你好"])


def test_what_could_not_be_stored_is_not_called_noted_and_is_asked_for_again(bank: Town) -> None:
    with full(bank):
        (shown,) = bank.person().say("你好")
    assert shown.text == texts.TROUBLE.format(hotline=bank.line.config.hotline)
    (shown,) = bank.person().say("你好")
    assert shown.text == "收到：你好"


@contextmanager
def full(bank: Town) -> Iterator[None]:
    """No message can be stored within the block."""
    engine = bank.line.running().channel_engine
    with engine.begin() as tx:
        tx.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON message BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
    yield
    with engine.begin() as tx:
        tx.exec_driver_sql("DROP TRIGGER full")


def test_without_messages_of_our_own_what_failed_is_fetched(quiet_bank: Town) -> None:
    person = quiet_bank.person()
    quiet_bank.assistant.away = True
    (shown,) = person.say("你好")
    assert "请过一会儿回复“继续”查看" in shown.text
    quiet_bank.assistant.away = False
    moved(quiet_bank, timedelta(seconds=31))
    answered(quiet_bank, "收到：你好")
    moved(quiet_bank, timedelta(seconds=7))
    (found,) = person.say("继续。")
    assert found.text == "收到：你好"


def test_two_processes_run_one_turn_of_a_message(two_processes: Town) -> None:
    first, second = two_processes.lines
    two_processes.assistant.go.clear()
    packet = two_processes.text("你好")
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(two_processes.deliver, packet, line) for line in (first, second)]
        wait_until(lambda: two_processes.assistant.turns, 30, "the turn")
        two_processes.assistant.go.set()
        assert [answer.result() for answer in answers] == ["收到：你好"] * 2
    assert two_processes.assistant.heard() == ["你好"]


def test_a_message_waits_for_the_turn_another_process_is_running(two_processes: Town) -> None:
    first, second = two_processes.lines
    two_processes.assistant.go.clear()
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(two_processes.deliver, two_processes.text("第一句"), first)
        wait_until(lambda: two_processes.assistant.turns, 30, "the first turn")
        two = pool.submit(two_processes.deliver, two_processes.text("第二句"), second)
        wait_until(lambda: len(two_processes.line.history()) == 2, 30, "the second message")
        two_processes.assistant.go.set()
        assert (one.result(), two.result()) == ("收到：第一句", "收到：第二句")
    assert two_processes.assistant.heard() == ["第一句", "第二句"]


def answered(bank: Town, text: str) -> None:
    """Waits for an answer in the conversation."""
    wait_until(lambda: text in [m.text for m in bank.line.history()], 30, f"the answer {text}")


def assert_nothing_more(bank: Town, texts_seen: list[str]) -> None:
    """What waits is due in six seconds: by then the customer still has seen just this."""
    moved(bank, timedelta(seconds=10))
    transcript = bank.line.running().transcript
    transcript.push(bank.line.sender(), "after", Reply("最后"), bank.line.now())
    wait_until(lambda: "最后" in bank.person().received(), 30, "what is sent after everything else")
    assert bank.person().received() == [*texts_seen, "最后"]
