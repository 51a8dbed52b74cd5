"""The complaint form from the customer's side."""

from __future__ import annotations

from typing import Any

import pytest

from bot.intake import fields as f
from bot.intake.forms import table as t
from bot.intake.forms.table import FormState
from bot.intake.turn import Step, Turn
from tests.fakes import NOW
from tests.unit.talk import FORM, INTAKE_ID, STORY, TODAY, Talk, at

OPTIONAL = (f.BUSINESS, f.BRANCH, f.DATE)
REQUIRED = (f.DETAIL, f.REQUEST, f.NAME, f.PHONE)
ASKED = (f.DETAIL, f.BUSINESS, f.BRANCH, f.DATE, f.REQUEST, f.NAME, f.PHONE, f.CONFIRMED)


def test_consent_comes_before_any_question() -> None:
    talk = Talk()
    assert talk.requested == f.CONSENT
    assert talk[f.CONSENT] is None
    assert talk[f.INTAKE] == {"id": str(INTAKE_ID)}


@pytest.mark.parametrize("yes", ["同意", "好的。", "可以", "OK", "我同意！"])
def test_consent_is_kept_with_version_and_time(yes: str) -> None:
    talk = Talk()
    talk.say(yes)
    assert talk[f.CONSENT] == {"version": "2026-11", "given_at": "2026-11-23T01:00:00+00:00"}
    assert talk.requested == f.DETAIL


@pytest.mark.parametrize("no", ["不同意", "不", "不行。"])
def test_refusing_consent_ends_the_form_and_keeps_nothing(no: str) -> None:
    talk = Talk("我要投诉，" + STORY)
    talk.say(no)
    assert talk.requested is None
    assert talk.said == ["utter_form_consent_refused"]
    assert all(talk[name] is None for name in f.SLOTS)


def test_the_way_from_the_first_question_to_the_recap() -> None:
    talk = at(f.CONFIRMED)
    assert talk[f.BRANCH] == "人民路支行"
    assert talk[f.DATE]["start"] == "2026-11-22"
    assert talk[f.NAME] == "李建国"
    assert talk[f.PHONE]["shown"] == "138****8000"
    assert talk[f.ROLE] == "本人"
    assert talk[f.REASON] in ("因服务态度及服务质量引起的投诉", f.OTHER_REASON)
    assert talk.press(f.CONFIRMED, True).ask is None
    assert talk[f.CONFIRMED] is True


def test_a_telling_opening_leaves_fewer_questions() -> None:
    talk = Talk("我要投诉，" + STORY)
    assert talk.said == ["utter_form_understood"]
    shown = talk.step.say[0].variables["understood"]
    assert "涉及网点或渠道：人民路支行" in shown
    assert "发生时间：昨天（2026-11-22）" in shown
    talk.press(f.CONSENT, True)
    talk.press(f.BUSINESS, "借记卡")
    assert talk.requested == f.NAME


def test_an_opening_without_particulars_gets_an_apology_only() -> None:
    assert Talk("我要投诉，利息算得不对").said == ["utter_form_sorry"]


def test_an_opening_by_button_holds_no_story() -> None:
    talk = Talk.__new__(Talk)
    talk.values, talk.requested = {}, None
    talk.send({})
    assert talk.requested == f.CONSENT
    assert talk[f.DETAIL] is None


def test_a_story_told_instead_of_the_consent_is_kept() -> None:
    talk = Talk()
    talk.say(STORY)
    assert talk.requested == f.CONSENT
    assert talk.said == ["utter_form_understood"]
    talk.say("同意")
    assert talk[f.DETAIL] == STORY
    assert talk[f.BRANCH] == "人民路支行"
    assert talk.requested == f.BUSINESS
    assert talk[f.INTAKE]["id"] == str(INTAKE_ID)


def test_a_second_story_before_consent_does_not_replace_the_first() -> None:
    talk = Talk("我要投诉，" + STORY)
    talk.say("上个月在城东支行的柜员还骂了我两次")
    assert talk[f.DETAIL] == STORY
    assert talk.said == ["utter_help_consent"]


