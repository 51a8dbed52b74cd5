"""Everything one message tells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.intake.reading.amounts import AmountReading, read_amount
from bot.intake.reading.branches import read_branch
from bot.intake.reading.choices import read_choice
from bot.intake.reading.corrections import read_correction
from bot.intake.reading.dates import DateReading
from bot.intake.reading.opening import Opening, read_opening
from bot.intake.reading.people import read_name

TODAY = date(2026, 11, 23)


def test_the_queue_at_the_branch() -> None:
    text = "我要投诉，昨天在人民路支行排了两个小时队，柜员态度还很差"
    yesterday = date(2026, 11, 22)
    assert read_opening(text, TODAY) == Opening(
        detail="昨天在人民路支行排了两个小时队，柜员态度还很差",
        branch="人民路支行",
        staff="柜员",
        date=DateReading("昨天", yesterday, yesterday, False),
    )


def test_a_full_story() -> None:
    text = (
        "你好，我叫李国庆，上个月在城东支行被客户经理王某忽悠买了5万块的保险，说是保本，"
        "现在要求全额退款，请打电话给我"
    )
    found = read_opening(text, TODAY)
    assert found.detail is not None
    assert found.detail.startswith("上个月在城东支行")
    assert found == Opening(
        detail=found.detail,
        branch="城东支行",
        staff="客户经理王某",
        date=DateReading("上个月", date(2026, 10, 1), date(2026, 10, 31), True),
        amount=AmountReading("5万块", Decimal(50000), False),
        request="要求全额退款",
        name="李国庆",
        contact_preference="请打电话给我",
    )


def test_an_heir_with_money() -> None:
    found = read_opening("我爸去世了，存折里的两万五取不出来，跑了三趟", TODAY)
    assert found.role == "继承人"
    assert found.amount == AmountReading("两万五", Decimal(25000), False)
    assert found.date is None


@pytest.mark.parametrize("text", ["我要投诉", "你好，我想投诉你们", "怎么投诉", ""])
def test_nothing_told(text: str) -> None:
    assert read_opening(text, TODAY) == Opening()


@pytest.mark.parametrize(
    "text",
    [
        "手机银行转账转错了，明天之前给我答复",
        "账户被冻结了，下午再打给我",
        "我叫李国庆，卡被吞了",
        "卡被吞了，下周必须还给我",
    ],
)
def test_deadlines_calls_and_names_are_no_dates(text: str) -> None:
    assert read_opening(text, TODAY).date is None


def test_the_sum_taken_comes_before_the_sum_demanded() -> None:
    found = read_opening("扣了我300元年费，要求赔偿1000元", TODAY)
    assert found.amount == AmountReading("300元", Decimal(300), False)
    assert found.request == "要求赔偿1000元"


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "unit",
    [
        "昨天",
        "人民路",
        "三百",
        "我",
        "a",
        "要求",
        "1",
        "1,",
        "3.",
        "8-",
        "嗯",
        "两",
        "，",
        "买·",
        "第1",
        "不是",
        "我叫",
        "电话",
        "3万",
        "那个",
        "他们",
        "10月",
    ],
)
def test_no_text_makes_the_patterns_run_away(unit: str) -> None:
    text = unit * 1000
    read_opening(text, TODAY)
    read_amount(text, asked=True)
    read_branch(text, asked=True)
    read_name(text, asked=True)
    read_choice(text, ("银行卡", "信用卡"))
    read_correction(text)
