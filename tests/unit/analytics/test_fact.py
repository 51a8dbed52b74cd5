"""Facts: nobody's own, the same cause the same fact, and the same after the journey."""

from __future__ import annotations

import pytest

from bot.analytics.fact import FactKind, Outcome, as_json, fact_id, from_json, pseudonym
from tests.unit.analytics.kit import answer, fact


def test_a_fact_travels_unchanged() -> None:
    sent = answer("p1", "q1", Outcome.RIGHT)
    assert from_json(as_json(sent)) == sent
    plain = fact(FactKind.SCAN)
    assert from_json(as_json(plain)) == plain
    assert "outcome" not in as_json(plain)


@pytest.mark.parametrize(
    "spoil",
    [
        {"kind": "dance"},
        {"at": "2027-03-15T01:00:00"},
        {"at": 3},
        {"day": "15.3."},
        {"outcome": "maybe"},
        {"phone": "138"},
    ],
)
def test_what_is_no_fact_is_refused(spoil: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".*"):
        from_json({**as_json(fact(FactKind.SCAN)), **spoil})


def test_the_same_cause_has_the_same_id_and_another_one_another() -> None:
    same = fact_id(b"s", "web-1", "k", FactKind.SCAN)
    assert same == fact_id(b"s", "web-1", "k", FactKind.SCAN)
    others = {
        fact_id(b"s", "web-2", "k", FactKind.SCAN),
        fact_id(b"s", "web-1", "l", FactKind.SCAN),
        fact_id(b"s", "web-1", "k", FactKind.COMPLAINT),
        fact_id(b"s", "web-1", "k", FactKind.SCAN, "q1"),
    }
    assert len({same, *others}) == 5


def test_a_person_has_another_name_in_the_next_campaign() -> None:
    assert pseudonym(b"s", "spring", "web-1") == pseudonym(b"s", "spring", "web-1")
    assert pseudonym(b"s", "spring", "web-1") != pseudonym(b"s", "autumn", "web-1")
    assert pseudonym(b"s", "spring", "web-1") != pseudonym(b"t", "spring", "web-1")
