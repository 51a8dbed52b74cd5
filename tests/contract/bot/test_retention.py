"""Conversations older than they must be kept go; younger ones and their tracker stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.channels.transcript import Reply, Transcript
from bot.launcher.retention import purge_conversations
from tests.fakes import NOW

OLD, YOUNG = NOW - timedelta(days=200), NOW - timedelta(days=10)


def test_only_what_is_old_enough_goes(
    database_url: str, connect: Callable[[str], Engine], tmp_path: Path
) -> None:
    transcript = Transcript(connect(database_url))
    transcript.push("web-1", "old", Reply("半年前的话"), OLD)
    transcript.push("web-1", "young", Reply("前几天的话"), YOUNG)
    tracker = connect(f"sqlite:///{tmp_path}/tracker.db")
    with tracker.begin() as tx:
        tx.execute(sa.text("CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp FLOAT)"))
        for moment in (OLD, YOUNG):
            tx.execute(
                sa.text("INSERT INTO events (timestamp) VALUES (:t)"), {"t": moment.timestamp()}
            )
    assert purge_conversations(transcript, tracker, NOW - timedelta(days=183)) == 2
    assert [message.text for message in transcript.after("web-1", 0)] == ["前几天的话"]
    with tracker.begin() as tx:
        assert tx.execute(sa.text("SELECT timestamp FROM events")).scalars().all() == [
            YOUNG.timestamp()
        ]


def test_before_rasa_was_ever_started_there_is_nothing_to_clear(
    database_url: str, connect: Callable[[str], Engine], tmp_path: Path
) -> None:
    tracker = connect(f"sqlite:///{tmp_path}/tracker.db")
    assert purge_conversations(Transcript(connect(database_url)), tracker, NOW) == 0
