"""A customer's messages while a person is talking with them, or is to come."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.channels import texts
from bot.channels.inbound import HANDOVER_OVER, Prepared, back_to_assistant, seal_turn
from bot.channels.suggesting import suggested_answers
from bot.channels.talks import ends_talk
from bot.channels.transcript import BOT, CUSTOMER, Reply, Unanswered
from bot.errors import ChannelError, StorageError, TurnFailed
from bot.handover.talk import ClosedBy, File, Why
from tests.handover import WANG
from tests.samples import sealer
from tests.unit.desk import Desk

ME = "web-1"
TALK = "5d5c27a0-3d51-4a10-8d55-58b6c8a3a2f0"


def wait_for_officer(desk: Desk) -> None:
    desk.handovers.open(TALK, ME, "web", Why.WORD, File("手续费"), desk.clock())


def with_officer(desk: Desk) -> None:
    wait_for_officer(desk)
    desk.handovers.take(TALK, WANG, desk.clock())


def closed_by(desk: Desk) -> ClosedBy | None:
    talk = desk.handovers.get(TALK)
    assert talk is not None
    return talk.closed_by


def said(desk: Desk) -> list[str]:
    return [message.text for message in desk.transcript.after(ME, 0)]


async def test_while_waiting_the_assistant_answers(desk: Desk) -> None:
    wait_for_officer(desk)
    assert [m.text for m in await desk.send("手续费怎么收")] == ["手续费怎么收", "您好"]


async def test_while_an_officer_talks_the_assistant_is_silent(desk: Desk) -> None:
    with_officer(desk)
    for _ in range(2):
        (message,) = await desk.send("在吗")
        assert (message.author, message.answered) == (CUSTOMER, True)
    assert desk.assistant.turns == []
    assert said(desk) == ["在吗"]


async def test_buttons_pressed_meanwhile_are_the_officers_to_read(desk: Desk) -> None:
    with_officer(desk)
    (message,) = await desk.send("我要投诉", payload="/complaint_file")
    assert message.text == "我要投诉"
    assert desk.assistant.turns == []


@pytest.mark.parametrize(
    "words",
    [
        *("结束人工", "结束人工服务。", "回到小保", "不用人工了", "不等了！", "那我不等了吧"),
        *("取消人工", "请帮我结束人工服务", "不想等了", "别转了", "不需要人工客服了"),
    ],
)
async def test_words_that_end_a_talk(desk: Desk, words: str) -> None:
    with_officer(desk)
    desk.assistant.replies = [Reply("请问是哪家网点？")]
    messages = await desk.send(words)
    assert [m.text for m in messages] == [words, texts.TALK_ENDED, "请问是哪家网点？"]
    assert [turn.text for turn in desk.assistant.turns] == [HANDOVER_OVER]
    assert closed_by(desk) is ClosedBy.CUSTOMER


@pytest.mark.parametrize(
    "words",
    [
        *("不等了怎么办", "我等了两个小时了", "结束", "人工", "小保", "结束人工服务是什么意思"),
        *("要等多久", "等不了", "不", "不要了", "回到家了", "不等额本息"),
    ],
)
async def test_words_that_do_not(desk: Desk, words: str) -> None:
    with_officer(desk)
    await desk.send(words)
    assert closed_by(desk) is None
    assert desk.assistant.turns == []


async def test_who_waits_may_stop_waiting(desk: Desk) -> None:
    wait_for_officer(desk)
    desk.assistant.replies = []
    messages = await desk.send("不等了")
    assert [m.text for m in messages] == ["不等了", texts.WAITING_ENDED]


async def test_the_button_ends_it_even_while_no_turn_is_run(desk: Desk) -> None:
    with_officer(desk)
    await desk.send("结束人工服务", payload="/handover_cancel")
    assert closed_by(desk) is ClosedBy.CUSTOMER


async def test_without_a_talk_the_same_words_are_the_assistants(desk: Desk) -> None:
    await desk.send("不等了")
    assert [turn.text for turn in desk.assistant.turns] == ["不等了"]


async def test_when_the_assistant_is_away_the_end_is_an_end_and_the_words_come_later(
    desk: Desk,
) -> None:
    with_officer(desk)
    desk.assistant.failures = [TurnFailed()]
    with pytest.raises(ChannelError):
        await desk.send("结束人工")
    assert closed_by(desk) is ClosedBy.CUSTOMER
    messages = await desk.send("结束人工")
    assert [m.text for m in messages] == ["结束人工", texts.TALK_ENDED, "您好"]


async def test_words_that_wait_behind_a_turn_end_the_talk_when_their_turn_comes(
    desk: Desk,
) -> None:
    wait_for_officer(desk)
    desk.assistant.go.clear()
    waiting = [asyncio.create_task(desk.send(words, words)) for words in ("手续费怎么收", "不等了")]
    await desk.stored(2)
    assert closed_by(desk) is None
    desk.assistant.go.set()
    _, ended = await asyncio.gather(*waiting)
    assert [m.text for m in ended] == ["不等了", texts.WAITING_ENDED, "您好"]
    assert [turn.text for turn in desk.assistant.turns] == ["手续费怎么收", HANDOVER_OVER]
    assert closed_by(desk) is ClosedBy.CUSTOMER


async def kept_by_a_process_that_died(desk: Desk, words: str) -> Unanswered:
    """What was said behind a turn that has ended, and had not begun."""
    dead = Desk(desk.transcript)
    dead.assistant.go.clear()
    running = [asyncio.create_task(dead.send(said, said)) for said in ("你好", words)]
    await dead.stored(2)
    for task in [*running, *dead.inbound._running.values()]:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    desk.transcript.answer(ME, "你好", [Reply("您好")], desk.clock())
    sealed_turn = desk.transcript.turn_of(ME, words)
    assert sealed_turn is not None
    return Unanswered(ME, words, sealed_turn, 0)


async def test_words_a_dead_process_kept_end_the_talk_all_the_same(desk: Desk) -> None:
    wait_for_officer(desk)
    kept = await kept_by_a_process_that_died(desk, "不等了")
    desk.handovers.take(TALK, WANG, desk.clock())
    messages = await desk.inbound.run_again(kept, desk.assistant)
    assert [m.text for m in messages] == ["不等了", texts.TALK_ENDED, "您好"]
    assert closed_by(desk) is ClosedBy.CUSTOMER


async def test_what_a_dead_process_kept_is_left_to_an_officer_who_came_meanwhile(
    desk: Desk,
) -> None:
    wait_for_officer(desk)
    kept = await kept_by_a_process_that_died(desk, "我正在给骗子转账")
    desk.handovers.take(TALK, WANG, desk.clock())
    (message,) = await desk.inbound.run_again(kept, desk.assistant)
    assert message.answered
    assert "110" in said(desk)[-1]
    assert desk.assistant.turns == []


@pytest.mark.parametrize(
    ("words", "answer"), [("我正在给骗子转账", "110"), ("密码是 882631", "请不要在这里发送密码")]
)
async def test_what_must_be_said_beside_an_officer_is_said_when_the_message_comes_again(
    desk: Desk, words: str, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_officer(desk)

    def full(*_: object) -> bool:
        raise StorageError()

    with monkeypatch.context() as trouble:
        trouble.setattr(desk.transcript, "push", full)
        with pytest.raises(ChannelError):
            await desk.send(words)
    assert len(said(desk)) == 1
    for _ in range(2):
        (message,) = await desk.send(words)
        assert message.answered
    (_, spoken) = said(desk)
    assert answer in spoken


async def test_what_the_assistant_has_answered_is_not_answered_beside_an_officer_again(
    desk: Desk,
) -> None:
    wait_for_officer(desk)
    await desk.send("密码是 882631")
    before = said(desk)
    desk.handovers.take(TALK, WANG, desk.clock())
    await desk.send("密码是 882631")
    assert said(desk) == before


async def test_the_note_after_a_talk_may_have_nothing_to_say(desk: Desk) -> None:
    turn = seal_turn(back_to_assistant(), sealer())
    desk.transcript.note(ME, "desk/1/back", turn, desk.clock())
    desk.assistant.replies = []
    note = Unanswered(ME, "desk/1/back", turn, 0)
    await desk.inbound.run_again(note, desk.assistant)
    assert [turn.text for turn in desk.assistant.turns] == [HANDOVER_OVER]
    assert said(desk) == []


def test_turns_sealed_by_the_last_release_can_be_run() -> None:
    held = {"text": "你好", "phones": [], "refused": [], "only_secrets": False}
    assert Prepared(**held).opening == ""  # type: ignore[arg-type]


async def test_secrets_are_refused_also_beside_an_officer(desk: Desk) -> None:
    with_officer(desk)
    for _ in range(2):
        await desk.send("密码是 882631")
    kept, refusal = desk.transcript.after(ME, 0)
    assert "882631" not in kept.text
    assert refusal.author == BOT
    assert "请不要在这里发送密码" in refusal.text


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("我不想活了", "120"),
        ("我刚刚给骗子转了五万，怎么办", "110"),
        ("救命，有人拿刀逼我转账", "110"),
    ],
)
async def test_in_danger_the_customer_hears_at_once_whom_to_call_once_a_talk(
    desk: Desk, words: str, answer: str
) -> None:
    with_officer(desk)
    for key in ("k1", "k2"):
        await desk.send(words, key=key)
    beside = [text for text in said(desk) if text != words]
    assert len(beside) == 1
    assert answer in beside[0]
    assert "{" not in beside[0]


async def test_the_officer_gets_suggestions(desk: Desk) -> None:
    with_officer(desk)
    asked: list[str] = []

    async def suggest(text: str) -> list[str]:
        asked.append(text)
        return ["fees.waive"]

    desk.talks.suggest_with(suggest)
    (message,) = await desk.send("手续费能退吗，我的电话13800138000")
    assert list(message.suggestions) == ["fees.waive"]
    assert "13800138000" not in asked[0]


async def test_suggestions_are_for_officers_only(desk: Desk) -> None:
    wait_for_officer(desk)

    async def suggest(_text: str) -> list[str]:
        raise AssertionError("asked while no officer is there")

    desk.talks.suggest_with(suggest)
    await desk.send("手续费能退吗")


@pytest.mark.parametrize("trouble", [RuntimeError(), asyncio.TimeoutError()])
async def test_without_suggestions_the_words_go_on(desk: Desk, trouble: Exception) -> None:
    with_officer(desk)

    async def suggest(_text: str) -> list[str]:
        raise trouble

    desk.talks.suggest_with(suggest)
    (message,) = await desk.send("手续费能退吗")
    assert list(message.suggestions) == []


async def test_the_likeliest_answers_are_suggested() -> None:
    async def parse(_text: str) -> dict[str, object]:
        found = [("faq/a.b", 0.5), ("complaint_file", 0.2), ("faq/a.c", 0.15), ("faq/a.d", 0.01)]
        return {"intent_ranking": [{"name": n, "confidence": c} for n, c in found]}

    assert await suggested_answers(parse, "手续费") == ["a.b", "a.c"]


async def test_a_talk_taken_during_a_turn_gets_the_answer_all_the_same(desk: Desk) -> None:
    wait_for_officer(desk)
    desk.assistant.go.clear()
    sending = asyncio.create_task(desk.send("确认提交"))
    await desk.assistant.began.wait()
    desk.handovers.take(TALK, WANG, desk.clock())
    desk.assistant.go.set()
    assert [m.text for m in await sending] == ["确认提交", "您好"]


async def test_after_the_talk_the_assistant_answers_again(desk: Desk) -> None:
    with_officer(desk)
    await desk.send("在吗", key="k1")
    desk.handovers.close(TALK, ClosedBy.OFFICER, desk.clock() + timedelta(minutes=1))
    assert [m.text for m in await desk.send("你好", key="k2")] == ["你好", "您好"]
    assert desk.handovers.of(ME) is None


@pytest.mark.parametrize("payload", ["/handoff", "/handover_over", "/x"])
def test_no_other_button_ends_a_talk(payload: str) -> None:
    assert not ends_talk("结束人工", payload)
