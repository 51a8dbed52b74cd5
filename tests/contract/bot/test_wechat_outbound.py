"""Followers, what they may be sent, and what is on its way to them: on both kinds of database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.channels.transcript import FIRST_CHANCE, About, Button, Lease, Message, Reply, Transcript
from bot.channels.wechat.customers import Customer, Customers
from bot.channels.wechat.dispatch import Dispatch, Trouble
from bot.channels.wechat.ladder import Outgoing, Rung, State
from bot.channels.wechat.outbound import Outbound
from bot.channels.wechat.outbound_table import outbound
from bot.channels.wechat.quota import Quota
from bot.errors import StorageError
from tests.fakes import NOW
from tests.samples import sealer

Connect = Callable[[str], Engine]
APP_ID, OPENID = "wx0123456789abcdef", "oABCDEFGHIJKLMNOPQRSTUVWXYZ1"
ME, OTHER, ON_THE_WEB = "wechat-" + "a" * 32, "wechat-" + "b" * 32, "web-1"
HERE, THERE = "host:5005", "host:5006"
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
REFERENCE, NOTICE = "TS20261123-7K3QF8K", "notice-1"
BUSY = Trouble(-1, "system busy")


class Post:
    """Everything about messages to followers on one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.transcript = Transcript(engine)
        self.outbound = Outbound(engine, self.transcript)
        self.dispatch = Dispatch(engine, self.transcript)

    def answer(
        self, key: str, texts: Sequence[str], now: datetime = NOW, sender: str = ME
    ) -> list[Message]:
        """A follower asks and is answered; the answers."""
        self.transcript.begin(sender, key, "问", "sealed", Lease(HERE, now + MINUTE), now)
        said = self.transcript.answer(sender, key, [Reply(text) for text in texts], now)
        return [message for message in said if message.reply_to == key]

    def push(
        self,
        text: str,
        now: datetime = NOW,
        sender: str = ME,
        about: About = About(),  # noqa: B008
    ) -> None:
        assert self.transcript.push(sender, f"pushed/{text}", Reply(text), now, about)

    def claim(self, now: datetime = NOW, owner: str = HERE, limit: int = 10) -> list[Outgoing]:
        return self.dispatch.claim(owner, now, MINUTE, limit)

    def claimed(self, now: datetime = NOW, owner: str = HERE) -> list[str]:
        return [outgoing.message.text for outgoing in self.claim(now, owner)]

    def next(self, now: datetime = NOW) -> Outgoing:
        (outgoing,) = self.claim(now)
        return outgoing

    def parked(self, now: datetime = NOW, sender: str = ME) -> list[str]:
        return [message.text for message in self.outbound.parked(sender, now)]

    def rows(self) -> list[Any]:
        with self.engine.connect() as connection:
            return connection.execute(sa.select(outbound).order_by(outbound.c.message_id)).all()

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]


@pytest.fixture
def post(database_url: str, connect: Connect) -> Post:
    return Post(connect(database_url))


# -- followers ---------------------------------------------------------------------------------


@pytest.fixture
def customers(database_url: str, connect: Connect) -> Customers:
    return Customers(connect(database_url), sealer(), ["secret"], APP_ID)


def test_a_sender_id_is_the_same_every_time_and_tells_nothing(customers: Customers) -> None:
    sender = customers.heard(OPENID, NOW, spoke=True)
    assert sender == customers.of(OPENID) == customers.heard(OPENID, NOW + HOUR, spoke=False)
    assert len(sender) == len("wechat-") + 32
    assert OPENID not in sender
    assert customers.of("o" + OPENID) != sender
    assert customers.openid(sender) == OPENID
    assert customers.openid("wechat-stranger") is None


def test_another_account_or_secret_knows_nobody(customers: Customers) -> None:
    engine = customers._engine
    for secrets, app_id in ((["secret"], "wx" + "f" * 16), (["other"], APP_ID)):
        assert Customers(engine, sealer(), secrets, app_id).of(OPENID) != customers.of(OPENID)


