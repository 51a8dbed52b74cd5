"""After filing: supplement, withdrawal, reply, satisfaction, review — by chat, into the case store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.dialogue.kit import PNG, arrived, asked, reply_of_the_bank, says
from tests.stack import Chat, Stack, reference_in, wait_until


@pytest.fixture
def filed(stack: Stack) -> tuple[Chat, str]:
    """A customer whose complaint has just arrived in the case store."""
    chat = stack.chat()
    reference = chat.file_complaint("13966667777")
    arrived(stack, reference, "7777")
    return chat, reference


def events(stack: Stack, reference: str) -> list[tuple[Any, ...]]:
    """Kind and text of everything that happened to a case, oldest first."""
    with closing(sqlite3.connect(stack.folder / "casestore.db")) as store:
        query = "SELECT kind, text FROM case_events WHERE reference = ? ORDER BY id"
        return store.execute(query, (reference,)).fetchall()


def happened(stack: Stack, reference: str, kind: str) -> str:
    """Waits for an event of this kind; its text."""

    def found() -> list[str]:
        return [text or "-" for name, text in events(stack, reference) if name == kind]

    return str(wait_until(found, 30, f"{kind} of {reference}")[-1])


def test_a_supplement_reaches_the_case_in_the_customers_words(
    stack: Stack, filed: tuple[Chat, str]
) -> None:
    chat, reference = filed
    assert asked(chat.say("我要补充材料")) == "case_text"
    assert reference in chat.say("柜员的工号是0735，大堂经理也在场")[-1]
    assert happened(stack, reference, "supplemented") == "柜员的工号是0735，大堂经理也在场"


def test_a_stranger_proves_the_case_first(stack: Stack, filed: tuple[Chat, str]) -> None:
    _, reference = filed
    stranger = stack.chat()
    assert asked(stranger.say("我要补充材料")) == "case_reference"
    replies = stranger.say(f"{reference} 0000")
    assert says("utter_status_not_found") in replies[0]
    assert asked(replies) == "case_reference"
    assert asked(stranger.say(f"{reference} 7777")) == "case_text"


def test_guessing_the_proof_of_an_act_is_stopped(stack: Stack, filed: tuple[Chat, str]) -> None:
    _, reference = filed
    guesser = stack.chat()
    guesser.say("我要撤回投诉")
    said = [text for n in range(1000, 1009) for text in guesser.say(f"{reference} {n}")]
    assert any(says("utter_status_too_many") in text for text in said)
    assert [kind for kind, _ in events(stack, reference)] == ["registered"]


def test_a_withdrawal_is_confirmed_and_ends_the_procedure_the_same_day(
    stack: Stack, filed: tuple[Chat, str]
) -> None:
    chat, reference = filed
    assert asked(chat.say("事情解决了，我要撤诉")) == "case_confirmed"
    assert says("utter_case_form_withdrawal") in chat.press("确定撤回")[-1]
    happened(stack, reference, "withdrawn")
    body = stack.case(reference, "7777").json()
    assert body["state"] == "withdrawn"
    assert body["ended_on"] is not None
    assert "已经撤回" in chat.say("我要补充材料")[-1]


def test_a_reply_comes_into_the_chat_and_dissatisfaction_leads_to_a_review(
    stack: Stack, filed: tuple[Chat, str]
) -> None:
    chat, reference = filed
    assert says("utter_review_request_too_early").partition("{")[0] in chat.say("我要申请核查")[-1]
    reply_of_the_bank(stack, reference, "经核实，当日排队较长，已增开窗口。")
    notice = chat.told("已增开窗口")
    chat.buttons = notice["buttons"]
    assert says("utter_case_form_dissatisfied") in chat.press("不满意")[-1]
    assert asked(chat.press("申请核查")) == "case_text"
    assert asked(chat.say("根本没有查监控录像，柜员态度只字不提")) == "case_confirmed"
    assert says("utter_case_form_review_request") in chat.press("确认申请")[-1]
    happened(stack, reference, "rated")
    assert "监控录像" in happened(stack, reference, "review_requested")
    body = stack.case(reference, "7777").json()
    assert body["state"] == "under_review"
    assert body["review_due"] is not None


def test_the_same_matter_told_again_joins_the_case(stack: Stack) -> None:
    chat = stack.chat()
    story = "上周三在和平路支行办理财，经理说保本，结果亏了两千块，要求赔偿损失"
    chat.say(f"我要投诉，{story}。我叫孙立，电话13911112222")
    chat.press("同意，开始登记")
    chat.say("自营理财")
    reference = reference_in(chat.say("确认提交"))
    again = stack.chat()
    again.say(f"我要投诉，{story}，到现在没人管。我叫孙立，电话13911112222")
    again.press("同意，开始登记")
    replies = again.say("自营理财")
    assert asked(replies) == "complaint_same"
    assert reference in replies[-1]
    assert reference in again.press("是同一件，补充进去")[-1]
    assert "到现在没人管" in happened(stack, reference, "supplemented")


def test_a_picture_sent_in_the_form_arrives_with_the_complaint(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("我要投诉，昨天人民路支行的ATM吞了我300块，要求退钱")
    replies = chat.send_file("凭条.png", PNG)
    assert "共1个" in replies[0]
    assert asked(replies) == "consent"
    chat.press("同意，开始登记")
    chat.say("借记卡")
    recap = chat.say("我叫周敏，电话13733334444")
    assert "附件：1个" in recap[-1]
    reference = reference_in(chat.press("确认提交"))
    happened(stack, reference, "attached")
    seen = chat.send_file("合同.png", PNG)
    assert chat.titles() == ["登记新的投诉", "补充到已登记的投诉"], seen
    assert asked(chat.press("补充到已登记的投诉")) == "case_text"
    assert says("utter_case_form_supplement") in chat.say("这是当天的合同")[-1]
    wait_until(
        lambda: [kind for kind, _ in events(stack, reference)].count("attached") == 2,
        20,
        "both pictures",
    )
