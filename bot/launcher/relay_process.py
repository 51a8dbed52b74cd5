"""The relay as a process: one delivery loop that stops cleanly on SIGTERM."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
from datetime import datetime, timezone
from typing import Any

from bot.channels import texts
from bot.channels.transcript import Reply, Transcript
from bot.intake.bootstrap import case_store, open_journal
from bot.intake.journal import Entry
from bot.intake.relay import Relay
from bot.launcher.process import configure_logging
from bot.settings import Settings
from bot.storage.engine import create_engine


def run_relay(config: Settings) -> None:
    """Delivers until SIGTERM or SIGINT; the delivery under way is finished first."""
    configure_logging()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    build(config).run(stop.wait)


def build(config: Settings) -> Relay:
    transcript = Transcript(create_engine(config.database_url("channel"), durable=False))
    spread = random.SystemRandom()

    def tell(entry: Entry, answer: dict[str, Any]) -> None:
        text = texts.FILED_NOTICE.format(
            reference=entry.reference,
            promise_due=answer["promise_due"],
            legal_due=answer["legal_due"],
        )
        transcript.push(entry.sender_id, f"filed/{entry.reference}", Reply(text), _now())

    return Relay(
        open_journal(config),
        case_store(config),
        f"{socket.gethostname()}-{os.getpid()}",
        now=_now,
        jitter=lambda: spread.uniform(-1, 1),
        on_delivered=tell,
    )


def _now() -> datetime:
    return datetime.now(timezone.utc)
