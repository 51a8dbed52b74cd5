"""Whether a message tells what happened."""

from __future__ import annotations

import pytest

from bot.intake.reading.narrative import read_narrative


@pytest.mark.parametrize(
    ("text", "story"),
    {
        "我要投诉，昨天在人民路支行排了两个小时队，柜员态度还很差": (
            "昨天在人民路支行排了两个小时队，柜员态度还很差"
        ),
        "我要投诉柜员骂人": "柜员骂人",
        "投诉你们乱收费": "你们乱收费",
        "我要投诉排队太久": "排队太久",
        "我要投诉信用卡乱扣年费": "信用卡乱扣年费",
        "昨天我的卡被吞了": "昨天我的卡被吞了",
        "我想反映一下，ATM吞了我的卡": "ATM吞了我的卡",
        "您好，我来投诉，上周理财经理骗我买保险": "上周理财经理骗我买保险",
        "你好，我叫李明，我要投诉，卡被盗刷了": "卡被盗刷了",
        "我们要投诉贷款利率太高": "贷款利率太高",
    }.items(),
)
def test_story(text: str, story: str) -> None:
    assert read_narrative(text) == story


@pytest.mark.parametrize(
    "text",
    [
        "我要投诉",
        "我想投诉你们",
        "你好，我要投诉",
        "投诉！！！",
        "我要投诉你们银行",
        "我想投诉你们的服务",
        "我要投诉你们工作人员的服务态度",
        "投诉人民路支行",
        "我要投诉人民路支行的柜员",
        "怎么投诉？",
        "投诉电话是多少",
        "太气人了，我要投诉",
        "我想反映一个问题",
        "我要登记一个投诉",
        "在吗？我要举报",
        "你好",
        "",
    ],
)
def test_nothing_told_yet(text: str) -> None:
    assert read_narrative(text) is None
