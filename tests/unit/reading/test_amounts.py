"""Sums of money, alone and inside sentences."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.intake.reading.amounts import AmountReading, amounts, read_amount

EXACT = {
    "300元": "300",
    "300块": "300",
    "300块钱": "300",
    "300RMB": "300",
    "人民币500元": "500",
    "1.2万": "12000",
    "3.2万元": "32000",
    "12.5万": "125000",
    "35万元": "350000",
    "5千": "5000",
    "5k": "5000",
    "3w": "30000",
    "1亿": "100000000",
    "3,000.50": "3000.50",
    "1,200元": "1200",
    "3 000元": "3000",
    "￥99": "99",
    "¥1,200": "1200",
    "￥99.9": "99.9",
    "99块9": "99.9",
    "九块九": "9.9",
    "九块九毛": "9.9",
    "三块五": "3.5",
    "五毛": "0.5",
    "5角钱": "0.5",
    "一块钱": "1",
    "0元": "0",
    "六百块钱": "600",
    "两百五": "250",
    "八百八": "880",
    "一千五": "1500",
    "一万二": "12000",
    "两万五": "25000",
    "一万两千三": "12300",
    "3万5": "35000",
    "3千5": "3500",
    "1万2千": "12000",
    "1万2千5": "12500",
    "1万2500": "12500",
    "三点五万": "35000",
    "一千零五": "1005",
    "一千零五十": "1050",
    "二百五十": "250",
    "二十万": "200000",
    "十块": "10",
    "陆佰元": "600",
    "叁仟伍佰元": "3500",
    "一百二十三块四毛五": "123.45",
    "一千三百二十五元六角": "1325.6",
}

VAGUE = {
    "三千来块": "3000",
    "三千多块": "3000",
    "20万左右": "200000",
    "20多万": "200000",
    "500块左右": "500",
    "500出头": "500",
    "500多": "500",
    "800余元": "800",
    "十几块": "10",
    "十来块": "10",
    "百来块": "100",
    "万把块": "10000",
    "几块钱": "1",
    "几十块": "10",
    "几百块": "100",
    "好几千": "1000",
    "上千块": "1000",
    "上万元": "10000",
    "一两百": "100",
    "三四百块": "300",
    "二十五六块": "25",
    "十七八万": "170000",
    "2-3万": "20000",
    "2到3万": "20000",
    "200到300块": "200",
    "十几万": "100000",
}

IN_SENTENCES = {
    "扣了我六百块钱": ("六百块钱", "600"),
    "扣了300": ("300", "300"),
    "多收了25": ("25", "25"),
    "转了5000过去": ("5000", "5000"),
    "年费300": ("300", "300"),
    "手续费2元一笔": ("2元", "2"),
    "扣款五十": ("五十", "50"),
    "存了20万，被扣了300元": ("300元", "300"),
    "扣了我300元年费": ("300元", "300"),
    "赔偿我500元，当时骗了我两万": ("两万", "20000"),
    "2026.11.3扣了300": ("300", "300"),
    "每月10块，扣了三年": ("10块", "10"),
    "昨天10点去取3万5，等了2个小时": ("3万5", "35000"),
    "打95588说扣了88元": ("88元", "88"),
    "３００元没到账": ("３００元", "300"),
}

NOT_MONEY = [
    "3次",
    "两个小时",
    "20分钟",
    "3月",
    "5号",
    "2楼",
    "95588",
    "打了95588",
    "2026年",
    "20261103",
    "11月20日",
    "两百多个人排队",
    "排了一百号",
    "一万个不愿意",
    "千万别这样",
    "万一出事",
    "百分之三十",
    "利率3.85%",
    "五百美元",
    "我们一块去的",
    "取了20分钟",
    "收到3条短信",
    "工号1024",
    "尾号8000",
    "138****8000",
    "010-****6666",
    "〔卡号已隐去，尾号8000〕",
    "扣了好多钱",
    "第三百个",
    "元旦那天",
    "骂我是二百五",
    "一分钱都没退",
    "编号TS20261123-7K3QF8K",
    "$500",
    "港币2000",
    "",
]


@pytest.mark.parametrize(("text", "yuan"), EXACT.items())
def test_exact(text: str, yuan: str) -> None:
    assert read_amount(text) == AmountReading(text, Decimal(yuan), False)


@pytest.mark.parametrize(("text", "yuan"), VAGUE.items())
def test_open_sums_keep_their_lower_bound(text: str, yuan: str) -> None:
    assert read_amount(text) == AmountReading(text, Decimal(yuan), True)


@pytest.mark.parametrize(("text", "expected"), IN_SENTENCES.items())
def test_in_sentences(text: str, expected: tuple[str, str]) -> None:
    reading = read_amount(text)
    assert reading is not None
    assert (reading.text, reading.yuan) == (expected[0], Decimal(expected[1]))


@pytest.mark.parametrize("text", NOT_MONEY)
def test_not_money(text: str) -> None:
    assert read_amount(text) is None


@pytest.mark.parametrize(
    ("text", "yuan", "vague"),
    [
        ("300", "300", False),
        ("３００", "300", False),
        ("就300", "300", False),
        ("三百", "300", False),
        ("五", "5", False),
        ("五十", "50", False),
        ("大概两百多吧", "200", True),
        ("一共3000", "3000", False),
        ("差不多1500", "1500", True),
        ("不到500", "500", True),
        ("3,000.50", "3000.50", False),
    ],
)
def test_asked_a_bare_number_is_a_sum(text: str, yuan: str, vague: bool) -> None:
    reading = read_amount(text, asked=True)
    assert reading is not None
    assert (reading.yuan, reading.vague) == (Decimal(yuan), vague)


@pytest.mark.parametrize(
    "text",
    ["没有", "不涉及金额", "3次", "20分钟", "5号", "不知道", "工号1024", "138****8000", "五百美元"],
)
def test_asked_still_no_counts(text: str) -> None:
    assert read_amount(text, asked=True) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("被骗走将近一万", "将近一万"),
        ("存了小两万块", "小两万块"),
        ("大概齐三千", "大概齐三千"),
        ("扣了大几千", "大几千"),
    ],
)
def test_what_makes_a_sum_vague_is_kept_in_the_customers_words(text: str, words: str) -> None:
    reading = read_amount(text)
    assert reading is not None
    assert (reading.text, reading.vague) == (words, True)


def test_all_sums_in_order() -> None:
    assert [a.yuan for a in amounts("不是300是500")] == [Decimal(300), Decimal(500)]
