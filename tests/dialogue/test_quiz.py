"""A customer answers a campaign's quiz: level, questions, pauses, interruptions, reminders."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from bot.campaigns import quiz_words as words
from bot.channels import texts
from bot.intake.calendar import BEIJING, local_day
from tests.campaigns import SHIPPED, write_campaign
from tests.dialogue.kit import says
from tests.stack import Chat, Stack, wait_until

TODAY = local_day(datetime.now(BEIJING))
"""When the tests were read; by the time the last of them runs it may be yesterday."""
DAY = timedelta(days=1)
FAIR, SHORT, COUNTED, EARLY, PLAIN = "fair", "short", "counted", "early", "plain"
QUIZ: list[dict[str, Any]] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))["quiz"]
EASY = [question for question in QUIZ if question["level"] == "easy"]


def one_a_level() -> list[dict[str, Any]]:
    return [next(q for q in QUIZ if q["level"] == level) for level in ("easy", "medium", "hard")]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product with campaigns of several kinds."""
    folder: Path = tmp_path_factory.mktemp("quiz")
    now = {"first_day": TODAY, "last_day": TODAY + 30 * DAY}
    campaigns = folder / "campaigns"
    write_campaign(campaigns, FAIR, **now)
    write_campaign(campaigns, SHORT, **now, quiz=one_a_level(), questions_a_day=2, title="小活动")
    write_campaign(campaigns, COUNTED, **now, quiz=one_a_level(), title="数一数")
    write_campaign(campaigns, EARLY, first_day=TODAY + 2 * DAY, last_day=TODAY + 3 * DAY)
    write_campaign(campaigns, PLAIN, **now, quiz=None, title="没有题的活动")
    running = Stack(folder, {"CAMPAIGNS_DIR": str(campaigns)})
    try:
        yield running.start()
    finally:
        running.stop()


def visitor(stack: Stack, campaign: str = FAIR, level: str | None = "简单") -> Chat:
    """Somebody who came by the campaign's code and has begun its quiz."""
    chat = stack.chat()
    chat.scan(f"{campaign}-hall")
    chat.say("答题")
    if level is not None:
        chat.press(level)
    return chat


def right(question: dict[str, Any]) -> str:
    return str(question["options"][question["answer"] - 1])


def wrong(question: dict[str, Any]) -> str:
    return str(next(option for option in question["options"] if option != right(question)))


def facts(stack: Stack, campaign: str) -> list[tuple[Any, ...]]:
    """What was counted of a campaign's quiz: kind, level, question, outcome, number."""
    with closing(sqlite3.connect(stack.folder / "analytics.db", timeout=10)) as analytics:
        query = (
            "SELECT kind, level, question, outcome, number FROM fact"
            " WHERE campaign = ? AND kind LIKE 'quiz%'"
        )
        return analytics.execute(query, (campaign,)).fetchall()


# -- questions ---------------------------------------------------------------------------------


def test_from_the_code_to_the_first_explanation(stack: Stack) -> None:
    chat = stack.chat()
    chat.scan(f"{FAIR}-hall")
    (question,) = chat.press("小问答")
    assert question.startswith("选个难度")
    assert chat.titles() == ["简单", "中等", "难"]
    (first,) = chat.press("简单")
    assert first.startswith("第1题，今天还能答9题。\n")
    assert first.endswith(EASY[0]["question"])
    assert chat.titles() == [*EASY[0]["options"], "先停一停"]
    verdict, second = chat.press(right(EASY[0]))
    assert verdict.startswith("答对了！\n")
    assert "依据：《" in verdict
    assert second.startswith("第2题，今天还能答8题。\n")


@pytest.mark.parametrize("form", ["{n}", "{letter}", "第{n}个", "选{letter}", "{words}"])
def test_an_answer_may_be_typed(stack: Stack, form: str) -> None:
    chat = visitor(stack)
    place = EASY[0]["answer"]
    said = form.format(n=place, letter="ABCD"[place - 1], words=right(EASY[0]))
    assert chat.say(said)[0].startswith("答对了！")