def test_name_and_phone_come_in_one_answer() -> None:
    talk = at(f.NAME)
    talk.say("李建国 13800138000")
    assert talk.requested == f.CONFIRMED
    assert (talk[f.NAME], talk[f.PHONE]["shown"]) == ("李建国", "138****8000")


def test_the_phone_is_taken_from_the_sealed_list_only() -> None:
    talk = at(f.PHONE)
    talk.say("138****8000")
    assert talk.requested == f.PHONE
    assert talk.said == ["utter_help_complainant_phone"]
    talk.say("010-88886666")
    assert talk[f.PHONE]["shown"] == "010-****6666"
    assert "88886666" not in str(talk.values)


def test_a_phone_among_other_words_is_an_answer_whatever_they_sound_like() -> None:
    talk = at(f.PHONE)
    talk.say("身份证11010519491231002X，电话13800138000", "faq")
    assert talk.requested == f.CONFIRMED
    assert talk[f.PHONE]["shown"] == "138****8000"


def test_a_phone_without_the_name_asked_for_is_kept() -> None:
    talk = at(f.NAME)
    talk.say("13800138000")
    assert talk.said == ["utter_form_noted"]
    assert talk.requested == f.NAME
    talk.say("李建国")
    assert talk.requested == f.CONFIRMED
    assert talk[f.PHONE]["shown"] == "138****8000"


def test_of_two_phones_the_last_one_counts() -> None:
    talk = at(f.PHONE)
    talk.say("13800138000，还是打13900139000吧")
    assert talk[f.PHONE]["shown"] == "139****9000"


@pytest.mark.parametrize("field", OPTIONAL)
def test_an_optional_field_can_be_skipped(field: str) -> None:
    talk = at(field)
    talk.say("跳过")
    assert talk[field] is not None
    assert talk.requested != field


@pytest.mark.parametrize("field", REQUIRED)
def test_a_required_field_cannot_be_skipped(field: str) -> None:
    talk = at(field)
    talk.say("跳过")
    assert talk.said == ["utter_form_not_optional"]
    assert talk.requested == field


def test_a_sum_put_up_for_correction_can_be_taken_out() -> None:
    talk = at(f.CONFIRMED)
    talk.say("金额改成300元")
    talk.press(t.EDIT, f.AMOUNT)
    talk.say("跳过")
    assert talk[f.AMOUNT] is None
    assert talk.requested == f.CONFIRMED


def test_a_skipped_preference_is_the_usual_one() -> None:
    talk = at(f.CONFIRMED)
    talk.press(t.EDIT, f.CONTACT)
    talk.say("跳过")
    assert talk[f.CONTACT] == "电话联系"


@pytest.mark.parametrize("field", (f.CONSENT, *ASKED))
def test_why_explains_and_asks_the_same_again(field: str) -> None:
    talk = at(field)
    talk.say("为什么要问这个？")
    assert talk.said == [f"utter_why_{field}"]
    assert talk.requested == field


@pytest.mark.parametrize("field", (f.CONSENT, *ASKED))
@pytest.mark.parametrize("text", ["再说一遍", "继续"])
def test_repeat_and_resume_ask_the_same_again(field: str, text: str) -> None:
    talk = at(field)
    talk.say(text)
    assert talk.requested == field
    assert talk.said == []


@pytest.mark.parametrize("field", ASKED)
def test_restart_forgets_the_answers_but_not_the_consent(field: str) -> None:
    talk = at(field)
    talk.say("重新开始")
    assert talk.requested == f.DETAIL
    assert talk.said == ["utter_form_restarted"]
    assert talk[f.CONSENT] is not None
    assert talk[f.INTAKE] == {"id": str(INTAKE_ID)}
    assert all(talk[n] is None for n in (f.DETAIL, f.BRANCH, f.DATE, f.NAME, f.PHONE, f.STAFF))


