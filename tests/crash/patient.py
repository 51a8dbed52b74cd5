"""Web customers who fill in complaints question by question, ask in between, and never give up.

What they told and heard is kept, to be compared with what the product has stored.
"""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.campaign_day.talk import NAMES, QUESTIONS, SOURCED, WELCOME
from tests.crash.kit import new_phone
from tests.crash.load import Conversation
from tests.stack import Chat

CONFIRM = "确认提交"
IN_BETWEEN = ("借记卡", "昨天下午")
"""Answers before which something else is asked: the form is open then, and asks again."""
BURST = 2
"""Messages that are sent without waiting for the answer to the first."""
_REFERENCE = re.compile(r"TS\d{8}-[0-9A-Z]{7}")

FactOf = tuple[str, str | None, str | None]
"""Kind, topic and outcome of what is counted."""


@dataclass(frozen=True)
class Told:
    """What a customer gave for one complaint; `mark` is in no other one's detail."""

    mark: str
    name: str
    phone: str

    @property
    def detail(self) -> str:
        return f"柜员态度很差，骂了我，{self.mark}"

    @property
    def answers(self) -> Iterator[str]:
        """What is typed, in the order of the questions."""
        yield from ("我要投诉", "同意", self.detail, "借记卡", BRANCH)
        yield from ("昨天下午", REQUEST, self.name, self.phone)


BRANCH, REQUEST = "人民路支行", "赔礼道歉"


class Customer:
    """One conversation by a campaign's code, and all complaints made in it.

    `counted`: the facts that must be there of it, by plain counting of what was done.
    """

    def __init__(self, number: int, scene: str, open_chat: Callable[[], Chat], seed: int) -> None:
        self._number = number
        self._scene = scene
        self._questions = random.Random(seed + number)  # noqa: S311 - a script, no secret
        self.conversation = Conversation(open_chat, random.Random(seed - number))  # noqa: S311
        self.filed: dict[str, Told] = {}
        self.counted: Counter[FactOf] = Counter()

    @property
    def answered(self) -> int:
        return len(self.conversation.heard)

    def go_on_until(self, over: threading.Event) -> None:
        """Raises AssertionError at an answer that is none."""
        assert WELCOME in "\n".join(self.conversation.scan(self._scene))
        self.counted["scan", None, None] += 1
        while not over.is_set():
            self._file_one()
            self._ask_hastily()

    def _file_one(self) -> None:
        mark = f"柜台{self._number}之{len(self.filed)}。"
        told = Told(mark, NAMES[self._number % len(NAMES)], new_phone())
        for answer in told.answers:
            if answer in IN_BETWEEN:
                self._ask()
            replies = self.conversation.say(answer)
        assert CONFIRM in self.conversation.titles(), replies
        reference = _REFERENCE.search("\n".join(self.conversation.say(CONFIRM)))
        assert reference is not None
        self.filed[reference.group()] = told
        self.counted["complaint", None, None] += 1

    def _ask(self) -> None:
        words = self._questions.choice(list(QUESTIONS))
        self._hear(words, self.conversation.say(words))

    def _ask_hastily(self) -> None:
        words = self._questions.sample(list(QUESTIONS), BURST)
        with ThreadPoolExecutor(BURST) as pool:
            for asked, replies in zip(words, self.conversation.burst(pool, words), strict=True):
                self._hear(asked, replies)

    def _hear(self, words: str, replies: list[str]) -> None:
        assert SOURCED in "\n".join(replies), f"{words} was answered {replies}"
        self.counted["consultation", QUESTIONS[words], "answered"] += 1