def test_a_wrong_answer_hears_the_right_one(stack: Stack) -> None:
    chat = visitor(stack)
    verdict, _ = chat.press(wrong(EASY[0]))
    assert verdict.startswith(f"没答对。应该是：{right(EASY[0])}\n")


def test_who_does_not_know_is_told_and_goes_on(stack: Stack) -> None:
    verdict, following = visitor(stack).say("不知道")
    assert right(EASY[0]) in verdict
    assert following.endswith(EASY[1]["question"])


def test_no_more_than_the_daily_number(stack: Stack) -> None:
    chat = visitor(stack, SHORT)
    quiz = one_a_level()
    chat.press(right(quiz[0]))
    chat.press("答“中等”的题")
    (_, told) = chat.press(right(quiz[1]))
    assert told.startswith("今天的2道答完了，明天可以接着答。\n一共答了2道，答对2道。")
    assert chat.say("继续答题")[0].startswith("今天的2道答完了")


# -- pauses and interruptions ------------------------------------------------------------------


def test_a_pause_keeps_everything(stack: Stack) -> None:
    chat = visitor(stack)
    chat.press(right(EASY[0]))
    (told,) = chat.press("先停一停")
    assert "一共答了1道，答对1道。" in told
    back, question = chat.press("继续答题")
    assert back == "好的，接着答“简单”的题。"
    assert question.endswith(EASY[1]["question"])


def test_a_button_of_a_paused_question_goes_on_with_it(stack: Stack) -> None:
    chat = visitor(stack)
    asked = chat.buttons
    chat.press("先停一停")
    chat.buttons = asked
    assert chat.press(right(EASY[0]))[0].startswith("答对了！")


@pytest.mark.parametrize(
    "aside", ["存款保险最多赔多少钱？", "帮我查一下卡里余额还有多少？", "谢谢", "为什么要问这个"]
)
def test_something_else_is_answered_and_the_question_comes_again(stack: Stack, aside: str) -> None:
    chat = visitor(stack)
    replies = chat.say(aside)
    assert len(replies) > 1
    assert replies[-1].endswith(EASY[0]["question"])
    assert chat.press(right(EASY[0]))[0].startswith("答对了！")


def test_a_complaint_goes_first_and_the_quiz_is_offered_again(stack: Stack) -> None:
    chat = visitor(stack)
    chat.press(right(EASY[0]))
    told = chat.say("我要投诉柜员态度很差")
    assert told[0] == words.KEPT
    assert told[1].startswith(says("utter_ask_complaint_form_consent"))
    chat.say("取消")
    told = chat.press("确定取消")
    assert told[-1] == says("utter_quiz_form_waits")
    assert chat.press("继续答题")[-1].endswith(EASY[1]["question"])


def test_a_call_back_goes_first_and_the_quiz_is_offered_again(stack: Stack) -> None:
    chat = visitor(stack)
    chat.say("给我回个电话")
    chat.say("取消")
    assert chat.press("不用了")[-1] == says("utter_quiz_form_waits")
    assert chat.press("继续答题")[-1].endswith(EASY[0]["question"])


def test_after_an_alarm_nobody_is_quizzed(stack: Stack) -> None:
    chat = visitor(stack)
    told = chat.say("骗子正在转走我卡里的钱，怎么办")
    assert told[0].startswith(says("utter_emergency"))
    assert not any(EASY[0]["question"] in text for text in told)
    assert chat.say("继续答题")[-1].endswith(EASY[0]["question"])


def test_the_quiz_in_the_middle_of_a_complaint_comes_back_to_the_complaint(stack: Stack) -> None:
    chat = visitor(stack)
    chat.press("先停一停")
    paused = chat.buttons
    chat.say("我要投诉柜员态度很差")
    chat.press("同意，开始登记")
    chat.buttons = paused
    assert chat.press("继续答题")[-1].endswith(EASY[0]["question"])
    told = chat.press("先停一停")
    assert told[-2] == says("utter_back_to_form")


