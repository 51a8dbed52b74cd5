"""One turn per message, masked before it is stored, never silent, never lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels import texts
from bot.channels.inbound import Incoming
from bot.channels.transcript import BOT, CUSTOMER, Ages, Lease, Message, Transcript, Unanswered
from bot.channels.unanswered import AGES
from bot.errors import ChannelError, StorageError, TurnFailed
from bot.storage.engine import create_engine
from tests.samples import sealer
from tests.unit.desk import Assistant, Desk

CARD = "6222021234567890123"


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
    stored = desk.transcript.after("web-1", 0)
    assert [m.key for m in stored if m.author == CUSTOMER] == ["k0", "k1", "k2", "k3"]
    assert [m.reply_to for m in stored if m.author == BOT] == ["k0", "k1", "k2", "k3"]


async def waiting_behind(desk: Desk, *more: str) -> list[asyncio.Task[list[Message]]]:
    """A turn that does not end, and what the customer says meanwhile, once all is stored."""
    desk.assistant.go.clear()
    tasks = [asyncio.create_task(desk.send("你好", "k0"))]
    tasks += [asyncio.create_task(desk.send(said, f"k{n}")) for n, said in enumerate(more, 1)]
    assert len(await desk.stored(1 + len(more))) == 1 + len(more)
    return tasks


async def test_a_message_behind_a_turn_is_on_disk_masked_and_in_its_order(desk: Desk) -> None:
    waiting = await waiting_behind(desk, f"卡{CARD}被吞了，电话13800138000", "在吗")
    first, second, third = desk.transcript.after("web-1", 0)
    assert (first.key, second.key, third.key) == ("k0", "k1", "k2")
    assert second.text == "卡〔卡号已隐去，尾号0123〕被吞了，电话138****8000"
    assert not second.answered
    kept = desk.transcript.turn_of("web-1", "k1")
    assert kept is not None and "13800138000" not in kept
    desk.assistant.go.set()
    _, middle, last = await asyncio.gather(*waiting)
    assert [m.text for m in last] == ["在吗", "您好"]
    assert "完整卡号" in middle[1].text
    assert len(desk.assistant.turns) == 3, "each was run once"


async def test_a_message_behind_a_turn_outlives_the_process(desk: Desk) -> None:
    waiting = await waiting_behind(desk, "在吗")
    again = Desk(desk.transcript)  # the first process has been killed, its name is that of the next
    again.clock.forward(minutes=1)
    while due := again.transcript.unanswered("host:5005", AGES, again.clock(), 10):
        for message in due:
            await again.inbound.run_again(message, again.assistant)
    assert [turn.text for turn in again.assistant.turns] == ["你好", "在吗"]
    desk.assistant.go.set()
    await asyncio.gather(*waiting)


async def test_no_other_process_overtakes_the_turn_a_message_waits_for(desk: Desk) -> None:
    waiting = await waiting_behind(desk, "在吗")
    other = Desk(desk.transcript, owner="host:5006")
    lease = Lease("host:5005", desk.clock() + timedelta(minutes=2))
    assert desk.transcript.renew("web-1", "k0", lease)
    later = desk.clock() + timedelta(minutes=1)
    assert desk.transcript.unanswered("host:5006", AGES, later, 10) == []
    assert (await other.refused("在吗", "k1")).status == 503
    assert other.assistant.turns == []
    desk.assistant.go.set()
    await asyncio.gather(*waiting)


async def test_a_sweep_joins_a_message_that_waits_for_its_turn(desk: Desk) -> None:
    waiting = await waiting_behind(desk, "在吗")
    sealed_turn = desk.transcript.turn_of("web-1", "k1")
    assert sealed_turn is not None
    swept = asyncio.create_task(
        desk.inbound.run_again(Unanswered("web-1", "k1", sealed_turn, 0), desk.assistant)
    )
    await asyncio.sleep(0)
    desk.assistant.go.set()
    _, own = await asyncio.gather(*waiting)
    assert await swept == own
    assert [turn.text for turn in desk.assistant.turns] == ["你好", "在吗"]


async def test_a_message_that_could_not_be_kept_is_answered_all_the_same(
    transcript: Transcript, caplog: pytest.LogCaptureFixture
) -> None:
    class Full(Transcript):
        def keep(self, *_: object) -> bool:
            raise StorageError()

    desk = Desk(Full(transcript._engine))
    desk.assistant.go.clear()
    waiting = [asyncio.create_task(desk.send(f"第{n}句", f"k{n}")) for n in range(2)]
    await desk.assistant.began.wait()
    desk.assistant.go.set()
    _, second = await asyncio.gather(*waiting)
    assert [m.text for m in second] == ["第1句", "您好"]
    assert "a message that waits was not stored: StorageError" in caplog.text
    assert "第1句" not in caplog.text


async def test_a_message_that_need_not_wait_is_written_once(transcript: Transcript) -> None:
    class Counting(Transcript):
        kept = 0

        def keep(self, *_: object) -> bool:
            self.kept += 1
            return True

    counting = Counting(transcript._engine)
    desk = Desk(counting)
    for number in range(3):
        await desk.send("你好", f"k{number}")
    assert counting.kept == 0


async def test_a_turn_that_is_stopped_does_not_stop_who_waits_for_it(desk: Desk) -> None:
    desk.assistant.failures = [asyncio.CancelledError()]  # type: ignore[list-item]
    assert (await desk.refused("你好")).status == 503
    assert [m.text for m in await desk.send("你好")] == ["你好", "您好"]


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
    patient = Desk(transcript)
    assert [m.text for m in await patient.send("你好")] == ["你好", "您好"]
    assert (len(desk.assistant.turns), len(patient.assistant.turns)) == (1, 0)


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
    await desk.idle()
    patient = Desk(transcript)
    assert [m.text for m in await patient.send("你好")] == ["你好", "您好"]
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


# -- a message that is run again from the transcript ------------------------------------------------


def left(desk: Desk, *, minutes: float = 1) -> list[Unanswered]:
    """What waits for an answer some minutes later."""
    desk.clock.forward(minutes=minutes)
    ages = Ages(timedelta(seconds=30), timedelta(hours=24))
    return desk.transcript.unanswered("host:5005", ages, desk.clock(), 10)


async def test_run_again_a_message_is_the_same_turn(desk: Desk) -> None:
    desk.assistant.failures = [TurnFailed()]
    await desk.refused("卡6222021234567890123被吞了，电话13800138000")
    (waiting,) = left(desk)
    messages = await desk.inbound.run_again(waiting, desk.assistant)
    first, second = desk.assistant.turns
    assert (second.sender_id, second.key, second.text) == (first.sender_id, first.key, first.text)
    assert [p["shown"] for p in second.metadata["phones"]] == ["138****8000"]
    assert sealer().open(second.metadata["phones"][0]["sealed"]) == "13800138000"
    assert "完整卡号" in messages[1].text
    assert messages == desk.transcript.after("web-1", 0)
    assert left(desk) == []


async def test_run_again_a_button_is_its_payload(desk: Desk) -> None:
    payload = '/answer{"field": "consent", "value": true}'
    desk.ready = False
    with pytest.raises(ChannelError):
        await desk.send("同意", payload=payload)
    desk.ready = True
    (waiting,) = left(desk)
    await desk.inbound.run_again(waiting, desk.assistant)
    assert desk.assistant.turns[0].text == payload


async def test_what_waits_holds_no_number_in_clear(desk: Desk) -> None:
    desk.ready = False
    await desk.refused("我的电话13800138000")
    (waiting,) = left(desk)
    assert "13800138000" not in waiting.sealed_turn
    assert "电话" not in waiting.sealed_turn


async def test_only_secrets_are_refused_again_without_a_turn(desk: Desk) -> None:
    class Forgetful(Transcript):
        def answer(self, *_: object, **__: object) -> list[Message]:
            raise StorageError()

    forgetful = Desk(Forgetful(desk.transcript._engine))
    await forgetful.refused("密码123456")
    (waiting,) = left(desk)
    messages = await desk.inbound.run_again(waiting, desk.assistant)
    assert messages[2].text == texts.ONLY_SECRET
    assert desk.assistant.turns == []


async def test_a_customers_own_try_and_running_again_are_one_turn(desk: Desk) -> None:
    desk.assistant.failures = [TurnFailed()]
    await desk.refused("你好")
    (waiting,) = left(desk)
    desk.assistant.go.clear()
    both = [
        asyncio.create_task(desk.send("你好")),
        asyncio.create_task(desk.inbound.run_again(waiting, desk.assistant)),
    ]
    await asyncio.sleep(0)
    desk.assistant.go.set()
    mine, again = await asyncio.gather(*both)
    assert mine == again
    assert len(desk.assistant.turns) == 2, "the failed one and one more"


async def test_what_was_answered_meanwhile_is_not_run_again(desk: Desk) -> None:
    desk.assistant.failures = [TurnFailed()]
    await desk.refused("你好")
    (waiting,) = left(desk)
    answered = await desk.send("你好")
    assert await desk.inbound.run_again(waiting, desk.assistant) == answered
    assert len(desk.assistant.turns) == 2


async def test_a_message_that_time_has_gone_over_is_left(desk: Desk) -> None:
    desk.assistant.failures = [TurnFailed()]
    await desk.refused("你好", "k1")
    (waiting,) = left(desk)
    await desk.send("在吗", "k2")
    with pytest.raises(ChannelError):
        await desk.inbound.run_again(waiting, desk.assistant)
    assert [turn.text for turn in desk.assistant.turns] == ["你好", "在吗"]
    assert left(desk) == []


async def test_two_processes_never_run_a_customers_turns_at_once(desk: Desk) -> None:
    other = Desk(desk.transcript, owner="host:5006")
    desk.assistant.go.clear()
    running = asyncio.create_task(desk.send("你好", "k1"))
    await desk.stored(1)
    assert (await other.refused("你好", "k1")).status == 503
    assert (await other.refused("在吗", "k2")).status == 503
    assert other.assistant.turns == []
    desk.assistant.go.set()
    await running
    assert [m.text for m in await other.send("在吗", "k2")] == ["在吗", "您好"]
