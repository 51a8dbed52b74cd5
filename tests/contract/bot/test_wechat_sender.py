"""The ladder at work: real databases, a platform on a real port, and what followers get of it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry
from sqlalchemy.engine import Engine

from bot.channels.transcript import About, Button, Reply, Transcript
from bot.channels.wechat import texts
from bot.channels.wechat.calls import NEWS, Calls, Template, Words
from bot.channels.wechat.client import Platform, WeChatClient
from bot.channels.wechat.customers import Customers
from bot.channels.wechat.dispatch import Dispatch
from bot.channels.wechat.ladder import MOST_NUDGES, QUIET
from bot.channels.wechat.outbound import Outbound
from bot.channels.wechat.outbound_table import outbound
from bot.channels.wechat.quota import Quota
from bot.channels.wechat.sender import Sender
from bot.channels.wechat.sms import FileSms, Sms
from bot.channels.wechat.splitting import split
from bot.channels.wechat.token import Fetched, TokenHolder, TokenStore
from bot.errors import SmsError, SmsUnreachable, StorageError
from bot.metrics.followers import Followers
from tests.channels.wechat.platform_kit import APP_ID, HANG, OK, SECRET, SEND, PlatformServer
from tests.fakes import Clock
from tests.samples import PHONE, sealer
from tests.unit.metrics.scrape import counted

Connect = Callable[[str], Engine]
TEMPLATE = "/cgi-bin/message/template/send"
TOKEN = "/cgi-bin/stable_token"
LI, WANG = "oLiLiLiLiLiLiLiLiLiLiLiLiLi1", "oWangWangWangWangWangWangWa2"
REFERENCE = "TS20261123-7K3QF8K"
LONG = "".join(f"第{number}条：请您核对这一项内容，有不同意见请告诉我们。" for number in range(400))


class RefusingSms:
    """A platform that takes nothing; the next attempts raise `failures`."""

    def __init__(self, *failures: SmsError) -> None:
        self.failures = list(failures)
        self.asked = 0

    async def send(self, phone: str, text: str, once: str) -> str:  # noqa: ARG002 - the port's
        self.asked += 1
        raise self.failures.pop(0) if self.failures else SmsUnreachable()

    async def close(self) -> None:
        """Nothing is open."""


class Office:
    """Processes that send to the followers of one account."""

    def __init__(
        self, engine: Callable[[], Engine], platform: PlatformServer, folder: Path
    ) -> None:
        self.engine, self.connect = engine(), engine
        self.platform, self.clock = platform, Clock()
        self.transcript = Transcript(self.engine)
        self.outbound = Outbound(self.engine, self.transcript)
        self.customers = Customers(self.engine, sealer(), ["secret"], APP_ID)
        self.quota = Quota(self.engine)
        self.registry = CollectorRegistry()
        self.followers = Followers(self.registry)
        self.sms_file = folder / "sms.jsonl"
        self.sms: Sms | None = FileSms(self.sms_file)
        self.template: Template | None = Template("T1", "thing1")
        self.phones = {REFERENCE: PHONE}
        self.clients: list[WeChatClient] = []
        self.timeout = 60.0
        self.interval = 0.01

    def client(self, engine: Engine, owner: str) -> WeChatClient:
        platform = Platform(self.platform.url, self.timeout)

        async def fetch(force: bool) -> Fetched:
            body = {"appid": APP_ID, "secret": SECRET, "force_refresh": force}
            answer = await platform.ask(TOKEN, {}, body)
            return Fetched(answer["access_token"], timedelta(seconds=answer["expires_in"]))

        store = TokenStore(engine, sealer(), APP_ID, owner)
        self.clients.append(WeChatClient(platform, TokenHolder(store, fetch, self.clock, 0.01)))
        return self.clients[-1]

    def process(self, owner: str = "a:5005", *, may_send: bool = True) -> Sender:
        """The sender of a process with its own connections."""
        engine = self.connect()
        dispatch = Dispatch(engine, Transcript(engine))
        client = self.client(engine, owner) if may_send else None
        customers = Customers(engine, sealer(), ["secret"], APP_ID)
        calls = Calls(
            dispatch,
            customers,
            client,
            self.sms,
            self.phones.get,
            template=self.template,
            words=Words("示例银行", "400-000-0000"),
            now=self.clock,
            jitter=lambda: 0.0,
            followers=self.followers,
        )
        return Sender(
            dispatch,
            customers,
            Quota(engine),
            client,
            calls,
            owner=owner,
            now=self.clock,
            jitter=lambda: 0.0,
            followers=self.followers,
            interval=self.interval,
        )

    def speaks(self, openid: str = LI, key: str = "24001") -> str:
        sender = self.customers.heard(openid, self.clock(), spoke=True)
        self.quota.grant(sender, key, "message", self.clock())
        return sender

    def push(
        self,
        text: str,
        openid: str = LI,
        buttons: Sequence[Button] = (),
        reference: str | None = REFERENCE,
    ) -> None:
        sender, key = self.customers.of(openid), f"pushed/{text[:40]}"
        about = About(reference, None)
        assert self.transcript.push(sender, key, Reply(text, buttons), self.clock(), about)

    def rows(self) -> list[Any]:
        with self.engine.connect() as connection:
            return connection.execute(sa.select(outbound).order_by(outbound.c.message_id)).all()

    def row(self) -> Any:
        (row,) = self.rows()
        return row

    def text_messages(self) -> list[dict[str, str]]:
        if not self.sms_file.exists():
            return []
        return [json.loads(line) for line in self.sms_file.read_text("utf-8").splitlines()]

    def templates(self) -> list[Any]:
        return [body for path, body in self.platform.calls if path == TEMPLATE]


@pytest.fixture
async def office(database_url: str, connect: Connect, tmp_path: Path) -> AsyncIterator[Office]:
    async with PlatformServer().running() as platform:
        made = Office(lambda: connect(database_url), platform, tmp_path)
        yield made
        for client in made.clients:
            await client.close()


# -- while the platform allows it --------------------------------------------------------------


async def test_what_is_said_reaches_its_follower_in_order_and_once(office: Office) -> None:
    for openid in (LI, WANG):
        office.speaks(openid)
    for text in ("一", "二", "三"):
        office.push(text, LI)
    office.push("别人的", WANG)
    sender = office.process()
    await sender.send_due()
    await sender.send_due()
    assert office.platform.texts(LI) == ["一", "二", "三"]
    assert office.platform.texts(WANG) == ["别人的"]
    assert {row.state for row in office.rows()} == {"sent"}
    row = office.rows()[0]
    assert row.proof == f"service:{row.message_id}:1:{int(office.clock().timestamp())}"
    assert office.quota.left(office.customers.of(LI), office.clock()) == 2


async def test_buttons_come_as_a_menu_to_click(office: Office) -> None:
    office.speaks()
    office.push("满意吗？", buttons=[Button(title="满意", payload="/yes")])
    await office.process().send_due()
    (message,) = office.platform.sent()
    choice = {"id": f"m{office.row().message_id}.1", "content": "满意"}
    assert message["msgmenu"]["list"] == [choice]


async def test_a_long_text_ends_with_a_hint_and_goes_on_when_asked(office: Office) -> None:
    sender = office.speaks()
    office.push(LONG)
    process = office.process()
    await process.send_due()
    parts = split(LONG)
    assert office.platform.texts() == [*parts[:4], texts.MORE]
    row = office.row()
    assert (row.state, row.rung, row.chars_sent) == ("parked", "continue", len("".join(parts[:4])))
    office.clock.forward(minutes=5)
    office.speaks(key="24002")
    (rest,) = office.outbound.parked(sender, office.clock())
    assert "".join(parts[:4]) + rest.text == LONG
    office.outbound.hurry(sender, office.clock())
    await process.send_due()
    assert "".join(office.platform.texts()).replace(texts.MORE, "") == LONG[: row.chars_sent] + (
        "".join(parts[4:8] if len(parts) > 9 else parts[4:])
    )


async def test_the_hint_is_given_when_other_messages_are_to_come(office: Office) -> None:
    office.speaks()
    for number in range(7):
        office.push(f"{number}")
    await office.process().send_due()
    assert office.platform.texts() == ["0", "1", "2", "3", texts.MORE]
    states = [row.state for row in office.rows()]
    assert states == ["sent"] * 4 + ["parked"] * 3


async def test_who_never_spoke_or_not_for_two_days_is_not_written_to(office: Office) -> None:
    office.customers.heard(WANG, office.clock(), spoke=False)
    office.push("一", WANG)
    office.speaks()
    office.clock.forward(hours=48)
    office.push("二")
    await office.process().send_due()
    assert office.platform.sent() == []
    assert [row.state for row in office.rows()] == ["parked", "parked"]


# -- what goes wrong ---------------------------------------------------------------------------


async def test_a_token_that_ends_in_mid_send_doubles_and_loses_nothing(office: Office) -> None:
    office.speaks()
    office.push(LONG[:1500])
    office.push("后来的")
    office.platform.answers[SEND].append(OK)
    office.platform.refuses(SEND, 42001, "access_token expired")
    await office.process().send_due()
    assert office.platform.texts() == [*split(LONG[:1500]), "后来的"]
    assert office.platform.issued == 2


@pytest.mark.parametrize(("code", "words"), [(45015, "out of time"), (45047, "out of count")])
async def test_what_the_platform_refuses_for_now_waits_for_the_follower(
    office: Office, code: int, words: str
) -> None:
    sender = office.speaks()
    office.push("一")
    office.platform.refuses(SEND, code, words)
    process = office.process()
    await process.send_due()
    row = office.row()
    assert (row.state, row.error_code, row.error) == ("parked", code, words)
    assert office.quota.left(sender, office.clock()) == 0
    office.speaks(key="24002")
    office.outbound.hurry(sender, office.clock())
    await process.send_due()
    assert office.platform.texts() == ["一"]
    assert (office.row().state, office.row().error_code) == ("sent", None)


@pytest.mark.parametrize("answer", [HANG, 502, {"errcode": -1, "errmsg": "system busy"}], ids=str)
async def test_while_the_platform_is_in_trouble_it_is_tried_again_ever_more_slowly(
    office: Office, answer: Any
) -> None:
    office.speaks()
    office.push("一")
    office.push("二")
    failing = office.platform.answers[SEND]
    failing.extend([answer] * 3)
    await office.client(office.engine, "a:5005").token()  # nobody is impatient for that
    waits = []
    while office.rows()[0].state == "pending":
        # Impatient only where no answer comes: a machine that halts is no trouble of the platform.
        office.timeout = 1.0 if answer == HANG and failing else 60.0
        await office.process().send_due()
        row = office.rows()[0]
        if row.next_attempt_at is not None:
            waits.append((row.next_attempt_at - office.clock()).total_seconds())
            office.clock.moment = row.next_attempt_at
    assert waits == [5, 10, 20]
    assert office.platform.texts() == ["一", "二"], "in their order"
    assert office.rows()[0].attempts == 3


async def test_after_two_days_of_trouble_it_waits_for_the_follower(office: Office) -> None:
    office.speaks()
    office.push("一")
    office.platform.refuses(SEND, 45009, "api freq out of limit")
    office.clock.forward(hours=48)
    office.speaks(key="24002")
    await office.process().send_due()
    assert office.row().state == "parked"


async def test_what_can_never_arrive_is_given_up_and_holds_nothing_up(office: Office) -> None:
    office.speaks()
    office.push("一")
    office.push("二")
    office.platform.refuses(SEND, 45002, f"content size out of limit for {LI}")
    await office.process().send_due()
    lost, sent = office.rows()
    assert (lost.state, lost.error_code, lost.error) == (
        "given_up",
        45002,
        "content size out of limit for …",
    )
    assert sent.state == "sent"


async def test_who_left_the_account_is_not_written_to(office: Office) -> None:
    sender = office.speaks()
    office.push("一")
    office.push("二")
    office.platform.refuses(SEND, 43004, "require subscribe")
    await office.process().send_due()
    assert office.platform.sent() == []
    assert [row.state for row in office.rows()] == ["parked", "parked"]
    follower = office.customers.find(sender)
    assert follower is not None
    assert not follower.subscribed


# -- accounts without customer-service messages ------------------------------------------------


async def test_an_account_that_only_answers_keeps_everything_for_the_next_answer(
    office: Office,
) -> None:
    sender = office.speaks()
    office.push("一")
    await office.process(may_send=False).send_due()
    assert office.platform.calls == []
    assert [message.text for message in office.outbound.parked(sender, office.clock())] == ["一"]


# -- calling -----------------------------------------------------------------------------------


async def parked(office: Office) -> Sender:
    """A notice that could not be brought; its follower has been quiet for long enough."""
    office.speaks()
    office.push("您的投诉有答复了：内容")
    office.platform.refuses(SEND, 45015)
    process = office.process()
    await process.send_due()
    assert office.templates() == [], "they spoke just now"
    office.clock.moment += QUIET
    return process


async def test_a_template_message_calls_and_says_nothing_of_the_content(office: Office) -> None:
    process = await parked(office)
    office.push("还有一条")
    for _ in range(3):
        await process.send_due()
    (template,) = office.templates()
    assert template["data"] == {"thing1": {"value": NEWS}}
    assert len(NEWS) <= 20
    assert [(row.state, row.rung, row.proof) for row in office.rows()] == [
        ("parked", "template", "200163836"),
        ("parked", "template", "200163836"),
    ]
    assert office.text_messages() == []


async def test_a_day_later_another_notice_is_announced_again(office: Office) -> None:
    process = await parked(office)
    await process.send_due()
    office.push("另一件事")
    await process.send_due()
    assert len(office.templates()) == 1
    office.clock.forward(days=1)
    await process.send_due()
    assert len(office.templates()) == 2


async def test_a_template_message_that_does_not_arrive_is_followed_by_a_text_message(
    office: Office,
) -> None:
    process = await parked(office)
    await process.send_due()
    office.outbound.template_failed("200163836", "failed:user block")
    for _ in range(2):
        await process.send_due()
    (message,) = office.text_messages()
    assert message["phone"] == PHONE
    for words in ("示例银行", REFERENCE, "400-000-0000"):
        assert words in message["text"]
    assert "内容" not in message["text"].replace("任意内容", "")
    assert (office.row().state, office.row().rung) == ("parked", "sms")


@pytest.mark.parametrize("code", [40037, 43004, 48002])
async def test_a_template_message_the_platform_refuses_is_followed_by_a_text_message(
    office: Office, code: int
) -> None:
    process = await parked(office)
    office.platform.refuses(TEMPLATE, code)
    await process.send_due()
    assert len(office.text_messages()) == 1


async def test_without_a_template_a_text_message_calls(office: Office) -> None:
    office.template = None
    process = await parked(office)
    await process.send_due()
    assert len(office.text_messages()) == 1


async def test_an_answer_is_worth_no_call(office: Office) -> None:
    process = await parked(office)
    office.phones.clear()
    office.template = None
    await process.send_due()
    assert office.text_messages() == []


async def test_where_nobody_can_be_called_the_message_just_waits(office: Office) -> None:
    office.template, office.sms = None, None
    process = await parked(office)
    await process.send_due()
    assert (office.row().state, office.row().next_attempt_at) == ("parked", None)


async def test_what_is_given_up_is_still_announced_by_text_message(office: Office) -> None:
    office.speaks()
    office.clock.moment += QUIET
    office.push("您的投诉有答复了")
    office.platform.refuses(SEND, 40003, "invalid openid")
    await office.process().send_due()
    assert (office.row().state, office.row().rung) == ("given_up", "sms")
    assert len(office.text_messages()) == 1


async def test_a_text_message_that_is_refused_is_noted_and_not_repeated(office: Office) -> None:
    office.template, office.sms = None, RefusingSms(SmsError(status=422))
    process = await parked(office)
    await process.send_due()
    row = office.row()
    assert (row.state, row.rung, row.error_code) == ("parked", "sms", 422)
    assert row.next_attempt_at is None


async def test_text_messages_are_tried_again_while_their_platform_is_away(office: Office) -> None:
    office.template, office.sms = None, RefusingSms()
    process = await parked(office)
    while (due := office.row().next_attempt_at) is not None:
        office.clock.moment = max(office.clock(), due)
        await process.send_due()
    assert office.sms.asked == MOST_NUDGES
    assert office.row().state == "parked"


# -- counted -----------------------------------------------------------------------------------


def tried(office: Office) -> dict[tuple[str, str], float]:
    """(rung, outcome) → how often."""
    return {(name[2], name[1]): count for name, count in counted(office.registry).items()}


async def test_every_attempt_is_counted_by_its_rung_and_what_became_of_it(office: Office) -> None:
    office.speaks()
    for text in ("一", "二", "三"):
        office.push(text)
    office.platform.answers[SEND].append({"errcode": -1, "errmsg": "system error"})
    process = office.process()
    await process.send_due()
    assert tried(office) == {("service", "postponed"): 1}
    office.clock.forward(minutes=1)
    office.platform.refuses(SEND, 45002, "content size out of limit")
    await process.send_due()
    assert tried(office) == {
        ("service", "postponed"): 1,
        ("service", "failed"): 1,
        ("service", "sent"): 2,
    }


async def test_a_hint_that_there_is_more_is_a_rung_of_its_own(office: Office) -> None:
    office.speaks()
    office.push(LONG)
    await office.process().send_due()
    assert tried(office) == {("continue", "waits"): 1}


async def test_calls_are_counted_beside_what_they_are_for(office: Office) -> None:
    process = await parked(office)
    office.platform.refuses(TEMPLATE, 40037)
    await process.send_due()
    found = tried(office)
    assert (found["template", "failed"], found["sms", "sent"]) == (1, 1)


# -- processes ---------------------------------------------------------------------------------


async def test_two_processes_send_nothing_twice_and_keep_every_order(office: Office) -> None:
    people = [f"oFollower{number:019}" for number in range(12)]
    for openid in people:
        office.speaks(openid)
        for number in range(4):
            office.push(f"{openid}/{number}", openid)
    here, there = office.process("a:5005"), office.process("b:5005")
    while any(row.state == "pending" for row in office.rows()):
        await asyncio.gather(here.send_due(), there.send_due())
        office.clock.forward(minutes=1)  # who did not get the token in time tries again
    for openid in people:
        assert office.platform.texts(openid) == [f"{openid}/{number}" for number in range(4)]
    assert office.platform.count(TOKEN) == 1


async def test_killed_in_mid_send_at_most_one_part_is_repeated(office: Office) -> None:
    office.speaks()
    office.push(LONG[:3000])
    parts = split(LONG[:3000])
    office.platform.may_answer.clear()
    dying = asyncio.create_task(office.process().send_due())
    await office.platform.has_sent.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    office.platform.may_answer.set()
    await office.process().send_due()
    assert office.platform.texts() == [parts[0], *parts]


async def test_who_wakes_the_loop_need_not_wait_for_its_next_look(office: Office) -> None:
    office.interval = 3600.0
    office.speaks()
    process = office.process()
    loop = asyncio.create_task(process.run())
    office.push("一")
    process.wake()
    await office.platform.has_sent.wait()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    assert office.platform.texts() == ["一"]


async def run_until_sent(office: Office, process: Sender) -> None:
    """Ends the loop once it has sent something, or has ended by itself."""
    loop = asyncio.create_task(process.run())
    sent = asyncio.create_task(office.platform.has_sent.wait())
    await asyncio.wait({loop, sent}, return_when=asyncio.FIRST_COMPLETED)
    for task in (loop, sent):
        task.cancel()
    await asyncio.gather(loop, sent, return_exceptions=True)


@pytest.mark.parametrize("steps", range(4))
async def test_who_is_stopped_in_the_moment_of_being_woken_ends(office: Office, steps: int) -> None:
    class Noticed(asyncio.Event):
        is_awaited = asyncio.Event()

        async def wait(self) -> Literal[True]:
            self.is_awaited.set()
            return await super().wait()

    process = office.process()
    process._woken = woken = Noticed()
    loop = asyncio.create_task(process.run())
    await woken.is_awaited.wait()
    process.wake()
    for _ in range(steps):
        await asyncio.sleep(0)
    loop.cancel()
    await asyncio.wait({loop}, timeout=30)
    assert loop.done()


async def test_the_loop_outlives_trouble(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Quota):
        left_over = 1

        def left(self, *args: Any) -> int:
            if Broken.left_over:
                Broken.left_over -= 1
                raise StorageError()
            return Quota.left(self, *args)

    office.speaks()
    office.push("一")
    process = office.process()
    process._quota = Broken(office.engine)
    with caplog.at_level(logging.ERROR):
        await run_until_sent(office, process)
    assert office.platform.texts() == ["一"]
    assert "StorageError" in caplog.text


async def test_a_cancellation_astray_ends_a_round_and_not_the_loop(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    class Astray(Quota):
        strays = 1

        def left(self, *args: Any) -> int:
            if self.strays:
                self.strays -= 1
                raise asyncio.CancelledError()
            return Quota.left(self, *args)

    office.speaks()
    office.push("一")
    process = office.process()
    process._quota = Astray(office.engine)
    with caplog.at_level(logging.ERROR):
        await run_until_sent(office, process)
    assert office.platform.texts() == ["一"]
    assert "RoundCutShort" in caplog.text


async def test_why_something_waits_for_its_follower_is_logged(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot")
    office.push("一")
    await office.process().send_due()
    office.speaks(WANG)
    office.push("二", WANG)
    await office.process(may_send=False).send_due()
    office.push("三", WANG)
    office.quota.exhaust(office.customers.of(WANG), office.clock())
    await office.process().send_due()
    office.push("四", WANG)
    office.customers.unsubscribed(office.customers.of(WANG), office.clock())
    await office.process().send_due()
    found = [r.getMessage() for r in caplog.records if "waits for its follower" in r.getMessage()]
    assert [line.partition(": ")[2] for line in found] == [
        "unknown",
        "the account only answers",
        "quota used up",
        "does not follow",
    ]
    for secret in (LI, WANG, office.customers.of(LI), office.customers.of(WANG), "一", "四"):
        assert secret not in "".join(found)


async def test_logs_name_neither_followers_nor_what_was_said(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="bot"):
        office.sms = RefusingSms(SmsError(status=422))
        process = await parked(office)
        office.platform.refuses(TEMPLATE, 43004, f"require subscribe {LI}")
        await process.send_due()
    assert "43004" in caplog.text
    for secret in (LI, PHONE, "答复", office.platform.token, office.customers.of(LI)):
        assert secret not in caplog.text
