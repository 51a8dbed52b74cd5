"""Facts that wait in the tracker's database, on both kinds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.analytics import outbox
from bot.analytics.fact import Fact
from bot.analytics.outbox import LEASE, FactOutbox
from bot.errors import StorageError
from bot.storage.engine import create_engine
from tests.contract.analytics.kit import NOW, fact, facts_of


def put(engine: Engine, *facts: Fact) -> None:
    with Session(engine) as session:
        outbox.put(session, facts)
        session.commit()


def waiting(found: FactOutbox) -> list[Fact]:
    return [entry.fact for entry in found.claim(100, NOW)]


def test_facts_come_out_as_they_went_in_and_in_their_order(engine: Engine) -> None:
    put(engine, fact(2), fact(1))
    put(engine, fact(3))
    assert waiting(FactOutbox(engine)) == [fact(2), fact(1), fact(3)]


def test_facts_are_there_when_their_transaction_is_and_not_before(engine: Engine) -> None:
    with Session(engine) as session:
        outbox.put(session, [fact(1)])
        session.rollback()
    assert waiting(FactOutbox(engine)) == []


def test_what_one_relay_publishes_the_others_leave_alone(engine: Engine) -> None:
    put(engine, *facts_of(range(4)))
    one, two = FactOutbox(engine), FactOutbox(engine)
    first = one.claim(3, NOW)
    assert [entry.fact for entry in two.claim(3, NOW)] == [fact(3)]
    one.published(first)
    assert two.claim(3, NOW) == []
    assert two.backlog().count == 1, "claimed, and not yet published"


def test_what_a_relay_that_died_had_claimed_comes_again(engine: Engine) -> None:
    put(engine, fact(1))
    FactOutbox(engine).claim(1, NOW)
    assert FactOutbox(engine).claim(1, NOW + LEASE / 2) == []
    assert [entry.fact for entry in FactOutbox(engine).claim(1, NOW + LEASE)] == [fact(1)]


def test_what_could_not_be_published_can_be_claimed_at_once(engine: Engine) -> None:
    put(engine, fact(1), fact(2))
    found = FactOutbox(engine)
    found.release(found.claim(2, NOW))
    assert waiting(found) == [fact(1), fact(2)]


def test_relays_at_once_claim_every_fact_once(engine: Engine) -> None:
    put(engine, *facts_of(range(60)))

    def claim_all(_relay: int) -> list[Fact]:
        mine: list[Fact] = []
        while claimed := FactOutbox(engine).claim(7, NOW):
            mine += [entry.fact for entry in claimed]
        return mine

    with ThreadPoolExecutor(4) as pool:
        claimed = [fact for mine in pool.map(claim_all, range(4)) for fact in mine]
    assert sorted(fact.id for fact in claimed) == sorted(fact.id for fact in facts_of(range(60)))


def test_the_backlog_tells_how_many_and_how_old(engine: Engine) -> None:
    found = FactOutbox(engine)
    assert (found.backlog().count, found.backlog().oldest) == (0, None)
    put(engine, fact(1), fact(2, later=LEASE))
    found.published(found.claim(1, NOW))
    assert (found.backlog().count, found.backlog().oldest) == (1, NOW + LEASE)


def test_a_row_that_a_later_version_wrote_holds_up_no_fact(engine: Engine) -> None:
    outbox.create(engine)
    with engine.begin() as tx:
        row = {"body": '{"id": "1", "kind": "wedding"}'}
        tx.execute(sa.text("INSERT INTO fact_outbox (body) VALUES (:body)"), row)
    put(engine, fact(1))
    found = FactOutbox(engine)
    assert waiting(found) == [fact(1)]
    assert (found.backlog().count, found.backlog().oldest) == (2, None)


def test_making_the_table_once_more_changes_nothing(engine: Engine) -> None:
    put(engine, fact(1))
    outbox.create(engine)
    assert waiting(FactOutbox(engine)) == [fact(1)]


def test_a_database_that_is_away_is_a_storage_error() -> None:
    engine = create_engine("sqlite:////proc/nowhere/tracker.db")
    with pytest.raises(StorageError):
        FactOutbox(engine).claim(1, NOW)
    with pytest.raises((StorageError, sa.exc.SQLAlchemyError)):
        outbox.create(engine)
