"""After an answer: did it help, what belongs to it, two questions at once, danger at any moment."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from bot.knowledge.catalogue import load_catalogue
from tests.dialogue.kit import asked, recap, says
from tests.stack import ROOT, Chat, Stack, wait_until

ANSWERS = load_catalogue(ROOT / "data/nlu/faq")
QUESTION = "银行卡丢了怎么挂失"


def misses(stack: Stack) -> list[tuple[str, str]]:
    """(kind, text) of everything counted as not answered."""
    with closing(sqlite3.connect(stack.folder / "knowledge.db")) as file:
        return list(file.execute("SELECT kind, text FROM miss").fetchall())


def votes(stack: Stack) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(stack.folder / "knowledge.db")) as file:
        return list(file.execute("SELECT answer_id, helpful FROM vote").fetchall())


def answered(chat: Chat) -> None:
    (reply,) = chat.say(QUESTION)
    assert reply.splitlines()[-1].startswith("依据：")


def test_a_helpful_answer_is_thanked_for_and_counted(stack: Stack) -> None:
    chat = stack.chat()
    answered(chat)
    assert chat.titles()[:2] == ["有帮助", "没解决"]
    before = votes(stack)
    assert chat.press("有帮助") == [says("utter_answer_helped")]
    wait_until(lambda: len(votes(stack)) == len(before) + 1, 30, "the vote")
    assert votes(stack)[-1] == ("card_lost.report_loss", 1)


def test_an_answer_that_did_not_help_offers_related_ones_a_person_and_a_complaint(
    stack: Stack,
) -> None:
    chat = stack.chat()
    answered(chat)
    (reply,) = chat.press("没解决")
    assert reply.startswith(says("utter_answer_unsolved"))
    related = [ANSWERS[other].title for other in ANSWERS["card_lost.report_loss"].related]
    assert set(related) | {"登记投诉", "转人工客服"} == set(chat.titles())
    assert ("unsolved", QUESTION) in misses(stack)
    (other,) = chat.press(related[0])
    assert other.splitlines()[-1].startswith("依据：")


def test_a_complaint_after_no_help_begins_with_what_was_said(stack: Stack) -> None:
    chat = stack.chat()
    story = "昨天在人民路支行的取款机取钱没出钞账上却扣了五百元"
    chat.say(story)
    if "没解决" in chat.titles():
        chat.press("没解决")
        chat.press("登记投诉")
    chat.press("同意，开始登记")
    chat.say("借记卡")
    chat.say("希望尽快退回")
    replies = chat.say("我叫李建国，电话13800136601")
    assert asked(replies) == "complaint_confirmed"
    assert story in recap(replies)["事情经过"]


def test_what_nobody_can_answer_is_counted_with_numbers_masked(stack: Stack) -> None:
    stack.chat().say("帮我给13912345678订一张去昆明的火车票")
    kept = [text for kind, text in misses(stack) if kind == "unknown"]
    assert any("火车票" in text for text in kept)
    assert "13912345678" not in "".join(kept)


def test_two_questions_in_one_message_get_two_answers(stack: Stack) -> None:
    replies = stack.chat().say("ATM机吞卡了怎么办？另外小额账户管理费能不能免？")
    assert len(replies) == 2
    assert all(reply.splitlines()[-1].startswith("依据：") for reply in replies)
    assert replies[0] != replies[1]


def test_a_short_question_is_about_the_theme_just_discussed(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("假币被收缴了不服怎么办")
    (reply,) = chat.say("那要多久？")
    if reply == says("utter_clarify"):
        titles = {a.title for a in ANSWERS.values() if a.theme == "counterfeit"}
        assert set(chat.titles()) - {"都不是"} <= titles
    else:
        assert "假币" in reply


def test_a_short_question_without_anything_before_is_asked_back(stack: Stack) -> None:
    (reply,) = stack.chat().say("那要多久？")
    assert reply in (says("utter_which_matter"), says("utter_clarify"))


def test_danger_comes_before_the_form_and_the_form_goes_on(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("我要投诉")
    chat.press("同意，开始登记")
    replies = chat.say("救命，有人正在用我的卡刷钱")
    assert "110" in replies[0]
    assert asked(replies) == "form_pause"
    assert asked(chat.say("继续填写")) == "complaint_detail"


def test_words_of_despair_get_care_and_no_list_of_bank_steps(stack: Stack) -> None:
    (reply,) = stack.chat().say("欠了这么多钱我真的不想活了")
    assert reply.startswith(says("utter_emergency_life"))
    assert "120" in reply
    assert "依据" not in reply


def test_a_card_that_has_just_gone_is_stopped_first(stack: Stack) -> None:
    (reply,) = stack.chat().say("我的钱包刚刚被偷了，卡都在里面")
    assert reply.startswith(says("utter_emergency_card"))
    assert "400-000-0000" in reply


def test_side_answers_leave_the_buttons_to_the_form(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("我要投诉")
    replies = chat.say("假币怎么辨别？")
    assert "依据：" in replies[0]
    assert asked(replies) == "consent"
    assert "同意，开始登记" in chat.titles()
