"""A call that is wanted, and a person who is not wanted any more."""

from __future__ import annotations

import pytest

from bot.nlu.person import wants_a_call, wants_no_person
from bot.nlu.text import normalise
from tests.data.corpus import examples


@pytest.mark.parametrize(
    "text",
    [
        "给我打电话",
        "给我回个电话",
        "回个电话",
        "回我电话",
        "请回电",
        "给我回电",
        "让你们经理打给我",
        "让人给我来个电话",
        "叫你们主管给我回个电话",
        "请安排工作人员联系我",
        "让人联系我",
        "打我手机吧，打字慢",
        "打电话给我",
        "能不能给我回个电话，我姓周",
        "方便的话拨个电话过来",
        "我不会打字，来个电话成不",
        "约个时间让人打给我",
        "帮我预约一个回电",
        "留个号，叫你们的人晚点拨过来",
        "請幫我回個電話",
        "could someone call me back please",
    ],
)
def test_a_call_is_wanted(text: str) -> None:
    assert wants_a_call(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "转人工",
        "客服电话多少",
        "你们的电话是多少",
        "给我个能打通的电话",
        "电话号码",
        "人工客服电话打不通",
        "打了三遍都是忙线",
        "别给我打电话",
        "不要再打电话给我了",
        "天天给我打电话推销",
        "昨天谁给我打的电话",
        "骗子给我打电话",
        "外包催收别打了，给我银行自己人的电话",
        "我不会打字",
        "找个真人",
        "我要和人说话",
    ],
)
def test_no_call_is_wanted(text: str) -> None:
    assert not wants_a_call(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "不等了",
        "不等人工了",
        "算了，不等了",
        "结束人工",
        "退出人工服务",
        "取消排队",
        "回到小保",
        "不转人工了",
    ],
)
def test_no_person_is_wanted_any_more(text: str) -> None:
    assert wants_no_person(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "转人工",
        "等了两个小时了",
        "不等了你们必须马上给我退钱",
        "人工呢",
        "小保你好",
        "取消",
        "回到首页",
    ],
)
def test_that_is_not_said(text: str) -> None:
    assert not wants_no_person(normalise(text))


def test_no_example_of_another_meaning_says_that_no_person_is_wanted() -> None:
    """The words decide before the model does."""
    assert [text for _, text in examples() if wants_no_person(normalise(text))] == []
