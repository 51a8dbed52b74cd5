"""One form for the many ways of writing the same thing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.text import (
    asks_what_i_am,
    has_case_reference,
    has_resume_code,
    is_phone_tail,
    normalise,
    tells_a_complaint,
    wants_another_complaint,
    wants_to_complain,
    without_case_reference,
)
from bot.nlu.words import tidy


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("ＡＴＭ吞卡了！！！", "atm吞卡了!"),
        ("銀行卡丟了怎麼辦", "银行卡丢了怎么办"),
        ("我的卡😭😭被吞了", "我的卡 被吞了"),
        ("啊啊啊啊啊啊气死了", "啊啊啊气死了"),
        ("打 1 2 3 4 5", "打 12345"),
        ("  你好   小保\n在吗 ", "你好 小保 在吗"),
        ("卡号〔卡号已隐去，尾号0123〕被盗刷", "卡号 被盗刷"),
        ("打138****8000或010-****6666", "打 或"),
        ("？？？", "?"),
        ("😭", ""),
        ("1000000元", "1000000元"),
    ],
)
def test_forms(written: str, form: str) -> None:
    assert normalise(written) == form


@pytest.mark.parametrize("text", ["/restart", "／restart", " /answer{}", "//x", "😀/restart"])
def test_no_typed_slash_becomes_rasas_intent_syntax(text: str) -> None:
    assert not normalise(text).startswith("/")


@settings(max_examples=200)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_any_text_has_a_form_and_it_is_tidy(text: str) -> None:
    form = normalise(text)
    assert form == form.strip()
    assert "\n" not in form
    assert "  " not in form


@pytest.mark.parametrize("text", ["8000", "尾号8000", "我的手机后四位是 8000", "手机号尾号:8000"])
def test_a_phones_tail_is_known(text: str) -> None:
    assert is_phone_tail(text)


@pytest.mark.parametrize("text", ["80001", "800", "8000元", "扣了8000", "卡尾号8000"])
def test_other_figures_are_no_phone_tail(text: str) -> None:
    assert not is_phone_tail(text)


@pytest.mark.parametrize(
    "written",
    [
        "TS20261123-7K3QF8K",
        "查一下ts202611237k3qf8k 8000",
        "ＴＳ20261123—7K3QF8K怎么样了",
        "TS20280229-D519052 1003",
        "TS20280229-D51905 2 1003",
    ],
)
def test_a_case_reference_is_seen_however_it_is_written(written: str) -> None:
    assert has_case_reference(normalise(written))


def test_digits_behind_a_reference_that_ends_in_one_stay_apart_from_it() -> None:
    text = normalise("TS20280229-D519052 1003，电话138 0013 8000")
    assert text == "ts20280229-d519052 1003,电话13800138000"
    assert without_case_reference(text) == "1003,电话13800138000"


@pytest.mark.parametrize("written", ["20261123", "TS开头的编号在哪", "ATS20261123-7K3QF8K99"])
def test_other_words_are_no_case_reference(written: str) -> None:
    assert not has_case_reference(normalise(written))


@pytest.mark.parametrize(
    "text",
    [
        "7k3q-f8km",
        "7k3qf8km",
        "继续填写 7k3q-f8km",
        "接续码:7k3q f8km",
        "继续填 1234-5678",
        "码是7k3q-f8km",
    ],
)
def test_a_code_to_go_on_with_is_seen(text: str) -> None:
    assert has_resume_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "1234-5678",
        "12345678",
        "abcdefgh",
        "继续",
        "ts20261123-7k3qf8k",
        "卡号尾号1234 5678",
        "wifi密码 ab12cd34",
    ],
)
def test_other_numbers_are_no_such_code(text: str) -> None:
    assert not has_resume_code(text)


@pytest.mark.parametrize(
    "written",
    [
        "我要投诉",
        "我想投诉",
        "投诉",
        "投诉!",
        "投诉投诉",
        "我要投诉你们",
        "我要投诉贵行",
        "我要投诉你们银行",
        "你好 我要投诉",
        "你好，我想投诉",
        "您好!我需要投诉",
        "我要投訴",
        "我要头诉",
        "喂 投诉一下",
        "嗨，我来投诉",
        "早上好 我是来投诉的",
        "我有两件事要投诉",
        "有几件事想投诉",
        "有点事要投诉",
        "那我还是投诉吧",
        "那就投诉吧",
        "算了，我还是投诉吧",
        "我决定投诉",
        "我打算投诉你们",
        "现在就要投诉",
        "我必须投诉",
        "我一定要投诉你们！",
        "我正式投诉",
        "我们要投诉",
        "俺想投诉",
        "本人要投诉",
        "请帮我登记投诉",
        "帮我登记一下投诉",
        "麻烦您给我登记一个投诉",
        "给我提个投诉",
        "我要提交投诉",
        "我要做个投诉登记",
        "行吧 投诉",
        "好 帮我投诉",
        "小保 我要投诉啊",
    ],
)
def test_the_bare_wish_to_complain_is_seen(written: str) -> None:
    assert wants_to_complain(tidy(written))


@pytest.mark.parametrize(
    "written",
    [
        "怎么投诉",
        "我想知道怎么投诉",
        "投诉电话",
        "我要投诉电话",
        "投诉电话多少",
        "投诉电话是多少",
        "投诉流程",
        "投诉渠道",
        "我要投诉渠道",
        "可以投诉吗",
        "能投诉吗",
        "我能不能投诉",
        "我想投诉可以吗",
        "投诉多久有结果",
        "投诉有用吗",
        "投诉要带什么",
        "投诉找谁",
        "我想投诉但不知道找谁",
        "我投诉了",
        "投诉过了",
        "我上周投诉过",
        "我的投诉呢",
        "我投诉的事怎么样了",
        "投诉进度",
        "查投诉",
        "查一下我的投诉",
        "撤回投诉",
        "我要撤投诉",
        "取消投诉",
        "我不投诉了",
        "不想投诉了",
        "别投诉",
        "继续填写投诉",
        "投诉转人工",
        "转人工投诉",
        "我要投诉外卖小哥",
        "我要投诉柜员",
        "投诉信怎么写",
        "再次投诉",
        "还有一件，我要投诉",
    ],
)
def test_whoever_asks_about_complaints_or_says_more_does_not_just_wish_to_complain(
    written: str,
) -> None:
    assert not wants_to_complain(tidy(written))


def test_a_long_run_of_wishing_words_is_answered_at_once() -> None:
    for asked in (wants_to_complain, wants_another_complaint, asks_what_i_am):
        asked("你好")  # whoever is asked first compiles patterns and loads words
    began = time.process_time()
    assert not wants_to_complain("来想要" * 5000)
    assert not wants_another_complaint("那个" * 5000)
    assert not wants_to_complain("想要来" * 13)
    assert not asks_what_i_am("你现在是" * 10)
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize(
    "written",
    [
        "还有一件，我要投诉",
        "还有另外一件事要投诉",
        "对了 我还要投诉",
        "我还有一个投诉",
        "再登记一个投诉",
    ],
)
def test_the_bare_wish_for_another_complaint_is_told_apart(written: str) -> None:
    assert wants_another_complaint(tidy(written))
    assert not wants_to_complain(tidy(written))


@pytest.mark.parametrize("written", ["再次投诉", "还有多久能投诉", "还能投诉吗", "我还要投诉柜员"])
def test_other_words_about_more_complaints_are_left_to_the_model(written: str) -> None:
    assert not wants_another_complaint(tidy(written))


@pytest.mark.parametrize(
    "written",
    [
        "投诉信息泄露，我前天在西山支行办的车贷，第二天就有卖保险的打来，报得出我贷了多少，必须查",
        "我要投诉，上个月二十号你们的人劝我妈买了份保险，一买就是十年，钱现在取不出来",
        "我代表全楼投诉，去年交的维修基金存在你们那里，取的时候推来推去，到现在还没取出来",
        "大前天夜里在桥头那台机器取八百，钱没出来卡里扣了，打了三回电话都叫等，把八百块还给我",
        "柜员上周五给我存错了期限，三年存成一年，我去改她不认账，要求你们更正并且道歉",
        "卡被你们停了十一天，跑了四趟网点，材料交了一摞还不给开，我要你们给我一个说法",
    ],
)
def test_a_story_with_a_demand_is_a_complaint(written: str) -> None:
    assert tells_a_complaint(tidy(written))


@pytest.mark.parametrize(
    "written",
    [
        "投诉要写明想要的结果，我只想要句道歉，写道歉可以吗",
        "投诉后银行打来一通电话就算答复了吗，还是要等到第十五天才算",
        "投诉第九天，支行副行长来电话让我删帖，正事一句没提，下一步归谁管",
        "取款机没吐钱卡里却扣了一千，打电话说等三天，到时候没到账我应该找谁要",
        "卖家让我把钱退到另一个户头，我停下来没转，请问该怎么把那个钱退回去",
        "我想请银行给个说法好让我跟大家解释清楚为什么证件不能放在一起",
        "我要投诉你们柜员",
        "把钱还给我",
    ],
)
def test_a_question_or_a_few_words_tell_no_complaint(written: str) -> None:
    assert not tells_a_complaint(tidy(written))


@pytest.mark.parametrize(
    "written",
    [
        "你是真人还是机器人？",
        "你到底是人还是程序",
        "请问跟我说话的是真人还是电脑啊",
        "你好，你是机器人还是真人客服",
        "是人工还是智能客服在回",
    ],
)
def test_whoever_asks_what_answers_is_told_apart(written: str) -> None:
    assert asks_what_i_am(tidy(written))


@pytest.mark.parametrize(
    "written",
    [
        "转人工还是机器人",
        "我要真人，不要机器人",
        "有真人吗",
        "人工还是去网点快",
        "让真人来，还是别用机器人了",
    ],
)
def test_whoever_wants_a_person_does_not_ask_what_answers(written: str) -> None:
    assert not asks_what_i_am(tidy(written))


@pytest.mark.parametrize(
    "text",
    [
        "我还要投诉另外一件事:昨天手机银行收了我15元手续费,要求退还",
        "我还想投诉别的",
        "想再投诉另一个问题,柜员骂人",
    ],
)
def test_another_matter_may_come_with_its_story(text: str) -> None:
    assert wants_another_complaint(text)


@pytest.mark.parametrize(
    "text", ["我还要投诉多久才有结果", "他另外投诉了一件事", "我要投诉你们另外收费"]
)
def test_a_story_with_another_in_it_is_no_other_complaint(text: str) -> None:
    assert not wants_another_complaint(text)
