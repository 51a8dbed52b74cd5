"""Anger and despair are heard, so that a person is offered; strong words about anything else are
not."""

from __future__ import annotations

import pytest

from bot.nlu.distress import is_distressed
from bot.nlu.text import normalise
from tests.data.corpus import examples

DISTRESSED = (
    "气死我了，柜员态度太差",
    "你们这群混蛋，把钱还给我",
    "你们银行就是一帮强盗",
    "什么破银行，取个钱要两个小时",
    "什么垃圾客服，问三遍答非所问",
    "我受够了，天天推来推去",
    "欺人太甚！老人都不放过",
    "你们还有良心吗",
    "你们到底讲不讲理",
    "你们是不是人啊，八十岁老太太站两个小时",
    "太过分了，一分钱说法都没有",
    "太欺负人了我要投诉",
    "忍无可忍，今天必须给我个说法",
    "把我当猴耍是吧",
    "耍我玩呢？上次说三天",
    "一肚子火，排三个钟头告诉我系统坏了",
    "气炸了，号叫过了不认",
    "真他妈的，又扣我钱",
    "tmd 什么态度",
    "滚蛋吧你们",
    "放你的屁，我根本没签过",
    "丧尽天良，骗老人的养老钱",
    "你们都是一群骗子",
    "跟你们没完",
    "这事我投诉到底！",
    "我妈气得浑身发抖",
    "被你们气得血压都上来了",
    "太让人寒心了，二十年的老客户",
    "心都凉透了",
    "肺都气炸了",
    "火大，机器吞了卡没人管",
    "我真的快崩溃了",
    "我都绝望了，钱还能回来吗",
    "我快急疯了，账户说冻就冻",
    "急死我了，孩子学费取不出来，实在急死了",
    "我要被逼疯了",
    "走投无路了，求求你们帮帮我",
    "求求您救救我们一家",
    "天都塌了，三十万全没了",
    "一家人整夜睡不着",
    "我妈天天睡不着，钱要不回来",
    "老人吃不下饭也睡不着，就惦记这笔钱",
    "给你们跪下了，把钱还给我吧",
    "我爸妈一直哭，劝不住",
    "我一个人躲着哭",
    "棺材本全没了，我老伴还不知道",
    "看病的钱取不出来了",
    "我实在受不了了",
    "我再也忍不下去了",
    "全家都急哭了",
    "我吓死了，卡里突然进了好多钱，怎么办",
    "剛剛氣死我了",
    "欲哭无泪，谁能帮我",
    "你们简直就是土匪",
    "拿我当傻子吗，合同上根本没写",
)
CALM = (
    "怎么投诉",
    "我要投诉，昨天排队排了两个小时",
    "存款保险最多赔多少钱",
    "垃圾短信怎么屏蔽",
    "老是收到骚扰电话和垃圾短信",
    "手机银行老是崩溃怎么办",
    "app一打开就崩溃",
    "流氓软件怎么卸载",
    "拿到奖学金激动哭了",
    "服务太好了，感动得我都要哭了",
    "笑死我了",
    "想死你们了哈哈",
    "我妈的退休金卡丢了",
    "我妈的手机号能改成我的吗",
    "差他妈妈的签字",
    "这张卡是他妈的名字",
    "借给他妈的钱怎么要回来",
    "妈的名字写错了",
    "利滚利是怎么算的",
    "滚动发售的理财是什么意思",
    "死期存款能提前取吗",
    "别生气，我就问问",
    "我不生气，你慢慢说",
    "我没有生气",
    "不要绝望是什么意思",
    "垃圾分类的宣传在哪看",
    "垃圾债券是什么",
    "怎么防骗子",
    "这个电话是银行还是骗子",
    "骗子的账户能冻结吗",
    "母亲把银行卡给了骗子",
    "太贵了，年费能免吗",
    "太麻烦了，有没有简单的办法",
    "这也太慢了吧",
    "有点不满意",
    "我不太满意这个答复",
    "转人工",
    "谢谢，麻烦你了",
    "求求了，给我提点额度",
    "快救救我的多肉",
    "我睡前能转账吗",
    "密码忘了怎么办",
    "钱没到账，帮我看看",
    "客服踢皮球怎么办",
    "店大欺客的条款法律认不认",
    "自己去投诉到底要不要钱",
    "你到底是不是人",
    "你是真人还是机器人",
    "把钱取出来给孩子交学费",
    "大妈说她的卡被吞了",
)


@pytest.mark.parametrize("text", DISTRESSED)
def test_anger_and_despair_are_heard(text: str) -> None:
    assert is_distressed(normalise(text))


@pytest.mark.parametrize("text", CALM)
def test_everything_else_is_calm(text: str) -> None:
    assert not is_distressed(normalise(text))


def test_hardly_any_plain_question_is_taken_for_distress() -> None:
    """Questions of the data are asked calmly, nearly all of them."""
    plain = [text for intent, text in examples() if intent.startswith(("faq/", "account_service"))]
    alarms = [text for text in plain if is_distressed(normalise(text))]
    assert len(alarms) <= len(plain) / 1000, alarms


def test_small_talk_and_commands_are_never_distress() -> None:
    quiet = {"greet", "goodbye", "thanks", "affirm", "deny", "cancel", "skip", "repeat", "resume"}
    alarms = [text for intent, text in examples() if intent in quiet and is_distressed(text)]
    assert alarms == []