# -- no quiz, not now --------------------------------------------------------------------------


def test_without_a_campaign_those_that_run_are_named(stack: Stack) -> None:
    chat = stack.chat()
    assert chat.say("我要答题") == [words.WHICH]
    assert "小活动" in chat.titles()
    assert "没有题的活动" not in chat.titles()


def test_a_campaign_without_a_quiz_says_so(stack: Stack) -> None:
    chat = stack.chat()
    chat.scan(f"{PLAIN}-hall")
    assert chat.say("我要答题") == [words.WHICH]


def test_before_its_days_a_quiz_says_so_and_can_be_answered(stack: Stack) -> None:
    chat = stack.chat()
    chat.scan(f"{EARLY}-hall")
    told, _ = chat.say("答题")
    assert told.endswith("开始。题现在就能答。")
    chat.press("简单")
    assert chat.press(right(EASY[0]))[0].startswith("答对了！")


def test_a_campaign_that_vanishes_in_the_middle_breaks_nothing(stack: Stack) -> None:
    path = write_campaign(
        stack.folder / "campaigns",
        "passing",
        first_day=TODAY,
        last_day=TODAY + DAY,
        title="要撤的活动",
    )
    chat = stack.chat()
    wait_until(lambda: "3·15" in chat.scan("passing-hall")[0], 30, "the new campaign")
    chat.say("答题")
    chat.press("简单")
    path.unlink()
    other = stack.chat()
    unknown = says("utter_campaign_unknown")
    wait_until(lambda: other.scan("passing-hall")[0].startswith(unknown), 30, "its end")
    assert chat.press(right(EASY[0])) == [words.GONE]
    assert chat.say("谢谢")[0].startswith(says("utter_thanks"))


# -- another day, reminders --------------------------------------------------------------------


def plant(stack: Stack, chat: Chat, progress: dict[str, Any]) -> None:
    """Makes it have happened on an earlier day, as the tracker's next event tells it."""
    event = {"event": "slot", "timestamp": time.time(), "name": "quiz_progress", "value": progress}
    row = (chat.sender_id, "slot", event["timestamp"], json.dumps(event))
    with closing(sqlite3.connect(stack.folder / "tracker.db", timeout=10)) as tracker:
        tracker.execute(
            "INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (?, ?, ?, ?)", row
        )
        tracker.commit()


def test_what_was_wrong_comes_back_on_a_later_day(stack: Stack) -> None:
    chat = stack.chat()
    chat.scan(f"{FAIR}-hall")
    yesterday = (TODAY - DAY).isoformat()
    history = [[EASY[0]["id"], yesterday, False], [EASY[1]["id"], yesterday, True]]
    plant(stack, chat, {FAIR: {"level": "hard", "history": history, "remind": None}})
    assert chat.say("继续答题")[-1].endswith(EASY[0]["question"])
    chat.press(right(EASY[0]))
    told = chat.press("先停一停")
    assert "一开始答错、后来答对的有1道，有进步！" in told[0]


def reminders(stack: Stack, chat: Chat) -> list[str]:
    """The campaigns this customer will be reminded of."""
    with closing(sqlite3.connect(stack.folder / "journal.db", timeout=10)) as journal:
        query = "SELECT campaign FROM quiz_reminder WHERE sender_id = ?"
        return [name for (name,) in journal.execute(query, (chat.sender_id,))]


def with_something_wrong(stack: Stack) -> Chat:
    """A customer who is asked whether to be reminded."""
    chat = visitor(stack)
    chat.press(wrong(EASY[0]))
    told, offer = chat.press("先停一停")
    assert "一共答了1道，答对0道。" in told
    assert offer == "有1道还没答对。\n明天再来问您一次，好吗？"
    return chat