def test_with_a_new_secret_in_front_followers_stay_who_they_are(customers: Customers) -> None:
    sender = customers.heard(OPENID, NOW, spoke=True)
    later = Customers(customers._engine, sealer(), ["newer", "secret"], APP_ID)
    assert later.heard(OPENID, NOW + HOUR, spoke=True) == sender
    assert later.heard("somebody new", NOW, spoke=True) == later.of("somebody new")


def test_an_openid_is_nowhere_on_disk_in_the_clear(customers: Customers) -> None:
    customers.heard(OPENID, NOW, spoke=True)
    with customers._engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM wechat_customer").one()
    assert OPENID not in repr(row)


def test_what_is_known_of_a_follower(customers: Customers) -> None:
    sender = customers.heard(OPENID, NOW, spoke=False)
    assert customers.find(sender) == Customer(OPENID, True, None, None)
    customers.heard(OPENID, NOW + HOUR, spoke=True)
    customers.nudged(sender, NOW + 2 * HOUR)
    assert customers.find(sender) == Customer(OPENID, True, NOW + HOUR, NOW + 2 * HOUR)
    customers.unsubscribed(sender, NOW + 3 * HOUR)
    found = customers.find(sender)
    assert found is not None
    assert not found.subscribed
    customers.subscribed(sender, "s" * 99, NOW + 4 * HOUR)
    found = customers.find(sender)
    assert found is not None
    assert found.subscribed


def test_who_speaks_is_a_follower_whatever_was_missed(customers: Customers) -> None:
    sender = customers.heard(OPENID, NOW, spoke=True)
    customers.unsubscribed(sender, NOW)
    customers.heard(OPENID, NOW, spoke=False)
    found = customers.find(sender)
    assert found is not None
    assert not found.subscribed
    customers.heard(OPENID, NOW, spoke=True)
    found = customers.find(sender)
    assert found is not None
    assert found.subscribed


def test_a_follower_heard_by_all_processes_at_once_is_one(customers: Customers) -> None:
    with ThreadPoolExecutor(4) as pool:
        heard = list(pool.map(lambda _: customers.heard(OPENID, NOW, spoke=True), range(12)))
    assert set(heard) == {customers.of(OPENID)}


# -- what they may be sent ---------------------------------------------------------------------


@pytest.fixture
def quota(database_url: str, connect: Connect) -> Quota:
    return Quota(connect(database_url))


def test_a_message_allows_five_within_two_days(quota: Quota) -> None:
    assert quota.left(ME, NOW) == 0
    quota.grant(ME, "1", "message", NOW)
    assert [quota.take(ME, NOW) for _ in range(6)] == [True] * 5 + [False]
    quota.grant(ME, "2", "message", NOW)
    assert quota.left(ME, NOW + 48 * HOUR - SECOND) == 5
    assert quota.left(ME, NOW + 48 * HOUR) == 0
    assert quota.left(OTHER, NOW) == 0


def test_an_event_allows_three_within_a_minute_and_they_are_used_first(quota: Quota) -> None:
    quota.grant(ME, "1", "message", NOW)
    quota.grant(ME, "e", "event", NOW)
    assert quota.left(ME, NOW) == 8
    assert all(quota.take(ME, NOW) for _ in range(3))
    assert quota.left(ME, NOW + MINUTE) == 5


def test_a_repeated_message_allows_nothing_more(quota: Quota) -> None:
    quota.grant(ME, "1", "message", NOW)
    quota.take(ME, NOW)
    quota.grant(ME, "1", "message", NOW + SECOND)
    assert quota.left(ME, NOW) == 4


def test_a_later_message_makes_it_five_again_and_not_ten(quota: Quota) -> None:
    quota.grant(ME, "1", "message", NOW)
    quota.take(ME, NOW)
    quota.grant(ME, "2", "message", NOW + HOUR)
    assert quota.left(ME, NOW + HOUR) == 5


def test_what_the_platform_says_is_used_up_is_used_up(quota: Quota) -> None:
    quota.grant(ME, "1", "message", NOW)
    quota.grant(OTHER, "1", "message", NOW)
    quota.exhaust(ME, NOW)
    assert (quota.left(ME, NOW), quota.left(OTHER, NOW)) == (0, 5)
    assert not quota.take(ME, NOW)


