"""What figures are counted from, and the reports that stay, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.engine import Engine

from bot.analytics.fact import FactKind, Outcome
from bot.analytics.figures import figures, small
from bot.analytics.reports import Kept, Reports
from bot.analytics.store import OLD_FACTS, Facts, Mark
from bot.analytics.tally import count
from bot.errors import StorageError
from bot.storage.engine import create_engine
from tests.unit.analytics.kit import CAMPAIGN, DAY, answer, counted, fact, people


@pytest.fixture
def stored(engine: Engine) -> Facts:
    return Facts(engine)


@pytest.fixture
def reports(engine: Engine) -> Reports:
    return Reports(engine)


def test_what_is_counted_from_the_database_is_what_was_put_in(stored: Facts) -> None:
    facts = [
        *people(7, FactKind.SCAN),
        *people(6, FactKind.CONSULTATION, topic="faq/fees.sms", outcome=Outcome.ANSWERED),
        *[answer(f"p{n}", "q1", Outcome.RIGHT, number=2) for n in range(5)],
        *[answer(f"p{n}", "q1", Outcome.WRONG, number=1, day=DAY) for n in range(5)],
    ]
    stored.add([*facts, *people(9, FactKind.SCAN, campaign="another")])
    found = count(stored.sightings(CAMPAIGN))
    assert found == counted(facts)
    texts = {f.definition.name: f.text for f in figures(found.total(), small(found.total()))}
    assert (texts["right_first"], texts["right_last"], texts["scans"]) == ("0%", "100%", "7")


def test_a_mark_changes_with_every_fact_and_tells_the_days(stored: Facts) -> None:
    assert stored.marks() == {}
    first, later = fact(FactKind.SCAN), fact(FactKind.SCAN, day=date(2027, 3, 18))
    stored.add([first])
    assert stored.marks() == {CAMPAIGN: Mark(1, first.at, DAY, DAY)}
    stored.add([later, fact(FactKind.SCAN, campaign="another", at=first.at)])
    assert stored.marks()[CAMPAIGN] == Mark(2, later.at, DAY, date(2027, 3, 18))
    OLD_FACTS.purge(stored._engine, first.at + timedelta(microseconds=1))
    assert stored.marks() == {CAMPAIGN: Mark(1, later.at, date(2027, 3, 18), date(2027, 3, 18))}


def test_the_last_report_of_each_campaign_is_kept(reports: Reports) -> None:
    reports.keep("b", Kept(3, {"total": [{"text": "三"}]}))
    reports.keep("a", Kept(0, {}))
    reports.keep("b", Kept(4, {"total": [{"text": "四"}]}))
    assert reports.all() == {"a": Kept(0, {}), "b": Kept(4, {"total": [{"text": "四"}]})}


def test_a_broken_database_says_so(tmp_path: object) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/no-tables.db")
    for call in (
        Facts(engine).marks,
        Reports(engine).all,
        lambda: Facts(engine).sightings(CAMPAIGN),
        lambda: Reports(engine).keep("a", Kept(0, {})),
    ):
        with pytest.raises(StorageError):
            call()
    engine.dispose()
