"""Questions that lean on what was said before, and messages that ask two things."""

from __future__ import annotations

import pytest

from bot.nlu.followup import is_follow_up
from bot.nlu.segments import parts
from bot.nlu.text import normalise


def leans(text: str) -> bool:
    return is_follow_up(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "那要多少钱",
        "多久能好",
        "要带什么",
        "在哪里办啊",
        "多少钱？",
        "那怎么办",
        "可以吗",
        "要本人去吗",
    ],
)
def test_a_short_question_without_a_subject_leans_on_the_last(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize(
    "text",
    [
        "那挂失要多少钱",
        "年费多少钱",
        "假币鉴定多久能好",
        "你好",
        "我想问一下怎么才能让你们把这件事情处理好呢",
        "今天天气不错",
        "今天会下雨吗",
        "多久给答复",
        "业务收费",
        "",
    ],
)
def test_a_question_with_a_subject_and_idle_talk_stand_alone(text: str) -> None:
    assert not leans(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("卡被吞了怎么办？跨行取款收费吗", ["卡被吞了怎么办", "跨行取款收费吗"]),
        ("怎么挂失 还有 年费多少", ["怎么挂失", "年费多少"]),
        ("年费多少，另外短信费能关吗", ["年费多少", "短信费能关吗"]),
    ],
)
def test_two_questions_are_told_apart(text: str, found: list[str]) -> None:
    assert parts(normalise(text)) == found


@pytest.mark.parametrize(
    "text",
    ["卡被吞了怎么办", "你好？卡被吞了怎么办", "一句话。第二句话。第三句话。第四句话。第五句话。"],
)
def test_one_question_and_a_story_are_left_whole(text: str) -> None:
    assert parts(normalise(text)) == []
