"""Choosing from titles by number or by words."""

from __future__ import annotations

import pytest

from bot.intake.reading.choices import read_choice

REASONS = ("因服务态度及服务质量引起的投诉", "因定价收费引起的投诉", "因信息披露引起的投诉")
BUSINESS = ("银行卡", "信用卡", "贷款")
CONFIRM = ("确认提交", "修改", "取消")
CHANGE = ("修改", "不修改")
CHANNELS = ("手机银行", "网上银行", "APP")


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("1", 0),
        ("１", 0),
        ("①", 0),
        ("一", 0),
        ("选一", 0),
        ("第1项", 0),
        ("2、", 1),
        ("2号", 1),
        ("第二个", 1),
        ("第二个吧", 1),
        ("3.", 2),
        ("选3", 2),
        ("我要第三个", 2),
        ("第三", 2),
        ("最后一个", 2),
        ("倒数第二个", 1),
        ("头一个", 0),
        ("中间那个", 1),
        ("后面那个", None),
        ("4", None),
        ("0", None),
        ("10", None),
        ("一样", None),
        ("", None),
    ],
)
def test_by_number(text: str, index: int | None) -> None:
    assert read_choice(text, REASONS) == index


@pytest.mark.parametrize(
    ("text", "titles", "index"),
    [
        ("因定价收费引起的投诉", REASONS, 1),
        ("收费", REASONS, 1),
        ("定价收费的问题", REASONS, 1),
        ("态度不好", REASONS, 0),
        ("是信息披露那个", REASONS, 2),
        ("信用卡", BUSINESS, 1),
        ("我选信用卡吧", BUSINESS, 1),
        ("贷款的", BUSINESS, 2),
        ("确认", CONFIRM, 0),
        ("好的，确认提交", CONFIRM, 0),
        ("取消", CONFIRM, 2),
        ("修改", CHANGE, 0),
        ("不修改", CHANGE, 1),
        ("不修改了", CHANGE, 1),
        ("app", CHANNELS, 2),
        ("ＡＰＰ", CHANNELS, 2),
        ("手机", CHANNELS, 0),
    ],
)
def test_by_words(text: str, titles: tuple[str, ...], index: int) -> None:
    assert read_choice(text, titles) == index


@pytest.mark.parametrize(("text", "index"), [("前者", 0), ("后面那个", 1), ("中间那个", None)])
def test_of_two_one_is_before_and_one_behind(text: str, index: int | None) -> None:
    assert read_choice(text, CHANGE) == index


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("引起的投诉", REASONS),
        ("不知道", REASONS),
        ("都不是", REASONS),
        ("卡", BUSINESS),
        ("银行卡和贷款", BUSINESS),
        ("不是信用卡", BUSINESS),
        ("不要取消", CONFIRM),
        ("先不提交", CONFIRM),
        ("暂时不确认", CONFIRM),
        ("等一下再提交", CONFIRM),
        ("银行", CHANNELS),
        ("昨天我在网点排了很久的队，柜员的态度也很差劲", REASONS),
        ("1", ()),
    ],
)
def test_unclear(text: str, titles: tuple[str, ...]) -> None:
    assert read_choice(text, titles) is None