def test_restart_before_consent_still_asks_for_it() -> None:
    talk = Talk("我要投诉，" + STORY)
    talk.say("重新开始")
    assert talk.requested == f.CONSENT
    assert talk[f.DETAIL] is None


@pytest.mark.parametrize("field", (f.CONSENT, *ASKED))
@pytest.mark.parametrize("text", ["取消", "不投诉了", "算了"])
def test_cancel_asks_first_and_no_returns_to_the_field(field: str, text: str) -> None:
    talk = at(field)
    before = dict(talk.values)
    talk.say(text)
    assert talk.requested == t.CANCEL
    talk.say("不")
    assert talk.requested == field
    assert talk.said == ["utter_form_kept"]
    assert {n: v for n, v in talk.values.items() if n != f.INTAKE} == {
        n: v for n, v in before.items() if n != f.INTAKE
    }


@pytest.mark.parametrize("text", ["是的", "取消", "确定"])
def test_cancelling_empties_every_slot(text: str) -> None:
    talk = at(f.NAME)
    talk.say("取消")
    talk.say(text, "affirm")
    assert talk.requested is None
    assert talk.said == ["utter_complaint_form_cancelled"]
    assert all(talk[name] is None for name in f.SLOTS)


def test_cancelling_and_returning_by_button() -> None:
    talk = at(f.DATE)
    talk.press("ask_cancel", True)
    assert talk.requested == t.CANCEL
    talk.press(t.CANCEL, False)
    assert talk.requested == f.DATE
    talk.press("ask_cancel", True)
    talk.press(t.CANCEL, True)
    assert talk.values == dict.fromkeys(f.SLOTS)


def test_an_answer_instead_of_yes_or_no_goes_on_with_the_form() -> None:
    talk = at(f.BRANCH)
    talk.say("取消")
    talk.say("人民路支行")
    assert talk[f.BRANCH] == "人民路支行"
    assert talk.requested == f.DATE


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        (f.CONSENT, "12345"),
        (f.DETAIL, "嗯嗯啊"),
        (f.BUSINESS, "我哪知道啦"),
        (f.BRANCH, "？！"),
        (f.DATE, "在柜台那里"),
        (f.REQUEST, "。"),
        (f.NAME, "不告诉你们"),
        (f.PHONE, "12345"),
        (f.CONFIRMED, "啦啦啦"),
    ],
)
def test_one_miss_gets_help_two_get_a_way_out(field: str, wrong: str) -> None:
    talk = at(field)
    talk.say(wrong)
    assert talk.said == [f"utter_help_{field}"]
    assert talk.requested == field
    talk.say(wrong)
    assert talk.requested == t.WAY_OUT
    talk.press(t.CANCEL, False)
    assert talk.requested == field
    talk.say(wrong)
    assert talk.said == [f"utter_help_{field}"], "the misses are counted anew"


def test_an_answer_forgives_the_miss_before() -> None:
    talk = at(f.BRANCH)
    talk.say("？！")
    talk.say("人民路支行")
    talk.say("在柜台那里")
    assert talk.said == ["utter_help_complaint_date"]


def test_an_answer_to_another_question_is_kept() -> None:
    talk = at(f.BUSINESS)
    assert talk[f.BRANCH] is None
    talk.say("前天在解放路支行")
    assert talk.said == ["utter_form_noted"]
    assert talk.requested == f.BUSINESS
    assert talk[f.BRANCH] == "解放路支行"
    assert talk[f.DATE]["start"] == "2026-11-21"


def test_after_the_way_out_an_optional_field_is_left_open() -> None:
    talk = at(f.BRANCH)
    for _ in range(4):
        talk.say("？！")
    assert talk.said[0] == "utter_form_left_open"
    assert talk[f.BRANCH] == "记不清"
    assert talk.requested == f.DATE


def test_after_the_way_out_a_required_field_still_waits() -> None:
    talk = at(f.PHONE)
    for _ in range(4):
        talk.say("12345")
    assert talk.requested == t.WAY_OUT
    assert talk[f.PHONE] is None


