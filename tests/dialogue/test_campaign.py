"""At a stand: greeted by the code, shown what there is, everything else as ever."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.campaigns.shelf import LOOK_EVERY
from bot.intake.calendar import BEIJING
from tests.campaigns import write_campaign
from tests.dialogue.kit import asked, says, two_hours_pass
from tests.stack import Chat, Stack, wait_until

TODAY = datetime.now(BEIJING).date()
"""When the tests were read; by the time the last of them runs it may be yesterday."""
DAY = timedelta(days=1)
YESTERDAY, NOT_YET = TODAY - DAY, TODAY + 3 * DAY
PAGE = "https://chat.bank.example/webhooks/web/"
MARKET = {
    "id": "fair-market",
    "event": "进社区",
    "first_day": (TODAY - 3 * DAY).isoformat(),
    "last_day": (TODAY - 2 * DAY).isoformat(),
}
THEMES = [
    {"title": "八项权利", "theme": "consumer_rights", "answer": "consumer_rights.eight_rights"},
    {"title": "假币怎么办", "theme": "counterfeit"},
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The product with a campaign of these days, one that is over, one to come."""
    folder: Path = tmp_path_factory.mktemp("fair")
    campaigns = folder / "campaigns"
    write_campaign(
        campaigns,
        "fair",
        first_day=TODAY - 5 * DAY,
        last_day=TODAY + 5 * DAY,
        scenes=("fair-hall", MARKET),
        slots=((TODAY + 2 * DAY, "09:00", "10:00", 5),),
        title="金融集市",
        topics=THEMES,
    )
    write_campaign(campaigns, "past", first_day=TODAY - 9 * DAY, last_day=YESTERDAY, title="旧集市")
    write_campaign(campaigns, "next", first_day=NOT_YET, last_day=TODAY + 9 * DAY, title="新集市")
    running = Stack(folder, {"CAMPAIGNS_DIR": str(campaigns), "WEB_PUBLIC_URL": PAGE})
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def visitor(stack: Stack) -> Chat:
    """Somebody who has just scanned the code in the hall."""
    chat = stack.chat()
    chat.scan("fair-hall")
    return chat


def slot_of(stack: Stack, chat: Chat, name: str) -> list[object]:
    """Every value an action has given the slot in this conversation."""
    with closing(sqlite3.connect(stack.folder / "tracker.db", timeout=10)) as tracker:
        query = "SELECT data FROM events WHERE sender_id = ? AND type_name = 'slot' ORDER BY id"
        events = [json.loads(data) for (data,) in tracker.execute(query, (chat.sender_id,))]
    return [event["value"] for event in events if event["name"] == name]


def deeds(stack: Stack, chat: Chat) -> list[str]:
    """What was counted in this conversation, in its order."""
    lists = [value for value in slot_of(stack, chat, "counted") if isinstance(value, list)]
    return [deed["kind"] for done in lists for deed in done]


# -- by the code -------------------------------------------------------------------------------


def test_a_scan_greets_with_the_campaign_and_what_it_has(stack: Stack) -> None:
    chat = stack.chat()
    (welcome,) = chat.scan("fair-hall")
    assert welcome.startswith("您好，我是小保，欢迎来到3·15消费者权益日！")
    assert chat.titles()[:2] == ["八项权利", "假币怎么办"]
    assert {"小问答", "预约活动热线", "我要投诉"} <= set(chat.titles())
    assert len(chat.titles()) <= 8
    (visit,) = slot_of(stack, chat, "campaign_visit")
    assert isinstance(visit, dict)
    assert (visit["campaign"], visit["scene"]) == ("fair", "fair-hall")
    assert deeds(stack, chat) == ["scan"]


def test_a_stand_that_is_over_says_so_and_the_campaign_goes_on(stack: Stack) -> None:
    chat = stack.chat()
    (welcome,) = chat.scan("fair-market")
    assert welcome.startswith("这里的“进社区”")
    assert "已经结束；“金融集市”还在进行" in welcome
    assert "小问答" in chat.titles()


