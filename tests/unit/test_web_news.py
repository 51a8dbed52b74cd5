"""Who waits for news hears them at the next look, and those who wait share the looks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

import pytest

from bot.channels.transcript import Message, Transcript
from bot.channels.web.news import News
from bot.errors import StorageError
from bot.storage.brief import WouldWait, may_wait
from tests.fakes import NOW

T = TypeVar("T")
LONG = 3600.0
"""Seconds nobody waits here: what is told comes at once."""


class Said:
    """Stands in for the transcript: numbers and senders of what was said; counts the looks."""

    def __init__(self) -> None:
        self.said: list[tuple[int, str]] = []
        self.looks_for_all = 0
        self.own_looks = 0
        self.failure: Exception | None = None
        self.before_newest = lambda: None
        self.in_a_thread: InAThread | None = None

    def say(self, sender: str) -> None:
        self.said.append((self._newest() + 1, sender))

    def newest(self) -> int:
        self.before_newest()
        return self._newest()

    def _newest(self) -> int:
        return max((number for number, _ in self.said), default=0)

    def senders_after(self, cursor: int) -> tuple[int, set[str]]:
        self.looks_for_all += 1
        if self.failure is not None:
            raise self.failure
        return self._newest(), {sender for number, sender in self.said if number > cursor}

    def after(self, sender: str, cursor: int) -> list[Message]:
        if self.in_a_thread is not None and not may_wait():
            raise WouldWait()
        self.own_looks += 1
        found = [
            Message(number, "bot", f"k{number}", None, "好", (), True, NOW)
            for number, said_to in self.said
            if said_to == sender and number > cursor
        ]
        if self.in_a_thread is not None:
            self.in_a_thread.has_looked.set()
            assert self.in_a_thread.may_answer.wait(10)
        return found


class InAThread:
    """A look that has seen what there is, and answers when it may."""

    def __init__(self) -> None:
        self.has_looked = threading.Event()
        self.may_answer = threading.Event()


class Place:
    """News whose looks happen when the test says so."""

    def __init__(self, own_look: float = LONG) -> None:
        self.transcript = Said()
        self._next = asyncio.Semaphore(0)
        self.news = News(cast(Transcript, self.transcript), self._pause, own_look)

    async def _pause(self, _seconds: float) -> None:
        await self._next.acquire()

    async def look(self) -> None:
        self._next.release()
        await settled()

    def wait(self, sender: str, seconds: float = LONG) -> asyncio.Task[list[Message]]:
        return asyncio.create_task(self.news.after(sender, 0, seconds))


async def settled() -> None:
    """Lets everything run that has nothing to wait for."""
    for _ in range(20):
        await asyncio.sleep(0)


def played(play: Callable[[Place], Awaitable[T]], own_look: float = LONG) -> T:
    async def run() -> T:
        return await play(Place(own_look))

    return asyncio.run(run())


def test_what_is_there_is_told_at_once() -> None:
    async def play(place: Place) -> list[Message]:
        place.transcript.say("web-1")
        return await place.wait("web-1")

    assert [message.cursor for message in played(play)] == [1]


def test_only_the_customer_something_was_said_to_is_told() -> None:
    async def play(place: Place) -> None:
        mine, others = place.wait("web-1"), place.wait("web-2")
        await settled()
        place.transcript.say("web-1")
        await place.look()
        assert [message.cursor for message in await mine] == [1]
        assert not others.done()
        others.cancel()

    played(play)


def test_two_pages_of_one_customer_are_told_both() -> None:
    async def play(place: Place) -> None:
        pages = [place.wait("web-1"), place.wait("web-1")]
        await settled()
        place.transcript.say("web-1")
        await place.look()
        assert all([await page for page in pages])

    played(play)


def test_a_hundred_who_wait_cost_one_look_each_round() -> None:
    async def play(place: Place) -> tuple[int, int]:
        pages = [place.wait(f"web-{number}") for number in range(100)]
        await settled()
        before = place.transcript.own_looks
        for _ in range(10):
            await place.look()
        for page in pages:
            page.cancel()
        return place.transcript.looks_for_all, place.transcript.own_looks - before

    assert played(play) == (10, 0)


def test_nobody_looks_when_nobody_waits() -> None:
    async def play(place: Place) -> int:
        page = place.wait("web-1")
        await settled()
        page.cancel()
        await settled()
        await place.look()
        return place.transcript.looks_for_all

    assert played(play) == 0


def test_who_comes_when_nobody_waited_for_a_while_is_told_too() -> None:
    async def play(place: Place) -> list[Message]:
        assert await place.wait("web-1", 0.0) == []
        later = place.wait("web-1")
        await settled()
        place.transcript.say("web-1")
        await place.look()
        return await later

    assert len(played(play)) == 1


def told_after(failure: Exception) -> list[Message]:
    """What a page is told by the look after one that failed."""

    async def play(place: Place) -> list[Message]:
        page = place.wait("web-1")
        await settled()
        place.transcript.failure = failure
        await place.look()
        place.transcript.failure = None
        place.transcript.say("web-1")
        await place.look()
        return await page

    return played(play)


def test_a_look_that_fails_is_made_again() -> None:
    assert len(told_after(StorageError())) == 1


def test_a_look_that_fails_in_a_way_nobody_knows_does_not_end_the_looking(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert len(told_after(RuntimeError("can't start new thread"))) == 1
    assert "looking for news failed" in caplog.text


def test_what_is_said_between_a_page_and_the_first_look_is_told() -> None:
    async def play(place: Place) -> list[Message]:
        page = place.wait("web-1")
        place.transcript.before_newest = lambda: place.transcript.say("web-1")
        return await page

    assert len(played(play)) == 1


def test_what_is_said_while_a_page_looks_is_told() -> None:
    async def play(place: Place) -> list[Message]:
        others = place.wait("web-2")
        await settled()
        in_a_thread = place.transcript.in_a_thread = InAThread()
        page = place.wait("web-1")
        await asyncio.to_thread(in_a_thread.has_looked.wait, 10)
        place.transcript.say("web-1")
        await place.look()
        in_a_thread.may_answer.set()
        others.cancel()
        return await page

    assert len(played(play)) == 1


def test_without_news_the_wait_ends_empty() -> None:
    async def play(place: Place) -> list[Message]:
        return await place.wait("web-1", 0.01)

    assert played(play) == []


def test_what_appears_behind_something_seen_already_is_found_all_the_same() -> None:
    async def play(place: Place) -> list[Message]:
        place.transcript.said.append((5, "web-2"))
        page = place.wait("web-1")
        await settled()
        place.transcript.said.append((4, "web-1"))
        return await page

    assert [message.cursor for message in played(play, own_look=0.01)] == [4]
