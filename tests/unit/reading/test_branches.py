"""Outlets and electronic channels."""

from __future__ import annotations

import pytest

from bot.intake.reading.branches import (
    BranchReading,
    branch_reading,
    branches,
    read_branch,
)


@pytest.mark.parametrize(
    ("text", "branch"),
    {
        "我要投诉，昨天在人民路支行排了两个小时队": "人民路支行",
        "北京市朝阳区建国路支行": "北京市朝阳区建国路支行",
        "我去解放路支行办卡": "解放路支行",
        "你们人民路支行服务差": "人民路支行",
        "昨天人民路支行的柜员骂我": "人民路支行",
        "3月15号我到城东分理处取钱": "城东分理处",
        "昨天下午去城西储蓄所取款": "城西储蓄所",
        "人民路那个网点": "人民路那个网点",
        "火车站那个银行": "火车站那个银行",
        "火车站那个网点": "火车站那个网点",
        "在万达广场旁边的工商银行": "万达广场旁边的工商银行",
        "人民路上那家银行": "人民路上那家银行",
        "在建设路的网点": "建设路的网点",
        "我去的是中山路营业厅": "中山路营业厅",
        "来宾支行": "来宾支行",
        "从化支行服务差": "从化支行",
        "向阳路支行": "向阳路支行",
        "五一路支行": "五一路支行",
        "国庆路支行": "国庆路支行",
        "上海分行营业部": "上海分行营业部",
        "杭州分行西湖支行": "杭州分行西湖支行",
        "中国建设银行解放路支行": "中国建设银行解放路支行",
        "我被人民路支行的人骗了": "人民路支行",
        "对人民路支行的服务不满意": "人民路支行",
        "人民路支行柜员让我去网点": "人民路支行",
        "南京西路第二支行": "南京西路第二支行",
        "省分行": "省分行",
        "手机银行转账失败": "手机银行",
        "APP登不上": "APP",
        "网上银行打不开": "网上银行",
        "在人民路支行办手机银行": "人民路支行",
    }.items(),
)
def test_named_in_a_sentence(text: str, branch: str) -> None:
    assert read_branch(text) == branch


@pytest.mark.parametrize(
    "text",
    [
        "你们网点的人",
        "这个支行",
        "附近的网点",
        "我跑了三个网点",
        "跑了两趟网点",
        "哪个网点都一样",
        "在一家网点",
        "他们支行",
        "支行行长骂人",
        "银行网点太少",
        "我在你们银行排队",
        "打95588没人接",
        "解放路",
        "",
    ],
)
def test_no_branch(text: str) -> None:
    assert read_branch(text) is None


@pytest.mark.parametrize(
    ("text", "branch"),
    {
        "解放路": "解放路",
        "在解放路": "解放路",
        "就是火车站旁边那家": "火车站旁边那家",
        "我去的是城东": "城东",
        "应该是中山路吧": "应该是中山路",
        "记不清，火车站那个": "记不清，火车站那个",
        "记不清了，好像是人民路支行": "人民路支行",
        "工行": "工行",
        "网点是人民路支行": "人民路支行",
        "95588": "95588",
        "客服电话": "客服电话",
        "我们村的网点": "我们村的网点",
    }.items(),
)
def test_asked_a_short_answer_is_the_branch(text: str, branch: str) -> None:
    assert read_branch(text, asked=True) == branch


@pytest.mark.parametrize(
    "text",
    [
        *("不知道", "忘了", "10号", "为什么问这个？", "没有", "这个支行", "了"),
        *("我要投诉你们", "你们银行", "贵行", "你们家", "昨天那个", "之前说的那个", "投诉柜员"),
        *("两个网点都是", "跟网点没关系", "信用卡", "大厅", "你好", "第二个", "我也说不上来"),
    ],
)
def test_asked_but_not_answered(text: str) -> None:
    assert read_branch(text, asked=True) is None


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("人民路支行", BranchReading("人民路支行", "人民路支行", False)),
        ("好像是人民路支行", BranchReading("好像是人民路支行", "人民路支行", True)),
        ("忘了，就在市政府对面", BranchReading("忘了，就在市政府对面", "市政府对面", True)),
        ("应该是城南 支行吧", BranchReading("应该是城南支行", "城南支行", True)),
        ("不知道，app吧", BranchReading("不知道，app吧", "app", True)),
        ("用手机转的", BranchReading("用手机转的", "手机", False)),
    ],
)
def test_doubts_and_places_stay_vague_beside_the_name(text: str, reading: BranchReading) -> None:
    assert branch_reading(text, asked=True) == reading


def test_in_a_sentence_a_doubt_about_the_branch_is_kept() -> None:
    reading = branch_reading("上周好像是在解放路支行排的队")
    assert reading == BranchReading("好像是在解放路支行", "解放路支行", True)


def test_several_branches() -> None:
    assert branches("不是人民路支行，是解放路支行") == ["人民路支行", "解放路支行"]
    assert branches("中山路支行和解放路支行") == ["中山路支行", "解放路支行"]
