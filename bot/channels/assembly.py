"""What the channels of one process share: one transcript, one lane a sender, one set of leases."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache

from sqlalchemy.engine import Engine

from bot.analytics.bootstrap import open_outbox
from bot.channels.health import Health
from bot.channels.inbound import Inbound
from bot.channels.talks import Talks
from bot.channels.transcript import Transcript
from bot.channels.wechat.outbound import Outbound
from bot.handover.store import Handovers, SqlHandovers
from bot.intake.bootstrap import open_evidence, open_journal, sealer
from bot.intake.evidence import EvidenceStore
from bot.metrics.followers import Followers
from bot.metrics.process import process_registry
from bot.metrics.turns import Turns
from bot.privacy.sealing import Sealer
from bot.settings import Settings, settings
from bot.storage.engine import shared_engine


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Parts:
    """The parts, and what they were made of. `owner` names this process in its leases."""

    config: Settings
    now: Callable[[], datetime]
    owner: str
    sealer: Sealer
    channel_engine: Engine
    transcript: Transcript
    handovers: Handovers
    talks: Talks
    evidence: EvidenceStore
    health: Health
    inbound: Inbound
    turns: Turns
    followers: Followers


def assemble(config: Settings, now: Callable[[], datetime] = utc_now) -> Parts:
    engine = shared_engine(config.database_url("channel"), durable=False)
    transcript = Transcript(engine)
    seals = sealer(config)
    handovers = SqlHandovers(engine, seals)
    talks = Talks(handovers, transcript, hotline=config.hotline, now=now)
    registry = process_registry("rasa")
    turns, followers = Turns(registry), Followers(registry)
    health = Health(
        config,
        open_journal(config),
        transcript,
        handovers,
        Outbound(engine, transcript),
        open_outbox(config),
        registry,
    )
    # The same after a restart: what this process was running when it died is its own again.
    owner = f"{socket.gethostname()[:48]}:{config.rasa_port}"
    inbound = Inbound(
        transcript,
        seals,
        hotline=config.hotline,
        hotline_hours=config.hotline_hours,
        turn_timeout=config.web_turn_timeout,
        now=now,
        is_ready=health.action_server_answers,
        owner=owner,
        talks=talks,
        turns=turns,
    )
    evidence = open_evidence(config)
    return Parts(
        config=config,
        now=now,
        owner=owner,
        sealer=seals,
        channel_engine=engine,
        transcript=transcript,
        handovers=handovers,
        talks=talks,
        evidence=evidence,
        health=health,
        inbound=inbound,
        turns=turns,
        followers=followers,
    )


@lru_cache(maxsize=1)
def shared_parts() -> Parts:
    """The parts of this process."""
    return assemble(settings())
