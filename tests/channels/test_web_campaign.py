"""Coming by the code of a campaign: with a new session, and to a conversation that is there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from rasa.core.channels.channel import UserMessage

from bot.channels.texts import CAMPAIGN_OPENED
from tests.channels.counter import Assistant, Counter, Visitor
from tests.stack import wait_until

SCENE = "315-2027-hall"
OPENING = f'/campaign_open{{"scene": "{SCENE}"}}'
BAD_SCENES: tuple[Any, ...] = (
    "",
    "3·15",
    "UPPER",
    "-a",
    "a" * 65,
    "a/b",
    "a\n",
    7,
    ["a"],
    {},
    True,
)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with Counter(tmp_path).open() as opened:
        yield opened


def said(visitor: Visitor) -> list[str]:
    return [message["text"] for message in visitor.history()]


def heard(counter: Counter) -> list[str]:
    return [str(turn.text) for turn in counter.assistant.turns]


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["error"]["code"])


# -- a new session -------------------------------------------------------------------------------


def test_a_session_opened_by_a_code_begins_with_its_greeting(counter: Counter) -> None:
    visitor = counter.visitor(SCENE)
    assert said(visitor) == [CAMPAIGN_OPENED, f"收到：{OPENING}"]
    assert heard(counter) == [OPENING]


def test_a_session_without_a_code_begins_in_silence(counter: Counter) -> None:
    assert said(counter.visitor()) == []
    for body in ({"campaign": None}, {"other": SCENE}):
        assert requests.post(counter.web + "session", json=body, timeout=10).status_code == 201
    assert heard(counter) == []


@pytest.mark.parametrize("scene", BAD_SCENES)
def test_what_cannot_be_a_scene_is_refused_by_name(counter: Counter, scene: Any) -> None:
    opened = requests.post(counter.web + "session", json={"campaign": scene}, timeout=10)
    assert code(opened) == (422, "invalid_scene")
    assert "重新扫码" in opened.json()["error"]["message"]
    if scene is not None:
        assert code(counter.visitor().arrive(scene)) == (422, "invalid_scene")
    assert heard(counter) == []


def test_a_greeting_that_fails_keeps_nobody_out_and_comes_later(counter: Counter) -> None:
    counter.assistant.away = True
    visitor = counter.visitor(SCENE)
    (kept,) = visitor.history()
    counter.assistant.away = False
    counter.later = timedelta(seconds=31)
    (greeting,) = visitor.history(after=kept["cursor"], wait=20)
    assert greeting["text"] == f"收到：{OPENING}"


class Slow(Assistant):
    """Answers when told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    async def __call__(self, message: UserMessage) -> None:
        await asyncio.to_thread(self.go.wait, 60)
        await super().__call__(message)


def test_a_greeting_that_takes_long_is_not_waited_for(tmp_path: Path) -> None:
    counter, slow = Counter(tmp_path), Slow()
    counter.assistant, counter.greeting_seconds = slow, 0.5
    with counter.open():
        visitor = counter.visitor(SCENE)
        (kept,) = wait_until(visitor.history, 30, "the arrival to be stored")
        assert not kept["reply_to"]
        assert heard(counter) == []
        slow.go.set()
        (greeting,) = visitor.history(after=kept["cursor"], wait=20)
        assert greeting["text"] == f"收到：{OPENING}"
        assert heard(counter) == [OPENING], "the one turn that was under way"


# -- a conversation that is there ----------------------------------------------------------------


def test_a_conversation_goes_on_with_the_greeting_of_the_code(counter: Counter) -> None:
    visitor = counter.visitor()
    visitor.say("你好")
    answer = visitor.arrive(SCENE)
    assert answer.status_code == 200
    assert [m["text"] for m in answer.json()["messages"]] == [CAMPAIGN_OPENED, f"收到：{OPENING}"]
    assert said(visitor) == ["你好", "收到：你好", CAMPAIGN_OPENED, f"收到：{OPENING}"]


def test_the_same_arrival_sent_again_is_one_turn(counter: Counter) -> None:
    visitor, key = counter.visitor(), str(uuid4())
    first = visitor.arrive(SCENE, key).json()
    assert visitor.arrive(SCENE, key).json() == first
    assert visitor.arrive(SCENE).json() != first, "another day, another arrival"
    assert heard(counter) == [OPENING, OPENING]


def test_an_arrival_needs_a_session_and_an_id(counter: Counter) -> None:
    body = {"id": str(uuid4()), "scene": SCENE}
    assert code(requests.post(counter.web + "campaign", json=body, timeout=10)) == (
        401,
        "unauthorized",
    )
    assert code(counter.visitor().arrive(SCENE, key="7")) == (400, "invalid_request")


def test_an_arrival_that_fails_may_be_sent_again(counter: Counter) -> None:
    visitor, key = counter.visitor(), str(uuid4())
    counter.assistant.away = True
    assert code(visitor.arrive(SCENE, key)) == (503, "busy")
    counter.assistant.away = False
    assert visitor.arrive(SCENE, key).status_code == 200
    assert said(visitor) == [CAMPAIGN_OPENED, f"收到：{OPENING}"]


def test_arrivals_are_limited_as_messages_are(tmp_path: Path) -> None:
    counter = Counter(tmp_path, web_messages_per_minute=2)
    counter.steady = lambda: 0.0
    with counter.open():
        visitor = counter.visitor()
        answers = [visitor.arrive(SCENE) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[-1].headers["Retry-After"]) > 0


def test_a_customer_cannot_type_their_way_into_a_campaign(counter: Counter) -> None:
    visitor = counter.visitor()
    visitor.say(OPENING)
    assert heard(counter) == ["／" + OPENING[1:]]


def test_a_page_of_the_bank_may_tell_of_an_arrival(tmp_path: Path) -> None:
    bank = "https://www.bank.example"
    with Counter(tmp_path, web_origins=bank).open() as counter:
        asked = requests.options(counter.web + "campaign", headers={"Origin": bank}, timeout=10)
        assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, bank)


def test_the_greeting_waits_its_turn_behind_what_was_said_before(counter: Counter) -> None:
    visitor = counter.visitor(SCENE)
    wait_until(lambda: len(said(visitor)) == 2, 30, "the greeting")
    visitor.say("你好")
    assert said(visitor)[2:] == ["你好", "收到：你好"]
