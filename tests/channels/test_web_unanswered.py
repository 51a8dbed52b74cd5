"""What stayed without an answer is answered by itself: the open page hears it, a reload shows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.channels.counter import Counter
from tests.stack import wait_until


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with Counter(tmp_path).open() as opened:
        yield opened


def test_the_open_page_gets_the_answer_by_its_long_poll(counter: Counter) -> None:
    visitor, key = counter.visitor(), str(uuid4())
    counter.assistant.away = True
    assert visitor.say("银行卡丢了", key).status_code == 503
    (kept,) = visitor.history()
    counter.assistant.away = False
    counter.later = timedelta(seconds=31)
    (answer,) = visitor.history(after=kept["cursor"], wait=20)
    assert (answer["text"], answer["reply_to"]) == ("收到：银行卡丢了", key)
    assert visitor.history() == [kept, answer], "a reload shows it, too"
    assert visitor.say("银行卡丢了", key).json()["messages"] == [kept, answer]
    assert len(counter.assistant.turns) == 2, "the one that failed and one more"


def test_a_file_without_an_answer_gets_it_as_well(counter: Counter) -> None:
    visitor = counter.visitor()
    counter.assistant.away = True
    assert visitor.upload().status_code == 503
    (kept,) = visitor.history()
    counter.assistant.away = False
    counter.later = timedelta(seconds=31)
    (answer,) = visitor.history(after=kept["cursor"], wait=20)
    assert counter.assistant.entities() == {"id": counter.files()[0], "kind": "图片"}
    assert answer["reply_to"] == kept["id"]


def test_a_restart_takes_up_what_was_left(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    with counter.open():
        visitor = counter.visitor()
        counter.assistant.away = True
        visitor.say("你好")
    counter.assistant.away = False
    counter.later = timedelta(minutes=5)
    with counter.open():
        history = wait_until(lambda: visitor.history()[1:], 30, "the answer")
        assert [m["text"] for m in history] == ["收到：你好"]


def test_a_cleared_conversation_is_left_alone(counter: Counter) -> None:
    gone, here = counter.visitor(), counter.visitor()
    counter.assistant.away = True
    for visitor in (gone, here):
        visitor.say("你好")
    (kept,) = here.history()
    gone.http.post(gone.web + "session/end", json={}, timeout=10)
    counter.assistant.away = False
    counter.later = timedelta(seconds=31)
    assert here.history(after=kept["cursor"], wait=20)
    assert len(counter.assistant.turns) == 3, "two that failed, and the one of who stayed"
