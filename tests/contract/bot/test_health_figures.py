"""What waits, as the health page and the metrics tell it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.analytics import outbox
from bot.analytics.fact import Fact, FactKind
from bot.analytics.outbox import FactOutbox
from bot.channels.health import Health
from bot.channels.transcript import Reply, Transcript
from bot.channels.wechat.outbound import Outbound
from bot.handover.store import SqlHandovers
from bot.handover.talk import File, Why
from bot.intake.acts import ActKind
from bot.intake.bootstrap import open_acts, open_drafts, open_evidence, open_journal
from bot.intake.drafts import Draft
from bot.privacy.sealing import Sealer
from bot.settings import Settings
from tests.samples import PDF, SEAL_KEY, act, complaint

Connect = Callable[[str], Engine]
READABLE = "xiaobao_figures_readable"


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        var_dir=tmp_path,
        journal_url=database_url,
        web_session_secret="s" * 32,
        analytics_secret="a",
        field_keys=SEAL_KEY,
        case_store_token="t" * 32,
    )


@pytest.fixture
def health(config: Settings, connect: Connect) -> Health:
    engine = connect(config.journal_url)
    handovers = SqlHandovers(engine, Sealer(config.seal_keys()))
    return health_of(config, engine, handovers)


def health_of(config: Settings, engine: Engine, handovers: SqlHandovers) -> Health:
    transcript = Transcript(engine)
    outbound = Outbound(engine, transcript)
    facts = FactOutbox(engine)
    outbox.create(engine)
    counted = CollectorRegistry()
    return Health(config, open_journal(config), transcript, handovers, outbound, facts, counted)


def fill(config: Settings) -> None:
    """A parked complaint, two acts and a document that wait, a held document and a draft."""
    now = datetime.now(timezone.utc)
    journal, acts, evidence = open_journal(config), open_acts(config), open_evidence(config)
    reference = journal.record(complaint(), now).reference
    entry = journal.claim("a", now + timedelta(minutes=1), timedelta(minutes=1))
    assert entry is not None
    journal.parked(entry, "HTTP 422 invalid_request")
    acts.record(act(1, reference), now - timedelta(minutes=1))
    acts.record(act(2, reference, ActKind.WITHDRAWAL), now)
    sent = [evidence.keep(uuid4(), "web-0", "web", "a.pdf", PDF, now).id for _ in range(2)]
    evidence.attach(sent[:1], reference, now)
    open_drafts(config).save(Draft("d", "complaint_form", "web-0", "web", {}, "x", None, now), now)


def figures(health: Health) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(health.metrics())
        for sample in family.samples
    }


def what_waits(health: Health) -> dict[tuple[str, ...], float]:
    found = figures(health)
    return {key: value for key, value in found.items() if key[0] != READABLE}


def test_messages_to_followers_are_counted_by_state(
    health: Health, config: Settings, connect: Connect
) -> None:
    transcript = Transcript(connect(config.journal_url))
    transcript.push("wechat-1", "k", Reply("有答复了"), datetime.now(timezone.utc))
    transcript.push("web-1", "k", Reply("有答复了"), datetime.now(timezone.utc))
    found = figures(health)
    assert found["xiaobao_wechat_messages", "pending"] == 1
    assert found["xiaobao_wechat_messages", "parked"] == 0


def test_all_kinds_are_waited_for(health: Health, config: Settings) -> None:
    fill(config)
    waiting = health._waiting()
    assert (waiting["pending"], waiting["parked"]) == (3, 1)
    assert 60 <= waiting["oldest_seconds"] < 120


def test_the_metrics_name_every_kind_even_when_nothing_waits(
    health: Health, config: Settings
) -> None:
    before = what_waits(health)
    assert set(before.values()) == {0.0}
    fill(config)
    after = what_waits(health)
    assert set(after) == set(before)
    oldest = after.pop(("xiaobao_oldest_pending_seconds",))
    assert 60 <= oldest < 120
    assert {name: value for name, value in after.items() if value} == {
        ("xiaobao_undelivered", "complaint", "parked"): 1,
        ("xiaobao_undelivered", "supplement", "pending"): 1,
        ("xiaobao_undelivered", "withdrawal", "pending"): 1,
        ("xiaobao_undelivered", "attachment", "pending"): 1,
        ("xiaobao_drafts",): 1,
    }


def test_customers_who_wait_for_a_person_are_seen(
    health: Health, config: Settings, connect: Connect
) -> None:
    handovers = SqlHandovers(connect(config.journal_url), Sealer(config.seal_keys()))
    now = datetime.now(timezone.utc)
    for number in range(3):
        asked_at = now - timedelta(minutes=3 - number)
        talk = str(uuid4())
        handovers.open(talk, f"web-{number}", "web", Why.WORD, File("还款"), asked_at)
    handovers.take(talk, "王敏", now)
    seen = figures(health)
    assert seen[("xiaobao_talks", "waiting")] == 2
    assert seen[("xiaobao_talks", "active")] == 1
    assert 180 <= seen[("xiaobao_longest_talk_wait_seconds",)] < 240


def test_facts_that_are_not_published_are_seen(
    health: Health, config: Settings, connect: Connect
) -> None:
    engine, at = connect(config.journal_url), datetime.now(timezone.utc) - timedelta(minutes=2)
    fact = Fact("f", FactKind.SCAN, at, at.date(), "p", "web", "315-2027", "hall")
    with Session(engine) as session:
        outbox.put(session, [fact])
        session.commit()
    seen = figures(health)
    assert seen[("xiaobao_facts_waiting",)] == 1
    assert 120 <= seen[("xiaobao_oldest_fact_seconds",)] < 180
    facts = FactOutbox(engine)
    facts.published(facts.claim(1, at))
    assert figures(health)[("xiaobao_facts_waiting",)] == 0


def test_figures_are_read_anew_each_time(health: Health, config: Settings) -> None:
    fill(config)
    assert figures(health)[("xiaobao_drafts",)] == 1
    open_drafts(config).forget("d")
    assert figures(health)[("xiaobao_drafts",)] == 0


def test_what_cannot_be_read_is_no_zero_and_hides_nothing_else(
    tmp_path: Path, connect: Connect
) -> None:
    config = Settings(
        var_dir=tmp_path,
        web_session_secret="s" * 32,
        analytics_secret="a",
        field_keys=SEAL_KEY,
        case_store_token="t" * 32,
    )
    engine = connect(f"sqlite:///{tmp_path / 'channel.db'}")
    handovers = SqlHandovers(engine, Sealer(config.seal_keys()))
    found = figures(health_of(config, engine, handovers))
    assert found == {
        (READABLE, "journal"): 0,
        (READABLE, "talks"): 0,
        (READABLE, "messages"): 0,
        (READABLE, "facts"): 1,
        ("xiaobao_facts_waiting",): 0,
        ("xiaobao_oldest_fact_seconds",): 0,
    }
