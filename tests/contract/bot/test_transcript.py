"""The conversation as the customer sees it, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from bot.channels.transcript import (
    BOT,
    CUSTOMER,
    HISTORY_LIMIT,
    Ages,
    Button,
    Lease,
    Reply,
    Standing,
    Transcript,
    Unanswered,
)
from bot.errors import StorageError
from tests.fakes import NOW

ME, OTHER = "web-1", "web-2"
HERE, THERE = "host:5005", "host:5006"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
AGES = Ages(youngest=timedelta(seconds=30), oldest=24 * HOUR)
BUTTON = Button(title="同意", payload='/answer{"field": "consent", "value": true}')
Connect = Callable[[str], Engine]


def begin(
    transcript: Transcript,
    key: str,
    text: str = "你好",
    now: datetime = NOW,
    sender: str = ME,
    owner: str = HERE,
) -> Standing:
    """A customer says something at `now`; the lease holds for a minute."""
    return transcript.begin(sender, key, text, f"sealed {text}", Lease(owner, now + MINUTE), now)


def resume(
    transcript: Transcript, key: str, now: datetime, sender: str = ME, owner: str = HERE
) -> Standing:
    return transcript.resume(sender, key, Lease(owner, now + MINUTE), now)


def waiting(transcript: Transcript, now: datetime, owner: str = HERE, limit: int = 10) -> list[str]:
    """Keys of what `owner` may run again at `now`."""
    return [found.key for found in transcript.unanswered(owner, AGES, now, limit)]


@pytest.fixture
def transcript(database_url: str, connect: Connect) -> Transcript:
    return Transcript(connect(database_url))


def test_a_message_kept_before_its_turn_is_unanswered_and_nobodys(transcript: Transcript) -> None:
    assert begin(transcript, "k1") is Standing.OURS
    assert transcript.keep(ME, "k2", "在吗", "sealed 在吗", NOW)
    assert not transcript.keep(ME, "k2", "在吗", "sealed 在吗", NOW)
    assert waiting(transcript, NOW + MINUTE / 2, THERE) == [], "the turn before it is being run"
    transcript.answer(ME, "k1", [Reply("您好")], NOW)
    assert waiting(transcript, NOW + MINUTE / 4, THERE) == [], "its own process may still run it"
    assert waiting(transcript, NOW + MINUTE / 2, THERE) == ["k2"]
    assert begin(transcript, "k2") is Standing.OURS
    assert [m.key for m in transcript.after(ME, 0) if m.author != BOT] == ["k1", "k2"]


def test_a_kept_message_is_not_run_beside_the_turn_of_another_process(
    transcript: Transcript,
) -> None:
    begin(transcript, "k1")
    transcript.keep(ME, "k2", "在吗", "sealed 在吗", NOW)
    assert begin(transcript, "k2", owner=THERE) is Standing.ELSEWHERE
    assert resume(transcript, "k2", NOW, owner=THERE) is Standing.ELSEWHERE


def test_who_has_news_is_known_from_one_look(transcript: Transcript) -> None:
    assert transcript.newest() == 0
    assert transcript.senders_after(0) == (0, set())
    begin(transcript, "k1")
    begin(transcript, "k1", sender=OTHER)
    between = transcript.newest()
    assert transcript.senders_after(0) == (between, {ME, OTHER})
    assert transcript.push(ME, "pushed", Reply("已送达"), NOW)
    newest, senders = transcript.senders_after(between)
    assert senders == {ME}
    assert transcript.newest() == newest > between
    assert transcript.senders_after(newest) == (newest, set())


def test_a_message_is_stored_unanswered(transcript: Transcript) -> None:
    assert begin(transcript, "k1", "你好😀") is Standing.OURS
    (message,) = transcript.after(ME, 0)
    assert (message.author, message.key, message.text) == (CUSTOMER, "k1", "你好😀")
    assert (message.answered, message.created_at, message.reply_to) == (False, NOW, None)


def test_beginning_again_keeps_the_first(transcript: Transcript) -> None:
    begin(transcript, "k1", "你好")
    (first,) = transcript.after(ME, 0)
    assert begin(transcript, "k1", "别的", NOW + HOUR) is Standing.OURS
    assert begin(transcript, "k1", "在吗", sender=OTHER) is Standing.OURS
    assert transcript.after(ME, 0) == [first]
    assert [m.text for m in transcript.after(OTHER, 0)] == ["在吗"]


def test_an_answer_marks_the_message_and_keeps_order_and_buttons(transcript: Transcript) -> None:
    begin(transcript, "k1", "我要投诉")
    answered = transcript.answer(ME, "k1", [Reply("很抱歉"), Reply("同意吗？", [BUTTON])], NOW)
    assert [m.text for m in answered] == ["我要投诉", "很抱歉", "同意吗？"]
    assert [m.author for m in answered] == [CUSTOMER, BOT, BOT]
    assert all(m.answered for m in answered)
    assert [m.reply_to for m in answered] == [None, "k1", "k1"]
    assert answered[2].buttons == (BUTTON,)
    assert answered == transcript.exchange(ME, "k1") == transcript.after(ME, 0)
    assert begin(transcript, "k1", "我要投诉") is Standing.ANSWERED


def test_only_the_first_answer_counts(transcript: Transcript) -> None:
    begin(transcript, "k1")
    first = transcript.answer(ME, "k1", [Reply("您好")], NOW)
    assert transcript.answer(ME, "k1", [Reply("您又好"), Reply("再来")], NOW) == first
    assert transcript.after(ME, 0) == first


def test_an_exchange_holds_its_own_replies_only(transcript: Transcript) -> None:
    for key in ("k1", "k2"):
        begin(transcript, key, f"问{key}")
        transcript.answer(ME, key, [Reply(f"答{key}")], NOW)
    begin(transcript, "k1", "别人的", sender=OTHER)
    transcript.push(ME, "filed/1", Reply("已送达"), NOW)
    assert [m.text for m in transcript.exchange(ME, "k1")] == ["问k1", "答k1"]
    assert transcript.exchange(ME, "k3") == []


def test_after_a_cursor_comes_what_is_newer_oldest_first(transcript: Transcript) -> None:
    begin(transcript, "k1", "一")
    begin(transcript, "k9", "别人的", sender=OTHER)
    transcript.push(ME, "p", Reply("二"), NOW)
    begin(transcript, "k2", "三", NOW - HOUR)
    everything = transcript.after(ME, 0)
    assert [m.text for m in everything] == ["一", "二", "三"]
    later = transcript.after(ME, everything[0].cursor)
    assert [m.text for m in later] == ["二", "三"]
    assert [m.cursor for m in later] == sorted(m.cursor for m in later)
    assert transcript.after(ME, later[-1].cursor) == []


def test_a_long_history_shows_its_newest_part(transcript: Transcript) -> None:
    begin(transcript, "k1", "一")
    replies = [Reply(str(number)) for number in range(HISTORY_LIMIT + 5)]
    transcript.answer(ME, "k1", replies, NOW)
    shown = transcript.after(ME, 0)
    assert len(shown) == HISTORY_LIMIT
    assert shown[-1].text == str(HISTORY_LIMIT + 4)


def test_the_latest_messages_come_oldest_first(transcript: Transcript) -> None:
    for number in range(4):
        begin(transcript, f"k{number}", f"第{number}句")
    begin(transcript, "k9", "别人的", sender=OTHER)
    assert [m.text for m in transcript.latest(ME, 2)] == ["第2句", "第3句"]
    assert transcript.latest("web-3", 2) == []


def test_one_message_is_found_by_its_cursor_for_its_own_sender_only(transcript: Transcript) -> None:
    begin(transcript, "k1", "一")
    (message,) = transcript.after(ME, 0)
    assert transcript.one(ME, message.cursor) == message
    assert transcript.one(OTHER, message.cursor) is None
    assert transcript.one(ME, message.cursor + 1) is None


def test_a_notice_is_pushed_once(transcript: Transcript) -> None:
    assert transcript.push(ME, "filed/1", Reply("已送达", [BUTTON]), NOW)
    assert not transcript.push(ME, "filed/1", Reply("再说一遍"), NOW)
    assert transcript.push(OTHER, "filed/1", Reply("已送达"), NOW)
    (message,) = transcript.after(ME, 0)
    assert (message.author, message.text, message.buttons) == (BOT, "已送达", (BUTTON,))


def test_a_session_ends_for_its_customer_and_only_once(transcript: Transcript) -> None:
    assert not transcript.has_ended(ME)
    transcript.end_session(ME, NOW)
    transcript.end_session(ME, NOW + timedelta(hours=1))
    assert transcript.has_ended(ME)
    assert not transcript.has_ended(OTHER)


def test_the_same_at_the_same_time_is_stored_once(transcript: Transcript) -> None:
    with ThreadPoolExecutor(4) as pool:
        begun = list(pool.map(lambda _: begin(transcript, "k1"), range(12)))
        pushed = list(pool.map(lambda _: transcript.push(ME, "p", Reply("嗨"), NOW), range(12)))
        list(pool.map(lambda _: transcript.end_session(ME, NOW), range(12)))
    assert set(begun) == {Standing.OURS}
    assert pushed.count(True) == 1
    assert len(transcript.after(ME, 0)) == 2


# -- several processes ---------------------------------------------------------------------------


def test_one_process_at_a_time_runs_turns_of_a_customer(transcript: Transcript) -> None:
    assert begin(transcript, "k1") is Standing.OURS
    assert begin(transcript, "k1", owner=THERE) is Standing.ELSEWHERE
    assert begin(transcript, "k2", owner=THERE) is Standing.ELSEWHERE
    assert begin(transcript, "k1", sender=OTHER, owner=THERE) is Standing.OURS
    assert [m.key for m in transcript.after(ME, 0)] == ["k1", "k2"], "nothing is lost over it"
    transcript.answer(ME, "k1", [Reply("您好")], NOW)
    assert begin(transcript, "k2", owner=THERE) is Standing.OURS


def test_a_lease_ends_with_its_release_or_its_time(transcript: Transcript) -> None:
    begin(transcript, "k1")
    transcript.release(ME, "k1", THERE)
    assert begin(transcript, "k1", owner=THERE) is Standing.ELSEWHERE, "not theirs to give back"
    transcript.release(ME, "k1", HERE)
    assert begin(transcript, "k1", owner=THERE) is Standing.OURS
    assert resume(transcript, "k1", NOW + MINUTE) is Standing.OURS


def test_a_renewed_lease_holds_longer(transcript: Transcript) -> None:
    begin(transcript, "k1")
    assert transcript.renew(ME, "k1", Lease(HERE, NOW + 2 * MINUTE))
    assert begin(transcript, "k1", now=NOW + MINUTE, owner=THERE) is Standing.ELSEWHERE
    assert begin(transcript, "k1", now=NOW + 2 * MINUTE, owner=THERE) is Standing.OURS


def test_a_lease_that_is_lost_is_not_renewed(transcript: Transcript) -> None:
    begin(transcript, "k1")
    begin(transcript, "k1", now=NOW + MINUTE, owner=THERE)
    assert not transcript.renew(ME, "k1", Lease(HERE, NOW + HOUR))
    transcript.answer(ME, "k1", [Reply("您好")], NOW)
    assert not transcript.renew(ME, "k1", Lease(THERE, NOW + HOUR)), "its turn is over"


def test_a_process_takes_up_its_own_lease(transcript: Transcript) -> None:
    begin(transcript, "k1")
    assert resume(transcript, "k1", NOW) is Standing.OURS


def test_of_many_claims_at_once_one_succeeds(transcript: Transcript) -> None:
    begin(transcript, "k1")
    transcript.release(ME, "k1", HERE)
    owners = [f"host:{number}" for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda o: resume(transcript, "k1", NOW, owner=o), owners))
    assert found.count(Standing.OURS) == 1
    assert found.count(Standing.ELSEWHERE) == 11


def test_a_turn_that_was_cut_short_comes_before_later_messages(transcript: Transcript) -> None:
    begin(transcript, "k1", owner=THERE)
    assert begin(transcript, "k2") is Standing.ELSEWHERE, "it is running"
    after = NOW + MINUTE + timedelta(seconds=1)
    assert begin(transcript, "k2", now=after) is Standing.ELSEWHERE, "its process has died"
    assert resume(transcript, "k1", after) is Standing.OURS
    transcript.answer(ME, "k1", [Reply("您好")], after)
    assert begin(transcript, "k2", now=after) is Standing.OURS


def test_a_turn_that_was_cut_short_holds_up_nobody_for_long(transcript: Transcript) -> None:
    begin(transcript, "k1", owner=THERE)
    assert begin(transcript, "k2", now=NOW + 2 * MINUTE) is Standing.OURS


def test_of_messages_that_come_at_once_to_several_processes_one_is_run(
    transcript: Transcript,
) -> None:
    at_once = 4
    for customer in (f"web-{number}" for number in range(15)):
        together = Barrier(at_once)

        def come(number: int, customer: str = customer, together: Barrier = together) -> Standing:
            together.wait(20)
            return begin(transcript, f"k{number}", sender=customer, owner=f"host:{number}")

        with ThreadPoolExecutor(at_once) as pool:
            found = list(pool.map(come, range(at_once)))
        assert found.count(Standing.OURS) == 1, found
        assert found.count(Standing.ELSEWHERE) == at_once - 1


def test_what_is_answered_is_not_claimed(transcript: Transcript) -> None:
    begin(transcript, "k1")
    transcript.answer(ME, "k1", [Reply("您好")], NOW)
    assert resume(transcript, "k1", NOW) is Standing.ANSWERED
    assert resume(transcript, "unknown", NOW) is Standing.ANSWERED


# -- unanswered messages -------------------------------------------------------------------------


def test_an_unanswered_message_waits_with_what_runs_it(transcript: Transcript) -> None:
    begin(transcript, "k1", "我要投诉")
    transcript.release(ME, "k1", HERE)
    found = transcript.unanswered(THERE, AGES, NOW + MINUTE, 10)
    assert found == [Unanswered(ME, "k1", "sealed 我要投诉", 0)]
    transcript.answer(ME, "k1", [Reply("好的")], NOW)
    assert waiting(transcript, NOW + MINUTE) == []


@pytest.mark.parametrize(
    ("age", "waits"),
    [
        (timedelta(seconds=29), False),
        (timedelta(seconds=30), True),
        (24 * HOUR - MINUTE, True),
        (24 * HOUR, False),
    ],
)
def test_only_messages_of_a_certain_age_wait(
    transcript: Transcript, age: timedelta, waits: bool
) -> None:
    begin(transcript, "k1")
    assert waiting(transcript, NOW + age) == (["k1"] if waits else [])


def test_the_oldest_of_each_customer_waits_oldest_first(transcript: Transcript) -> None:
    begin(transcript, "b1", sender=OTHER)
    for key in ("a1", "a2"):
        begin(transcript, key)
    assert waiting(transcript, NOW + MINUTE) == ["b1", "a1"]
    assert waiting(transcript, NOW + MINUTE, limit=1) == ["b1"]
    transcript.answer(ME, "a1", [Reply("好的")], NOW)
    assert waiting(transcript, NOW + MINUTE) == ["b1", "a2"]


def test_a_later_message_waits_for_an_earlier_that_is_put_off(transcript: Transcript) -> None:
    for key in ("k1", "k2"):
        begin(transcript, key)
    (first,) = transcript.unanswered(HERE, AGES, NOW + MINUTE, 10)
    transcript.postpone(first, NOW + 5 * MINUTE)
    assert waiting(transcript, NOW + 4 * MINUTE) == []
    (again,) = transcript.unanswered(HERE, AGES, NOW + 5 * MINUTE, 10)
    assert (again.key, again.attempts) == ("k1", 1)


def test_what_another_process_is_running_does_not_wait(transcript: Transcript) -> None:
    begin(transcript, "k1", owner=THERE)
    assert waiting(transcript, NOW + MINUTE / 2) == []
    assert waiting(transcript, NOW + MINUTE / 2, owner=THERE) == ["k1"]
    assert waiting(transcript, NOW + MINUTE) == ["k1"]


def test_what_a_process_left_behind_is_due_as_soon_as_its_lease_is_over(
    transcript: Transcript,
) -> None:
    second = timedelta(seconds=1)
    transcript.begin(ME, "k1", "你好", "sealed", Lease(THERE, NOW + 5 * second), NOW)
    assert waiting(transcript, NOW + 4 * second) == []
    assert waiting(transcript, NOW + 5 * second) == ["k1"]


def test_a_message_before_an_answered_one_is_superseded(transcript: Transcript) -> None:
    for key in ("k1", "k2", "k3"):
        begin(transcript, key)
    transcript.push(ME, "notice", Reply("已送达"), NOW)
    assert resume(transcript, "k1", NOW) is Standing.OURS, "a notice answers nothing"
    transcript.answer(ME, "k2", [Reply("好的")], NOW)
    assert resume(transcript, "k1", NOW) is Standing.SUPERSEDED
    assert waiting(transcript, NOW + MINUTE) == ["k3"]
    assert begin(transcript, "k1") is Standing.OURS, "the customer may still insist"


def test_an_ended_session_waits_for_nothing(transcript: Transcript) -> None:
    begin(transcript, "k1")
    transcript.end_session(ME, NOW)
    assert waiting(transcript, NOW + MINUTE) == []


USES: dict[str, Callable[[Transcript], Any]] = {
    "begin": lambda transcript: begin(transcript, "k"),
    "resume": lambda transcript: resume(transcript, "k", NOW),
    "renew": lambda transcript: transcript.renew(ME, "k", Lease(HERE, NOW)),
    "release": lambda transcript: transcript.release(ME, "k", HERE),
    "postpone": lambda transcript: transcript.postpone(Unanswered(ME, "k", "x", 0), NOW),
    "unanswered": lambda transcript: transcript.unanswered(HERE, AGES, NOW, 1),
    "answer": lambda transcript: transcript.answer(ME, "k", [Reply("x")], NOW),
    "push": lambda transcript: transcript.push(ME, "k", Reply("x"), NOW),
    "exchange": lambda transcript: transcript.exchange(ME, "k"),
    "after": lambda transcript: transcript.after(ME, 0),
    "end_session": lambda transcript: transcript.end_session(ME, NOW),
    "has_ended": lambda transcript: transcript.has_ended(ME),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_storage_that_is_not_there_is_said_so(
    kind: str, use: Callable[[Transcript], Any], tmp_path: Path, connect: Connect
) -> None:
    away = f"postgresql://tests@/postgres?host={tmp_path}"
    url = away if kind == "postgresql" else f"sqlite:///{tmp_path / 'empty.db'}"
    with pytest.raises(StorageError):
        use(Transcript(connect(url)))


def test_an_error_of_the_database_quotes_nobody(database_url: str, connect: Connect) -> None:
    said = sa.text("INSERT INTO said (key, words) VALUES (1, :words)")
    with pytest.raises(IntegrityError) as caught, connect(database_url).begin() as tx:
        tx.execute(sa.text("CREATE TEMPORARY TABLE said (key INTEGER PRIMARY KEY, words TEXT)"))
        for _ in range(2):
            tx.execute(said, {"words": "我的话"})
    assert "我的话" not in str(caught.value)


def test_the_hundredth_message_costs_no_more_than_the_tenth(
    sqlite_url: str, connect: Connect
) -> None:
    """Steps of SQLite's machine instead of a clock."""
    engine, steps = connect(sqlite_url), 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0  # go on

    sa.event.listen(engine, "connect", lambda it, _: it.set_progress_handler(count, 1))
    transcript, costs = Transcript(engine), []
    for number in range(120):
        steps = 0
        key = f"k{number}"
        begin(transcript, key)
        transcript.answer(ME, key, [Reply("一"), Reply("二", (BUTTON,))], NOW)
        last = transcript.exchange(ME, key)[-1]
        assert transcript.after(ME, last.cursor) == []
        costs.append(steps)
    assert costs[109] <= 1.1 * costs[9]


def test_messages_of_others_that_nobody_answers_cost_nothing(
    sqlite_url: str, connect: Connect
) -> None:
    engine, plans = connect(sqlite_url), []

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, *__: Any) -> None:
        if statement.startswith("SELECT") and "leased_until >" in statement:
            plans.extend(cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall())

    sa.event.listen(engine, "before_cursor_execute", explain)
    begin(Transcript(engine), "k1")
    assert ["ix_message_waiting" in step[-1] for step in plans] == [True]
