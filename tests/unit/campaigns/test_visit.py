"""A visit as the tracker keeps it."""

from __future__ import annotations

from bot.campaigns.visit import Visit
from tests.fakes import NOW


def test_a_visit_comes_back_from_its_slot() -> None:
    visit = Visit("315-2027", "hall", NOW)
    assert Visit.read(visit.as_slot()) == visit
    assert set(visit.as_slot()) == {"campaign", "scene", "at"}


def test_who_never_came_has_no_visit() -> None:
    assert Visit.read(None) is None