def test_a_story_told_when_asked_for_gets_a_sorry_and_fills_what_it_holds() -> None:
    talk = Talk()
    talk.press(f.CONSENT, True)
    talk.say("前天在解放路支行被多扣了300块，要求退还")
    assert talk.said == ["utter_form_understood"]
    assert talk[f.BRANCH] == "解放路支行"
    assert talk[f.REQUEST] == "要求退还"


def test_the_way_out_lets_an_optional_field_go() -> None:
    talk = at(f.BRANCH)
    talk.say("？！")
    talk.say("？！")
    talk.press("ask_skip", True)
    assert talk[f.BRANCH] == "记不清"
    assert talk.requested == f.DATE


def test_the_way_out_does_not_skip_the_consent() -> None:
    talk = Talk()
    talk.say("12345")
    talk.say("12345")
    talk.press("ask_skip", True)
    assert talk.requested == f.CONSENT


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("网点改成城东支行", f.BRANCH, "城东支行"),
        ("不是人民路支行，是解放路支行", f.BRANCH, "解放路支行"),
        ("金额应该是500元", f.AMOUNT, {"text": "500元", "yuan": 500.0, "vague": False}),
        ("诉求改成退还手续费", f.REQUEST, "退还手续费"),
        ("名字写错了，应该是王小红", f.NAME, "王小红"),
        ("柜员改成大堂经理小王", f.STAFF, "大堂经理小王"),
        ("身份改成代理人", f.ROLE, "代理人"),
        ("业务改成信用卡", f.BUSINESS, "信用卡"),
        ("原因改成其他（原因）", f.REASON, "其他（原因）"),
        ("经过改成柜员当众骂我是骗子", f.DETAIL, "柜员当众骂我是骗子"),
        ("回复方式改成发短信", f.CONTACT, "发短信"),
    ],
)
def test_one_sentence_corrects_any_field(text: str, field: str, value: Any) -> None:
    talk = at(f.CONFIRMED)
    talk.say(text, "correct")
    assert talk[field] == value
    assert talk.said[0] == "utter_form_corrected"
    assert talk.step.say[0].variables["field"] == f.BY_NAME[field].label
    assert talk.requested == f.CONFIRMED


def test_one_sentence_corrects_date_and_phone() -> None:
    talk = at(f.CONFIRMED)
    talk.say("时间不对，是上周三下午")
    assert talk[f.DATE] == {"text": "上周三下午", "start": "2026-11-18", "end": "2026-11-18"}
    talk.say("电话改成13900139000")
    assert talk[f.PHONE]["shown"] == "139****9000"
    assert talk.said == ["utter_form_corrected"]
    assert talk.step.say[0].variables["value"] == "139****9000"


@pytest.mark.parametrize(
    ("text", "field", "shown"),
    [
        ("时间是前天", f.DATE, "前天（2026-11-21）"),
        ("网点：城东支行", f.BRANCH, "城东支行"),
        ("我叫王小红", f.NAME, "王小红"),
        ("电话是13900139000", f.PHONE, "139****9000"),
    ],
)
def test_at_the_recap_naming_field_and_value_is_enough(text: str, field: str, shown: str) -> None:
    talk = at(f.CONFIRMED)
    talk.say(text)
    assert f.show(field, talk[field]) == shown
    assert talk.said == ["utter_form_corrected"]


def test_correcting_the_very_field_being_asked_is_no_answer_yet() -> None:
    talk = at(f.DATE)
    talk.say("时间改一下", "correct")
    assert talk.requested == f.DATE
    assert talk[f.DATE] is None


def test_an_earlier_answer_is_corrected_while_another_is_asked() -> None:
    talk = at(f.NAME)
    talk.say("不对，网点改成城东支行")
    assert talk[f.BRANCH] == "城东支行"
    assert talk.requested == f.NAME


def test_a_correction_without_value_asks_and_keeps_the_old_one_until_then() -> None:
    talk = at(f.CONFIRMED)
    talk.say("时间说错了", "correct")
    assert talk.requested == f.DATE
    assert talk[f.DATE]["start"] == "2026-11-22"
    talk.say("前天")
    assert talk[f.DATE]["start"] == "2026-11-21"
    assert talk.requested == f.CONFIRMED