@pytest.mark.parametrize(
    ("scene", "day", "told"),
    [("past-hall", YESTERDAY, "已经结束了"), ("next-hall", NOT_YET, "您来早了一点")],
)
def test_outside_its_days_a_campaign_says_so_and_still_helps(
    stack: Stack, scene: str, day: date, told: str
) -> None:
    chat = stack.chat()
    (welcome,) = chat.scan(scene)
    assert told in welcome
    assert f"{day.month}月{day.day}日" in welcome
    assert "小问答" in chat.titles() and "我要投诉" in chat.titles()
    assert "预约活动热线" not in chat.titles()
    (answer,) = chat.say("存款保险最多赔多少钱")
    assert answer.splitlines()[-1].startswith("依据：")


def test_an_old_poster_leads_to_what_is_on_now(stack: Stack) -> None:
    chat = stack.chat()
    (welcome,) = chat.scan("past-hall")
    assert "有什么活动" in welcome.splitlines()[-1]
    assert chat.say("有什么活动？") == [says("utter_campaign_which")]
    chat.press("金融集市")
    assert "八项权利" in chat.titles()


def test_the_further_pages_are_reached_by_typing_their_title(visitor: Chat) -> None:
    pressed = visitor.press("更多内容"), visitor.titles()
    visitor.press("回到活动")
    assert (visitor.say("更多内容"), visitor.titles()) == pressed


def test_what_was_not_read_is_said_again(visitor: Chat) -> None:
    answer, offered = visitor.say("ATM机吞卡了怎么办"), visitor.titles()
    visitor.buttons = []
    assert (visitor.say("没看清再说一遍"), visitor.titles()) == (answer, offered)
    assert (visitor.say("再说一遍"), visitor.titles()) == (answer, offered)


def test_who_is_not_understood_at_a_stand_finds_the_way_back(visitor: Chat) -> None:
    visitor.say("同意")
    assert visitor.titles()[-1] == "回到活动"
    visitor.press("回到活动")
    assert "八项权利" in visitor.titles()


def test_who_says_thanks_and_good_bye_is_let_go(visitor: Chat) -> None:
    assert visitor.say("谢谢 再见") in ([says("utter_goodbye")], [says("utter_thanks")])


def test_further_pages_stay_with_a_campaign_that_is_not_going_on(stack: Stack) -> None:
    chat = stack.chat()
    chat.scan("next-hall")
    assert chat.press("更多内容") == ["还有这些："]
    (words,) = chat.press("回到活动")
    assert "“新集市”" in words
    (words,) = chat.say("看看活动")
    assert "“新集市”" in words


def test_the_campaign_is_kept_over_the_end_of_a_session(stack: Stack) -> None:
    chat = stack.chat()
    chat.scan("next-hall")
    two_hours_pass(stack, chat)
    (words,) = chat.say("看看活动")
    assert "“新集市”" in words
    assert deeds(stack, chat) == ["scan"], "nothing is counted again"


def test_a_code_nobody_knows_is_no_dead_end(stack: Stack) -> None:
    chat = stack.chat()
    gone, greeting = chat.scan("printed-last-year")
    assert gone == says("utter_campaign_unknown")
    assert greeting.startswith(says("utter_greet"))
    assert slot_of(stack, chat, "campaign_visit") == []
    assert deeds(stack, chat) == []


# -- what there is -----------------------------------------------------------------------------


def test_a_topic_is_answered_with_its_source_and_leads_back(visitor: Chat) -> None:
    (answer,) = visitor.press("八项权利")
    assert answer.splitlines()[-1].startswith("依据：")
    assert "回到活动" in visitor.titles()
    visitor.press("回到活动")
    assert "八项权利" in visitor.titles()


def test_a_theme_offers_its_questions(visitor: Chat) -> None:
    (words,) = visitor.press("假币怎么办")
    assert words.startswith("关于假币")
    assert 2 <= len(visitor.titles()) <= 8
    (answer,) = visitor.press(visitor.titles()[0])
    assert answer.splitlines()[-1].startswith("依据：")


def test_an_article_comes_whole_with_its_source(visitor: Chat) -> None:
    while "签字之前看四样" not in visitor.titles():
        visitor.press("更多内容")
    (article,) = visitor.press("签字之前看四样")
    assert article.splitlines()[-1].startswith("依据：")
    assert len(article) <= 600
    assert visitor.titles() == ["小问答", "回到活动"]


def test_words_to_share_lead_to_the_same_stand(stack: Stack, visitor: Chat) -> None:
    how, words = visitor.say("转发给朋友")
    assert "转发给朋友" in how
    assert words.endswith(f"{PAGE}?campaign=fair-hall")
    assert deeds(stack, visitor) == ["scan", "shared"]


