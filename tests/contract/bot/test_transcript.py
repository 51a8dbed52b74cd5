"""The conversation as the customer sees it, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from bot.channels.transcript import BOT, CUSTOMER, HISTORY_LIMIT, Button, Reply, Transcript
from bot.errors import StorageError
from tests.fakes import NOW

ME, OTHER = "web-1", "web-2"
BUTTON = Button(title="同意", payload='/answer{"field": "consent", "value": true}')
Connect = Callable[[str], Engine]


@pytest.fixture
def transcript(database_url: str, connect: Connect) -> Transcript:
    return Transcript(connect(database_url))


def test_a_message_is_stored_unanswered(transcript: Transcript) -> None:
    message = transcript.begin(ME, "k1", "你好😀", NOW)
    assert (message.author, message.key, message.text) == (CUSTOMER, "k1", "你好😀")
    assert (message.answered, message.created_at) == (False, NOW)
    assert transcript.after(ME, 0) == [message]


def test_beginning_again_returns_the_first(transcript: Transcript) -> None:
    first = transcript.begin(ME, "k1", "你好", NOW)
    assert transcript.begin(ME, "k1", "别的", NOW + timedelta(hours=1)) == first
    assert transcript.begin(OTHER, "k1", "在吗", NOW).text == "在吗"
    assert len(transcript.after(ME, 0)) == 1


def test_an_answer_marks_the_message_and_keeps_order_and_buttons(transcript: Transcript) -> None:
    transcript.begin(ME, "k1", "我要投诉", NOW)
    answered = transcript.answer(ME, "k1", [Reply("很抱歉"), Reply("同意吗？", [BUTTON])], NOW)
    assert [m.text for m in answered] == ["我要投诉", "很抱歉", "同意吗？"]
    assert [m.author for m in answered] == [CUSTOMER, BOT, BOT]
    assert all(m.answered for m in answered)
    assert answered[2].buttons == (BUTTON,)
    assert answered == transcript.exchange(ME, "k1") == transcript.after(ME, 0)
    assert transcript.begin(ME, "k1", "我要投诉", NOW).answered


def test_an_exchange_holds_its_own_replies_only(transcript: Transcript) -> None:
    for key in ("k1", "k2"):
        transcript.begin(ME, key, f"问{key}", NOW)
        transcript.answer(ME, key, [Reply(f"答{key}")], NOW)
    transcript.begin(OTHER, "k1", "别人的", NOW)
    transcript.push(ME, "filed/1", Reply("已送达"), NOW)
    assert [m.text for m in transcript.exchange(ME, "k1")] == ["问k1", "答k1"]
    assert transcript.exchange(ME, "k3") == []


def test_after_a_cursor_comes_what_is_newer_oldest_first(transcript: Transcript) -> None:
    first = transcript.begin(ME, "k1", "一", NOW)
    transcript.begin(OTHER, "k9", "别人的", NOW)
    transcript.push(ME, "p", Reply("二"), NOW)
    transcript.begin(ME, "k2", "三", NOW - timedelta(hours=1))
    assert [m.text for m in transcript.after(ME, 0)] == ["一", "二", "三"]
    later = transcript.after(ME, first.cursor)
    assert [m.text for m in later] == ["二", "三"]
    assert [m.cursor for m in later] == sorted(m.cursor for m in later)
    assert transcript.after(ME, later[-1].cursor) == []


def test_a_long_history_shows_its_newest_part(transcript: Transcript) -> None:
    transcript.begin(ME, "k1", "一", NOW)
    replies = [Reply(str(number)) for number in range(HISTORY_LIMIT + 5)]
    transcript.answer(ME, "k1", replies, NOW)
    shown = transcript.after(ME, 0)
    assert len(shown) == HISTORY_LIMIT
    assert shown[-1].text == str(HISTORY_LIMIT + 4)


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
        begun = list(pool.map(lambda _: transcript.begin(ME, "k1", "你好", NOW), range(12)))
        pushed = list(pool.map(lambda _: transcript.push(ME, "p", Reply("嗨"), NOW), range(12)))
        list(pool.map(lambda _: transcript.end_session(ME, NOW), range(12)))
    assert len({message.cursor for message in begun}) == 1
    assert pushed.count(True) == 1
    assert len(transcript.after(ME, 0)) == 2


USES: dict[str, Callable[[Transcript], Any]] = {
    "begin": lambda transcript: transcript.begin(ME, "k", "x", NOW),
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