def test_a_field_without_question_of_its_own_never_stays_empty() -> None:
    """The case store refuses a complaint without a reason, and a refused one is parked."""
    talk = at(f.CONFIRMED)
    talk.press(t.EDIT, f.REASON)
    talk.say("网点改成城东支行")
    assert talk[f.REASON] is not None


@pytest.mark.parametrize("no", ["不对", "错了", "有误"])
def test_a_bare_no_at_the_recap_asks_what_to_change(no: str) -> None:
    talk = at(f.CONFIRMED)
    talk.say(no)
    assert talk.requested == t.EDIT
    talk.say("时间")
    assert talk.requested == f.DATE


def test_correcting_without_saying_what_asks_what() -> None:
    talk = at(f.CONFIRMED)
    talk.say("我想改一下", "correct")
    assert talk.requested == t.EDIT
    talk.press(t.EDIT, f.NAME)
    assert talk.requested == f.NAME


@pytest.mark.parametrize("answer", ["好的", "嗯", "不", "不改了"])
def test_yes_or_no_to_what_to_change_does_not_file_the_complaint(answer: str) -> None:
    talk = at(f.CONFIRMED)
    talk.press(f.CONFIRMED, False)
    assert talk.requested == t.EDIT
    talk.say(answer)
    assert talk.requested == f.CONFIRMED
    assert talk[f.CONFIRMED] is None


def test_a_new_value_answers_what_to_change() -> None:
    talk = at(f.CONFIRMED)
    talk.press(f.CONFIRMED, False)
    talk.say("网点改成城东支行")
    assert talk[f.BRANCH] == "城东支行"


@pytest.mark.parametrize("yes", ["确认提交", "提交", "没问题", "对的"])
def test_yes_at_the_recap_confirms(yes: str) -> None:
    talk = at(f.CONFIRMED)
    talk.say(yes)
    assert talk[f.CONFIRMED] is True
    assert talk.requested is None


@pytest.mark.parametrize("field", [f.DETAIL, f.REQUEST])
@pytest.mark.parametrize("word", ["好的", "是的", "不行", "确认提交", "没问题"])
def test_a_mere_yes_or_no_is_no_story_and_no_request(field: str, word: str) -> None:
    talk = at(field)
    talk.say(word)
    assert talk[field] is None
    assert talk.said == [f"utter_help_{field}"]


def test_once_more_i_want_to_complain_is_not_the_story() -> None:
    talk = at(f.DETAIL)
    talk.say("我要投诉", "complaint_file")
    assert talk[f.DETAIL] is None


@pytest.mark.parametrize("field", (f.BUSINESS, f.BRANCH, f.DATE, f.NAME, f.PHONE, f.CONFIRMED))
def test_a_side_question_is_left_to_the_rules(field: str) -> None:
    talk = at(field)
    before = dict(talk.values)
    assert talk.say("存款保险最多赔多少钱？", "faq").aside
    assert talk.values == before
    assert talk.come_back().ask == field


@pytest.mark.parametrize("field", [f.DETAIL, f.REQUEST])
def test_in_free_text_only_a_short_question_is_a_side_question(field: str) -> None:
    talk = at(field)
    assert talk.say("存款保险怎么赔？", "faq").aside
    story = "我问柜员存款保险怎么赔，他说不知道，" * 3
    assert not talk.say(story, "faq").aside
    assert talk[field] == story


@pytest.mark.parametrize("field", (f.CONSENT, *ASKED))
@pytest.mark.parametrize(
    ("wish", "intent"), [("看看活动", "campaign_menu"), ("我要答题", "quiz_open")]
)
def test_a_wish_about_the_campaign_is_never_an_answer(field: str, wish: str, intent: str) -> None:
    talk = at(field)
    before = dict(talk.values)
    assert talk.say(wish, intent, confidence=1.0).aside
    assert talk.values == before


