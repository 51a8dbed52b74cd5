"""Limits at risk in /metrics: near and passed ones, and none when they cannot be read."""

from datetime import datetime, timezone

from sqlalchemy import text
from sqlalchemy.engine import Engine

from tests.contract.casestore.http_kit import file
from tests.contract.casestore.kit import Clock, TestClient


def limits(bot: TestClient) -> dict[str, float]:
    lines = bot.get("/metrics").text.splitlines()
    found = (line.removeprefix("casestore_limits").split() for line in lines)
    return {parts[0]: float(parts[1]) for parts in found if parts[0].startswith("{limit=")}


def test_a_case_is_counted_under_each_limit_it_is_close_to(bot: TestClient, clock: Clock) -> None:
    file(bot)  # on Monday 23 November: promise 25 November, legal limit 8 December
    at_first = limits(bot)
    assert set(at_first.values()) == {0}
    assert len(at_first) == 6
    clock.moment = datetime(2026, 12, 7, 2, 0, tzinfo=timezone.utc)
    assert {name: value for name, value in limits(bot).items() if value} == {
        '{limit="promise",state="overdue"}': 1,
        '{limit="legal",state="soon"}': 1,
    }


def test_limits_that_cannot_be_read_are_no_zero(bot: TestClient, sqlite_engine: Engine) -> None:
    file(bot)
    assert limits(bot)
    with sqlite_engine.begin() as connection:
        connection.execute(text("ALTER TABLE cases RENAME TO lost"))
    assert limits(bot) == {}
    assert "casestore_filings_total 1.0" in bot.get("/metrics").text
