"""Without its action server the assistant loses nothing and claims nothing."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from signal import SIGTERM
from threading import Thread, Timer
from typing import Any
from uuid import uuid4

from actions.__main__ import KEPT_SECONDS
from tests.crash.kit import at_recap, choice, heal, journal, locked
from tests.stack import Chat, Stack, reference_in, wait_until

RESTARTS = 3
A_WHILE = 2.0
"""Seconds in which a message that is stored comes to the action server, which then waits for the
journal; that it does for five in all, and files without it afterwards."""


def test_a_customer_is_asked_to_wait_and_the_same_message_works_later(fragile: Stack) -> None:
    chat = fragile.chat()
    chat.say("我要投诉")
    body = {"id": str(uuid4()), "text": "同意"}
    fragile.kill("actions")
    for _ in range(2):
        answer = chat.post(body)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "3"
        error = answer.json()["error"]
        assert error["code"] == "busy"
        assert "400-000-0000" in error["message"]
    assert chat.history()[-1]["text"] == "同意", "the message is kept, without an answer"
    assert not fragile.answers(fragile.web + "health")
    heal(fragile)
    answer = chat.post(body)
    assert answer.status_code == 200
    assert "请说说发生了什么事" in answer.json()["messages"][-1]["text"]
    assert [m["from"] for m in chat.history()].count("customer") == 2
    assert "业务" in chat.say("柜员态度很差，骂了我")[-1], "the form goes on"


@contextmanager
def held_up_while_filing(stack: Stack, chat: Chat, body: dict[str, str]) -> Iterator[Future[Any]]:
    """The answer to the customer's confirmation; the journal cannot be written within the block."""
    with ThreadPoolExecutor(1) as pool, locked(stack.folder / "journal.db"):
        press = pool.submit(chat.post, body)
        wait_until(lambda: chat.history()[-1]["text"] == "确认提交", 15, "the press")
        yield press


def processes_work(seconds: float) -> None:
    """Gives the product so much time. A machine that halts takes none of it away: a look at the
    clock counts for a tenth of a second at most."""
    left = seconds
    while left > 0:
        began = time.monotonic()
        time.sleep(0.05)
        left -= min(time.monotonic() - began, 0.1)


def test_killed_while_filing_it_files_nothing_and_the_answers_stay(fragile: Stack) -> None:
    chat, before = at_recap(fragile), journal(fragile).keys()
    body = {"id": str(uuid4()), "choice": choice(chat, "确认提交")}
    with held_up_while_filing(fragile, chat, body) as press:
        processes_work(0.5)
        fragile.kill("actions")
        assert press.result().status_code == 503
    assert journal(fragile).keys() == before
    heal(fragile)
    answer = chat.post(body)
    reference = reference_in([m["text"] for m in answer.json()["messages"]])
    assert journal(fragile).keys() - before == {reference}


def test_told_to_stop_while_filing_it_files_and_ends_soon(fragile: Stack) -> None:
    chat, before = at_recap(fragile), journal(fragile).keys()
    body = {"id": str(uuid4()), "choice": choice(chat, "确认提交")}
    with held_up_while_filing(fragile, chat, body) as press:
        processes_work(A_WHILE)
        stop = Thread(target=fragile.kill, args=["actions", SIGTERM])  # it ends after the block
        stop.start()
        wait_until(lambda: "actions" not in fragile.processes, 60, "the signal")
    answer, answered_at = press.result(), time.monotonic()
    stop.join()
    assert time.monotonic() - answered_at < KEPT_SECONDS / 2, (
        "it waits for no connection that Rasa keeps"
    )
    heal(fragile)
    assert answer.status_code == 200
    reference = reference_in([m["text"] for m in answer.json()["messages"]])
    assert journal(fragile).keys() - before == {reference}


def test_killed_again_and_again_while_filing_it_files_one_complaint(fragile: Stack) -> None:
    chat, before = at_recap(fragile), journal(fragile).keys()
    body = {"id": str(uuid4()), "choice": choice(chat, "确认提交")}
    moments = random.Random(7)  # noqa: S311 - spreads the kills, guards nothing
    for _ in range(RESTARTS):
        killer = Timer(moments.uniform(0, 0.08), fragile.kill, ["actions"])
        killer.start()
        assert chat.post(body).status_code in {200, 503}
        killer.join()
        heal(fragile)
    answer = chat.post(body)
    reference = reference_in([m["text"] for m in answer.json()["messages"]])
    assert journal(fragile).keys() - before == {reference}
