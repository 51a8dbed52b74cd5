"""What the customers of a soak do and say. Pure: the same seed gives the same conversations."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from benchmarks.load import QUESTIONS
from tests.campaign_day import talk

REFERENCE = "TS"
"""In the answer to a confirmed complaint."""
REPEATED = 0.25
"""Share of WeChat's messages that are pushed three times."""
QUIZ_ANSWERS = 4


class Kind(str, Enum):
    """One thing a customer does."""

    SAY = "say"
    CHOOSE = "choose"
    """Presses the first button under the last answer, if there is one."""
    SCAN = "scan"
    FILE = "file"
    POLL = "poll"
    """Waits for news; no message."""


@dataclass(frozen=True)
class Step:
    """`words`: what is typed, the title of a button, or a scene; `hears`: is in the answer.

    `times`: how often the same message is delivered.
    """

    kind: Kind
    words: str = ""
    hears: str = ""
    times: int = 1


@dataclass(frozen=True)
class Conversation:
    """A new customer of one channel, and what they do one after the other."""

    number: int
    channel: str
    steps: tuple[Step, ...]


def conversations(seed: int, scene: str) -> Iterator[Conversation]:
    """Without end, each of somebody new; `scene` is a stand of a campaign that runs."""
    chance = random.Random(seed)  # noqa: S311 - a script, no secret
    number = 0
    while True:
        number += 1
        (_, channel, way), *_ = chance.choices(_WAYS, [weight for weight, _, _ in _WAYS])
        steps = way(chance, number, scene)
        yield Conversation(number, channel, tuple(_pushed(chance, channel, steps)))


def _pushed(chance: random.Random, channel: str, steps: Iterator[Step]) -> Iterator[Step]:
    """The steps as the channel delivers them: WeChat pushes again what was answered too late."""
    for step in steps:
        again = channel == "wechat" and step.kind is Kind.SAY and chance.random() < REPEATED
        yield Step(step.kind, step.words, step.hears, times=3) if again else step


def _asks(chance: random.Random, _number: int, _scene: str) -> Iterator[Step]:
    for words in chance.sample(QUESTIONS, chance.randint(2, 6)):
        yield Step(Kind.SAY, words)


def _asks_and_waits(chance: random.Random, number: int, scene: str) -> Iterator[Step]:
    yield from _asks(chance, number, scene)
    yield Step(Kind.POLL)


def _puzzles(chance: random.Random, _number: int, _scene: str) -> Iterator[Step]:
    yield Step(Kind.SAY, chance.choice(talk.UNANSWERABLE))
    yield Step(Kind.SAY, chance.choice(QUESTIONS))


def _complains(_chance: random.Random, number: int, _scene: str) -> Iterator[Step]:
    for said in talk.complaint(number):
        yield Step(Kind.SAY, said.words, said.hears)
    yield Step(Kind.SAY, "查进度")


def _complains_and_waits(chance: random.Random, number: int, scene: str) -> Iterator[Step]:
    yield from _complains(chance, number, scene)
    yield Step(Kind.POLL)


def _sends_a_file(chance: random.Random, number: int, scene: str) -> Iterator[Step]:
    yield from _complains(chance, number, scene)
    yield Step(Kind.SAY, "我要补充材料")
    yield Step(Kind.FILE)
    yield Step(Kind.POLL)


def _gives_up(chance: random.Random, number: int, scene: str) -> Iterator[Step]:
    """A form that is left: its draft stays."""
    steps = list(_complains(chance, number, scene))
    yield from steps[: chance.randint(2, 4)]


def _plays(_chance: random.Random, _number: int, scene: str) -> Iterator[Step]:
    yield Step(Kind.SCAN, scene)
    yield Step(Kind.SAY, talk.QUIZ)
    yield Step(Kind.SAY, talk.EASY)
    yield from (Step(Kind.CHOOSE) for _ in range(QUIZ_ANSWERS))


Way = Callable[[random.Random, int, str], Iterator[Step]]
_WAYS: tuple[tuple[float, str, Way], ...] = (
    (0.22, "web", _asks),
    (0.10, "web", _asks_and_waits),
    (0.06, "web", _puzzles),
    (0.08, "web", _complains_and_waits),
    (0.04, "web", _sends_a_file),
    (0.08, "web", _gives_up),
    (0.07, "web", _plays),
    (0.22, "wechat", _asks),
    (0.06, "wechat", _complains),
    (0.03, "wechat", _gives_up),
    (0.04, "wechat", _plays),
)
"""Weight, channel and way: two thirds on the website, one third on WeChat."""
