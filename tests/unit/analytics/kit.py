"""Facts to count, one a second, and a campaign they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from itertools import count as counter
from typing import Any

from bot.analytics.description import Asked, Description, Place
from bot.analytics.fact import Fact, FactKind, Outcome
from bot.analytics.tally import Counted, Sighting, count

NOW = datetime(2027, 3, 15, 1, tzinfo=timezone.utc)
DAY = date(2027, 3, 15)
CAMPAIGN = "315-2027"
_numbers = counter()


def fact(kind: FactKind, person: str = "p1", **more: Any) -> Fact:
    number = next(_numbers)
    values: dict[str, Any] = {
        "at": NOW + timedelta(seconds=number),
        "day": DAY,
        "channel": "web",
        "campaign": CAMPAIGN,
        "scene": "hall",
        **more,
    }
    return Fact(id=f"{number:032x}", kind=kind, person=person, **values)


def answer(person: str, question: str, outcome: Outcome, number: int = 1, **more: Any) -> Fact:
    return fact(
        FactKind.QUIZ_ANSWERED, person, question=question, outcome=outcome, number=number, **more
    )


def people(number: int, kind: FactKind, **more: Any) -> list[Fact]:
    """A fact of each of so many people."""
    return [fact(kind, f"p{n}", **more) for n in range(number)]


def counted(facts: Iterable[Fact]) -> Counted:
    """Facts counted as the store hands them out."""
    ordered = sorted(facts, key=lambda each: (each.number or 0, each.at))
    return count([_seen(each) for each in ordered])


def _seen(each: Fact) -> Sighting:
    outcome = each.outcome.value if each.outcome else None
    where = (each.scene, each.day, each.channel)
    return Sighting(*where, each.kind.value, outcome, each.topic, each.person, each.question)


def description(
    scenes: Iterable[tuple[str, str]] = (("hall", "人民路支行"),), **changes: Any
) -> Any:
    """A campaign with scenes at branches."""
    first, last = date(2027, 3, 1), date(2027, 3, 31)
    values: dict[str, Any] = {
        "id": CAMPAIGN,
        "title": "3·15消费者权益日",
        "organiser": "消费者权益保护部",
        "first_day": first,
        "last_day": last,
        "audience": "everyone",
        "topics": ("八项权利",),
        "scenes": tuple(Place(key, "宣传", branch, "大堂", first, last) for key, branch in scenes),
        "questions": (Asked("q1", "投诉可以撤回吗？", "easy"), Asked("q2", "第二题", "hard")),
        "places": 10,
        **changes,
    }
    return Description(**values)