@pytest.mark.parametrize("intent", ["handoff", "answer_unsolved", "pick_faq"])
def test_a_button_of_another_conversation_is_left_to_the_rules(intent: str) -> None:
    assert at(f.BRANCH).send({}, intent).aside


@pytest.mark.parametrize("field", [f.CONSENT, f.BUSINESS, f.CONFIRMED])
def test_a_complaint_said_inside_the_form_is_no_other_conversation(field: str) -> None:
    """Rasa has no rule that opens an open form: it would say that it understood nothing."""
    step = at(field).say("我要投诉你们", "complaint_file")
    assert not step.aside
    assert step.ask == field


def test_the_complaint_button_pressed_again_asks_on() -> None:
    step = at(f.BRANCH).send({}, "complaint_file")
    assert not step.aside
    assert step.ask == f.BRANCH


def test_an_emergency_and_a_wish_for_a_person_go_first() -> None:
    talk = at(f.BRANCH)
    assert talk.say("我的钱正在被转走", "emergency").aside
    assert talk.say("转人工", "handoff").aside
    assert at(f.DETAIL).say("转人工", "handoff").aside
    assert at(f.CONSENT).say("你好", "greet").aside


def test_buttons_counted_in_words_are_those_offered() -> None:
    talk = at(f.BUSINESS)
    offered = f.offered_business(talk[f.INTAKE])
    talk.say("第二个")
    assert talk[f.BUSINESS] == offered[1]


def test_a_number_beyond_the_buttons_picks_nothing() -> None:
    talk = at(f.BUSINESS)
    talk.say("第十五个")
    assert talk[f.BUSINESS] is None


def test_a_day_to_come_is_not_when_it_happened() -> None:
    talk = at(f.DATE)
    talk.say("下周三")
    assert talk[f.DATE] is None


def test_a_hedged_day_is_still_a_day() -> None:
    talk = at(f.DATE)
    talk.say("好像是昨天，记不清了")
    assert talk[f.DATE]["start"] == "2026-11-22"
    talk = at(f.DATE)
    talk.say("记不清了")
    assert talk[f.DATE]["start"] is None


def test_amounts_are_whole_fen_and_not_beyond_the_contract() -> None:
    talk = at(f.CONFIRMED)
    talk.say("金额改成12.345元")
    yuan = talk[f.AMOUNT]["yuan"]
    assert yuan == pytest.approx(12.34, abs=0.011)
    assert round(yuan, 2) == yuan
    talk.say("金额改成999999999999999元")
    assert talk[f.AMOUNT]["yuan"] < 10**13


def test_texts_are_no_longer_than_the_contract() -> None:
    talk = at(f.REQUEST)
    talk.say("要求退还" + "手续费" * 600)
    assert len(talk[f.REQUEST]) == 1000
    assert len(Talk("我要投诉，柜员骂人，要求退还" + "手续费" * 600)[f.REQUEST]) == 1000


MALFORMED: tuple[dict[str, Any], ...] = (
    {},
    {"field": None, "value": None},
    {"field": "no_such_field", "value": "x"},
    {"field": f.BUSINESS},
    {"field": f.BUSINESS, "value": 7},
    {"field": f.PHONE, "value": "13800138000"},
    {"field": f.DATE, "value": "昨天"},
    {"field": f.AMOUNT, "value": "许多"},
    {"field": f.INTAKE, "value": {}},
    {"field": t.EDIT, "value": "no_such_field"},
    {"field": t.EDIT, "value": f.CONSENT},
    {"value": True},
)


@pytest.mark.parametrize("choice", MALFORMED)
@pytest.mark.parametrize("field", (f.CONSENT, *ASKED))
def test_a_malformed_button_changes_nothing(choice: dict[str, Any], field: str) -> None:
    talk = at(field)
    before = dict(talk.values)
    talk.send(choice)
    assert talk.requested == field
    assert talk.values == before


