"""Which processes count, and what is put together for them."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy.orm import Session

from bot.analytics import outbox
from bot.analytics.bootstrap import open_facts
from bot.analytics.fact import Fact, FactKind
from bot.errors import ConfigurationError
from bot.launcher.counter_process import run_counter
from bot.launcher.facts import build_fact_errands, counter_of
from bot.launcher.supervisor import wanted
from bot.settings import Settings
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade

NOW = datetime(2027, 3, 15, 2, tzinfo=timezone.utc)
AMQP = "amqp://user:secret@127.0.0.1:5672/"


def config(folder: Path, broker: str = "") -> Settings:
    return Settings(
        var_dir=folder,
        web_session_secret="w",
        field_keys="f",
        case_store_token="c",
        analytics_secret="a",
        analytics_broker=broker,
    )


def test_without_a_broker_the_counter_says_that_it_is_not_needed(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ANALYTICS_BROKER"):
        run_counter(config(tmp_path))


def test_the_counter_runs_where_there_is_a_broker(tmp_path: Path) -> None:
    assert "counter" not in wanted(config(tmp_path))
    assert wanted(config(tmp_path, AMQP))["counter"] == "-m bot count"
    assert "relay" in wanted(config(tmp_path))


@pytest.mark.parametrize(
    "broker",
    [
        *("http://x/", "kafka://", "kafka://host", "amqp://", "kafka://a:1,b", "redis://x:1"),
        *("amqp://u:p@h:99999/", "amqp://u:p@[::1/"),
    ],
)
def test_an_address_that_is_no_broker_is_refused_at_the_start(tmp_path: Path, broker: str) -> None:
    with pytest.raises(ValidationError):
        config(tmp_path, broker)


@pytest.mark.parametrize(
    "broker", ["", AMQP, "amqps://h/v", "kafka://a:9092", "kafka://a:9092,b:9093/facts"]
)
def test_an_address_of_a_broker_is_taken(tmp_path: Path, broker: str) -> None:
    assert config(tmp_path, broker).analytics_broker == broker


def test_channels_and_days_are_those_of_the_product(tmp_path: Path) -> None:
    counter = counter_of(config(tmp_path))
    assert [counter.channel_of(sender) for sender in ("web-1", "wechat-1")] == ["web", "wechat"]
    late = datetime(2027, 3, 14, 17, tzinfo=timezone.utc)
    assert counter.day_of(late).isoformat() == "2027-03-15"


def test_a_password_of_the_broker_is_in_no_complaint_about_settings(tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as caught:
        config(tmp_path, "amqp://user:secret@host /")
    assert "secret" not in str(caught.value)


def scan(name: str, at: datetime) -> Fact:
    return Fact(name, FactKind.SCAN, at, at.date(), "p", "web", "315-2027", "hall")


def test_the_relay_publishes_what_waits(tmp_path: Path) -> None:
    here = config(tmp_path)
    facts = open_facts(here)
    engines = [create_engine(here.database_url(name)) for name in ("analytics", "tracker")]
    upgrade(engines[0], "analytics")
    outbox.create(engines[1])
    with Session(engines[1]) as session:
        outbox.put(session, [scan("new", NOW)])
        session.commit()
    build_fact_errands(here, lambda: NOW, lambda: 0.0).run_due()
    assert [fact.id for fact in facts.of("315-2027")] == ["new"]
    for engine in engines:
        engine.dispose()
