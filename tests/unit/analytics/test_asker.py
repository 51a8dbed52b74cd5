"""A question asked in vain belongs to a campaign for a day, and to nobody else's facts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.analytics.asker import Asker, asker
from bot.analytics.fact import pseudonym
from tests.unit.analytics.kit import NOW

VISIT = {"campaign": "315-2027", "scene": "hall", "at": NOW.isoformat()}


def found(
    visit: dict[str, Any] | None = VISIT, sender: str = "web-1", at: datetime = NOW
) -> Asker | None:
    return asker(visit, sender, b"secret", at)


def test_who_came_by_a_code_asks_for_its_campaign_for_a_day() -> None:
    late = NOW + timedelta(hours=24)
    for at in (NOW, late):
        who = found(at=at)
        assert who is not None
        assert who.campaign == "315-2027"
    assert found(at=late + timedelta(seconds=1)) is None


@pytest.mark.parametrize("visit", [None, {}, {**VISIT, "scene": ""}])
def test_who_came_by_no_code_asks_for_no_campaign(visit: dict[str, Any] | None) -> None:
    assert found(visit) is None


def test_the_name_tells_people_apart_and_is_no_other_name_of_theirs() -> None:
    one, again, other = found(), found(at=NOW + timedelta(hours=1)), found(sender="web-2")
    assert one == again != other
    assert one is not None
    assert one.name != pseudonym(b"secret", "315-2027", "web-1")
    assert "web-1" not in one.name
    next_year = found({**VISIT, "campaign": "315-2028"})
    assert next_year is not None
    assert next_year.name != one.name
