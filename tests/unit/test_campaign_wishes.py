"""Short wishes about a campaign are understood; whatever only sounds like one is left alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from bot.nlu.campaign import (
    asks_what_is_on,
    wants_more,
    wants_no_reminder,
    wants_own_booking,
    wants_the_menu,
    wants_the_quiz,
    wants_to_book,
    wants_to_share,
)
from bot.nlu.text import normalise
from tests.data.corpus import examples

WISHES: Mapping[str, Callable[[str], bool]] = {
    "campaign_menu": wants_the_menu,
    "campaign_share": wants_to_share,
    "campaign_book": wants_to_book,
    "quiz_open": wants_the_quiz,
    "quiz_remind": wants_no_reminder,
}
SAID: Mapping[str, tuple[str, ...]] = {
    "campaign_menu": (
        *("活动有什么", "看看活动", "活动菜单", "活动", "回到活动", "返回活动", "有什么活动"),
        *(
            "活动内容",
            "我想看看活动",
            "看一下这个活动",
            "活动里还有啥？",
            "你们有哪些活动呀",
            "看看活動",
        ),
        *("315活动有什么内容", "3·15活动", "活动首页", "小保，看看活动吧", "今天有什么活动"),
        *("更多内容", "看别的"),
    ),
    "campaign_share": (
        *(
            "转发给朋友",
            "分享活动",
            "分享给朋友",
            "我要分享",
            "转发",
            "怎么转发给家人",
            "分享到朋友圈",
        ),
        *(
            "把活动转发给同学",
            "推荐给邻居",
            "转发到微信群",
            "分享链接",
            "把活动发给朋友",
            "分享一下",
        ),
        *("怎么分享给我的朋友", "转发活动", "叫朋友也来参加"),
    ),
    "campaign_book": (
        *("预约活动热线", "我要预约活动热线", "预约活动回电", "活动预约", "活动热线怎么预约"),
        *("预约活动的时间", "约个活动电话", "预约3·15活动热线"),
    ),
    "quiz_open": (
        *("答题", "我要答题", "小问答", "继续答题", "开始答题", "我想接着答题", "考考我", "做题"),
        *(
            "来一道题",
            "出几道题考考我",
            "答几道题",
            "答小题",
            "再答一道题",
            "金融知识问答",
            "参加答题活动",
        ),
        *("答难的题", "我要答简单一点的题"),
        *("测一测", "有奖问答", "想试试小问答", "答题！", "问答", "我也来答题吧", "还想答题"),
    ),
    "quiz_remind": (
        *("不再提醒", "不要再提醒我了", "别提醒我答题了", "取消提醒", "不用提醒我了"),
        *("别再问题目了", "答题提醒关掉"),
    ),
}
NOT_SAID = (
    *(
        "别问我",
        "别问了",
        "不要问我要密码",
        "提醒我",
        "没提醒我",
        "短信提醒怎么取消",
        "取消短信提醒",
    ),
    *(
        "有什么优惠活动",
        "活动送的油没给我",
        "活动骗人",
        "活动作废",
        "活动到几号结束",
        "参加活动被骗了",
    ),
    *("银行搞活动让我办卡", "存款有什么活动礼品", "活动短信说满一百减三十", "活动热线打不通"),
    *("分享屏幕", "共享屏幕", "对方让我分享屏幕", "转给朋友", "转账给朋友", "怎么转给家人钱"),
    *("把钱转给朋友", "转发验证码给朋友", "把验证码发给朋友", "分享验证码", "我的信息被转发给别人"),
    *(
        "转发给朋友安全吗",
        "个人信息被分享给别人了",
        "分享我的银行卡给朋友",
        "给我推荐理财",
        "推荐一下",
    ),
    *("预约回电", "预约", "我要预约", "预约取号", "预约取款", "预约大额取现", "约个时间给我回电话"),
    *("给我打电话", "客服热线", "热线电话多少", "预约纪念币"),
    *("答题领红包是真的吗", "扫码答题送礼品能信吗", "答题被骗了", "风险测评怎么答题", "风险测评"),
    *("做任务", "下一题", "继续", "第二个", "刷单", "考试", "测试", "题", "有问题", "我有个问题"),
    *("我要投诉活动", "投诉", "活动没给我礼品我要投诉", "你好", "看看我的信息", "看看", "什么"),
)


@pytest.mark.parametrize(
    ("intent", "text"), [(intent, text) for intent, texts in SAID.items() for text in texts]
)
def test_a_wish_is_understood_as_itself_alone(intent: str, text: str) -> None:
    assert heard(text) == [intent]


@pytest.mark.parametrize("text", NOT_SAID)
def test_what_only_sounds_like_one_is_left_to_the_model(text: str) -> None:
    assert heard(text) == []


def test_no_example_of_another_meaning_becomes_such_a_wish() -> None:
    """The words decide before the model does."""
    assert [(intent, text) for intent, text in examples() if heard(text)] == []


def heard(text: str) -> list[str]:
    plain = normalise(text)
    return [intent for intent, wants in WISHES.items() if wants(plain)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "取消我的预约",
            "我要取消活动预约",
            "取消预约的回电",
            "把热线预约取消了",
            "不要活动预约了",
        ),
        *("改我的预约时间", "我想换个活动预约的时间", "查看我的预约", "我的预约", "我的活动预约"),
    ],
)
def test_a_booking_made_is_asked_for_in_its_own_words(text: str) -> None:
    assert wants_own_booking(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        *("预约活动热线", "活动预约", "怎么预约取款", "取消预约取款", "我的预约没人给我打电话"),
        *("取消预约", "预约取消", "修改预约"),
    ],
)
def test_other_words_about_bookings_are_no_wish_about_ones_own(text: str) -> None:
    assert not wants_own_booking(normalise(text))


def test_no_example_of_another_intent_asks_for_a_booking_of_ones_own() -> None:
    assert [(intent, text) for intent, text in examples() if wants_own_booking(text)] == []


@pytest.mark.parametrize(("text", "is_it"), [("有什么活动？", True), ("看看活动", False)])
def test_who_asks_which_campaigns_there_are_means_more_than_one(text: str, is_it: bool) -> None:
    assert asks_what_is_on(normalise(text)) is is_it


@pytest.mark.parametrize(("text", "is_it"), [("看别的", True), ("看别的银行的利率", False)])
def test_the_further_pages_are_asked_for_by_the_title_of_their_button(
    text: str, is_it: bool
) -> None:
    assert wants_more(normalise(text)) is is_it
