"""A campaign chatted through in the terminal: as a visitor would, and as its author changes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.campaigns.files import load_library
from bot.campaigns.preview import Preview
from bot.campaigns.shelf import LOOK_EVERY, Shelf
from bot.errors import CampaignError
from tests.unit.campaigns.file import spoilt, written

LIBRARY = load_library()
IN_MARCH, IN_MAY = date(2027, 3, 15), date(2027, 5, 1)
WORDS = {"hotline": "400-000-0000", "hotline_hours": "每天 8:30—20:30"}
TOPIC, ARTICLE, QUIZ, SHARE, LEAVE = "1", "2", "3", "4", "0"


def chat(folder: Path, *typed: str, today: date = IN_MARCH) -> list[str]:
    """Everything shown to a visitor who types this and leaves."""
    shown: list[str] = []
    words = iter([*typed, LEAVE])
    _preview(folder, shown, words, today).run()
    return shown


def _preview(folder: Path, shown: list[str], words: Iterator[str], today: date) -> Preview:
    seconds = iter(range(0, 10**6, int(LOOK_EVERY)))
    shelf = Shelf(folder, LIBRARY, lambda: today, lambda: float(next(seconds)))
    return Preview(shelf, "315-2027", today, WORDS, shown.append, lambda _prompt: next(words))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path, spoilt())
    return tmp_path


def test_the_welcome_comes_first_and_then_the_choices(folder: Path) -> None:
    shown = chat(folder)
    assert shown == [
        "欢迎来到3·15活动。",
        "1. 八项权利",
        "2. 短文：投诉可以撤回",
        "3. 小问答",
        "4. 转发的话",
    ]


def test_outside_its_days_a_campaign_says_so(folder: Path) -> None:
    assert "已经结束" in chat(folder, today=IN_MAY)[0]


def test_articles_and_topics_are_shown(folder: Path) -> None:
    shown = chat(folder, TOPIC, ARTICLE, SHARE)
    assert any(line.startswith("· ") for line in shown), "the answers of the theme"
    assert any(line.endswith("第十五条") for line in shown)
    assert "我在学金融知识，你也来。" in shown


def test_every_answer_is_explained_with_its_source(folder: Path) -> None:
    shown = chat(folder, QUIZ, "1", "1", LEAVE)
    assert any(line.startswith("答对了！") and "依据：" in line for line in shown)
    assert "一共答了1道，答对1道。" in shown


def test_a_wrong_answer_tells_the_right_one_and_when_it_comes_back(folder: Path) -> None:
    shown = chat(folder, QUIZ, "1", "2", LEAVE)
    assert any(line.startswith("没答对。应该是：可以") for line in shown)
    assert "答错的题，愿意的话 2027-03-16 再来问您。" in shown


def test_what_is_no_choice_is_asked_again(folder: Path) -> None:
    assert "请输入 1 到 4，或者 0。" in chat(folder, "9", "x")


def test_a_change_is_seen_at_once_and_a_bad_one_is_refused(folder: Path) -> None:
    def typing() -> Iterator[str]:
        written(folder, spoilt(share="新的话"))
        yield SHARE
        written(folder, spoilt(title=None, share="不算数"))
        yield SHARE
        yield SHARE
        yield LEAVE

    shown: list[str] = []
    _preview(folder, shown, typing(), IN_MARCH).run()
    assert "新的话" in shown
    assert "不算数" not in shown
    assert any("改动没有采用" in line and "title" in line for line in shown)


def test_a_campaign_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="没有“315-2027”"):
        chat(tmp_path)