STALE: tuple[dict[str, Any], ...] = (
    {"field": f.CONSENT, "value": True},
    {"field": f.CONFIRMED, "value": True},
    {"field": f.CONFIRMED, "value": False},
    {"field": f.BUSINESS, "value": "信用卡"},
    {"field": f.ROLE, "value": "代理人"},
    {"field": t.EDIT, "value": f.BRANCH},
    {"field": t.CANCEL, "value": False},
    {"field": "ask_cancel", "value": True},
    {"field": "ask_skip", "value": True},
)


@pytest.mark.parametrize("choice", STALE)
@pytest.mark.parametrize("field", (f.CONSENT, *ASKED))
def test_a_stale_button_neither_crashes_nor_skips_the_consent(
    choice: dict[str, Any], field: str
) -> None:
    talk = at(field)
    talk.send(choice)
    assert talk.requested is not None or talk[f.CONFIRMED] is True
    if talk[f.CONSENT] is None:
        assert talk.requested in (f.CONSENT, *t.INTERLUDES)


def test_a_stale_confirmation_does_not_file_what_is_incomplete() -> None:
    talk = at(f.NAME)
    talk.press(f.CONFIRMED, True)
    assert talk[f.CONFIRMED] is None
    assert talk.requested == f.NAME


def test_correcting_before_consent_does_not_go_around_it() -> None:
    talk = Talk("我要投诉，" + STORY)
    talk.say("改一下网点", "correct")
    assert talk.requested == f.CONSENT
    talk.press(t.EDIT, f.BRANCH)
    assert talk.requested == f.CONSENT


def test_an_interlude_without_memory_returns_to_the_first_field() -> None:
    assert FORM.at_field(FormState({}, t.CANCEL)).requested == f.CONSENT


# -- back, go on, pause ------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["上一步", "返回上一题", "回到前面那个问题"])
def test_one_step_back_asks_the_last_question_and_keeps_its_answer(text: str) -> None:
    talk = at(f.DATE)
    talk.say(text)
    assert talk.requested == f.BRANCH
    assert talk[f.BRANCH] == "人民路支行"
    talk.say("解放路支行")
    assert talk[f.BRANCH] == "解放路支行"
    assert talk.requested == f.DATE


def test_back_goes_back_as_far_as_the_story_and_no_further() -> None:
    talk = at(f.DATE)
    for field in (f.BRANCH, f.BUSINESS, f.DETAIL):
        talk.say("上一步")
        assert talk.requested == field
    talk.say("上一步")
    assert talk.said == ["utter_form_first"]
    assert talk.requested == f.DETAIL


def test_going_on_after_a_step_back_skips_what_is_answered() -> None:
    talk = at(f.DATE)
    talk.say("上一步")
    talk.say("继续")
    assert talk.requested == f.DATE


def test_after_an_emergency_the_form_waits_until_it_is_asked_for() -> None:
    talk = at(f.BRANCH)
    assert talk.say("我不想活了", "emergency_life").aside
    turn = Turn("我不想活了", "emergency_life", 0.9, NOW, TODAY, resuming=True)
    step = FORM.advance(FormState(talk.values, talk.requested), turn)
    assert step.ask == t.PAUSE
    talk.values, talk.requested = {**talk.values, **step.values}, step.ask
    talk.say("继续填写")
    assert talk.requested == f.BRANCH


def test_an_answer_after_an_emergency_lands_in_its_field() -> None:
    talk = at(f.BRANCH)
    turn = Turn("我的钱正在被转走", "emergency", 0.9, NOW, TODAY, resuming=True)
    step = FORM.advance(FormState(talk.values, talk.requested), turn)
    talk.values, talk.requested = {**talk.values, **step.values}, step.ask
    talk.say("人民路支行")
    assert talk[f.BRANCH] == "人民路支行"


def test_an_answer_taken_for_an_emergency_is_an_answer_the_second_time() -> None:
    talk = at(f.REQUEST)
    words = "别再发催款短信"
    assert talk.say(words, "emergency").aside
    turn = Turn(words, "emergency", 0.9, NOW, TODAY, resuming=True)
    talk.apply(FORM.advance(FormState(talk.values, talk.requested), turn))
    assert talk.requested == t.PAUSE
    talk.say(words, "emergency")
    assert talk[f.REQUEST] == words


