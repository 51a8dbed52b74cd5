"""What goes back with a request and what follows it: on both kinds of database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy.engine import Engine

from bot.channels.transcript import Lease, Message, Reply, Transcript
from bot.channels.wechat.answering import BEHIND_A_REPLY, Answering
from bot.channels.wechat.deliveries import Deliveries
from bot.channels.wechat.dispatch import Dispatch
from bot.channels.wechat.message import Kind, WeChatMessage
from bot.channels.wechat.outbound import Outbound
from bot.channels.wechat.texts import VOICE
from bot.channels.wechat.turns import Delivered, Said
from bot.metrics.followers import Followers
from tests.fakes import NOW

Connect = Callable[[str], Engine]
ME, KEY, HERE = "wechat-" + "a" * 32, "24001", "host:5005"
LONG = "这是一段很长的话。" * 200
MINUTE = timedelta(minutes=1)
HEARD = Delivered(ME, WeChatMessage("o", "gh", 0, Kind.TEXT, KEY), is_last=False, arrived=0.0)


class Desk:
    """What answers the follower's one message."""

    def __init__(self, engine: Engine, *, answers_follow: bool) -> None:
        self.transcript = Transcript(engine)
        self.outbound = Outbound(engine, self.transcript)
        self._dispatch = Dispatch(engine, self.transcript)
        self._answering = Answering(
            self.transcript,
            self.outbound,
            Deliveries(engine),
            answers_follow=answers_follow,
            now=lambda: NOW,
            wake=lambda: None,
            followers=Followers(CollectorRegistry()),
        )

    def says(self, *texts: str) -> list[Message]:
        self.transcript.begin(ME, KEY, "问", "sealed", Lease(HERE, NOW + MINUTE), NOW)
        said = self.transcript.answer(ME, KEY, [Reply(text) for text in texts], NOW)
        return [message for message in said if message.reply_to == KEY]

    def goes_back(self, said: Said) -> str:
        return self._answering.passive(HEARD, said) or ""

    def to_send(self, after: timedelta) -> list[str]:
        claimed = self._dispatch.claim(HERE, NOW + after, MINUTE, 10)
        return [outgoing.message.text for outgoing in claimed]


@pytest.fixture
def desk(database_url: str, connect: Connect) -> Desk:
    return Desk(connect(database_url), answers_follow=True)


@pytest.fixture
def quiet_desk(database_url: str, connect: Connect) -> Desk:
    return Desk(connect(database_url), answers_follow=False)


def test_the_rest_of_a_long_answer_follows_the_beginning_at_a_distance(desk: Desk) -> None:
    said = desk.says(LONG)
    assert LONG.startswith(desk.goes_back(Said(said)).partition("\n")[0])
    assert desk.to_send(timedelta(0)) == []
    assert desk.to_send(BEHIND_A_REPLY) == [LONG]


def test_what_did_not_fit_into_a_reply_follows_it_at_a_distance(desk: Desk) -> None:
    said = desk.says("先看这里。", LONG)
    assert desk.goes_back(Said(said)).startswith("先看这里。")
    assert desk.to_send(timedelta(0)) == []
    assert desk.to_send(BEHIND_A_REPLY) == [LONG]


def test_what_waited_follows_words_of_the_channel_at_a_distance(desk: Desk) -> None:
    desk.transcript.push(ME, "pushed", Reply("有答复了"), NOW)
    assert desk.goes_back(Said(words=VOICE)) == VOICE
    assert desk.to_send(timedelta(0)) == []
    assert desk.to_send(BEHIND_A_REPLY) == ["有答复了"]


def test_where_nothing_follows_by_itself_the_rest_may_be_asked_for_at_once(
    quiet_desk: Desk,
) -> None:
    beginning = quiet_desk.goes_back(Said(quiet_desk.says(LONG)))
    (rest,) = quiet_desk.outbound.parked(ME, NOW)
    assert beginning.partition("\n")[0] + rest.text == LONG