def test_a_free_question_is_answered_as_ever(visitor: Chat) -> None:
    (answer,) = visitor.say("ATM机吞卡了怎么办")
    assert answer.splitlines()[-1].startswith("依据：")
    visitor.say("看看活动")
    assert "八项权利" in visitor.titles()


def test_who_came_without_a_code_finds_the_campaign_of_the_day(stack: Stack) -> None:
    chat = stack.chat()
    (words,) = chat.say("有什么活动")
    assert "“金融集市”" in words
    assert "八项权利" in chat.titles()
    (_, words) = chat.say("分享活动")
    assert words.endswith(PAGE)
    (visit,) = slot_of(stack, chat, "campaign_visit")
    assert isinstance(visit, dict)
    assert visit["scene"] == "", "no stand has brought this customer"


# -- beside forms ------------------------------------------------------------------------------


def test_a_complaint_at_the_stand_is_filed_and_counted(stack: Stack, visitor: Chat) -> None:
    assert asked(visitor.press("我要投诉")) == "consent"
    visitor.press("同意，开始登记")
    visitor.say("昨天在人民路支行排了两个小时队，柜员态度还很差，要求赔礼道歉")
    visitor.press("借记卡")
    visitor.say("我叫李建国，电话13788886666")
    visitor.insist()
    told = visitor.press("确认提交")
    assert told[0].startswith(says("utter_filed"))
    assert deeds(stack, visitor) == ["scan", "complaint"]
    visitor.say("看看活动")
    assert "八项权利" in visitor.titles()


def test_a_scan_in_the_middle_of_a_complaint_loses_nothing(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("我要投诉，昨天在人民路支行柜员骂人")
    chat.press("同意，开始登记")
    question = chat.history()[-1]["text"]
    welcome, again = chat.scan("fair-hall")
    assert welcome.startswith("欢迎来到“金融集市”！")
    assert again == question
    assert asked(chat.press("借记卡")) == "complaint_request"
    assert asked(chat.say("赔礼道歉")) == "complainant_name"
    assert deeds(stack, chat) == ["scan"]


@pytest.mark.parametrize("wish", ["看看活动", "转发给朋友"])
def test_a_wish_of_the_campaign_does_not_end_the_form(visitor: Chat, wish: str) -> None:
    visitor.say("我要投诉，昨天在人民路支行柜员骂人")
    visitor.press("同意，开始登记")
    visitor.press("借记卡")
    assert asked(visitor.say(wish)) == "complaint_request"
    assert asked(visitor.say("赔礼道歉")) == "complainant_name"


def test_the_code_of_another_campaign_ends_the_quiz_of_the_first(visitor: Chat) -> None:
    visitor.say("答题")
    (welcome,) = visitor.scan("past-hall")
    assert "“旧集市”" in welcome
    assert "小问答" in visitor.titles()
    (answer,) = visitor.say("存款保险最多赔多少钱")
    assert answer.splitlines()[-1].startswith("依据：")


# -- the file changes --------------------------------------------------------------------------


def test_a_changed_file_is_used_a_bad_one_refused_and_a_vanished_one_missed(stack: Stack) -> None:
    folder, chat = stack.folder / "campaigns", stack.chat()
    days = {"first_day": YESTERDAY, "last_day": TODAY + DAY}

    def greeted() -> str:
        return chat.scan("brief-hall")[0]

    brief = write_campaign(folder, "brief", **days, welcome="来得正好。")
    wait_until(lambda: greeted() == "来得正好。", LOOK_EVERY + 10, "the new campaign")
    write_campaign(folder, "brief", **days, welcome="又改了一遍。")
    wait_until(lambda: greeted() == "又改了一遍。", LOOK_EVERY + 10, "the changed campaign")
    write_campaign(folder, "brief", **days, welcome="错的。", topics=[])
    refused = "campaign brief refused"
    wait_until(lambda: greeted() and refused in stack.log("actions"), LOOK_EVERY + 10, refused)
    assert greeted() == "又改了一遍。"
    brief.unlink()
    unknown = says("utter_campaign_unknown")
    wait_until(lambda: greeted() == unknown, LOOK_EVERY + 10, "the campaign to be gone")
    assert chat.say("看看活动") == [says("utter_campaign_gone")]
    (words,) = chat.press("金融集市")
    assert "“金融集市”" in words, "what runs today may take its place"
