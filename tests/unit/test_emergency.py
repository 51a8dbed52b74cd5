"""Danger is recognised by rule: life, and money being lost at this moment."""

from __future__ import annotations

import time

import pytest

from bot.channels.web.requests import LONGEST_TEXT
from bot.nlu.emergency import Danger, danger_by_rule, is_calm_by_rule, kind_of
from bot.nlu.text import normalise
from bot.nlu.words import tidy
from tests.data.corpus import examples


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
        "凭什么封我的卡 马上给我解",
        "你们冻结 赶紧给我解了",
        "快把冻结解了",
        "快点别冻结我的卡了",
        "快停卡里那个自动扣费",
        "赶紧把我的卡解开 我要给家里打钱",
        "停我的卡快一个月了",
        "冻结快两个月了没人管",
        "账户冻结 马上要交学费",
        "别给我妈办保险",
        "别给老人办信用卡了",
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


@pytest.mark.parametrize(
    "text",
    [
        "我是许志远",
        "我叫方思远",
        "你好，我是陈桂英",
        "本人姓名刘德山",
        "免贵姓何",
        "我叫艾力·买买提",
        "叫我老魏就行",
        "赶紧把我的卡解开 我要给家里打钱",
        "马上恢复我的账户",
        "快把我的卡解了 孩子要交学费",
        "立刻给我解封工资卡 等着发钱",
    ],
)
def test_a_name_and_the_wish_to_free_a_card_are_calm_whatever_the_classifier_says(
    text: str,
) -> None:
    assert danger_by_rule(normalise(text)) is None
    assert is_calm_by_rule(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "我是人质",
        "我叫救命",
        "我是被绑的",
        "我被人打了",
        "他说转了钱就给我解开我的卡",
        "刚扫了脸 说是给我解冻 现在卡里钱少了",
        "要先交保证金才给我的账户解冻",
        "把我的卡锁上",
        "对方让我把卡解封",
    ],
)
def test_nothing_that_may_be_danger_is_calm_by_rule(text: str) -> None:
    assert not is_calm_by_rule(normalise(text))


def test_no_known_emergency_is_calm_by_rule() -> None:
    known = [text for intent, text in examples() if intent == "emergency"]
    assert [text for text in known if is_calm_by_rule(tidy(text))] == []


@pytest.mark.parametrize("word", ["1", "八", "刚", "卡", "被骗", "转给", "救"])
def test_the_longest_message_is_read_in_milliseconds(word: str) -> None:
    """It is read before anybody is asked to wait: sent again and again, it must cost little."""
    longest = (word * LONGEST_TEXT)[:LONGEST_TEXT]
    assert min(_seconds_for(longest) for _ in range(3)) < 0.1


def _seconds_for(text: str) -> float:
    began = time.process_time()
    danger_by_rule(text)
    return time.process_time() - began
