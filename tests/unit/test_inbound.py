"""One turn per message, masked before it is stored, never silent, never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from bot.channels import texts
from bot.channels.inbound import Inbound, Incoming, TurnInput
from bot.channels.transcript import BOT, CUSTOMER, Message, Reply, Transcript
from bot.errors import ChannelError, StorageError, TurnFailed
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.fakes import NOW
from tests.samples import sealer

RunTurn = Callable[[TurnInput], Awaitable[list[Reply]]]
CARD = "6222021234567890123"


@pytest.fixture
def transcript(tmp_path: Path) -> Iterator[Transcript]:
    engine = create_engine(f"sqlite:///{tmp_path / 'channel.db'}")
    upgrade(engine, "channel")
    yield Transcript(engine)
    engine.dispose()


class Assistant:
    """Stands for Rasa: counts its turns, answers, fails or waits as told."""

    def __init__(self) -> None:
        self.turns: list[TurnInput] = []
        self.replies = [Reply("您好")]
        self.failures: list[Exception] = []
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self, turn: TurnInput) -> list[Reply]:
        self.turns.append(turn)
        await self.go.wait()
        if self.failures:
            raise self.failures.pop(0)
        return self.replies


class Desk:
    """An `Inbound` with its surroundings."""

    def __init__(self, transcript: Transcript, turn_timeout: float = 10.0) -> None:
        self.transcript, self.assistant, self.ready = transcript, Assistant(), True
        self.inbound = Inbound(
            transcript,
            sealer(),
            hotline="95588",
            hotline_hours="全天",
            turn_timeout=turn_timeout,
            now=lambda: NOW,
            is_ready=self._is_ready,
        )

    async def _is_ready(self) -> bool:
        return self.ready

    async def send(
        self, text: str, key: str = "k1", payload: str | None = None, sender: str = "web-1"
    ) -> list[Message]:
        return await self.inbound.handle(Incoming(sender, key, text, payload), self.assistant)

    async def refused(self, text: str, key: str = "k1") -> ChannelError:
        with pytest.raises(ChannelError) as caught:
            await self.send(text, key)
        return caught.value

    async def stored(self, count: int) -> list[Message]:
        """The conversation once it has `count` messages."""
        for _ in range(500):
            found = self.transcript.after("web-1", 0)
            if len(found) >= count:
                break
            await asyncio.sleep(0.01)
        return found


@pytest.fixture
async def desk(transcript: Transcript) -> Desk:
    return Desk(transcript)


async def test_message_and_replies_come_back_as_stored(desk: Desk) -> None:
    messages = await desk.send("你好")
    assert [(m.author, m.text) for m in messages] == [(CUSTOMER, "你好"), (BOT, "您好")]
    assert messages == desk.transcript.after("web-1", 0)


async def test_the_same_key_runs_one_turn(desk: Desk) -> None:
    first = await desk.send("你好")
    assert [m.cursor for m in await desk.send("你好")] == [m.cursor for m in first]
    assert [m.text for m in await desk.send("别的话")] == ["你好", "您好"]
    assert len(desk.assistant.turns) == 1


async def test_the_same_key_at_the_same_time_runs_one_turn(desk: Desk) -> None:
    desk.assistant.go.clear()
    waiting = [asyncio.create_task(desk.send("你好")) for _ in range(5)]
    await asyncio.sleep(0)
    desk.assistant.go.set()
    answers = await asyncio.gather(*waiting)
    assert len(desk.assistant.turns) == 1
    assert all([m.text for m in answer] == ["你好", "您好"] for answer in answers)


async def test_messages_of_one_customer_are_answered_in_order(desk: Desk) -> None:
    desk.assistant.go.clear()
    waiting = [asyncio.create_task(desk.send(f"第{n}句", f"k{n}")) for n in range(4)]
    await asyncio.sleep(0)
    desk.assistant.go.set()
    await asyncio.gather(*waiting)
    assert [turn.text for turn in desk.assistant.turns] == ["第0句", "第1句", "第2句", "第3句"]
    authors = [m.author for m in desk.transcript.after("web-1", 0)]
    assert authors == [CUSTOMER, BOT] * 4


async def test_customers_do_not_wait_for_each_other(desk: Desk) -> None:
    desk.assistant.go.clear()
    slow = asyncio.create_task(desk.send("你好", sender="web-2"))
    await asyncio.sleep(0)
    other = Assistant()
    answer = await desk.inbound.handle(Incoming("web-1", "k1", "在吗"), other)
    assert [m.text for m in answer] == ["在吗", "您好"]
    desk.assistant.go.set()
    await slow


async def test_the_same_key_of_two_customers_is_two_messages(desk: Desk) -> None:
    await desk.send("你好")
    await desk.send("在吗", sender="web-2")
    assert len(desk.assistant.turns) == 2


@pytest.mark.parametrize(
    "failure",
    [TurnFailed(), StorageError(), RuntimeError("internal detail"), asyncio.TimeoutError()],
)
async def test_a_failed_turn_keeps_the_message_and_the_same_key_runs_it_again(
    desk: Desk, failure: Exception
) -> None:
    desk.assistant.failures = [failure]
    error = await desk.refused("你好")
    assert (error.status, error.code, error.retry_after) == (503, "busy", 3)
    assert "95588" in error.message
    assert "internal detail" not in error.message
    (kept,) = desk.transcript.after("web-1", 0)
    assert (kept.text, kept.answered) == ("你好", False)
    assert [m.text for m in await desk.send("你好")] == ["你好", "您好"]
    assert len(desk.assistant.turns) == 2


async def test_while_not_ready_no_turn_is_run_and_nothing_lost(desk: Desk) -> None:
    desk.ready = False
    assert (await desk.refused("你好")).status == 503
    assert desk.assistant.turns == []
    desk.ready = True
    assert [m.text for m in await desk.send("你好")] == ["你好", "您好"]


async def test_a_turn_without_a_word_gets_the_floor_sentence(desk: Desk) -> None:
    desk.assistant.replies = []
    messages = await desk.send("嗯？")
    assert messages[1].text == texts.FLOOR.format(hotline="95588", hotline_hours="全天")


async def test_after_the_time_out_the_turn_finishes_and_is_stored(transcript: Transcript) -> None:
    desk = Desk(transcript, turn_timeout=0.05)
    desk.assistant.go.clear()
    assert (await desk.refused("你好")).status == 503
    desk.assistant.go.set()
    assert [m.text for m in await desk.stored(2)] == ["你好", "您好"]
    assert [m.text for m in await desk.send("你好")] == ["你好", "您好"]
    assert len(desk.assistant.turns) == 1


async def test_asking_again_during_a_slow_turn_joins_it(transcript: Transcript) -> None:
    desk = Desk(transcript, turn_timeout=0.05)
    desk.assistant.go.clear()
    await desk.refused("你好")
    await desk.refused("你好")
    desk.assistant.go.set()
    await desk.stored(2)
    assert len(desk.assistant.turns) == 1


async def test_a_turn_that_fails_after_the_time_out_complains_to_nobody(
    transcript: Transcript,
) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    desk = Desk(transcript, turn_timeout=0.05)
    desk.assistant.go.clear()
    desk.assistant.failures = [TurnFailed()]
    await desk.refused("你好")
    desk.assistant.go.set()
    await asyncio.sleep(0.05)
    assert [m.text for m in await desk.send("你好")] == ["你好", "您好"]
    assert complaints == []


async def test_a_broken_connection_does_not_stop_the_turn(desk: Desk) -> None:
    desk.assistant.go.clear()
    request = asyncio.create_task(desk.send("你好"))
    await desk.stored(1)
    request.cancel()
    desk.assistant.go.set()
    assert [m.text for m in await desk.stored(2)] == ["你好", "您好"]


async def test_a_storage_that_fails_is_said_so(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'not-migrated.db'}")
    desk = Desk(Transcript(engine))
    assert (await desk.refused("你好")).status == 503
    assert desk.assistant.turns == []
    engine.dispose()


async def test_secrets_are_masked_before_anything_is_stored(desk: Desk) -> None:
    messages = await desk.send(f"卡{CARD}被吞了，电话13800138000")
    (turn,) = desk.assistant.turns
    assert turn.text == messages[0].text == "卡〔卡号已隐去，尾号0123〕被吞了，电话138****8000"
    assert [p["shown"] for p in turn.metadata["phones"]] == ["138****8000"]
    assert sealer().open(turn.metadata["phones"][0]["sealed"]) == "13800138000"
    assert "完整卡号" in messages[1].text
    assert messages[2].text == "您好"


async def test_an_unasked_phone_or_id_is_masked_without_a_lecture(desk: Desk) -> None:
    messages = await desk.send("我是11010519491231002X，13800138000")
    assert len(messages) == 2


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"我的卡号是{CARD}", "完整卡号"),
        ("密码123456", "密码"),
        ("验证码123456", "验证码"),
        (f"卡号{CARD}，密码123456", "完整卡号、密码"),
    ],
)
async def test_nothing_but_secrets_runs_no_turn(desk: Desk, text: str, named: str) -> None:
    messages = await desk.send(text)
    assert desk.assistant.turns == []
    assert named in messages[1].text
    assert messages[2].text == texts.ONLY_SECRET
    assert [m.text for m in await desk.send(text)] == [m.text for m in messages]


@pytest.mark.parametrize("text", ["/restart", "  /restart", '/answer{"field": "consent"}', "/"])
async def test_typed_slashes_are_no_intents(desk: Desk, text: str) -> None:
    await desk.send(text)
    assert desk.assistant.turns[0].text == "／" + text.strip()[1:]


async def test_a_slash_inside_a_text_stays(desk: Desk) -> None:
    await desk.send("网银/手机银行打不开")
    assert desk.assistant.turns[0].text == "网银/手机银行打不开"


async def test_a_button_shows_its_title_and_runs_its_payload(desk: Desk) -> None:
    payload = '/answer{"field": "complaint_confirmed", "value": true}'
    messages = await desk.send("确认提交", payload=payload)
    assert messages[0].text == "确认提交"
    assert desk.assistant.turns[0].text == payload
    assert desk.assistant.turns[0].metadata == {"phones": []}