def test_two_processes_never_take_the_same_one(quota: Quota) -> None:
    quota.grant(ME, "1", "message", NOW)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: quota.take(ME, NOW), range(12)))
    assert sum(taken) == 5


# -- what is on its way ------------------------------------------------------------------------


def test_only_what_has_to_be_brought_is_on_its_way(post: Post) -> None:
    post.push("您好", sender=ON_THE_WEB)
    post.push("您好", about=About(REFERENCE, NOTICE))
    outgoing = post.next()
    assert (outgoing.sender_id, outgoing.message.text) == (ME, "您好")
    assert (outgoing.reference, outgoing.is_worth_a_call, outgoing.state) == (
        REFERENCE,
        True,
        State.PENDING,
    )


def test_an_answer_is_left_to_its_request_first(post: Post) -> None:
    post.answer("1", ["答"])
    assert post.claimed(NOW + FIRST_CHANCE - SECOND) == []
    (outgoing,) = post.claim(NOW + FIRST_CHANCE)
    assert not outgoing.is_worth_a_call


def test_of_a_follower_only_the_first_is_given_out(post: Post) -> None:
    for text in ("一", "二"):
        post.push(text)
    post.push("别人的", sender=OTHER)
    first = post.claim()
    assert [outgoing.message.text for outgoing in first] == ["一", "别人的"]
    assert post.claimed(owner=THERE) == []
    post.dispatch.sent(first[0], NOW)
    assert post.claimed(owner=THERE) == ["二"]


def test_a_message_that_is_put_off_holds_back_what_follows(post: Post) -> None:
    for text in ("一", "二"):
        post.push(text)
    post.dispatch.postponed(post.next(), NOW + MINUTE, BUSY)
    assert post.claimed(NOW + MINUTE - SECOND) == []
    again = post.next(NOW + MINUTE)
    assert (again.message.text, again.attempts, again.error_code) == ("一", 1, -1)


def test_a_process_that_died_loses_its_right_and_its_word(post: Post) -> None:
    post.push("一")
    dead = post.next()
    assert post.claimed(NOW + MINUTE - SECOND, THERE) == []
    assert post.claimed(NOW + MINUTE, THERE) == ["一"]
    assert not post.dispatch.gave(dead, 1, "proof", NOW + HOUR)
    post.dispatch.sent(dead, NOW + MINUTE)
    assert post.states() == ["pending"]


def test_a_process_that_started_again_goes_on_at_once(post: Post) -> None:
    post.push("一")
    post.next()
    assert post.claimed() == ["一"]


def test_however_many_processes_claim_each_follower_is_served_by_one(post: Post) -> None:
    for number in range(20):
        post.push(f"{number}", sender=f"wechat-{number:032}")
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda n: post.claimed(owner=f"host:{n}"), range(8)))
    given = [text for claim in claims for text in claim]
    assert sorted(given) == sorted(set(given))
    assert len(given) + len(post.claimed(owner="last")) == 20


def test_every_message_keeps_how_it_went(post: Post) -> None:
    post.push("一")
    outgoing = post.next()
    assert post.dispatch.gave(outgoing, 1, "service:1:1:0", NOW + MINUTE)
    post.dispatch.sent(outgoing, NOW + SECOND)
    post.push("二")
    post.dispatch.given_up(post.next(), None, Trouble(40003, "invalid openid " * 99), NOW)
    sent, lost = post.rows()
    assert (sent.state, sent.rung, sent.proof) == ("sent", "service", "service:1:1:0")
    assert (sent.done_at, sent.next_attempt_at, sent.lease_owner) == (NOW + SECOND, None, None)
    assert (lost.state, lost.error_code, lost.done_at) == ("given_up", 40003, NOW)
    assert len(lost.error) == 200
    counts = {"pending": 0, "passive": 0, "sent": 1, "parked": 0, "given_up": 1}
    assert post.outbound.counts() == counts


# -- what goes back with a request -------------------------------------------------------------


