"""One confirmed form is one complaint, however often 「确认提交」 is pressed."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from tests.dialogue.kit import arrived, at_recap, journaled
from tests.stack import Chat, Stack

REFERENCE = re.compile(r"TS\d{8}-[0-9A-Z]{7}")


def submit(chat: Chat, ids: list[str]) -> list[str]:
    """Presses 「确认提交」 at the same moment under each of `ids`; the replies as texts."""
    choice = next(b["choice"] for b in chat.buttons if b["title"] == "确认提交")
    with ThreadPoolExecutor(len(ids)) as pool:
        answers = list(pool.map(chat.post, [{"id": i, "choice": choice} for i in ids]))
    assert [a.status_code for a in answers] == [200] * len(ids), [a.text for a in answers]
    return ["".join(m["text"] for m in a.json()["messages"] if m["from"] == "bot") for a in answers]


def test_the_same_press_sent_twice_is_one_complaint_with_one_answer(stack: Stack) -> None:
    chat, before = stack.chat(), journaled(stack).keys()
    at_recap(chat)
    first, second = submit(chat, [str(uuid4())] * 2)
    assert first == second
    assert journaled(stack).keys() - before == set(REFERENCE.findall(first))


def test_two_presses_are_one_complaint(stack: Stack) -> None:
    chat, before = stack.chat(), journaled(stack).keys()
    at_recap(chat)
    replies = "".join(submit(chat, [str(uuid4()), str(uuid4())]))
    (reference,) = set(REFERENCE.findall(replies))
    assert journaled(stack).keys() - before == {reference}
    arrived(stack, reference, "5678")


def test_an_old_button_pressed_after_filing_names_the_same_case(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    (receipt,) = submit(chat, [str(uuid4())])
    before = journaled(stack).keys()
    (late,) = submit(chat, [str(uuid4())])
    assert "已经登记过了" in late
    assert REFERENCE.findall(late) == REFERENCE.findall(receipt)
    assert journaled(stack).keys() == before


def test_after_filing_the_status_needs_the_phone_tail_only(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    (receipt,) = submit(chat, [str(uuid4())])
    (reference,) = REFERENCE.findall(receipt)
    arrived(stack, reference, "5678")
    assert reference in chat.say("查进度")[0]
    assert "已登记" in chat.say("5678")[0]
