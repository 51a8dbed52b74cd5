"""What is typed in a quiz: numbers, letters, words of an option, and what only looks like them."""

from __future__ import annotations

import pytest

from bot.campaigns.campaign import Level
from bot.campaigns.quiz_answers import (
    is_no_idea,
    meant,
    named_exactly,
    wants_another_level,
    wants_pause,
    wished_level,
)

OPTIONS = ["赶快转", "先转一半", "转完再告诉孩子", "挂断，不转"]


@pytest.mark.parametrize(
    ("said", "place"),
    [
        *(("4", 3), ("D", 3), ("d", 3), ("Ｄ", 3), ("④", 3), ("第四个", 3), ("最后一个", 3)),
        *(("我选4", 3), ("选D", 3), ("答案是d", 3), ("应该是第四个吧", 3), ("四", 3)),
        *(("挂断，不转", 3), ("挂断，不转。", 3), ("我觉得挂断，不转", 3), ("先转一半", 1)),
    ],
)
def test_an_option_is_named_by_number_letter_or_words(said: str, place: int) -> None:
    assert named_exactly(said, OPTIONS) == place


@pytest.mark.parametrize(
    "said", ["5", "E", "0", "转", "110", "我要投诉", "abcd", "13812348000", ""]
)
def test_what_names_no_option_is_not_forced_into_one(said: str) -> None:
    assert named_exactly(said, OPTIONS) is None


@pytest.mark.parametrize(("said", "place"), [("挂断", 3), ("告诉孩子", 2), ("我猜是挂断吧", 3)])
def test_part_of_one_option_is_near_enough(said: str, place: int) -> None:
    assert meant(said, OPTIONS) == place


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("不交，回家和老伴商量", 0),
        ("不交", 0),
        ("我觉得不交", 0),
        ("交", None),
        ("交，听他的", None),
    ],
)
def test_what_one_option_begins_with_is_enough(said: str, place: int | None) -> None:
    assert meant(said, ["不交，回家先商量", "交，鸡蛋不要白不要", "交，邻居都交了"]) == place


@pytest.mark.parametrize("said", ["我累了，不答了", "累了", "有事，先停一停", "我困了，明天再答"])
def test_who_is_tired_may_stop(said: str) -> None:
    assert wants_pause(said)


@pytest.mark.parametrize("said", ["我累死了你们银行排队太久", "没时间去网点怎么办"])
def test_who_is_tired_of_something_else_is_heard(said: str) -> None:
    assert not wants_pause(said)


@pytest.mark.parametrize("said", ["转", "不转", "不要赶快转", "转账要多久到账"])
def test_what_may_be_several_options_or_none_is_left_open(said: str) -> None:
    assert named_exactly(said, OPTIONS) is None


@pytest.mark.parametrize(
    "said", ["停卡怎么办", "明天再答复我", "不做理财了行吗", "别问我要验证码", "不知道答哪个"]
)
def test_not_everything_with_a_stop_in_it_is_a_pause(said: str) -> None:
    assert not wants_pause(said)


@pytest.mark.parametrize("said", ["取款太难了", "贷款容易吗", "换卡难不难"])
def test_not_everything_hard_is_about_the_level(said: str) -> None:
    assert not wants_another_level(said)


@pytest.mark.parametrize(
    "said", ["不知道", "我也不会", "俺不晓得", "猜不出来", "这题真不懂", "不清楚啊"]
)
def test_who_has_no_idea_is_understood(said: str) -> None:
    assert is_no_idea(said)


@pytest.mark.parametrize("said", ["不会吧", "不知道卡在哪里丢的", "我不会告诉他"])
def test_who_has_something_to_say_is_not_without_an_idea(said: str) -> None:
    assert not is_no_idea(said)


@pytest.mark.parametrize(
    ("said", "level"),
    [
        *(("来点难的", Level.HARD), ("太简单了", Level.HARD), ("太难了", Level.EASY)),
        *(("我要答中等的题", Level.MEDIUM), ("继续答题", None), ("容易的", Level.EASY)),
    ],
)
def test_a_wish_names_a_level(said: str, level: Level | None) -> None:
    assert wished_level(said) is level