def test_an_answer_that_went_back_is_not_sent(post: Post) -> None:
    post.answer("1", ["答", "再答"])
    assert post.outbound.went_back(ME, "1", NOW)
    assert post.claimed(NOW + HOUR) == []
    assert [(row.state, row.rung, row.proof) for row in post.rows()] == [
        ("passive", "passive", "passive:1")
    ] * 2
    assert post.outbound.went_back(ME, "1", NOW), "a repeat hears it again"


def test_an_answer_that_is_being_sent_does_not_go_back_as_well(post: Post) -> None:
    post.answer("1", ["答"])
    outgoing = post.next(NOW + FIRST_CHANCE)
    assert not post.outbound.went_back(ME, "1", NOW + FIRST_CHANCE)
    post.dispatch.sent(outgoing, NOW + FIRST_CHANCE)
    assert not post.outbound.went_back(ME, "1", NOW + FIRST_CHANCE)
    assert post.states() == ["sent"]


def test_an_answer_a_part_of_which_was_sent_does_not_go_back_from_its_beginning(
    post: Post,
) -> None:
    (first, second) = post.answer("1", ["很长的答", "再答"])
    late = NOW + FIRST_CHANCE
    outgoing = post.next(late)
    assert post.dispatch.gave(outgoing, 2, "service:1:2:0", late + MINUTE)
    post.dispatch.postponed(outgoing, late + HOUR, BUSY)
    assert not post.outbound.went_back(ME, "1", late)
    assert [message.text for message in post.outbound.parked(ME, late)] == ["的答", "再答"]
    assert post.outbound.collected(ME, [first.cursor, second.cursor], "2", late) == 2


def test_an_answer_too_late_for_its_request_is_due_at_once(post: Post) -> None:
    post.answer("1", ["答"])
    post.outbound.hurry(ME, NOW + SECOND)
    assert post.claimed(NOW + SECOND) == ["答"]


def test_what_waits_is_taken_along_by_the_next_request(post: Post) -> None:
    post.push("一")
    post.dispatch.wait_for_customer(post.next(), None)
    post.push("二")
    (answer,) = post.answer("1", ["答"], NOW + SECOND)
    waiting = post.outbound.parked(ME, NOW + SECOND)
    assert [message.text for message in waiting] == ["一", "二"], "and not the answer itself"
    assert post.parked(sender=OTHER) == []
    cursors = [message.cursor for message in waiting]
    assert post.outbound.collected(ME, [*cursors, answer.cursor], "1", NOW + SECOND) == 3
    assert post.states() == ["passive"] * 3
    assert post.parked(NOW + HOUR) == []


def test_what_a_request_may_take_along_is_not_sent_in_between(post: Post) -> None:
    post.push("一")
    assert post.parked() == ["一"]
    assert post.claimed(NOW + FIRST_CHANCE - SECOND) == []
    assert post.claimed(NOW + FIRST_CHANCE) == ["一"]


def test_what_is_being_sent_cannot_be_taken_along(post: Post) -> None:
    post.push("一")
    outgoing = post.next()
    assert post.parked() == []
    assert post.outbound.collected(ME, [outgoing.message.cursor], "1", NOW) == 0
    assert post.outbound.collected(OTHER, [outgoing.message.cursor], "1", NOW + HOUR) == 0


def test_what_was_said_after_something_that_is_being_sent_is_not_read_before_it(
    post: Post,
) -> None:
    post.push("一")
    post.push("二")
    (first,) = post.claim()
    assert post.parked() == []
    post.dispatch.wait_for_customer(first, None)
    (second,) = post.claim()
    assert post.parked() == ["一"], "what follows is still being tried"
    post.dispatch.wait_for_customer(second, None)
    assert post.parked() == ["一", "二"]


def test_where_nothing_can_be_sent_what_is_due_is_parked_and_stays_in_reach(post: Post) -> None:
    post.push("一")
    post.push("二", sender=OTHER)
    post.push("三")
    post.push("以后", NOW + HOUR, OTHER)
    due = post.dispatch.due(NOW, 10)
    assert [outgoing.message.text for outgoing in due] == ["一", "二", "三"]
    assert [outgoing.message.text for outgoing in post.dispatch.due(NOW, 1)] == ["一"]
    assert post.parked() == ["一", "三"], "in the moment in which they are looked at"
    assert [post.dispatch.park(outgoing, None, NOW) for outgoing in due] == [False, True, False]
    later = NOW + FIRST_CHANCE
    assert all(post.dispatch.park(outgoing, None, later) for outgoing in (due[0], due[2]))
    assert post.dispatch.due(later, 10) == []
    assert post.states() == ["parked", "parked", "parked", "pending"]


