"""Facts to count."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from bot.analytics.fact import Fact, FactKind, Outcome

NOW = datetime(2027, 3, 15, 2, tzinfo=timezone.utc)
CAMPAIGN = "315-2027"


def fact(number: int = 1, later: timedelta = timedelta(0), campaign: str = CAMPAIGN) -> Fact:
    """A consultation; the same number makes the same fact."""
    return Fact(
        id=f"fact-{number}",
        kind=FactKind.CONSULTATION,
        at=NOW + later,
        day=date(2027, 3, 15),
        person=f"person-{number}",
        channel="web",
        campaign=campaign,
        scene="hall",
        topic="faq/fees.sms",
        outcome=Outcome.ANSWERED,
    )


def facts_of(numbers: range) -> list[Fact]:
    return [fact(number) for number in numbers]
