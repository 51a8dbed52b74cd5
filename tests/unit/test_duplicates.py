"""Examples that only repeat others are found, whatever they are dressed in."""

from __future__ import annotations

from bot.nlu.duplicates import near_duplicates, template_series

DIFFERENT = [
    "我的银行卡昨天在公交车上丢了",
    "取款机把卡吞了还没有给凭条",
    "信用卡年费是不是可以免掉",
]


def test_one_character_more_is_nearly_the_same() -> None:
    longer = DIFFERENT[0] + "呢"
    assert list(near_duplicates([*DIFFERENT, longer])) == [(DIFFERENT[0], longer)]


def test_marks_do_not_make_a_difference() -> None:
    marked = "取款机把卡吞了,还没有给凭条!"
    assert list(near_duplicates([*DIFFERENT, marked])) == [(DIFFERENT[1], marked)]


def test_different_and_short_texts_are_let_be() -> None:
    assert list(near_duplicates([*DIFFERENT, "卡丢了", "卡丢了吗"])) == []


def test_a_series_with_other_names_and_figures_is_one_template() -> None:
    texts = ["工行年费多少", "建行年费多少呢", "招行年费收不收", "扣了300块", "扣了五百块"]
    found = template_series(texts, ["工行", "建行", "招行"])
    assert sorted(found.values()) == [
        ["工行年费多少", "建行年费多少呢"],
        ["扣了300块", "扣了五百块"],
    ]


def test_one_of_a_kind_is_no_series() -> None:
    assert template_series(DIFFERENT, ["工行"]) == {}
