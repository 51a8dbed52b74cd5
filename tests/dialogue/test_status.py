"""「我的投诉怎么样了」 in the chat: proof, slips, and the limit on guessing."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.intake.calendar import BEIJING
from bot.intake.reference import mint
from tests.dialogue.kit import arrived, says
from tests.stack import Stack


@pytest.fixture(scope="module")
def reference(stack: Stack) -> str:
    """A complaint that has arrived in the case store; its phone ends in 4321."""
    filed = stack.chat().file_complaint("13987654321")
    arrived(stack, filed, "4321")
    return filed


def mistyped(reference: str) -> str:
    """The reference with one of its letters wrong, which the check character reveals."""
    wrong = "A" if reference[-4] != "A" else "B"
    return reference[:-4] + wrong + reference[-3:]


def test_reference_and_phone_tail_show_state_and_both_dates(stack: Stack, reference: str) -> None:
    (reply,) = stack.chat().say(f"{reference} 4321")
    assert reference in reply
    assert "法定期限" in reply
    assert "本行服务承诺" in reply
    assert "{" not in reply


def test_the_tail_asked_for_may_come_alone(stack: Stack, reference: str) -> None:
    chat = stack.chat()
    assert chat.say("我的投诉怎么样了") == [says("utter_ask_status")]
    (reply,) = chat.say(reference)
    assert says("utter_ask_status_tail") in reply
    (reply,) = chat.say("4321")
    assert "法定期限" in reply


def test_the_phone_itself_proves_as_well_as_its_tail(stack: Stack, reference: str) -> None:
    (reply,) = stack.chat().say(f"{reference} 13987654321")
    assert "法定期限" in reply


def test_lower_case_and_a_missing_dash_are_forgiven(stack: Stack, reference: str) -> None:
    (reply,) = stack.chat().say(f"查一下{reference.lower().replace('-', '')}，尾号4321")
    assert reference in reply
    assert "法定期限" in reply


def test_a_wrong_tail_and_an_unknown_number_look_the_same(stack: Stack, reference: str) -> None:
    unknown = mint(datetime.now(BEIJING).date(), lambda _: "Z")
    (wrong_tail,) = stack.chat().say(f"{reference} 0000")
    (no_such,) = stack.chat().say(f"{unknown} 4321")
    assert wrong_tail == no_such
    assert says("utter_status_not_found") in wrong_tail


def test_a_slip_in_the_number_is_noticed_and_costs_no_attempt(stack: Stack, reference: str) -> None:
    chat = stack.chat()
    for _ in range(6):
        assert says("utter_status_bad_reference") in chat.say(f"{mistyped(reference)} 4321")[0]
    assert "法定期限" in chat.say(f"{reference} 4321")[0]


def test_guessing_the_tail_is_stopped(stack: Stack) -> None:
    chat = stack.chat()
    reference = chat.file_complaint("13987650009")
    arrived(stack, reference, "0009")
    replies = [chat.say(f"{reference} {guess}")[0] for guess in range(1000, 1006)]
    assert all(says("utter_status_not_found") in reply for reply in replies[:4])
    assert says("utter_status_too_many") in replies[-1]
    assert says("utter_status_too_many") in chat.say(f"{reference} 0009")[0]


def test_the_customer_is_told_when_the_case_store_has_the_complaint(stack: Stack) -> None:
    chat = stack.chat()
    reference = chat.file_complaint("13987650010")
    assert reference in chat.told("送达")["text"]
    assert len([m for m in chat.history() if "送达" in m["text"]]) == 1
