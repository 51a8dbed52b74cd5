"""Names, roles, staff and ways of contact."""

from __future__ import annotations

import pytest

from bot.intake.reading.people import (
    looks_like_name,
    read_contact_preference,
    read_name,
    read_role,
    read_staff,
)


@pytest.mark.parametrize(
    ("text", "name"),
    {
        "我叫张三": "张三",
        "我叫李国庆，电话138****8000": "李国庆",
        "您好，我叫刘洋。昨天在人民路支行": "刘洋",
        "我是李建国": "李建国",
        "姓名：赵敏": "赵敏",
        "我名字叫陈小明": "陈小明",
        "我的名字是 Anna": "Anna",
        "我姓王": "王",
        "免贵姓李": "李",
        "张女士": "张女士",
        "王先生": "王先生",
        "叫我小王就行": "小王",
        "我叫古丽": "古丽",
        "本人王芳，在贵行开户": "王芳",
        "我叫买买提·艾力": "买买提·艾力",
    }.items(),
)
def test_name_said(text: str, name: str) -> None:
    assert read_name(text) == name
    assert read_name(text, asked=True) == name


@pytest.mark.parametrize(
    ("text", "name"),
    {
        "李建国": "李建国",
        "欧阳娜娜": "欧阳娜娜",
        "卓玛": "卓玛",
        "阿依古丽": "阿依古丽",
        "买买提·艾力": "买买提·艾力",
        "John Smith": "John Smith",
        "李明 谢谢": "李明",
        "周杰，138****8000": "周杰",
        "好的，王小明": "王小明",
        "姓王": "王",
    }.items(),
)
def test_bare_name_only_when_asked(text: str, name: str) -> None:
    assert read_name(text, asked=True) == name
    assert read_name(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "我是张家港的客户",
        "我是老客户",
        "我是你们的客户",
        "匿名",
        "不想说",
        "可以",
        "好的",
        "本人",
        "为什么要名字",
        "你叫什么",
        "柜员王女士骂我",
        "我是成都的",
        "不知道",
        "我是时候投诉你们了",
        "138****8000",
        "〔身份证号已隐去〕",
        "ok",
        "",
    ],
)
def test_no_name(text: str) -> None:
    assert read_name(text) is None
    assert read_name(text, asked=True) is None


def test_looks_like_name() -> None:
    assert looks_like_name("张四")
    assert not looks_like_name("态度")


@pytest.mark.parametrize(
    ("text", "role"),
    {
        "本人": "本人",
        "我自己": "本人",
        "就是我": "本人",
        "我是户主本人": "本人",
        "我给自己投诉": "本人",
        "替我妈投诉": "代理人",
        "我替我妈来的": "代理人",
        "帮我父亲问一下": "代理人",
        "为我父亲投诉": "代理人",
        "代我爸投诉": "代理人",
        "代理": "代理人",
        "代理人": "代理人",
        "我是他儿子": "代理人",
        "受朋友委托": "代理人",
        "不是本人": "代理人",
        "家属": "代理人",
        "我爸去世了": "继承人",
        "继承": "继承人",
        "替去世的奶奶取钱": "继承人",
        "我妈过世后存款取不出来": "继承人",
    }.items(),
)
def test_role(text: str, role: str) -> None:
    assert read_role(text) == role


@pytest.mark.parametrize(
    "text",
    [
        "银行说必须本人到场",
        "代理保险收益低",
        "我帮我妈存钱被推销保险",
        "柜员帮我妈操作手机",
        "给老人推销保险",
        "给我妈转账转错了",
        "从来不为客户考虑",
        "我投诉",
        "我妈的卡被吞了",
    ],
)
def test_role_not_said(text: str) -> None:
    assert read_role(text) is None


@pytest.mark.parametrize(
    ("text", "staff"),
    {
        "柜员小李态度差": "柜员小李",
        "客户经理王某推荐的": "客户经理王某",
        "柜员张三态度恶劣": "柜员张三",
        "理财经理李娜，她说保本": "理财经理李娜",
        "大堂经理叫刘洋": "大堂经理叫刘洋",
        "贷款经理姓陈": "贷款经理姓陈",
        "被大堂经理李娜忽悠了": "大堂经理李娜",
        "3号柜台那个女的": "3号柜台那个女的",
        "姓王的柜员": "姓王的柜员",
        "王经理说没事": "王经理",
        "李行长不管": "李行长",
        "工号1024": "工号1024",
        "客服工号 A1024 挂我电话": "客服工号 A1024",
        "3号窗口的柜员": "3号窗口的柜员",
        "那个女柜员": "女柜员",
        "大堂经理不理人": "大堂经理",
        "柜员态度还很差": "柜员",
        "柜员高度紧张": "柜员",
        "柜员和保安": "柜员",
        "保安推我": "保安",
    }.items(),
)
def test_staff(text: str, staff: str) -> None:
    assert read_staff(text) == staff


@pytest.mark.parametrize("text", ["工作人员不理人", "经理", "行长期不管", "机器坏了", ""])
def test_no_staff(text: str) -> None:
    assert read_staff(text) is None


def test_staff_when_asked() -> None:
    assert read_staff("一个戴眼镜的女的", asked=True) == "一个戴眼镜的女的"
    assert read_staff("不知道", asked=True) is None
    assert read_staff("没有", asked=True) is None


@pytest.mark.parametrize(
    ("text", "preference"),
    {
        "打电话": "打电话",
        "短信": "短信",
        "微信": "微信",
        "在这里回复": "在这里回复",
        "就在这里回复就行": "就在这里回复就行",
        "下班后再打": "下班后再打",
        "晚上7点以后打": "晚上7点以后打",
        "白天上班没空接电话，晚上打": "晚上打",
        "周末再联系我": "周末再联系我",
        "昨天卡被吞了，请给我打电话": "请给我打电话",
        "发短信给我就行": "发短信给我就行",
        "短信通知我就行": "短信通知我就行",
        "微信联系": "微信联系",
        "电话联系我吧": "电话联系我吧",
        "不要打电话": "不要打电话",
        "希望电话回复": "希望电话回复",
        "都可以": "都可以",
    }.items(),
)
def test_contact_preference(text: str, preference: str) -> None:
    assert read_contact_preference(text) == preference


@pytest.mark.parametrize(
    "text",
    [
        "打了三次电话没人接",
        "收到短信说扣款",
        "微信支付失败",
        "短信轰炸",
        "老是给我打电话催收",
        "催收天天打我电话",
        "昨天的事",
        "",
    ],
)
def test_no_contact_preference(text: str) -> None:
    assert read_contact_preference(text) is None