def test_what_another_process_is_sending_is_not_parked_over_it(post: Post) -> None:
    post.push("一")
    outgoing = post.next()
    assert post.dispatch.due(NOW, 10) == []
    assert not post.dispatch.park(outgoing, None, NOW)


def test_a_follower_who_is_just_being_called_gets_what_the_call_is_about(post: Post) -> None:
    text = "这是一段很长的话。" * 200
    post.push("一")
    post.transcript.push(ME, "long", Reply(text), NOW)
    for _ in range(2):
        post.dispatch.wait_for_customer(post.next(), NOW)
    (called,) = post.dispatch.claim_nudges(HERE, NOW, MINUTE, 10)
    assert post.parked() == ["一", text]
    assert post.outbound.collected(ME, [called.message.cursor], "1", NOW) == 1
    (called,) = post.dispatch.claim_nudges(HERE, NOW, MINUTE, 10)
    post.outbound.began(ME, called.message.cursor, text[:90], NOW, NOW)
    post.dispatch.not_called(called, None)
    assert post.next().chars_sent == 90, "the rest follows, whatever became of the call"


def test_of_a_message_that_has_begun_the_rest_follows(post: Post) -> None:
    button = Button(title="同意", payload="/yes")
    text = "这是一段很长的话。" * 200
    post.transcript.push(ME, "long", Reply(text, [button]), NOW)
    post.dispatch.wait_for_customer(post.next(), None)
    (message,) = post.outbound.parked(ME, NOW)
    post.outbound.began(ME, message.cursor, text[:90], NOW, NOW + SECOND)
    assert post.claimed() == [], "the beginning comes first"
    (rest,) = post.outbound.parked(ME, NOW)
    assert rest.text.startswith(text[90:])
    assert "1. 同意" in rest.text
    assert rest.buttons == ()
    assert post.next(NOW + FIRST_CHANCE).chars_sent == 90


def test_when_the_follower_speaks_what_was_parked_may_be_sent_again(post: Post) -> None:
    post.push("一")
    post.dispatch.wait_for_customer(post.next(), None, Trouble(45047, "x"), Rung.CONTINUE)
    assert post.claimed(NOW + 9 * HOUR) == []
    assert not post.outbound.is_waiting(ME)
    post.answer("1", ["答"], NOW + 10 * HOUR)
    post.outbound.went_back(ME, "1", NOW + 10 * HOUR)
    assert post.outbound.is_waiting(ME)
    assert post.claimed(NOW + 10 * HOUR) == [], "repeats of the request may still take it"
    assert post.claimed(NOW + 10 * HOUR + FIRST_CHANCE) == ["一"]


# -- calling -----------------------------------------------------------------------------------


def nudges(post: Post, now: datetime = NOW) -> list[Outgoing]:
    return post.dispatch.claim_nudges(HERE, now, MINUTE, 10)


def park(post: Post, text: str, reference: str | None = REFERENCE, at: datetime = NOW) -> Outgoing:
    post.push(text, about=About(reference, f"n/{text}"))
    outgoing = post.next()
    post.dispatch.wait_for_customer(outgoing, at)
    return outgoing


def test_a_follower_is_called_when_it_is_time_and_by_one_process(post: Post) -> None:
    park(post, "一", at=NOW + HOUR)
    assert nudges(post) == []
    (outgoing,) = nudges(post, NOW + HOUR)
    assert (outgoing.message.text, outgoing.state) == ("一", State.PARKED)
    assert post.dispatch.claim_nudges(THERE, NOW + HOUR, MINUTE, 10) == []


def test_one_template_message_counts_for_all_that_waits(post: Post) -> None:
    for text in ("一", "二"):
        park(post, text)
    (first,) = nudges(post)
    post.dispatch.called(first, Rung.TEMPLATE, "200163836")
    assert nudges(post, NOW + 99 * HOUR) == []
    assert {(row.state, row.rung, row.proof) for row in post.rows()} == {
        ("parked", "template", "200163836")
    }


