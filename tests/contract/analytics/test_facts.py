"""Facts in the database, on both kinds: each once, and whatever can be read can be stored."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from bot.analytics.fact import MOST_CHARS, as_json, dumps, from_json, loads
from bot.analytics.store import OLD_FACTS, Facts
from tests.contract.analytics.kit import CAMPAIGN, NOW, fact, facts_of

ODD = [
    "",
    "\x00",
    "\ud800",
    "长" * 101,
    7,
    None,
    [],
    {},
    True,
    2**40,
    -1,
    "0001-01-01T00:00:00+14:00",
]
FIELDS = [*MOST_CHARS, "kind", "at", "day", "outcome", "number", "unknown"]


def test_a_fact_that_comes_again_is_counted_once(engine: Engine) -> None:
    store = Facts(engine)
    assert store.add([fact(1), fact(2), fact(2)]) == 2
    assert store.add(facts_of(range(1, 4))) == 1
    assert len(store.of(CAMPAIGN)) == 3
    assert store.of(CAMPAIGN)[0] == fact(1)


def test_facts_that_were_kept_long_enough_go(engine: Engine) -> None:
    store = Facts(engine)
    store.add([fact(1), fact(2, later=timedelta(days=1))])
    assert OLD_FACTS.purge(engine, NOW + timedelta(hours=1)) == 1
    assert [found.id for found in store.of(CAMPAIGN)] == ["fact-2"]


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=st.sampled_from(FIELDS), value=st.sampled_from(ODD) | st.text(max_size=120))
def test_what_a_message_says_is_refused_or_can_be_stored(
    engine: Engine, name: str, value: Any
) -> None:
    message = json.dumps({**as_json(fact(1)), name: value})
    try:
        read = loads(message)
    except ValueError:
        return
    assert loads(dumps(read)) == read
    Facts(engine).add([read])


@pytest.mark.parametrize("message", ["", "7", "null", "[]", "{}", '"x"', "[" * 100_000])
def test_what_is_no_fact_is_refused(message: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(message)


@pytest.mark.parametrize(("name", "value"), [("at", "2027-03-15T02:00:00"), ("id", "x" * 33)])
def test_a_fact_that_could_not_be_stored_cannot_be_made(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"naive|short"):
        from_json({**as_json(fact(1)), name: value})
