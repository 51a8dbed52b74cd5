"""When nothing can be written the customer hears so, and nothing typed is lost."""

from __future__ import annotations

from uuid import uuid4

from tests.crash.kit import at_recap, cases, full_disk, journal
from tests.stack import Stack, reference_in


def test_a_complaint_that_cannot_be_journaled_goes_straight_to_the_case_store(
    fragile: Stack,
) -> None:
    chat, before = at_recap(fragile), journal(fragile).keys()
    with full_disk(fragile, "actions"):
        reference = reference_in(chat.press("确认提交"))
    assert reference in cases(fragile)
    assert journal(fragile).keys() == before


def test_a_complaint_that_can_go_nowhere_is_not_called_filed(fragile: Stack) -> None:
    chat, before = at_recap(fragile), journal(fragile).keys()
    fragile.kill("casestore")
    with full_disk(fragile, "actions"):
        for _ in range(2):
            replies = chat.press("确认提交")
            assert "还没有提交" in replies[0]
            assert "400-000-0000" in replies[0]
            assert "编号" not in "".join(replies)
        assert "李建国" in chat.say("称呼改成李建国")[-1], "the answers are still there"
    assert journal(fragile).keys() == before
    reference = reference_in(chat.press("确认提交"))
    assert journal(fragile).keys() - before == {reference}


def test_a_message_that_cannot_be_stored_works_later_under_its_id(fragile: Stack) -> None:
    chat = fragile.chat()
    chat.say("我要投诉")
    body = {"id": str(uuid4()), "text": "同意"}
    with full_disk(fragile, "rasa"):
        answer = chat.post(body)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "busy"
        assert answer.headers["Retry-After"] == "3"
    answer = chat.post(body)
    assert answer.status_code == 200
    assert "请说说发生了什么事" in answer.json()["messages"][-1]["text"]


def test_a_form_that_cannot_be_put_aside_stays_open(fragile: Stack) -> None:
    chat = at_recap(fragile)
    with full_disk(fragile, "actions"):
        replies = chat.say("我还要投诉另外一件事")
        assert "没有处理成功" in replies[0]
        assert "李建国" in replies[-1], "the recap, with all that was told"
    assert "李建国" in chat.say("再说一遍")[-1]
