"""Campaign files: what is right is read, what is wrong is named, all of it at once."""

from __future__ import annotations

import json
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from bot.campaigns.campaign import Audience, Level
from bot.campaigns.reading import LARGEST_FILE, read_campaign
from bot.errors import CampaignError
from tests.unit.campaigns.file import RIGHT, campaign, question, spoilt, written


def faults(folder: Path, content: Any, name: str = "315-2027.yml") -> list[str]:
    with pytest.raises(CampaignError) as caught:
        read_campaign(written(folder, content, name))
    assert name in caught.value.message
    return list(caught.value.faults)


def test_a_campaign_is_read_as_it_was_written(tmp_path: Path) -> None:
    read = campaign(tmp_path)
    assert (read.id, read.title, read.audience) == (
        "315-2027",
        "3·15消费者权益日",
        Audience.EVERYONE,
    )
    assert (read.days.first, read.days.last) == (date(2027, 3, 1), date(2027, 3, 31))
    assert [q.level for q in read.quiz] == [Level.EASY, Level.MEDIUM, Level.HARD]
    assert read.quiz[0].options[read.quiz[0].right] == "可以"
    assert (read.slots[0].begins, read.slots[0].places) == (time(9), 10)
    assert read.scene("315-hall") == read.scenes[0]
    assert read.scene("nowhere") is None


def test_what_may_be_left_out_may_be_left_out(tmp_path: Path) -> None:
    read = campaign(tmp_path, articles=None, quiz=None, bookings=None, questions_a_day=None)
    assert (read.articles, read.quiz, read.slots, read.questions_a_day) == ((), (), (), 10)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"title": None}, "title：要写文字"),
        ({"title": "长" * 31}, "title：最多 30 个字，现在 31 个"),
        ({"first_day": date(2027, 3, 1)}, "first_day：要写成加引号的日期"),
        ({"last_day": "2027-02-30"}, "last_day：要写成加引号的日期"),
        ({"last_day": "2027-02-01"}, "last_day：不能早于 first_day"),
        ({"audience": "kids"}, "audience：只能是 everyone、elderly、students"),
        ({"titel": "x"}, "titel：没有这个栏目"),
        ({"topics": "八项权利"}, "topics：要写成列表"),
        ({"topics": ["八项权利"]}, "topics 第1项的 内容：要写成“栏目: 值”"),
        ({"questions_a_day": True}, "questions_a_day：要写 1 到 50 的整数"),
        (
            {"quiz": [{**question(1, "easy"), "answer": 3}]},
            "quiz 第1项的 answer：要写 1 到 2 的整数",
        ),
        ({"quiz": [{**question(1, "easy"), "options": ["是"]}]}, "options：要有 2 到 4 项"),
        ({"quiz": [{**question(1, "easy"), "options": [1, 2]}]}, "options：每一项要写文字"),
        ({"quiz": [{**question(1, "easy"), "options": ["是", "是"]}]}, "options：有两项一样"),
        (
            {"quiz": [{**question(1, "easy"), "sources": [{}]}]},
            "sources 第1项的 document：要写文字",
        ),
        ({"scenes": [{**RIGHT["scenes"][0], "id": "大堂"}]}, "scenes 第1项的 id：要用小写字母"),
        ({"scenes": [{**RIGHT["scenes"][0], "id": "a" * 65}]}, "最多 64 个"),
        ({"scenes": [RIGHT["scenes"][0]] * 401}, "scenes：最多 400 项，现在 401 项"),
        (
            {"bookings": [{"day": "2027-03-15", "begins": "9:00", "ends": "10:00", "places": 1}]},
            "bookings 第1项的 begins：要写成加引号的时刻",
        ),
        (
            {"bookings": [{"day": "2027-03-15", "begins": "11:00", "ends": "10:00", "places": 1}]},
            "bookings 第1项的 ends：要晚于 begins",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(
    tmp_path: Path, changes: dict[str, Any], fault: str
) -> None:
    found = faults(tmp_path, spoilt(**changes))
    assert any(fault in line for line in found), found


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, spoilt(title=None, audience="kids", last_day="x"))
    assert len(found) == 3


def test_a_file_that_is_no_yaml_says_where(tmp_path: Path) -> None:
    path = tmp_path / "broken.yml"
    path.write_text("title: [\nx: 1", encoding="utf-8")
    with pytest.raises(CampaignError, match="行附近"):
        read_campaign(path)


_NESTED = "\n".join(f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("first_day: 2027-02-30", "日期"),
        ("first_day: 2027-01-01T25:00:00", "日期"),
        ("title: !!int abc", "数字"),
        ("title: !!bool abc", "数字"),
        ("questions_a_day: " + "9" * 5000, "数字"),
        ("topics: " + "[" * 1000 + "]" * 1000, "太深"),
        (f"a0: &a0 {{x: 1}}\n{_NESTED}", "行附近"),
        ("title: !!python/object/apply:os.getcwd []", "行附近"),
        ("# " + "x" * LARGEST_FILE, "文件太大"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_yaml_that_breaks_a_reader_or_its_memory_is_refused_with_a_reason(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "hostile.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CampaignError, match=said):
        read_campaign(path)


@pytest.mark.parametrize("odd", ["\a", "\x00", "\ud800", "\x85"])
def test_characters_that_no_page_can_show_are_refused(tmp_path: Path, odd: str) -> None:
    first, *others = RIGHT["quiz"]
    path = tmp_path / "odd.yml"
    quiz = [{**first, "options": [f"可以{odd}", "不可以"]}, *others]
    path.write_text(json.dumps(spoilt(title=f"三一五{odd}", quiz=quiz)), encoding="utf-8")
    with pytest.raises(CampaignError) as caught:
        read_campaign(path)
    assert [line.partition("：")[0] for line in caught.value.faults] == [
        "title",
        "quiz 第1项的 options",
    ]


@pytest.mark.parametrize("content", [[], "x", 3, None])
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, content: Any) -> None:
    assert "campaign new" in faults(tmp_path, content)[0]


def test_a_name_that_cannot_stand_in_an_address_is_refused(tmp_path: Path) -> None:
    assert any("文件名" in line for line in faults(tmp_path, spoilt(), name="3·15.yml"))
