"""A ferry between a real transcript and a desk in memory, which may die after any of its steps."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy.engine import Engine

from bot.channels.forwarding import Forwarding
from bot.channels.transcript import Lease, Message, Reply, Standing, Transcript
from bot.channels.unanswered import AGES
from bot.errors import JournalUnavailable
from bot.handover.feed import SqlDeskFeed
from bot.handover.store import SqlHandovers
from bot.handover.talk import Field, File, Suggestion, Talk, Why, talk_id
from bot.launcher.ferry import Ferry
from bot.launcher.talk_notices import TalkNotices
from bot.storage.engine import create_engine
from tests.fakes import Clock
from tests.handover import FakeDesk
from tests.samples import sealer

ME = "web-1"
REFERENCE = "TS20261123-7K3QF8K"
PATIENCE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


class Killed(BaseException):
    """The relay dies; nothing in it may catch this."""


READS = {
    *("unsettled", "get", "of", "cursor", "events"),
    *("to_forward", "until", "after", "has_ended", "unheard_since"),
}
"""Who dies after one of these has done no more than before it."""


class Mortal:
    """Lets everything through to `real`, and dies after the step at which `life` is used up."""

    def __init__(self, real: Any, life: Life) -> None:
        self._real, self._life = real, life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if name in READS:
            return method

        def step(*args: Any, **kwargs: Any) -> Any:
            result = method(*args, **kwargs)
            self._life.spend()
            return result

        return step


class Life:
    """How many steps a relay takes before it dies; None lives on."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.steps = 0

    def spend(self) -> None:
        self.steps += 1
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            raise Killed


class Crossing:
    """A customer's window on one bank, the desk on the other."""

    def __init__(self, folder: Path, template: Path) -> None:
        """`template` is a migrated database of the channels, which is copied into `folder`."""
        file = folder / f"{uuid4().hex}.db"
        shutil.copyfile(template, file)
        self.engine: Engine = create_engine(f"sqlite:///{file}", durable=False)
        self.transcript = Transcript(self.engine)
        self.handovers = SqlHandovers(self.engine, sealer())
        self.desk = FakeDesk()
        self.clock = Clock()
        self.life = Life()
        self.sender: str | None = ME
        self.journal_trouble: JournalUnavailable | None = None
        self.ferry = self.another_ferry()

    def another_ferry(self) -> Ferry:
        """One more relay, or the one that is started when the first has died."""

        def mortal(real: Any) -> Any:
            return Mortal(real, self.life)

        transcript, forwarding = mortal(self.transcript), mortal(Forwarding(self.engine))
        return Ferry(
            mortal(self.handovers),
            mortal(SqlDeskFeed(self.engine)),
            mortal(self.desk),
            transcript,
            forwarding,
            TalkNotices(transcript, forwarding, sealer(), hotline="95588", hotline_hours="全天"),
            sender_of=self._sender_of,
            suggest=_suggest,
            patience=PATIENCE,
        )

    def _sender_of(self, reference: str) -> str | None:
        if self.journal_trouble is not None:
            raise self.journal_trouble
        return self.sender if reference == REFERENCE else None

    def cross(self, rounds: int = 1) -> None:
        for _ in range(rounds):
            self.clock.forward(seconds=3)
            self.ferry.cross(self.clock())

    def others(self, number: int) -> list[Talk]:
        """So many talks of other customers, who have said something; the first opened first."""
        talks = []
        for each in range(number):
            sender, now = f"web-other-{each}", self.clock()
            file = File("手续费")
            talk = self.handovers.open(f"other-{each}", sender, "web", Why.WORD, file, now)
            self.transcript.begin(sender, "k", "喂", "s", Lease("host:5005", now + MINUTE), now)
            talks.append(talk)
            self.clock.forward(seconds=1)
        return talks

    def say(self, text: str, answer: str | None = "您好", key: str | None = None) -> Standing:
        """The customer says something; the assistant answers when it is its turn."""
        key = key or str(uuid4())
        now = self.clock()
        lease = Lease("host:5005", now + MINUTE)
        standing = self.transcript.begin(ME, key, text, f"sealed {text}", lease, now)
        if standing is Standing.OURS and answer is not None:
            self.transcript.answer(ME, key, [Reply(answer)], now)
        return standing

    def ask_for_a_person(self, key: str = "ask") -> Talk:
        """As the assistant's turn does it."""
        now = self.clock()
        lease = Lease("host:5005", now + MINUTE)
        self.transcript.begin(ME, key, "转人工", "sealed", lease, now)
        file = File("手续费", (Field("金额", "60元"),), (REFERENCE,))
        talk = self.handovers.open(talk_id(ME, key), ME, "web", Why.WORD, file, now)
        self.transcript.answer(ME, key, [Reply("正在为您转接")], now)
        return talk

    def with_officer(self) -> Talk:
        """A talk that an officer has taken."""
        talk = self.ask_for_a_person()
        self.cross()
        self.desk.take(talk.id)
        self.cross()
        return talk

    def window(self) -> list[str]:
        """What the customer reads, officers by name."""
        return [_shown(message) for message in self.transcript.after(ME, 0)]

    def notes(self) -> list[str]:
        """Keys of notes and of what was handed back: what the sweeper finds at once."""
        found = self.transcript.unanswered("host:5005", AGES, self.clock(), 10)
        return [waiting.key for waiting in found]


def _shown(message: Message) -> str:
    return f"{message.author_name}：{message.text}" if message.author_name else message.text


def _suggest(ids: Sequence[str], _now: datetime) -> list[Suggestion]:
    return [Suggestion(f"标题 {faq_id}", "正文", "依据") for faq_id in ids]
