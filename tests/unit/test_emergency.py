"""Danger is recognised by rule: life, and money being lost at this moment."""

from __future__ import annotations

import pytest

from bot.nlu.emergency import is_emergency
from bot.nlu.text import normalise


@pytest.mark.parametrize(
    "text",
    [
        "我要自杀",
        "我想死",
        "我真的不想活了",
        "活着没意思",
        "钱没了我要去跳楼",
        "我正在被骗，刚给骗子转了钱",
        "剛剛被騙了怎麼辦啊",
        "骗子还在跟我通话",
        "我的卡正在被刷！！",
        "短信响个不停，一直扣款",
        "有人威胁我让我转钱",
        "现在被诈骗了，快帮我",
    ],
)
def test_danger_now_is_an_emergency(text: str) -> None:
    assert is_emergency(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "上个月被盗刷了，能追回来吗",
        "想死你们了哈哈",
        "排队累死了，我要投诉",
        "气死我了，柜员态度太差",
        "怎么防止被骗",
        "死期存款是什么意思",
        "听说有人被骗了，96110是真的吗",
        "信用卡一直没收到",
    ],
)
def test_calm_questions_and_idle_talk_are_none(text: str) -> None:
    assert not is_emergency(normalise(text))
