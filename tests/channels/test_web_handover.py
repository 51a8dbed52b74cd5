"""A person in the same window: what the page gets while it waits, talks and goes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bot.channels import texts
from bot.channels.forwarding import Forwarding
from bot.channels.inbound import HANDOVER_OVER
from bot.channels.transcript import Transcript
from bot.handover.bootstrap import open_desk_feed, open_handovers
from bot.handover.talk import ClosedBy, File, Suggestion, Talk, Why, talk_id
from bot.intake.bootstrap import sealer
from bot.launcher.ferry import Ferry
from bot.launcher.talk_notices import TalkNotices
from bot.storage.engine import create_engine
from tests.channels.counter import Counter, Visitor
from tests.handover import WANG, FakeDesk
from tests.stack import wait_until

TOOK = texts.OFFICER_TOOK.format(officer=WANG)


class Office:
    """The web channel, a desk, and the relay between them."""

    def __init__(self, counter: Counter, desk: FakeDesk | None = None) -> None:
        config = counter.config
        self.counter, self.desk = counter, desk or FakeDesk()
        self.handovers = open_handovers(config)
        engine = create_engine(config.database_url("channel"), durable=False)
        transcript, forwarding = Transcript(engine), Forwarding(engine)
        notices = TalkNotices(
            transcript, forwarding, sealer(config), hotline="95588", hotline_hours="全天"
        )
        self._ferry = Ferry(
            self.handovers,
            open_desk_feed(config),
            self.desk,
            transcript,
            forwarding,
            notices,
            sender_of=lambda _reference: None,
            suggest=_suggest,
            patience=timedelta(minutes=5),
        )

    def cross(self) -> None:
        self.counter.later += timedelta(seconds=3)
        self._ferry.cross(self.counter.now())

    def talk_with(self, sender: str, key: str = "ask") -> Talk:
        """A talk that 王敏 has taken, as an action of the assistant opens it."""
        talk = self.handovers.open(
            talk_id(sender, key), sender, "web", Why.WORD, File("手续费"), self.counter.now()
        )
        self.cross()
        self.desk.take(talk.id)
        self.cross()
        return talk


def _suggest(ids: Sequence[str], _now: datetime) -> list[Suggestion]:
    return [Suggestion(faq_id, "正文", "") for faq_id in ids]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Counter(tmp_path).open() as counter:
        yield Office(counter)


@pytest.fixture
def visitor(office: Office) -> Visitor:
    return office.counter.visitor()


def sender_of(office: Office) -> str:
    """Of the last turn."""
    return str(office.counter.assistant.turns[-1].sender_id)


def page(visitor: Visitor, after: int = 0, wait: float = 0) -> dict[str, Any]:
    """The whole answer of `GET messages`."""
    url = f"{visitor.web}messages?after={after}&wait={wait}"
    return dict(visitor.http.get(url, timeout=wait + 30).json())


def test_the_page_knows_whom_the_customer_waits_for_and_talks_with(
    office: Office, visitor: Visitor
) -> None:
    assert visitor.say("转人工").json()["handover"] is None
    sender = sender_of(office)
    office.handovers.open(
        talk_id(sender, "k"), sender, "web", Why.WORD, File("手续费"), office.counter.now()
    )
    assert page(visitor)["handover"] == {"state": "waiting", "officer": None}
    office.cross()
    office.desk.take(talk_id(sender, "k"))
    office.cross()
    assert page(visitor)["handover"] == {"state": "active", "officer": WANG}
    assert visitor.say("您好").json()["handover"] == {"state": "active", "officer": WANG}


def test_officers_are_told_from_the_assistant(office: Office, visitor: Visitor) -> None:
    visitor.say("你好")
    talk = office.talk_with(sender_of(office))
    office.desk.speak(talk.id, "我是王敏，请讲。")
    office.cross()
    mine, answer, took, officer = page(visitor)["messages"]
    assert (mine["from"], mine["name"]) == ("customer", None)
    assert (answer["from"], answer["name"], answer["id"]) == ("bot", None, None)
    assert (took["from"], took["text"]) == ("bot", TOOK)
    assert (officer["from"], officer["name"], officer["id"]) == ("officer", WANG, None)
    assert officer["text"] == "我是王敏，请讲。"


def test_the_open_page_hears_the_officer_by_its_long_poll(office: Office, visitor: Visitor) -> None:
    cursor = visitor.say("你好").json()["cursor"]
    sender = sender_of(office)
    with ThreadPoolExecutor(1) as pool:
        polling = pool.submit(page, visitor, cursor, 20)
        office.talk_with(sender)
        heard = polling.result(timeout=60)
    assert [m["text"] for m in heard["messages"]] == [TOOK]
    assert heard["handover"] == {"state": "active", "officer": WANG}


def test_the_assistant_is_silent_and_then_back_with_its_question(
    office: Office, visitor: Visitor
) -> None:
    visitor.say("你好")
    talk = office.talk_with(sender_of(office))
    turns = len(office.counter.assistant.turns)
    (mine,) = visitor.say("在吗").json()["messages"]
    assert mine["text"] == "在吗"
    assert len(office.counter.assistant.turns) == turns
    office.cross()
    assert office.desk.chats[talk.id].texts()[-1] == "在吗"
    office.desk.end(talk.id)
    office.cross()
    back = wait_until(
        lambda: [m for m in visitor.history() if m["text"] == f"收到：{HANDOVER_OVER}"],
        20,
        "the assistant's turn after the talk",
    )
    assert len(back) == 1
    assert page(visitor)["handover"] is None
    assert [m["text"] for m in visitor.history()].count(texts.OFFICER_LEFT) == 1


def test_the_customer_ends_it_and_repeats_are_one_end(office: Office, visitor: Visitor) -> None:
    visitor.say("你好")
    talk = office.talk_with(sender_of(office))
    key = str(uuid4())
    first = visitor.say("结束人工", key).json()
    assert [m["text"] for m in first["messages"]] == [
        "结束人工",
        texts.TALK_ENDED,
        f"收到：{HANDOVER_OVER}",
    ]
    assert first["handover"] is None
    assert visitor.say("结束人工", key).json()["messages"] == first["messages"]
    office.cross()
    assert office.desk.chats[talk.id].closed_by is ClosedBy.CUSTOMER


def test_pictures_sent_meanwhile_are_kept_and_named_to_the_officer(
    office: Office, visitor: Visitor
) -> None:
    visitor.say("你好")
    talk = office.talk_with(sender_of(office))
    answer = visitor.upload(name="回单.png")
    assert answer.status_code == 201
    assert len(office.counter.files()) == 1
    office.cross()
    assert office.desk.chats[talk.id].texts()[-1] == "［图片］回单.png"


def test_clearing_the_conversation_ends_the_talk(office: Office, visitor: Visitor) -> None:
    visitor.say("你好")
    talk = office.talk_with(sender_of(office))
    visitor.http.post(visitor.web + "session/end", json={}, timeout=10)
    office.cross()
    assert office.desk.chats[talk.id].closed_by is ClosedBy.ENDED


def test_a_restart_of_everything_changes_nothing(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    with counter.open():
        office, visitor = Office(counter), counter.visitor()
        visitor.say("你好")
        talk = office.talk_with(sender_of(office))
        visitor.say("第一句")
    with counter.open():
        restarted = Office(counter, office.desk)
        visitor.say("第二句")
        restarted.cross()
        assert office.desk.chats[talk.id].texts()[-2:] == ["第一句", "第二句"]
        assert page(visitor)["handover"] == {"state": "active", "officer": WANG}


def test_the_officer_gets_what_the_model_suggests(office: Office, visitor: Visitor) -> None:
    visitor.say("你好")
    talk = office.talk_with(sender_of(office))
    visitor.say("手续费能退吗")
    office.cross()
    (line,) = (x for x in office.desk.chats[talk.id].lines.values() if x.text == "手续费能退吗")
    assert [suggestion.title for suggestion in line.suggestions] == ["fees.waive"]