def test_one_text_message_counts_for_its_complaint(post: Post) -> None:
    park(post, "一"), park(post, "二"), park(post, "三", "TS20261123-AAAAAAA")
    (first,) = nudges(post)
    post.dispatch.called(first, Rung.SMS, "sms-1")
    assert [outgoing.message.text for outgoing in nudges(post)] == ["三"]


def test_a_template_message_that_did_not_arrive_leads_to_the_next_rung(post: Post) -> None:
    park(post, "一")
    (outgoing,) = nudges(post)
    post.dispatch.called(outgoing, Rung.TEMPLATE, "200163836")
    post.outbound.template_failed("another", "failed:user block")
    assert nudges(post) == []
    post.outbound.template_failed("200163836", "failed:user block")
    (again,) = nudges(post)
    assert again.rung is Rung.TEMPLATE
    assert post.rows()[0].error == "failed:user block"


def test_a_call_in_vain_is_noted_and_goes_on(post: Post) -> None:
    park(post, "一")
    (outgoing,) = nudges(post)
    trouble = Trouble(40037, "invalid template_id")
    post.dispatch.called_in_vain(outgoing, Rung.TEMPLATE, NOW, trouble)
    (again,) = nudges(post)
    assert (again.rung, again.error_code) == (Rung.TEMPLATE, 40037)
    post.dispatch.not_called(again, None)
    assert nudges(post, NOW + 99 * HOUR) == []


# -- receipts ----------------------------------------------------------------------------------


def test_a_receipt_is_due_once_a_notice_has_arrived_or_never_will(post: Post) -> None:
    for text in ("到了", "丢了", "等着"):
        post.push(text, about=About(REFERENCE, f"n/{text}"))
    post.push("没有回执", about=About(REFERENCE))
    post.dispatch.sent(post.next(), NOW + SECOND)
    post.dispatch.given_up(post.next(), None, Trouble(40003, "x"), NOW)
    post.dispatch.wait_for_customer(post.next(), None)
    post.dispatch.sent(post.next(), NOW)
    arrived, lost = post.outbound.arrivals(10)
    assert (arrived.notice, arrived.reached, arrived.at) == ("n/到了", True, NOW + SECOND)
    assert (lost.notice, lost.reached, lost.error_code) == ("n/丢了", False, 40003)
    post.outbound.confirmed(arrived.message_id)
    assert [left.notice for left in post.outbound.arrivals(10)] == ["n/丢了"]


# -- storage that is not there -----------------------------------------------------------------


USES: dict[str, Callable[[Post], Any]] = {
    "went_back": lambda post: post.outbound.went_back(ME, "1", NOW),
    "parked": lambda post: post.outbound.parked(ME, NOW),
    "is_waiting": lambda post: post.outbound.is_waiting(ME),
    "collected": lambda post: post.outbound.collected(ME, [1], "1", NOW),
    "began": lambda post: post.outbound.began(ME, 1, "x", NOW, NOW),
    "hurry": lambda post: post.outbound.hurry(ME, NOW),
    "template_failed": lambda post: post.outbound.template_failed("1", "x"),
    "counts": lambda post: post.outbound.counts(),
    "arrivals": lambda post: post.outbound.arrivals(1),
    "confirmed": lambda post: post.outbound.confirmed(1),
    "claim": lambda post: post.claim(),
    "due": lambda post: post.dispatch.due(NOW, 1),
    "quota": lambda post: Quota(post.engine).left(ME, NOW),
    "customers": lambda post: Customers(post.engine, sealer(), ["s"], APP_ID).find(ME),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_storage_that_is_not_there_is_said_so(
    kind: str, use: Callable[[Post], Any], tmp_path: Path, connect: Connect
) -> None:
    away = f"postgresql://tests@/postgres?host={tmp_path}"
    url = away if kind == "postgresql" else f"sqlite:///{tmp_path / 'empty.db'}"
    with pytest.raises(StorageError):
        use(Post(connect(url)))