@pytest.mark.parametrize("yes", ["好", "#好，提醒我"])
def test_who_agrees_is_reminded_in_the_conversation(stack: Stack, yes: str) -> None:
    chat = with_something_wrong(stack)
    (told,) = chat.press(yes[1:]) if yes.startswith("#") else chat.say(yes)
    assert told.startswith("好，明天上午10点")
    assert reminders(stack, chat) == [FAIR]
    with closing(sqlite3.connect(stack.folder / "journal.db", timeout=10)) as journal:
        journal.execute("UPDATE quiz_reminder SET due_at = '2026-01-01 00:00:00.000000'")
        journal.commit()
    wait_until(lambda: chat.history()[-1]["text"] == texts.QUIZ_NOTICE, 30, "the reminder")
    wait_until(lambda: reminders(stack, chat) == [], 30, "the end of the reminder")


@pytest.mark.parametrize("no", ["不用", "#不用了"])
def test_who_does_not_agree_is_not_asked_again(stack: Stack, no: str) -> None:
    chat = with_something_wrong(stack)
    (told,) = chat.press(no[1:]) if no.startswith("#") else chat.say(no)
    assert told.startswith("好的，不提醒。")
    assert reminders(stack, chat) == []
    chat.say("继续答题")
    assert len(chat.press("先停一停")) == 1


def test_a_reminder_can_be_taken_back_by_word(stack: Stack) -> None:
    chat = with_something_wrong(stack)
    chat.say("好")
    assert chat.say("不再提醒")[0].startswith("好的，不提醒。")
    assert reminders(stack, chat) == []


def test_deleting_what_is_kept_takes_the_quiz_along(stack: Stack) -> None:
    chat = with_something_wrong(stack)
    chat.say("好")
    assert "小问答的提醒1个" in chat.say("看看我的信息")[0]
    chat.say("删除我的信息")
    chat.press("确认删除")
    assert reminders(stack, chat) == []
    assert "最近看过的活动" not in chat.say("看看我的信息")[0]
    chat.scan(f"{FAIR}-hall")
    assert chat.say("答题")[-1].startswith("选个难度")


# -- counting ----------------------------------------------------------------------------------


def test_an_answer_whose_reply_was_lost_answers_one_question(stack: Stack) -> None:
    """Killed between storing the turn and the reply: the same message comes once more."""
    chat = visitor(stack)
    body = {"id": str(uuid4()), "text": str(EASY[0]["answer"])}
    heard = chat.post(body).json()["messages"]
    with closing(sqlite3.connect(stack.folder / "channel.db", timeout=10)) as channel:
        channel.execute("DELETE FROM message WHERE reply_to = ?", (body["id"],))
        channel.execute("UPDATE message SET answered = 0 WHERE key = ?", (body["id"],))
        channel.commit()
    again = chat.post(body).json()["messages"]
    assert [m["text"] for m in again] == [m["text"] for m in heard]
    assert [len(m["buttons"]) for m in again] == [len(m["buttons"]) for m in heard]
    assert again[-1]["text"].endswith(EASY[1]["question"])
    assert chat.say("看看我的信息")[0].count("答题记录1条") == 1


def test_a_round_is_counted_question_by_question(stack: Stack) -> None:
    quiz = one_a_level()
    chat = visitor(stack, COUNTED)
    chat.press(wrong(quiz[0]))
    chat.say("不用")
    chat.press("答“中等”的题")
    chat.press(right(quiz[1]))
    expected = [
        ("quiz_started", "easy", None, None, None),
        ("quiz_answered", "easy", quiz[0]["id"], "wrong", 1),
        ("quiz_finished", "easy", None, None, None),
        ("quiz_answered", "medium", quiz[1]["id"], "right", 1),
        ("quiz_finished", "medium", None, None, None),
    ]
    wait_until(lambda: len(facts(stack, COUNTED)) >= len(expected), 30, "the facts")
    assert sorted(map(str, facts(stack, COUNTED))) == sorted(map(str, expected))
