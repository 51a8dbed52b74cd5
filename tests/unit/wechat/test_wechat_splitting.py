"""Long texts in parts that WeChat takes and people can read."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat.splitting import LONGEST_BYTES, split

CLUSTERS = [
    "👨‍👩‍👧‍👦",
    "🇨🇳",
    "👍🏽",
    "❤️",
    "e\u0301",
    "2️⃣",
    "汉",
    "a",
    "。",
    "\n",
    " ",
    "\u3000",
    "”",
    "，",
]
MADE_TEXTS = st.lists(st.sampled_from(CLUSTERS)).map("".join)


def size(text: str) -> int:
    return len(text.encode())


@pytest.mark.parametrize("text", ["汉" * 682 + "ab", "a" * 2048, "😀" * 512])
def test_2048_bytes_are_one_text(text: str) -> None:
    assert size(text) == LONGEST_BYTES
    assert split(text) == [text]


@pytest.mark.parametrize("text", ["汉" * 682 + "abc", "a" * 2049, "😀" * 512 + "a"])
def test_one_byte_more_makes_two(text: str) -> None:
    parts = split(text)
    assert len(parts) == 2
    assert "".join(parts) == text


def test_blank_texts_have_no_parts() -> None:
    assert split("") == split(" \n\u3000") == split(" " * 3000) == []


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("一二三。\n\n四五。六七。八九。", 30, ["一二三。", "四五。六七。八九。"]),
        ("一二三。四\n五六。七八。九", 30, ["一二三。四", "五六。七八。九"]),
        ("一二三四五。六，七八九", 30, ["一二三四五。", "六，七八九"]),
        ("他说：“一二三。”四五六七", 30, ["他说：“一二三。”", "四五六七"]),
        ("一二三四，五六七八九", 21, ["一二三四，", "五六七八九"]),
        ("一二三四五六七八", 12, ["一二三四", "五六七八"]),
        ("一二三四五六七TS2026", 24, ["一二三四五六七", "TS2026"]),
    ],
    ids=["paragraph", "line", "sentence", "quotation", "clause", "character", "reference"],
)
def test_the_best_place_to_cut_is_taken(text: str, limit: int, parts: list[str]) -> None:
    assert split(text, limit) == parts


def test_a_very_early_break_does_not_make_a_tiny_part() -> None:
    assert split("好。\n" + "汉" * 20, 45)[0] == "好。\n" + "汉" * 12


@pytest.mark.parametrize("cluster", ["👨‍👩‍👧‍👦", "🇨🇳", "👍🏽", "❤️", "2️⃣"])
def test_an_emoji_is_never_cut(cluster: str) -> None:
    for before in range(30):
        parts = split("a" * before + cluster * 30, 60)
        assert all(set(regex.findall(r"\X", part)) <= {"a", cluster} for part in parts)


def test_a_character_longer_than_a_part_is_cut_between_code_points() -> None:
    monster = "e" + "\u0301" * 100
    parts = split(monster, 20)
    assert "".join(parts) == monster
    assert all(size(part) <= 20 for part in parts)


@given(MADE_TEXTS | st.text(st.characters(blacklist_categories=["Cs"])), st.integers(4, 80))
def test_nothing_is_lost_and_every_part_fits(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(part.strip() and size(part) <= limit for part in parts)
    place = 0
    for part in parts:
        found = text.index(part, place)
        assert not text[place:found].strip(), "only blanks lie between two parts"
        place = found + len(part)
    assert not text[place:].strip()


@given(MADE_TEXTS, st.integers(30, 80))
def test_the_characters_of_the_parts_are_those_of_the_text(text: str, limit: int) -> None:
    parts = [cluster for part in split(text, limit) for cluster in regex.findall(r"\X", part)]
    assert [c for c in parts if c.strip()] == [c for c in regex.findall(r"\X", text) if c.strip()]


@given(st.text("汉字。，\n a1", min_size=1), st.integers(12, 60))
def test_no_more_parts_than_twice_as_many_as_needed(text: str, limit: int) -> None:
    assert len(split(text, limit)) <= 2 * -(-size(text) // (limit - 2)) + 1
