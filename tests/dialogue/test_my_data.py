"""「看看我的信息 / 更正 / 导出 / 删除 / 撤回同意」 in the chat."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.dialogue.kit import PNG, draft, says
from tests.stack import Chat, Stack, wait_until


@pytest.fixture
def chat(stack: Stack) -> Chat:
    """A customer with a filed complaint, a draft and a picture."""
    customer = stack.chat()
    customer.file_complaint("13855556666")
    for text in ("我要投诉", "同意", "网点的空调太冷了，没人管"):
        customer.say(text)
    customer.send_file("照片.png", PNG)
    return customer


def test_what_is_kept_is_shown_masked(chat: Chat) -> None:
    (overview, _) = chat.say("看看我的信息")
    assert "草稿1份" in overview
    assert "TS" in overview
    pages = chat.say("导出我的信息")
    told = "".join(pages)
    assert "网点的空调太冷了" in told
    assert "138****6666" in told
    assert "13855556666" not in told
    assert all(len(page) <= 600 for page in pages)


def test_deleting_is_confirmed_and_takes_drafts_and_pictures(stack: Stack, chat: Chat) -> None:
    replies = chat.say("删除我的信息")
    assert "至少保存3年" in replies[0]
    assert "6个月" in replies[0]
    assert draft(stack, chat) != {}
    replies = chat.say("确认删除")
    assert says("utter_data_deleted_but_filed") in replies[-1]
    assert draft(stack, chat) == {}
    assert says("utter_resume_none") in chat.say("继续填写")[0]
    assert "草稿" not in chat.say("看看我的信息")[0].partition("以上只是")[0]


def test_taking_the_consent_back_reaches_the_filed_case(stack: Stack, chat: Chat) -> None:
    assert "撤回以前的处理仍然有效" in chat.say("撤回同意")[0]
    assert says("utter_data_deleted_but_filed") in chat.say("确认撤回同意")[-1]

    def told() -> list[str]:
        with closing(sqlite3.connect(stack.folder / "casestore.db")) as store:
            query = "SELECT text FROM case_events WHERE kind = 'supplemented'"
            return [
                str(text) for (text,) in store.execute(query) if "撤回对个人信息处理的同意" in text
            ]

    assert wait_until(told, 30, "the withdrawn consent in the case store")


def test_who_has_nothing_here_is_told_so(stack: Stack) -> None:
    (reply,) = stack.chat().say("看看我的信息")
    assert reply.startswith("除了聊天内容，小保这里没有保存您的其他信息。")
