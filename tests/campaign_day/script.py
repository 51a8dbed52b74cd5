"""What the visitors of a campaign day do and say. Pure: the same seed makes the same day.

Every act carries what must be counted of it, by the definitions that stand beside the figures.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from tests.campaign_day import talk
from tests.campaign_day.content import CHANNELS, Fair, Riddle, Slot

PEOPLE, SEED = 2000, 1510
"""The day that is played unless another one is asked for."""
REPEATED = 0.04
"""Share of the messages that are delivered twice."""
KNOWS = 0.6
"""Share of the questions of the quiz that are answered right."""


class Turn(str, Enum):
    """What a message is about."""

    SCAN = "scan"
    TOPIC = "topic button"
    QUESTION = "question"
    UNKNOWN = "unknown question"
    QUIZ = "quiz"
    SHARE = "share"
    BOOKING = "booking"
    COMPLAINT = "complaint"


@dataclass(frozen=True)
class Line:
    """A message: a button of this title where one is offered, else these words; a scene's id for
    a scan.

    `hears`: what the answer must have in it. `if_offered`: a button with this in its title, without
    which the act is over. `times`: how often the same message is delivered.
    """

    turn: Turn
    words: str
    hears: str = ""
    if_offered: bool = False
    times: int = 1


@dataclass(frozen=True)
class Counted:
    """A fact, apart from whose, when, where and through which channel."""

    kind: str
    topic: str | None = None
    outcome: str | None = None
    question: str | None = None
    level: str | None = None
    number: int | None = None
    in_vain: str | None = None
    """The words of a question nobody could answer; they are kept apart from the facts."""


@dataclass(frozen=True)
class Act:
    """What a visitor does at a scene. `wish`: the slot they want; whether they get it is a race."""

    scene: str
    lines: tuple[Line, ...]
    counted: tuple[Counted, ...] = ()
    wish: str | None = None


@dataclass(frozen=True)
class Visitor:
    """One person; on WeChat, `follows` tells whether they followed the account before."""

    number: int
    channel: str
    follows: bool
    acts: tuple[Act, ...]

    @property
    def phone(self) -> str:
        return talk.phone(self.number)

    @property
    def messages(self) -> int:
        return sum(line.times for act in self.acts for line in act.lines)


@dataclass(frozen=True)
class Place:
    """Where a visitor stands, and who they are."""

    fair: Fair
    scene: str
    channel: str
    number: int

    @property
    def slot(self) -> Slot:
        return next(
            s for s in self.fair.slots if (s.scene, s.channel) == (self.scene, self.channel)
        )


def campaign_day(fairs: Sequence[Fair], people: int, seed: int) -> list[Visitor]:
    """The visitors in the order they come."""
    chance = random.Random(seed)  # noqa: S311 - a script, no secret
    return [_visitor(chance, fairs, number) for number in range(people)]


def _visitor(chance: random.Random, fairs: Sequence[Fair], number: int) -> Visitor:
    fair = chance.choice(fairs)
    place = Place(fair, chance.choice(fair.stands).scene, chance.choice(CHANNELS), number)
    weights = [weight for weight, _ in _WAYS]
    (_, way), *_ = chance.choices(_WAYS, weights)
    acts = [_scan(place.scene), *way(chance, place), *_afterwards(chance, fairs, place)]
    first, *others = (_repeated(chance, act) for act in acts)
    # Opening a page twice makes two visitors of the website: that is no repeat of a message.
    first = acts[0] if place.channel == "web" else first
    return Visitor(number, place.channel, chance.random() < 0.5, (first, *others))


# -- what visitors do ------------------------------------------------------------------------------


def _scan(scene: str) -> Act:
    return Act(scene, (Line(Turn.SCAN, scene, hears=talk.WELCOME),), (Counted("scan"),))


def _looks(_chance: random.Random, _place: Place) -> Iterator[Act]:
    yield from ()


def _asks(chance: random.Random, place: Place) -> Iterator[Act]:
    for words in chance.sample(list(talk.QUESTIONS), chance.choice([1, 1, 2])):
        yield _question(place.scene, words)


def _presses_a_topic(chance: random.Random, place: Place) -> Iterator[Act]:
    title = chance.choice(list(place.fair.topics))
    asked = Counted("consultation", place.fair.topics[title], "answered")
    yield Act(place.scene, (Line(Turn.TOPIC, title, hears=talk.SOURCED),), (asked,))


def _puzzles(chance: random.Random, place: Place) -> Iterator[Act]:
    words = chance.choice(talk.UNANSWERABLE)
    asked = Counted("consultation", outcome="unknown", in_vain=words)
    yield Act(place.scene, (Line(Turn.UNKNOWN, words, hears=talk.UNKNOWN),), (asked,))


def _plays(chance: random.Random, place: Place) -> Iterator[Act]:
    riddles = place.fair.easy[: chance.randint(1, len(place.fair.easy))]
    yield _begins(place)
    yield from _answers(chance, place, riddles)


def _plays_with_a_pause(chance: random.Random, place: Place) -> Iterator[Act]:
    easy = place.fair.easy
    pause = chance.randint(1, len(easy) - 1)
    end = chance.randint(pause + 1, len(easy))
    yield _begins(place)
    yield from _answers(chance, place, easy[:pause])
    yield Act(place.scene, (Line(Turn.QUIZ, talk.PAUSE),))
    yield _question(place.scene, chance.choice(list(talk.QUESTIONS)))
    yield Act(place.scene, (Line(Turn.QUIZ, talk.RESUME, hears=easy[pause].text),))
    yield from _answers(chance, place, easy[pause:end])


def _shares(_chance: random.Random, place: Place) -> Iterator[Act]:
    yield Act(place.scene, (Line(Turn.SHARE, talk.SHARE),), (Counted("shared"),))


def _books(_chance: random.Random, place: Place) -> Iterator[Act]:
    lines = _lines(Turn.BOOKING, talk.booking(place.slot, place.number))
    yield Act(place.scene, lines, wish=place.slot.id)


def _complains(_chance: random.Random, place: Place) -> Iterator[Act]:
    lines = _lines(Turn.COMPLAINT, talk.complaint(place.number))
    yield Act(place.scene, lines, (Counted("complaint"),))


def _lines(turn: Turn, said: Sequence[talk.Said]) -> tuple[Line, ...]:
    return tuple(Line(turn, each.words, each.hears, each.if_offered) for each in said)


_WAYS: Sequence[tuple[float, Callable[[random.Random, Place], Iterator[Act]]]] = (
    (0.526, _looks),
    (0.17, _asks),
    (0.10, _presses_a_topic),
    (0.05, _puzzles),
    (0.055, _plays),
    (0.015, _plays_with_a_pause),
    (0.014, _shares),
    (0.04, _books),
    (0.03, _complains),
)
"""What share of the visitors does what."""


def _afterwards(chance: random.Random, fairs: Sequence[Fair], place: Place) -> Iterator[Act]:
    """Some ask on, scan the same code again, go on to another stand or to the other campaign."""
    stands = [stand.scene for fair in fairs for stand in fair.stands]
    own = [stand.scene for stand in place.fair.stands if stand.scene != place.scene]
    drawn = chance.random()
    if drawn < 0.04:
        yield _scan(place.scene)
    elif drawn < 0.08:
        yield from _goes_on(chance, chance.choice(own))
    elif drawn < 0.10:
        yield from _goes_on(chance, chance.choice(stands))
    elif drawn < 0.18:
        yield _question(place.scene, chance.choice(list(talk.QUESTIONS)))


def _goes_on(chance: random.Random, scene: str) -> Iterator[Act]:
    yield _scan(scene)
    yield _question(scene, chance.choice(list(talk.QUESTIONS)))


def _question(scene: str, words: str) -> Act:
    asked = Counted("consultation", talk.QUESTIONS[words], "answered")
    return Act(scene, (Line(Turn.QUESTION, words, hears=talk.SOURCED),), (asked,))


def _begins(place: Place) -> Act:
    opening = Line(Turn.QUIZ, talk.QUIZ)
    level = Line(Turn.QUIZ, talk.EASY, hears=place.fair.easy[0].text)
    return Act(place.scene, (opening, level), (Counted("quiz_started", level="easy"),))


def _answers(chance: random.Random, place: Place, riddles: Sequence[Riddle]) -> Iterator[Act]:
    """Answers the next questions of the level in their order; after the last one it is finished."""
    for riddle in riddles:
        is_right = chance.random() < KNOWS
        wrong = [n for n in range(len(riddle.options)) if n != riddle.right]
        picked = riddle.right if is_right else chance.choice(wrong)
        outcome = "right" if is_right else "wrong"
        answer = Counted("quiz_answered", None, outcome, riddle.id, "easy", 1)
        is_last = riddle is place.fair.easy[-1]
        finished = (Counted("quiz_finished", level="easy"),) if is_last else ()
        line = Line(Turn.QUIZ, riddle.options[picked], hears=talk.verdict(riddle, is_right))
        yield Act(place.scene, (line,), (answer, *finished))


def _repeated(chance: random.Random, act: Act) -> Act:
    """The act with some of its messages delivered twice."""
    lines = (replace(line, times=2) if chance.random() < REPEATED else line for line in act.lines)
    return replace(act, lines=tuple(lines))
