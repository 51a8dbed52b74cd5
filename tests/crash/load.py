"""Customers who never give up, and a killer who never rests."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar
from uuid import uuid4

import requests

from tests.crash.kit import OPENING, new_phone
from tests.stack import Chat, Stack

COMPLAINTS_PER_CONVERSATION = 5
MOST_TURNS = 20
SHORT_WAIT, LONG_WAIT = 0.2, 1.0
"""Seconds between two tries: shorter than the chat page's, so that more of them are repeats."""
PATIENCE_SECONDS = 240.0
LEADS_ON = ("同意，开始登记", "借记卡", "确认提交")
CONFIRM = LEADS_ON[-1]
DECK = ("relay",) * 3 + ("casestore",) * 3 + ("actions",) * 3 + ("rasa",)
"""What is killed, in shuffled order: Rasa seldom, it takes more than ten seconds to be back."""
LONGEST_PAUSE = 5.0

Answer = TypeVar("Answer")
_REFERENCE = re.compile(r"TS\d{8}-[0-9A-Z]{7}")


class Conversation:
    """A conversation with the chat page's outbox: one message goes out under one id until it is
    answered, then the next."""

    def __init__(self, open_chat: Callable[[], Chat], waits: random.Random) -> None:
        self._waits = waits
        self.sent: list[str] = []
        self.bursts: list[list[str]] = []
        self.heard: dict[str, list[str]] = {}
        self.filed: dict[str, str] = {}
        self.repeats = 0
        self._chat = self._until_answered(open_chat)

    def say(self, text: str) -> list[str]:
        return self._send({"text": text})

    def press(self, title: str) -> list[str]:
        return self._send({"choice": self._offered()[title]})

    def scan(self, scene: str) -> list[str]:
        """Comes by a campaign's code."""
        return self._send({"scene": scene}, "campaign")

    def burst(self, pool: Executor, texts: Sequence[str]) -> list[list[str]]:
        """Says all of them without waiting for an answer; the answers to each."""
        keys = [str(uuid4()) for _ in texts]
        self.sent += keys
        self.bursts.append(keys)
        bodies = [{"id": key, "text": text} for key, text in zip(keys, texts, strict=True)]
        waiting = [pool.submit(self._answer_to, body) for body in bodies]
        self.heard |= {key: each.result() for key, each in zip(keys, waiting, strict=True)}
        return [self.heard[key] for key in keys]

    def titles(self) -> list[str]:
        """The buttons of the last answer."""
        return self._chat.titles()

    def leads_on(self) -> str | None:
        """The button of the last answer that brings a complaint further."""
        return next((title for title in LEADS_ON if title in self._offered()), None)

    def _offered(self) -> dict[str, str]:
        return {button["title"]: button["choice"] for button in self._chat.buttons}

    def _send(self, body: dict[str, str], path: str = "messages") -> list[str]:
        key = str(uuid4())
        self.sent.append(key)
        self.heard[key] = self._answer_to({"id": key, **body}, path)
        return self.heard[key]

    def _answer_to(self, body: dict[str, str], path: str = "messages") -> list[str]:
        return self._until_answered(lambda: self._exchange(body, path))

    def _exchange(self, body: dict[str, str], path: str) -> list[str]:
        answer = self._chat.post(body, path)
        if answer.status_code >= 500:
            raise requests.ConnectionError(f"HTTP {answer.status_code}")
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text}"
        replies = [m for m in answer.json()["messages"] if m["from"] == "bot"]
        self._chat.buttons = [button for reply in replies for button in reply["buttons"]]
        return [reply["text"] for reply in replies]

    def _until_answered(self, call: Callable[[], Answer]) -> Answer:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return call()
            except requests.RequestException as exc:
                assert time.monotonic() < deadline, f"never answered: {exc}"
                self.repeats += 1
                time.sleep(self._waits.uniform(SHORT_WAIT, LONG_WAIT))


class Customer:
    """Files one complaint after the other; every complaint has a mark of its own in its story."""

    def __init__(self, stack: Stack, number: int, seed: int) -> None:
        self._stack = stack
        self._number = number
        self._waits = random.Random(seed + number)  # noqa: S311 - spreads the tries only
        self.conversations: list[Conversation] = []
        self.confirmed: list[tuple[float, bool]] = []

    def file_until(self, over: threading.Event) -> None:
        while not over.is_set():
            conversation = Conversation(self._stack.chat, self._waits)
            self.conversations.append(conversation)
            while not over.is_set() and len(conversation.filed) < COMPLAINTS_PER_CONVERSATION:
                self._file_one(conversation)

    def _file_one(self, conversation: Conversation) -> None:
        mark = f"柜台{self._number}之{sum(len(each.filed) for each in self.conversations)}。"
        opening = f"{OPENING}，{mark}我叫李建国，电话{new_phone()}"
        replies = conversation.say(opening)
        for _ in range(MOST_TURNS):
            reference = _REFERENCE.search("\n".join(replies))
            if reference and reference.group() not in conversation.filed.values():
                conversation.filed[mark] = reference.group()
                return
            replies = self._lead_on(conversation, opening)
        raise AssertionError(f"no reference; the last answer was {replies}")

    def _lead_on(self, conversation: Conversation, opening: str) -> list[str]:
        button = conversation.leads_on()
        if button is None:
            return conversation.say(opening)
        repeats, began = conversation.repeats, time.monotonic()
        replies = conversation.press(button)
        if button == CONFIRM:
            took = time.monotonic() - began
            self.confirmed.append((took, conversation.repeats == repeats))
        return replies


@contextmanager
def killings(stack: Stack, seconds: float, seed: int) -> Iterator[Counter[str]]:
    """Kills one process after the other at random moments and starts it again at once.

    Yields the kills by process.
    """
    over, kills = threading.Event(), Counter[str]()
    moments = random.Random(seed)  # noqa: S311 - spreads the kills only
    pause = min(LONGEST_PAUSE, seconds / 12)

    def kill_and_restart() -> None:
        deck: list[str] = []
        while not over.wait(moments.uniform(0.5 * pause, 1.5 * pause)):
            deck = deck or moments.sample(DECK, len(DECK))
            name = deck.pop()
            stack.kill(name)
            stack.launch(name)
            kills[name] += 1

    with ThreadPoolExecutor(1) as pool:
        killer = pool.submit(kill_and_restart)
        try:
            yield kills
        finally:
            over.set()
            killer.result()
