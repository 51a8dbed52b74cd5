"""Talks with a person in the channel's database, on both kinds of server."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.channels.forwarding import Forwarding
from bot.channels.transcript import CUSTOMER, Lease, Reply, Standing, Transcript
from bot.channels.unanswered import AGES
from bot.errors import StorageError
from bot.handover.feed import SqlDeskFeed
from bot.handover.store import OLD_TALKS, SqlHandovers
from bot.handover.talk import ClosedBy, Field, File, State, Suggestion, Talk, Why, talk_id
from tests.fakes import NOW
from tests.samples import sealer

ME, OTHER = "web-1", "wechat-2"
MINUTE = timedelta(minutes=1)
LEASE = Lease("host:5005", NOW + MINUTE)
SECRET_WORDS = "排了两个小时的队"
FILE = File(
    topic="服务态度",
    fields=(Field("经过", SECRET_WORDS),),
    references=("TS20261123-7K3QF8K",),
    suggestions=(Suggestion("怎么投诉", "可以这样投诉", "《办法》第十条"),),
)
Connect = Callable[[str], Engine]


@pytest.fixture
def handovers(engine: Engine) -> SqlHandovers:
    return SqlHandovers(engine, sealer())


@pytest.fixture
def transcript(engine: Engine) -> Transcript:
    return Transcript(engine)


@pytest.fixture
def forwarding(engine: Engine) -> Forwarding:
    return Forwarding(engine)


def opened(handovers: SqlHandovers, sender: str = ME, key: str = "k1") -> Talk:
    channel = sender.partition("-")[0]
    return handovers.open(talk_id(sender, key), sender, channel, Why.WORD, FILE, NOW)


def begin(transcript: Transcript, key: str, ends_talk: bool = False) -> Standing:
    return transcript.begin(ME, key, "你好", f"sealed {key}", LEASE, NOW, ends_talk=ends_talk)


def answered(transcript: Transcript, key: str) -> bool:
    (message,) = (m for m in transcript.after(ME, 0) if m.key == key)
    return message.answered


def to_run(transcript: Transcript) -> list[str]:
    """Keys of what the sweeper would run this very moment."""
    return [found.key for found in transcript.unanswered("host:5005", AGES, NOW, 10)]


def test_a_talk_waits_with_everything_that_was_handed_over(handovers: SqlHandovers) -> None:
    talk = opened(handovers)
    assert (talk.state, talk.sender_id, talk.channel, talk.why) == (
        State.WAITING,
        ME,
        "web",
        Why.WORD,
    )
    assert talk.file == FILE
    assert (talk.officer, talk.is_known, talk.opened_at) == (None, False, NOW)
    assert handovers.of(ME) == handovers.get(talk.id) == talk
    assert handovers.of(OTHER) is None
    assert handovers.get(str(uuid4())) is None


def test_what_the_customer_told_is_sealed(handovers: SqlHandovers, engine: Engine) -> None:
    opened(handovers)
    with engine.begin() as tx:
        row = tx.execute(sa.text("SELECT * FROM handover")).one()
    assert SECRET_WORDS not in str(row)


def test_a_customer_has_one_open_talk_at_a_time(handovers: SqlHandovers) -> None:
    first = opened(handovers)
    assert opened(handovers, key="k2") == first
    assert opened(handovers, OTHER).id != first.id
    handovers.close(first.id, ClosedBy.CUSTOMER, NOW)
    assert opened(handovers, key="k2").id == talk_id(ME, "k2")


def test_a_turn_that_is_run_again_opens_nothing_anew(handovers: SqlHandovers) -> None:
    talk = opened(handovers)
    handovers.close(talk.id, ClosedBy.TIMEOUT, NOW)
    again = opened(handovers)
    assert (again.id, again.state) == (talk.id, State.CLOSED)
    assert handovers.of(ME) is None


def test_what_waited_while_a_person_was_asked_for_is_said_within_the_talk(
    handovers: SqlHandovers, transcript: Transcript, forwarding: Forwarding
) -> None:
    assert begin(transcript, "k1") is Standing.OURS
    transcript.keep(ME, "k2", "我还有一句", "sealed k2", NOW)
    talk = opened(handovers)
    transcript.answer(ME, "k1", [Reply("正在为您转接")], NOW)
    handovers.take(talk.id, "王", NOW)
    assert begin(transcript, "k2") is Standing.WITH_OFFICER
    sent = forwarding.to_forward(ME, talk.since_id, 10)
    assert [message.text for message in sent] == ["我还有一句", "正在为您转接"]


def test_opened_at_one_moment_by_many_it_is_one_talk(handovers: SqlHandovers) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda n: opened(handovers, key=f"k{n}").id, range(12)))
    assert len(ids) == 1


def test_history_ends_with_what_was_said_before(
    handovers: SqlHandovers, transcript: Transcript
) -> None:
    assert opened(handovers, OTHER).since_id == 0
    transcript.push(ME, "a", Reply("您好"), NOW)
    begin(transcript, "k1")
    (_, mine) = transcript.after(ME, 0)
    assert opened(handovers).since_id == mine.cursor


def test_an_officer_takes_it_and_hands_it_to_a_colleague(handovers: SqlHandovers) -> None:
    talk = opened(handovers)
    assert handovers.take(talk.id, "工作人员 王敏", NOW + MINUTE)
    assert handovers.take(talk.id, "工作人员 李强", NOW + 2 * MINUTE)
    active = handovers.of(ME)
    assert active is not None
    assert (active.state, active.officer) == (State.ACTIVE, "工作人员 李强")
    assert active.taken_at == NOW + MINUTE


@pytest.mark.parametrize("by", list(ClosedBy))
def test_who_closed_first_counts(handovers: SqlHandovers, by: ClosedBy) -> None:
    talk = opened(handovers)
    assert handovers.close(talk.id, by, NOW + MINUTE)
    assert not handovers.close(talk.id, ClosedBy.OFFICER, NOW + 2 * MINUTE)
    assert not handovers.take(talk.id, "工作人员 王敏", NOW)
    closed = handovers.get(talk.id)
    assert closed is not None
    assert (closed.state, closed.closed_by, closed.closed_at) == (State.CLOSED, by, NOW + MINUTE)


def test_a_talk_is_worked_on_until_it_is_settled(handovers: SqlHandovers) -> None:
    first, second = opened(handovers), opened(handovers, OTHER)
    handovers.settle(first.id)
    assert {talk.id for talk in handovers.unsettled()} == {first.id, second.id}, "still open"
    handovers.close(first.id, ClosedBy.OFFICER, NOW)
    assert len(handovers.unsettled()) == 2
    handovers.settle(first.id)
    assert [talk.id for talk in handovers.unsettled()] == [second.id]


def test_the_desk_may_get_it_lose_it_and_get_it_again(handovers: SqlHandovers) -> None:
    talk = opened(handovers)
    for is_known in (True, False, True):
        handovers.known(talk.id, is_known)
        (found,) = handovers.unsettled()
        assert found.is_known is is_known


def test_closed_talks_go_with_the_conversation(handovers: SqlHandovers, engine: Engine) -> None:
    old, recent = opened(handovers), opened(handovers, OTHER)
    still_open = opened(handovers, "web-3")
    handovers.close(old.id, ClosedBy.OFFICER, NOW - MINUTE)
    handovers.close(recent.id, ClosedBy.OFFICER, NOW + MINUTE)
    assert OLD_TALKS.count(engine, NOW) == 1
    OLD_TALKS.purge(engine, NOW)
    found = [handovers.get(talk.id) is not None for talk in (old, recent, still_open)]
    assert found == [False, True, True]


def test_clearing_the_conversation_ends_the_talk(
    handovers: SqlHandovers, transcript: Transcript
) -> None:
    talk = opened(handovers)
    for _ in range(2):
        transcript.end_session(ME, NOW)
    closed = handovers.get(talk.id)
    assert closed is not None
    assert closed.closed_by is ClosedBy.ENDED


def test_while_waiting_the_assistant_still_answers(
    handovers: SqlHandovers, transcript: Transcript
) -> None:
    opened(handovers)
    assert begin(transcript, "k1") is Standing.OURS


def test_while_an_officer_talks_no_turn_is_run(
    handovers: SqlHandovers, transcript: Transcript
) -> None:
    begin(transcript, "before")
    transcript.release(ME, "before", LEASE.owner)
    transcript.note(ME, "note", "sealed note", NOW)
    handovers.take(opened(handovers).id, "工作人员 王敏", NOW)
    assert transcript.resume(ME, "note", LEASE, NOW) is Standing.WITH_OFFICER
    assert begin(transcript, "k1") is Standing.WITH_OFFICER
    assert begin(transcript, "k1") is Standing.ANSWERED
    assert begin(transcript, "before") is Standing.WITH_OFFICER, "said before, repeated now"
    assert to_run(transcript) == []


def test_a_turn_that_another_process_has_begun_ends_there(
    handovers: SqlHandovers, transcript: Transcript
) -> None:
    begin(transcript, "k1")
    handovers.take(opened(handovers).id, "工作人员 王敏", NOW)
    there = Lease("host:5006", NOW + MINUTE)
    assert transcript.begin(ME, "k1", "你好", "x", there, NOW) is Standing.ELSEWHERE
    assert len(transcript.answer(ME, "k1", [Reply("您的编号是…")], NOW)) == 2


def test_a_message_that_ends_the_talk_is_the_assistants(
    handovers: SqlHandovers, transcript: Transcript
) -> None:
    talk = opened(handovers)
    handovers.take(talk.id, "工作人员 王敏", NOW)
    assert begin(transcript, "k1", ends_talk=True) is Standing.OURS
    closed = handovers.get(talk.id)
    assert closed is not None
    assert closed.closed_by is ClosedBy.CUSTOMER
    transcript.answer(ME, "k1", [Reply("好的")], NOW)
    later = opened(handovers, key="k2")
    assert begin(transcript, "k1", ends_talk=True) is Standing.ANSWERED
    assert handovers.of(ME) == later, "a repeat ends no later talk"


def test_the_desk_gets_what_customer_and_assistant_say_in_order_and_once(
    transcript: Transcript,
    forwarding: Forwarding,
) -> None:
    transcript.push(ME, "a", Reply("以前的话"), NOW)
    (before,) = transcript.after(ME, 0)
    begin(transcript, "k1")
    transcript.answer(ME, "k1", [Reply("您好")], NOW)
    transcript.push(ME, "desk/1", Reply("我是王敏", by="工作人员 王敏"), NOW)
    transcript.note(ME, "note", "sealed", NOW)
    waiting = forwarding.to_forward(ME, before.cursor, 10)
    assert [m.text for m in waiting] == ["你好", "您好"]
    assert forwarding.to_forward(ME, before.cursor, 1) == waiting[:1]
    forwarding.mark_forwarded([waiting[0].cursor])
    assert forwarding.to_forward(ME, before.cursor, 10) == waiting[1:]
    assert forwarding.to_forward(OTHER, 0, 10) == []
    assert [m.text for m in forwarding.until(ME, waiting[1].cursor, 2)] == ["你好", "您好"]


def test_what_no_officer_got_is_handed_back_to_the_assistant(
    handovers: SqlHandovers, transcript: Transcript, forwarding: Forwarding
) -> None:
    talk = opened(handovers)
    handovers.take(talk.id, "工作人员 王敏", NOW)
    for key in ("k1", "k2"):
        begin(transcript, key)
    got = forwarding.to_forward(ME, 0, 1)
    forwarding.mark_forwarded([m.cursor for m in got])
    handovers.close(talk.id, ClosedBy.OFFICER, NOW)
    assert [forwarding.hand_back(ME, NOW) for _ in range(2)] == [1, 0]
    assert (answered(transcript, "k1"), answered(transcript, "k2")) == (True, False)
    assert to_run(transcript) == ["k2"], "at once: nobody will repeat it"
    assert transcript.resume(ME, "k2", LEASE, NOW) is Standing.OURS


def test_what_waited_for_its_turn_and_is_forwarded_keeps_its_turn(
    handovers: SqlHandovers, transcript: Transcript, forwarding: Forwarding
) -> None:
    begin(transcript, "k1")
    opened(handovers)
    forwarding.mark_forwarded([m.cursor for m in forwarding.to_forward(ME, 0, 10)])
    (waiting,) = transcript.unanswered("host:5005", AGES, NOW + 2 * MINUTE, 10)
    assert waiting.sealed_turn == "sealed k1"


def test_the_officer_is_awaited_from_the_first_word_not_answered(
    transcript: Transcript, forwarding: Forwarding
) -> None:
    assert forwarding.unheard_since(ME, 0) is None
    for minute, key in enumerate(("k1", "k2")):
        moment = NOW + minute * MINUTE
        transcript.begin(ME, key, "在吗", "sealed", LEASE, moment)
    assert forwarding.unheard_since(ME, 0) == NOW
    transcript.push(ME, "desk/1", Reply("在的", by="工作人员 王敏"), NOW + 2 * MINUTE)
    assert forwarding.unheard_since(ME, 0) is None
    transcript.begin(ME, "k3", "好", "sealed", LEASE, NOW + 3 * MINUTE)
    assert forwarding.unheard_since(ME, 0) == NOW + 3 * MINUTE
    (last,) = (m for m in transcript.after(ME, 0) if m.key == "k3")
    assert last.author == CUSTOMER
    assert forwarding.unheard_since(ME, last.cursor) is None


def test_suggestions_stay_with_the_message(
    handovers: SqlHandovers, transcript: Transcript, forwarding: Forwarding
) -> None:
    handovers.take(opened(handovers).id, "工作人员 王敏", NOW)
    ids = ["fees.reduce", "fees.waive"]
    transcript.begin(ME, "k1", "手续费", "sealed", LEASE, NOW, suggestions=ids)
    (message,) = forwarding.to_forward(ME, 0, 10)
    assert list(message.suggestions) == ids


def test_the_cursor_of_the_desk_never_goes_back(engine: Engine) -> None:
    feed = SqlDeskFeed(engine)
    assert feed.cursor() == 0
    for cursor in (7, 3, 12, 12):
        feed.advance(cursor)
    assert SqlDeskFeed(engine).cursor() == 12


@pytest.mark.parametrize("method", ["of", "get"])
def test_a_database_that_is_away_is_a_storage_error(connect: Connect, method: str) -> None:
    gone = connect("postgresql+psycopg2://nobody@127.0.0.1:1/none")
    with pytest.raises(StorageError):
        getattr(SqlHandovers(gone, sealer()), method)(ME)
    with pytest.raises(StorageError):
        SqlDeskFeed(gone).cursor()
