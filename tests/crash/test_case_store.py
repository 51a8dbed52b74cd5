"""Without the case store complaints are taken all the same and delivered once it is back."""

from __future__ import annotations

from tests.crash.kit import cases, delivered, heal, journal
from tests.stack import START_SECONDS, Stack, wait_until


def test_a_complaint_is_taken_shown_as_waiting_and_delivered_once(fragile: Stack) -> None:
    fragile.kill("casestore")
    chat = fragile.chat()
    reference = chat.file_complaint("13800137777")
    assert journal(fragile)[reference] == "pending"
    (reply,) = chat.say(f"{reference} 7777")
    assert "已登记，正在转交受理部门" in reply
    assert reference in reply
    (reply,) = chat.say(f"{reference} 0000")
    assert "没有查到" in reply, "the proof is checked all the same"
    assert cases(fragile).count(reference) == 0
    heal(fragile)
    wait_until(lambda: delivered(fragile, {reference}), START_SECONDS, "delivery")
    assert cases(fragile).count(reference) == 1
    assert fragile.case(reference, "7777").status_code == 200
    notices = [m for m in chat.history() if "已送达" in m["text"]]
    assert len(notices) == 1
    (reply,) = chat.say(f"{reference} 7777")
    assert "法定期限" in reply


def test_what_cannot_be_asked_is_said_so(fragile: Stack) -> None:
    chat = fragile.chat()
    reference = chat.file_complaint("13800136666")
    wait_until(lambda: delivered(fragile, {reference}), START_SECONDS, "delivery")
    fragile.kill("casestore")
    (reply,) = chat.say(f"{reference} 6666")
    assert "暂时连不上" in reply
    assert chat.say("银行卡平时怎么保管才安全")[0].splitlines()[-1].startswith("依据：")
