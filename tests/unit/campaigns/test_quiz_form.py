"""The quiz from the customer's side: levels, answers, pauses, and whatever comes in between."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.campaigns import quiz_words as words
from bot.campaigns.campaign import Campaign, Level
from bot.campaigns.quiz_fields import ANSWER, LEVEL, PAUSE, REMIND
from bot.campaigns.quiz_form import gone
from bot.campaigns.quiz_words import Ending
from bot.intake.forms.table import WAY_OUT, FormState
from tests.unit.campaigns.file import campaign, question
from tests.unit.campaigns.quiz_talk import QuizTalk

TODAY = date(2027, 3, 15)
DAY = timedelta(days=1)
A_DAY = 4
OPTIONS = ["可以，随时都行", "不可以", "打12378问了才行"]


def _quiz() -> list[dict[str, object]]:
    levels = [level.value for level in Level for _ in range(3)]
    return [{**question(n, level), "options": OPTIONS} for n, level in enumerate(levels, start=1)]


@pytest.fixture(scope="module")
def fair(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    folder: Path = tmp_path_factory.mktemp("campaign")
    return campaign(folder, quiz=_quiz(), questions_a_day=A_DAY)


@pytest.fixture
def talk(fair: Campaign) -> QuizTalk:
    """A customer before the first easy question."""
    return QuizTalk(fair, TODAY).open(level="easy")


# -- the level ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("简单", "easy"),
        ("中等的", "medium"),
        ("3", "hard"),
        ("第二个", "medium"),
        ("随便，容易点", "easy"),
    ],
)
def test_the_level_is_asked_for_and_understood(fair: Campaign, said: str, level: str) -> None:
    talk = QuizTalk(fair, TODAY).open()
    assert talk.requested == LEVEL
    talk.say(said)
    assert talk.requested == ANSWER
    assert talk.values[LEVEL] == level


def test_a_level_is_no_complaint_whatever_the_classifier_thinks(fair: Campaign) -> None:
    talk = QuizTalk(fair, TODAY).open()
    talk.say("难", "complaint_file")
    assert talk.values[LEVEL] == "hard"


def test_a_level_that_was_said_is_not_asked_for(fair: Campaign) -> None:
    assert QuizTalk(fair, TODAY).open("我要答难的题").values[LEVEL] == "hard"
    assert QuizTalk(fair, TODAY).open(level="medium").values[LEVEL] == "medium"


def test_the_level_of_the_last_round_is_kept_and_a_change_offered(talk: QuizTalk) -> None:
    assert not talk.book["may_change"]
    talk.answer(right=True)
    talk.press(PAUSE)
    talk.open()
    assert talk.requested == ANSWER
    assert talk.book["may_change"]
    talk.press("", LEVEL)
    assert talk.requested == LEVEL
    talk.say("难")
    assert talk.values[LEVEL] == "hard"


@pytest.mark.parametrize("said", ["太简单了", "来点难的", "换难一点的"])
def test_the_level_can_be_changed_by_word(talk: QuizTalk, said: str) -> None:
    talk.say(said)
    assert talk.values[LEVEL] == "hard"


def test_who_only_wants_another_level_is_asked_which(talk: QuizTalk) -> None:
    talk.say("换个难度")
    assert talk.requested == LEVEL
    talk.say("换个难度")
    assert talk.requested == LEVEL


def test_who_finds_the_easiest_too_hard_is_told_what_helps(talk: QuizTalk) -> None:
    talk.say("太难了")
    assert "不知道" in talk.told
    assert (talk.requested, talk.book["question"]) == (ANSWER, "q1")


@pytest.mark.parametrize("said", ["答完了有奖品吗", "有礼品没有", "答对了送不送小礼物？"])
def test_who_asks_for_a_prize_is_sent_to_the_people_at_the_stand(talk: QuizTalk, said: str) -> None:
    talk.say(said)
    assert "礼品" in talk.told
    assert (talk.requested, talk.book["question"]) == (ANSWER, "q1")


# -- answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "1",
        "１",
        "①",
        "一",
        "A",
        "a",
        "选A",
        "第一个",
        "我选第一个",
        "可以",
        "可以，随时都行",
        "应该是可以吧",
        "A。",
    ],
)
def test_an_answer_is_understood_in_many_forms(talk: QuizTalk, said: str) -> None:
    talk.values = {**talk.values, "quiz_intake": {**talk.book, "options": [*OPTIONS[:1], "不行"]}}
    talk.say(said)
    assert talk.told.startswith("答对了！")


@pytest.mark.parametrize("said", ["2", "B", "②", "第二个", "不可以", "我觉得不可以"])
def test_a_wrong_answer_is_told_the_right_one_with_why_and_source(
    talk: QuizTalk, said: str
) -> None:
    talk.say(said)
    assert talk.told.startswith(f"没答对。应该是：{OPTIONS[0]}\n可以，银行收到")
    assert "依据：《银行业保险业消费投诉处理管理办法》" in talk.told
    assert talk.requested == ANSWER
    assert talk.book["question"] == "q2"


def test_the_words_of_an_option_are_an_answer_whatever_else_they_may_mean(
    talk: QuizTalk,
) -> None:
    for intent in ("emergency", "complaint_file", "handoff", "deny"):
        talk.say("不可以", intent)
        assert talk.progress.history
        talk.press(PAUSE)
        talk.open(level="medium")


def test_who_does_not_know_hears_the_answer_and_may_try_another_day(talk: QuizTalk) -> None:
    talk.say("不知道")
    assert talk.told.startswith(f"没关系。应该是：{OPTIONS[0]}")
    assert not talk.progress.history[0].is_right


def test_the_mark_counts_today_and_says_how_many_may_follow(talk: QuizTalk) -> None:
    marks = []
    for _ in range(A_DAY):
        marks.append(talk.book["shown"].split("。")[0])
        talk.answer(right=True)
        if talk.requested is None:
            talk.open(level="medium")
    assert marks == [
        "第1题，今天还能答3题",
        "第2题，今天还能答2题",
        "第3题，今天还能答1题",
        "第4题，今天最后一题",
    ]


def test_a_button_of_an_earlier_question_answers_nothing(talk: QuizTalk) -> None:
    talk.answer(right=True)
    talk.press(talk.button("q1", 1))
    assert talk.told == words.PASSED_BY
    assert len(talk.progress.history) == 1
    assert talk.book["question"] == "q2"


def test_a_button_of_an_earlier_round_goes_on_with_its_question(talk: QuizTalk) -> None:
    talk.press(PAUSE)
    talk.open(field=ANSWER, value=talk.button("q1", 0))
    assert talk.told.startswith("答对了！")
    talk.press(PAUSE)
    talk.open(field=ANSWER, value=talk.button("q1", 0))
    assert talk.told == words.PASSED_BY
    assert len(talk.progress.history) == 1


def test_a_button_of_another_campaigns_question_answers_nothing(talk: QuizTalk) -> None:
    other = talk.button("q1", 0).replace(talk.campaign.id, "another-campaign")
    talk.press(other)
    assert talk.told == words.PASSED_BY
    talk.press(PAUSE)
    talk.open(field=ANSWER, value=other)
    assert talk.progress.history == ()


@pytest.mark.parametrize(
    "value", ["315-2027/q1/9", "315-2027/q1/x", "q1/0", "q1", "", None, 7, {"a": 1}, "/"]
)
def test_a_button_that_was_tampered_with_changes_nothing(talk: QuizTalk, value: object) -> None:
    talk.press(value)
    assert talk.requested == ANSWER
    assert talk.progress.history == ()


# -- no answer ---------------------------------------------------------------------------------


def test_what_is_no_answer_gets_help_and_then_a_way_out(talk: QuizTalk) -> None:
    talk.say("啊这")
    assert talk.told == "utter_help_quiz_answer"
    talk.say("嗯哼", "nlu_fallback")
    assert talk.requested == WAY_OUT
    talk.turn("", "answer", 1.0, {"field": "form_cancel", "value": False})
    assert (talk.requested, talk.book["question"]) == (ANSWER, "q1")


def test_an_answer_counts_under_the_way_out_as_well(talk: QuizTalk) -> None:
    for _ in range(2):
        talk.say("啊这")
    talk.say("第一个")
    assert talk.told.startswith("答对了！")


def test_a_question_left_out_is_asked_in_the_next_round(talk: QuizTalk) -> None:
    for wanted in ("q2", "q3"):
        talk.say("跳过")
        assert talk.book["question"] == wanted
    talk.say("跳过")
    assert talk.book["over"] == Ending.LEVEL_DONE
    assert talk.progress.history == ()
    assert talk.open(level="easy").book["question"] == "q1"


@pytest.mark.parametrize("said", ["上一题", "重来", "我选错了"])
def test_what_was_answered_stays_answered(talk: QuizTalk, said: str) -> None:
    talk.answer(right=False)
    talk.say(said, "correct" if said == "我选错了" else "")
    assert talk.told == words.NO_WAY_BACK
    assert (talk.requested, talk.book["question"]) == (ANSWER, "q2")


# -- pause and interruption --------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "先停一停",
        "不答了",
        "不想答了",
        "今天就到这里吧",
        "明天再答",
        "取消",
        "算了",
        "休息一下",
        "别问了",
    ],
)
def test_a_pause_keeps_everything_and_the_quiz_goes_on_later(talk: QuizTalk, said: str) -> None:
    talk.answer(right=True)
    talk.say(said)
    assert talk.requested is None
    assert talk.book["over"] == Ending.PAUSED
    talk.today += 3 * DAY
    talk.open("继续答题")
    assert talk.book["question"] == "q2"
    assert talk.told == "好的，接着答“简单”的题。"


@pytest.mark.parametrize("intent", ["faq", "several_questions", "account_service"])
def test_a_side_question_is_left_to_the_rules_and_the_question_comes_again(
    talk: QuizTalk, intent: str
) -> None:
    assert talk.say("存款保险最多赔多少钱？", intent).aside
    assert talk.come_back(intent).ask == ANSWER
    assert talk.book["question"] == "q1"


@pytest.mark.parametrize("said", ["我要投诉", "我要投诉柜员骂人"])
@pytest.mark.parametrize("way", [(), ("换个难度",), ("嗯哼", "啊这")])
def test_a_complaint_goes_before_the_quiz(talk: QuizTalk, said: str, way: tuple[str, ...]) -> None:
    for words_before in way:
        talk.say(words_before)
    assert talk.say(said, "complaint_file", 1.0).aside


def test_a_complaint_goes_before_the_offer_to_be_reminded(talk: QuizTalk) -> None:
    talk.answer(right=False)
    talk.press(PAUSE)
    assert talk.say("要投诉柜员", "complaint_file").aside


@pytest.mark.parametrize(
    ("intent", "ending"),
    [
        ("emergency_life", Ending.LEFT),
        ("handoff", Ending.LEFT),
        ("campaign_menu", Ending.LEFT),
        ("complaint_status", Ending.SET_ASIDE),
        ("goodbye", Ending.SET_ASIDE),
    ],
)
def test_who_turns_to_something_else_is_not_asked_on(
    talk: QuizTalk, intent: str, ending: Ending
) -> None:
    talk.answer(right=False)
    talk.come_back(intent)
    assert talk.requested is None
    assert talk.book["over"] == ending


def test_no_more_reminders_is_left_to_the_rules(talk: QuizTalk) -> None:
    assert talk.say("不再提醒", "quiz_remind", 1.0).aside


def test_the_quiz_opened_again_in_its_middle_asks_the_same_question(talk: QuizTalk) -> None:
    assert talk.say("继续答题", "quiz_open", 1.0).ask == ANSWER
    talk.turn("", "quiz_open", 1.0, {})
    assert talk.book["question"] == "q1"
    talk.turn("", "quiz_open", 1.0, {"level": "hard"})
    assert talk.book["question"] == "q7"


# -- the end of a round, reminders -------------------------------------------------------------


def test_a_level_that_is_done_is_summed_up(talk: QuizTalk) -> None:
    for _ in range(3):
        talk.answer(right=True)
    assert talk.book["over"] == Ending.LEVEL_DONE
    told = words.summary(talk.campaign, talk.progress, Ending.LEVEL_DONE, TODAY)
    assert told == "“简单”的题都答过了。\n一共答了3道，答对3道。"
    further = words.buttons_after(talk.campaign, talk.progress, Ending.LEVEL_DONE)
    assert [b["title"] for b in further] == ["答“中等”的题", "转发给朋友", "回到活动"]


def test_what_was_learned_is_said(talk: QuizTalk) -> None:
    talk.answer(right=False)
    talk.press(PAUSE)
    talk.today += DAY
    talk.open()
    assert talk.answer(right=True) == "q1"
    told = words.summary(talk.campaign, talk.progress, Ending.PAUSED, talk.today)
    assert "一开始答错、后来答对的有1道" in told


def test_after_the_first_wrong_answer_a_reminder_is_offered_once(talk: QuizTalk) -> None:
    talk.answer(right=False)
    talk.press(PAUSE)
    assert talk.requested == REMIND
    assert "一共答了1道，答对0道。" in talk.told
    offer = words.ask_to_remind(talk.campaign, talk.progress, TODAY)
    assert offer == "有1道还没答对。\n明天再来问您一次，好吗？"


@pytest.mark.parametrize(
    ("said", "agreed"),
    [
        ("好", True),
        ("好，提醒我", True),
        ("可以的", True),
        ("不用", False),
        ("不用了谢谢", False),
        ("算了", False),
    ],
)
def test_the_offer_can_be_answered_by_word(talk: QuizTalk, said: str, agreed: bool) -> None:
    talk.answer(right=False)
    talk.press(PAUSE)
    talk.say(said)
    assert talk.requested is None
    assert talk.book["agreed"] is agreed


def test_the_offer_can_be_answered_by_its_buttons(talk: QuizTalk) -> None:
    talk.answer(right=False)
    talk.press(PAUSE)
    talk.turn("", "quiz_remind", 1.0, {"agree": True})
    assert talk.book["agreed"] is True


def test_an_offer_nobody_answers_holds_nothing_up(talk: QuizTalk) -> None:
    talk.answer(right=False)
    talk.press(PAUSE)
    assert talk.say("存款保险最多赔多少", "faq").aside
    talk.come_back()
    assert talk.requested is None
    assert talk.book["over"] == Ending.LEFT


@pytest.mark.parametrize("remind", [True, False])
def test_who_has_said_yes_or_no_is_not_asked_again(talk: QuizTalk, remind: bool) -> None:
    talk.answer(right=False)
    talk.values["quiz_progress"][talk.campaign.id]["remind"] = remind
    talk.press(PAUSE)
    assert talk.requested is None
    told = words.summary(talk.campaign, talk.progress, Ending.PAUSED, TODAY)
    assert ("明天再来问您" in told) is remind


# -- the file changes meanwhile ----------------------------------------------------------------


def test_a_question_that_was_taken_out_is_passed_over(talk: QuizTalk) -> None:
    talk.campaign = replace(talk.campaign, quiz=talk.campaign.quiz[1:])
    talk.say("第一个")
    assert talk.told == ""
    assert talk.book["question"] == "q2"
    assert talk.progress.history == ()


def test_options_that_changed_places_are_judged_as_they_were_shown(talk: QuizTalk) -> None:
    first = talk.campaign.quiz[0]
    turned = replace(first, options=tuple(reversed(first.options)), right=2)
    talk.campaign = replace(talk.campaign, quiz=(turned, *talk.campaign.quiz[1:]))
    talk.press(talk.button("q1", 0))
    assert talk.told.startswith("答对了！")


def test_options_that_were_rewritten_are_asked_anew(talk: QuizTalk) -> None:
    first = replace(talk.campaign.quiz[0], options=("行", "不行"))
    talk.campaign = replace(talk.campaign, quiz=(first, *talk.campaign.quiz[1:]))
    talk.press(talk.button("q1", 0))
    assert talk.progress.history == ()
    assert talk.book["options"] == ["行", "不行"]


def test_a_campaign_that_vanished_ends_the_round(talk: QuizTalk) -> None:
    step = gone(FormState(talk.values, ANSWER))
    assert step.ask is None
    assert step.values["quiz_intake"]["over"] == Ending.GONE


def test_outside_of_its_days_the_quiz_says_so_and_can_be_answered(fair: Campaign) -> None:
    early = QuizTalk(fair, fair.days.first - DAY).open(level="easy")
    assert early.told == "活动3月1日开始。题现在就能答。"
    late = QuizTalk(fair, fair.days.last + DAY).open()
    assert late.told == "活动3月31日结束了。题还能答。"
    assert late.requested == LEVEL


# -- whatever customers do ---------------------------------------------------------------------

MOVES = st.sampled_from(
    [
        *("right", "wrong", "pause", "open", "night", "skip", "nonsense", "aside", "menu"),
        *("stale", "no idea", "harder", "emergency", "yes", "no", "new session", "shrink"),
    ]
)


def _move(talk: QuizTalk, move: str) -> None:
    if move in ("right", "wrong") and talk.requested == ANSWER:
        if talk.campaign.question(str(talk.book["question"])) is not None:
            talk.answer(right=move == "right")
    elif move in ("open", "new session"):
        talk.open()
    elif move == "night":
        talk.today += DAY
    elif move == "shrink":
        talk.campaign = replace(
            talk.campaign, quiz=(*talk.campaign.quiz[:4], *talk.campaign.quiz[5:])
        )
    elif talk.requested is not None:
        _turn_of(talk, move)


def _turn_of(talk: QuizTalk, move: str) -> None:
    said = {"skip": "跳过", "nonsense": "哈哈", "no idea": "不知道", "harder": "太简单了"}
    said |= {"yes": "好", "no": "不用", "pause": "先停一停"}
    if move in said:
        talk.say(said[move])
    elif move == "stale":
        talk.press(talk.button("q1", 1))
    else:
        intent = {"aside": "faq", "menu": "campaign_menu"}.get(move, move)
        talk.come_back(intent)


@settings(max_examples=150)
@given(st.lists(MOVES, max_size=60))
def test_nothing_right_twice_nothing_lost_and_never_too_much(
    fair: Campaign, moves: list[str]
) -> None:
    talk = QuizTalk(fair, TODAY).open(level="easy")
    before = talk.progress.history
    for move in moves:
        _move(talk, move)
        history = talk.progress.history
        assert history[: len(before)] == before, "an answer was lost"
        before = history
        if talk.requested == ANSWER:
            known = {a.question_id for a in history if a.is_right}
            assert talk.book["question"] not in known
            assert sum(a.day == talk.today for a in history) < fair.questions_a_day or (
                talk.progress.started != talk.today
            )
    right = Counter(a.question_id for a in before if a.is_right)
    assert all(times == 1 for times in right.values())
    assert all(times <= A_DAY for times in Counter(a.day for a in before).values())


def test_a_sure_question_is_answered_even_where_an_option_has_a_word_of_it(
    talk: QuizTalk,
) -> None:
    assert talk.say("打12378以后的办理期限", "faq", 0.9).aside
    assert not talk.say("打12378问了才行吧", "faq", 0.9).aside
