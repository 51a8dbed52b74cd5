"""Danger is recognised by rule: life, and money being lost at this moment."""

from __future__ import annotations

import pytest

from bot.nlu.emergency import Danger, danger_by_rule, kind_of
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
        "刚刚给一个骗子转了四万六",
        "刚付完就被拉黑了",
        "救命啊",
        "救命 有人在转我卡里的钱",
        "快 冻结我的卡",
        "停卡 马上",
        "求求你们拦住我妈",
        "我妈在窗口要给骗子汇钱",
        "刚才把验证码告诉他了",
        "对方正在远程控制我的手机",
        "手机刚被偷，支付密码他看见了",
        "我站在天台上，欠的钱还不清了",
        "他们说不还就剁我的手",
        "裸聊的人要我打五千块",
        "my wallet was stolen just now",
        "I don't want to live any more",
    ],
)
def test_danger_now_is_an_emergency(text: str) -> None:
    assert danger_by_rule(normalise(text)) is not None


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
        "救命 这个表怎么填",
        "救命钱被冻了，什么时候能解",
        "救命之恩",
        "跳楼大促",
        "老板跳楼价清仓",
        "如果被人胁迫取钱应该怎么办",
        "万一正在被骗该先打哪个电话",
        "被你们逼疯了",
        "被你们逼死了，一个证明跑五趟",
        "你们是想逼死人还是咋的",
        "被老板逼着加班",
        "客户经理逼我办信用卡",
        "去年刚转完账就发现被骗了，案子有结果吗",
        "看新闻说有大学生跳江获救",
        "能不能马上给我解止付",
        "帮我锁卡，我要出国半年",
        "睡眠账户一直扣费怎么办",
        "刚才收到的验证码过期了",
        "我刚好要给父母转钱",
        "银行抢劫题材的电影",
        "十万火急转人工",
    ],
)
def test_calm_questions_and_idle_talk_are_none(text: str) -> None:
    assert danger_by_rule(normalise(text)) is None


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("催收逼得我不想活了，钱也正在被转走", Danger.LIFE),
        ("他们逼着我转账，不转就打我", Danger.COERCION),
        ("钱包刚刚在公交上被偷了，卡都在里面", Danger.CARD),
        ("刚给骗子转了两万", Danger.MONEY),
        ("大厅里有人拿刀", Danger.COERCION),
        ("自助银行门口有人抢劫", Danger.COERCION),
        ("有人掏出一把菜刀在柜台前面", Danger.COERCION),
        ("如果我自杀了债还要还吗", Danger.LIFE),
    ],
)
def test_the_gravest_danger_decides_the_reply(text: str, danger: Danger) -> None:
    assert danger_by_rule(normalise(text)) is danger
    assert kind_of(normalise(text)) is danger


def test_danger_that_no_rule_foresees_is_about_a_lost_card_or_about_money() -> None:
    assert kind_of("我的卡好像丢在地铁上") is Danger.CARD
    assert kind_of("他让我赶快把钱打过去") is Danger.MONEY


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("药就在手边", Danger.LIFE),
        ("来世再见", Danger.LIFE),
        ("他们在砸柜台的玻璃", Danger.COERCION),
        ("三个人围着我要密码", Danger.COERCION),
        ("卡密码锁死了钱还在少", Danger.MONEY),
    ],
)
def test_words_that_prove_nothing_alone_still_tell_what_a_danger_is_about(
    text: str, danger: Danger
) -> None:
    assert danger_by_rule(text) is None
    assert kind_of(text) is danger
