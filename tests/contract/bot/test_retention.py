"""Conversations older than they must be kept go; younger ones and their tracker stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.channels.transcript import Reply, Transcript
from bot.channels.web.session import Session
from bot.channels.web.session_store import SessionStore
from bot.channels.wechat.customers import Customers
from bot.launcher.retention import purge_conversations
from tests.fakes import NOW
from tests.samples import sealer

OLD, YOUNG = NOW - timedelta(days=200), NOW - timedelta(days=10)


def test_only_what_is_old_enough_goes(
    database_url: str, connect: Callable[[str], Engine], tmp_path: Path
) -> None:
    channel = connect(database_url)
    transcript = Transcript(channel)
    transcript.push("web-1", "old", Reply("半年前的话"), OLD)
    transcript.push("web-1", "young", Reply("前几天的话"), YOUNG)
    tracker = connect(f"sqlite:///{tmp_path}/tracker.db")
    with tracker.begin() as tx:
        tx.execute(sa.text("CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp FLOAT)"))
        for moment in (OLD, YOUNG):
            tx.execute(
                sa.text("INSERT INTO events (timestamp) VALUES (:t)"), {"t": moment.timestamp()}
            )
    assert purge_conversations(channel, tracker, NOW - timedelta(days=183)) == 2
    assert [message.text for message in transcript.after("web-1", 0)] == ["前几天的话"]
    with tracker.begin() as tx:
        assert tx.execute(sa.text("SELECT timestamp FROM events")).scalars().all() == [
            YOUNG.timestamp()
        ]


def test_before_rasa_was_ever_started_there_is_nothing_to_clear(
    database_url: str, connect: Callable[[str], Engine], tmp_path: Path
) -> None:
    tracker = connect(f"sqlite:///{tmp_path}/tracker.db")
    assert purge_conversations(connect(database_url), tracker, NOW) == 0


def test_a_follower_on_wechat_is_forgotten_with_their_conversation(
    database_url: str, connect: Callable[[str], Engine], tmp_path: Path
) -> None:
    channel, tracker = connect(database_url), connect(f"sqlite:///{tmp_path}/tracker.db")
    followers = Customers(channel, sealer(), ["secret"], "wx0")
    silent = followers.heard("o-silent", OLD, spoke=True)
    loyal = followers.heard("o-loyal", OLD, spoke=True)
    followers.heard("o-loyal", YOUNG, spoke=True)
    watching = followers.heard("o-watching", YOUNG, spoke=False)
    purge_conversations(channel, tracker, NOW - timedelta(days=183))
    assert [followers.openid(each) for each in (silent, loyal, watching)] == [
        None,
        "o-loyal",
        "o-watching",
    ]


def test_renewals_of_sessions_long_over_are_forgotten(
    database_url: str, connect: Callable[[str], Engine], tmp_path: Path
) -> None:
    channel, tracker = connect(database_url), connect(f"sqlite:///{tmp_path}/tracker.db")
    for sender, moment in (("web-old", OLD), ("web-young", YOUNG)):
        SessionStore(channel).renewed(Session(sender, 1, moment, moment))
    purge_conversations(channel, tracker, NOW - timedelta(days=183))
    with channel.begin() as tx:
        kept = tx.execute(sa.text("SELECT sender_id FROM web_session")).scalars().all()
    assert kept == ["web-young"]
