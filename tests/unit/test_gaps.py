"""Questions nobody could answer are brought together."""

from __future__ import annotations

from bot.knowledge.feedback import Miss, MissKind
from bot.knowledge.gaps import group
from tests.fakes import NOW


def miss(text: str) -> Miss:
    return Miss(MissKind.UNKNOWN, text, "out_of_scope", NOW)


TEXTS = [
    "数字人民币钱包怎么开",
    "怎么开数字人民币钱包",
    "数字人民币钱包怎么开通呀",
    "ETC卡丢了去哪里补",
    "外币兑换要预约吗",
    "外币兑换需要预约吗",
]


def test_the_same_question_in_other_words_is_one_gap_and_the_frequent_come_first() -> None:
    gaps = group([miss(text) for text in TEXTS], str)
    assert [gap.times for gap in gaps] == [3, 2, 1]
    assert "数字人民币" in gaps[0].question


def test_a_gap_is_named_by_a_question_a_customer_asked() -> None:
    assert all(gap.question in TEXTS for gap in group([miss(text) for text in TEXTS], str))


def test_ways_of_writing_are_brought_together() -> None:
    gaps = group([miss("ETC卡"), miss("etc卡")], str.lower)
    assert [gap.times for gap in gaps] == [2]


def test_one_character_and_no_letters_are_gaps_too() -> None:
    assert [gap.times for gap in group([miss("卡"), miss("卡"), miss("？？")], str)] == [2, 1]


def test_nothing_missed_is_no_gap() -> None:
    assert group([], str) == []
