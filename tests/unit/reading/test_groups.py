"""Who complains together, and who only stands in the same queue."""

from __future__ import annotations

import pytest

from bot.intake.reading.groups import Group, read_group

GROUPS = {
    "我们二十多个业主一起投诉": (20, "我们二十多个业主"),
    "我和另外三个人": (4, "我和另外三个人"),
    "我和两个朋友一起投诉": (3, "我和两个朋友"),
    "连我一共五个人": (5, "连我一共五个人"),
    "十几户": (10, "十几户"),
    "几十户业主联名": (None, "几十户业主"),
    "大家都被骗了，三十人左右": (30, "大家都被骗了，三十人左右"),
    "二十来个人吧，都被骗了": (20, "二十来个人"),
    "我们小区一百二十户都被骗了": (120, "我们小区一百二十户"),
    "我们三十几个储户的钱都没到账": (30, "我们三十几个储户"),
    "我们单位30多名员工的工资卡都被扣了短信费": (30, "我们单位30多名员工"),
    "上百个投资人都亏了": (100, "上百个投资人"),
    "三四个人一起投诉": (3, "三四个人"),
    "我们两个人一起投诉你们": (2, "我们两个人"),
    "我们五个一起投诉的": (5, "我们五个"),
    "我们５个人一起投诉": (5, "我们５个人"),
    "我们业主集体投诉": (None, "我们业主集体投诉"),
    "好多人都被扣了钱，不止我一个": (None, "好多人都被扣了钱"),
    "我代表全体业主投诉": (None, "全体业主投诉"),
}

ALONE = [
    "我们一家三口去办卡",
    "两个柜员",
    "排了三十个人的队",
    "前面有二十多个人",
    "大厅里三十多个人就开一个窗口",
    "三个人在那聊天",
    "你们十几个员工没一个管的",
    "我们夫妻两个都被骗了",
    "我们两个人去办卡",
    "我们三个人去办卡",
    "我和我老公一起去的",
    "我跟另外一个人吵起来了",
    "大家都知道你们态度差",
    "给我打了二十多个电话",
    "骗子有十几个人",
    "我要一起投诉这两个业主",
    "我要一起投诉这两个业务员",
    "我给三个客户转账都没到账",
    "两个员工都没退我钱",
    "三个客户经理都被投诉过",
    "换了三个人都这样",
    "我有两户都没到账",
    "我有三个户头",
    "就我一个人",
    "被骗了三十万",
    "一个客户都没有",
    "每个人都被扣了",
    "",
]


@pytest.mark.parametrize(("text", "group"), GROUPS.items())
def test_a_group_keeps_its_size_and_the_customers_words(
    text: str, group: tuple[int | None, str]
) -> None:
    assert read_group(text) == Group(*group)


@pytest.mark.parametrize("text", ALONE)
def test_queues_staff_families_and_other_peoples_numbers_are_no_group(text: str) -> None:
    assert read_group(text) is None


def test_a_group_is_found_inside_a_story() -> None:
    story = "去年在你们城东支行买了理财，到期没兑付。我们小区四十多户都是这样，要求尽快兑付"
    assert read_group(story) == Group(40, "我们小区四十多户")
