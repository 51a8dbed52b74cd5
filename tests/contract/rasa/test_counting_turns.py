"""Turns and their facts, with the real Rasa: stored together or not at all."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

with warnings.catch_warnings():
    # Rasa's pinned packages are old; their deprecations are not ours to mend.
    warnings.simplefilter("ignore")
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.rasa_ext.tracker_store import MOST_EVENTS, DurableTrackerStore, count_facts

from bot.analytics.counting import COUNTED, VISIT, Counter
from bot.analytics.fact import Fact, FactKind
from bot.analytics.outbox import FactOutbox
from bot.errors import StorageError
from bot.intake.calendar import local_day
from bot.storage.engine import create_engine
from tests.postgres import throwaway_cluster

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")

SENDER = "wechat-1"
CAME = datetime.now(timezone.utc)
HALL = {"campaign": "315-2027", "scene": "hall", "at": CAME.isoformat()}
SLOT = {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]}
COUNTER = Counter(b"secret", lambda sender: sender.split("-")[0], local_day)


@pytest.fixture(scope="module")
def tracker_postgres_url() -> Iterator[str]:
    with throwaway_cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tracker.db'}"
    found = str(request.getfixturevalue("tracker_postgres_url"))
    engine = create_engine(found)
    with engine.begin() as tx:
        tx.execute(sa.text("DROP TABLE IF EXISTS events, fact_outbox"))
    engine.dispose()
    return found


@cache
def domain() -> Domain:
    return Domain.from_dict({"slots": {VISIT: dict(SLOT), COUNTED: dict(SLOT)}})


def open_store(url: str, counter: Counter = COUNTER) -> DurableTrackerStore:
    store = DurableTrackerStore(domain(), host=url)
    count_facts(_Agent(store), counter)
    return store


class _Agent:
    """What `count_facts` needs of an agent."""

    def __init__(self, store: DurableTrackerStore) -> None:
        self.tracker_store = store


def facts_in(url: str) -> list[Fact]:
    engine = create_engine(url)
    found = FactOutbox(engine).claim(1000, datetime.now(timezone.utc) + timedelta(days=1))
    engine.dispose()
    return [entry.fact for entry in found]


async def turn(store: DurableTrackerStore, key: str, *events: Any) -> None:
    tracker = await store.retrieve(SENDER) or DialogueStateTracker(SENDER, domain().slots)
    said = UserUttered("短信提醒要收费吗", {"name": "faq"}, message_id=key)
    for event in (said, *events, ActionExecuted("action_listen")):
        tracker.update(event, domain())
    await store.save(tracker)


def answer() -> BotUttered:
    return BotUttered("要", metadata={"utter_action": "utter_faq/fees.sms"})


def scanned(key: str) -> tuple[SlotSet, SlotSet]:
    return SlotSet(VISIT, HALL), SlotSet(COUNTED, [{"kind": "scan", "key": key}])


async def test_a_turn_is_stored_with_its_facts(url: str) -> None:
    store = open_store(url)
    await turn(store, "k1", *scanned("k1"))
    await turn(store, "k2", answer())
    scan, asked = facts_in(url)
    assert (scan.kind, scan.campaign, scan.scene) == (FactKind.SCAN, "315-2027", "hall")
    assert (asked.kind, asked.topic, asked.channel) == (
        FactKind.CONSULTATION,
        "faq/fees.sms",
        "wechat",
    )


async def test_who_came_by_no_code_leaves_nothing(url: str) -> None:
    await turn(open_store(url), "k1", answer())
    assert facts_in(url) == []


async def test_a_deed_counts_in_its_own_turn_only(url: str) -> None:
    store = open_store(url)
    await turn(store, "k1", *scanned("k1"))
    for number in range(MOST_EVENTS):  # long enough to be cut, with the slots set anew
        await turn(store, f"more-{number}")
    again = open_store(url)
    await turn(again, "last")
    assert [fact.kind for fact in facts_in(url)] == [FactKind.SCAN]


async def test_a_turn_that_runs_again_makes_the_same_facts(url: str) -> None:
    await turn(open_store(url), "k1", *scanned("k1"), answer())
    await turn(open_store(url), "k1", *scanned("k1"), answer())
    found = facts_in(url)
    assert len(found) == 4
    assert len({fact.id for fact in found}) == 2


async def test_a_turn_that_cannot_be_stored_leaves_no_facts(url: str) -> None:
    store = open_store(url)
    await turn(store, "k1", *scanned("k1"))
    before = facts_in(url)
    with store.engine.begin() as tx:
        tx.execute(sa.text("DROP TABLE fact_outbox"))
    with pytest.raises(StorageError):
        await turn(store, "k2", answer())
    tracker = await open_store(url).retrieve(SENDER)
    assert tracker is not None
    assert [e.message_id for e in tracker.events if isinstance(e, UserUttered)] == ["k1"]
    assert [fact.kind for fact in before] == [FactKind.SCAN]


async def test_odd_events_cost_a_figure_and_never_a_turn(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(url)
    odd: list[Any] = [{"kind": "who knows", "key": "客户的话"}, 7, {"kind": "scan"}]
    for number, deed in enumerate(odd):
        await turn(store, f"k{number}", SlotSet(VISIT, HALL), SlotSet(COUNTED, [deed]))
    await turn(store, "k9", SlotSet(VISIT, {"campaign": "x"}), answer())
    await turn(store, "last", SlotSet(VISIT, HALL), answer())
    assert [fact.kind for fact in facts_in(url)] == [FactKind.CONSULTATION]
    assert caplog.text.count("could not be counted") == 4
    assert "客户的话" not in caplog.text
    tracker = await open_store(url).retrieve(SENDER)
    assert tracker is not None
    assert len([e for e in tracker.events if isinstance(e, UserUttered)]) == 5


async def test_turns_without_a_visit_are_not_looked_at(url: str) -> None:
    class Curious(Counter):
        """Fails when it is asked."""

        def facts(
            self, sender_id: str, events: Sequence[Mapping[str, Any]], visit: Any
        ) -> list[Fact]:
            pytest.fail(f"looked at {len(events)} events of {sender_id} without {visit}")

    store = open_store(url, Curious(b"", str, local_day))
    await turn(store, "k1", answer())
