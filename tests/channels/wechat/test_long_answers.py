"""Long answers arrive whole, in order, each part once, with and without messages of our own."""

from __future__ import annotations

from bot.channels.transcript import Reply
from bot.channels.wechat import texts
from tests.channels.wechat.kit import Says, Town
from tests.stack import wait_until

BYTES = 2048
SENTENCES = [
    f"第{number}条：请您仔细核对每一笔交易的时间、金额和商户名称。" for number in range(60)
]
LONG = "".join(SENTENCES)
"""About 4,500 bytes: three parts."""


def say(bank: Town, *said: Says) -> None:
    """What every answer is from now on."""
    bank.assistant.answer = lambda _text: list(said)


def whole(parts: list[str]) -> str:
    """The parts put together, without what the channel adds."""
    added = (texts.MORE, texts.MORE_FOLLOWS)
    return "".join(line for part in parts for line in part.split("\n\n") if line not in added)


def test_an_answer_of_2048_bytes_goes_back_in_one(bank: Town) -> None:
    exact = "额" * 682 + "ab"
    assert len(exact.encode()) == BYTES
    say(bank, Says(exact))
    (shown,) = bank.person().say("你好")
    assert shown.text == exact


def test_one_byte_more_and_the_rest_follows_by_itself(bank: Town) -> None:
    say(bank, Says("额" * 682 + "abc"))
    (shown,) = bank.person().say("你好")
    assert shown.text.endswith(texts.MORE_FOLLOWS)
    wait_until(lambda: bank.person().received("service"), 30, "the rest")
    assert whole(bank.person().received()) == "额" * 682 + "abc"


def test_a_long_answer_follows_in_order(bank: Town) -> None:
    say(bank, Says(LONG))
    bank.person().say("你好")
    wait_until(lambda: whole(bank.person().received()) == LONG, 30, "all of it")
    assert all(len(part.encode()) <= BYTES for part in bank.person().received())


def test_a_short_message_and_a_long_one_come_in_order(bank: Town) -> None:
    say(bank, Says("先看这里。"), Says(LONG, [("好的", "/ok")]))
    (shown,) = bank.person().say("你好")
    assert shown.text == f"先看这里。\n\n{texts.MORE_FOLLOWS}"
    wait_until(lambda: bank.person().messages()[-1].choices, 30, "all of it")
    bank.person().say("1")
    assert bank.assistant.heard()[-1] == "/ok"


def test_a_lost_first_part_comes_again_word_for_word(bank: Town) -> None:
    bank.sim.faults.drop_replies = 1
    say(bank, Says(LONG))
    person = bank.person()
    (shown,) = person.say("你好")
    assert shown.text.startswith(SENTENCES[0])

    def parts() -> list[str]:
        """The rest may be there before the first part comes again."""
        return person.received("passive") + person.received("service")

    wait_until(lambda: whole(parts()) == LONG, 30, "all of it")


def test_without_messages_of_our_own_it_is_fetched_part_by_part(quiet_bank: Town) -> None:
    say(quiet_bank, Says(LONG))
    person = quiet_bank.person()
    parts = [person.say("你好")[0].text]
    while parts[-1].endswith(texts.MORE):
        parts.append(person.say("继续")[0].text)
        assert len(parts) < 6
    assert whole(parts) == LONG
    assert len(quiet_bank.assistant.turns) == 1


def test_a_lost_answer_to_go_on_is_given_again_not_skipped(quiet_bank: Town) -> None:
    say(quiet_bank, Says(LONG))
    person = quiet_bank.person()
    parts = [person.say("你好")[0].text]
    while parts[-1].endswith(texts.MORE):
        quiet_bank.sim.faults.drop_replies = 1
        parts.append(person.say("继续")[0].text)
        assert len(parts) < 6
    assert whole(parts) == LONG


def test_what_waits_is_mentioned_under_the_next_answer(quiet_bank: Town) -> None:
    line = quiet_bank.line
    quiet_bank.person().say("你好")
    for number in range(2):
        line.running().transcript.push(
            line.sender(), f"push/{number}", Reply(f"通知{number}"), line.now()
        )
    (shown,) = quiet_bank.person().say("在吗")
    assert shown.text == "收到：在吗\n\n您还有2条没看的消息，回复“继续”查看。"
    (found,) = quiet_bank.person().say("继续")
    assert found.text == "通知0\n\n通知1"
    (nothing,) = quiet_bank.person().say("继续")
    assert nothing.text == "收到：继续"