def test_a_long_story_that_raised_the_alarm_is_not_asked_for_again() -> None:
    talk = at(f.DETAIL)
    story = "骗子让我共享屏幕，我的钱刚被转走了五万，柜员不肯帮我拦"
    turn = Turn(story, "emergency", 0.9, NOW, TODAY, resuming=True)
    talk.apply(FORM.advance(FormState(talk.values, talk.requested), turn))
    assert talk.requested == t.PAUSE
    assert talk[f.DETAIL] == story
    talk.say("继续填写")
    assert talk.requested == f.BUSINESS


# -- for others, together with others, again ---------------------------------------------------


@pytest.mark.parametrize(
    ("opening", "role", "said"),
    [
        ("我替我妈投诉，她上周在人民路支行被多扣了50块", "代理人", "utter_role_agent"),
        ("我父亲去世了，我是继承人，要投诉你们不给查存款", "继承人", "utter_role_heir"),
    ],
)
def test_somebody_who_speaks_for_another_hears_what_is_needed(
    opening: str, role: str, said: str
) -> None:
    talk = Talk(opening)
    assert talk[f.ROLE] == role
    assert said in talk.said


def test_a_group_hears_of_the_spokespersons() -> None:
    talk = Talk("我们23个业主一起投诉，监管账户的钱被人民路支行放出去了")
    assert talk[f.GROUP]["size"] == 23
    assert "utter_group" in talk.said


def test_a_complaint_may_name_the_one_it_belongs_to() -> None:
    talk = at(f.DATE)
    talk.say("和TS20261123-7K3QF8K是同一件事", "complaint_status")
    assert talk[f.LINKED] == "TS20261123-7K3QF8K"
    assert talk.requested == f.DATE


def test_the_same_matter_may_join_the_earlier_case() -> None:
    talk = at(f.CONFIRMED)
    state = FormState(talk.values, f.PHONE)
    talk.apply(FORM.ask_same(state, Step(ask=f.CONFIRMED), "TS20261123-7K3QF8K"))
    assert talk.requested == f.SAME
    talk.say("不是")
    assert talk.requested == f.CONFIRMED
    talk.apply(FORM.ask_same(state, Step(ask=f.CONFIRMED), "TS20261123-7K3QF8K"))
    talk.say("是的")
    assert talk.requested is None
    assert talk[f.INTAKE]["joins"] == "TS20261123-7K3QF8K"
    assert talk[f.CONFIRMED] is None


@pytest.mark.parametrize("text", ['／answer{"field": "consent"}', "／affirm"])
def test_a_typed_command_is_no_story(text: str) -> None:
    talk = Talk()
    talk.say(text)
    assert talk[f.DETAIL] is None
    talk = at(f.DETAIL)
    talk.say(text)
    assert talk[f.DETAIL] is None


def test_reasons_are_proposed_and_chosen_by_number() -> None:
    talk = at(f.CONFIRMED)
    talk.press(t.EDIT, f.REASON)
    assert talk.requested == f.REASON
    offered = f.offered_reasons(talk[f.INTAKE])
    talk.say(f"第{len(offered)}个")
    assert talk[f.REASON] == offered[-1]


def test_withdrawing_inside_the_form_means_the_one_being_filled_in() -> None:
    talk = at(f.BRANCH)
    talk.say("我要撤诉", "complaint_withdraw")
    assert talk.requested == t.CANCEL


@pytest.mark.parametrize("retired", ["complaint_cancel", "complaint_way_out", "no_longer_a_field"])
def test_a_question_that_is_no_longer_asked_gives_way_to_the_next_open_one(retired: str) -> None:
    """A conversation may have stopped in the middle of a form of an older release."""
    talk = at(f.DATE)
    talk.requested = retired
    talk.say("再说一遍")
    assert talk.requested == f.DATE
    talk.say("昨天上午")
    assert talk.requested == f.REQUEST
