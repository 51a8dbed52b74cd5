"""The menu file: what is fit for the platform, and what its entries mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.wechat.menu import DEEDS, Menu, load_menu, on_platform, published
from bot.errors import MenuError

SITE = "https://bot.example.com/webhooks/wechat/"
GOOD = """
menu:
  - {name: 我要投诉, do: complaint_file}
  - name: 更多
    entries:
      - {name: 卡丢了怎么办, say: 银行卡丢了怎么办}
      - {name: 网页版, open: "{public_url}/webhooks/web/"}
      - {name: 官网, open: https://www.example.com/}
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "menu.yml"


def menu(written: Path, text: str = GOOD) -> Menu:
    written.write_text(text, encoding="utf-8")
    return load_menu(written)


def faults(written: Path, text: str) -> list[str]:
    with pytest.raises(MenuError) as caught:
        menu(written, text)
    return caught.value.message.splitlines()[1:]


def test_a_menu_in_the_platforms_words(written: Path) -> None:
    assert menu(written).to_platform(SITE) == {
        "button": [
            {"type": "click", "name": "我要投诉", "key": "complaint_file"},
            {
                "name": "更多",
                "sub_button": [
                    {"type": "click", "name": "卡丢了怎么办", "key": "say:银行卡丢了怎么办"},
                    {
                        "type": "view",
                        "name": "网页版",
                        "url": "https://bot.example.com/webhooks/web/",
                    },
                    {"type": "view", "name": "官网", "url": "https://www.example.com/"},
                ],
            },
        ]
    }


@pytest.mark.parametrize("url", ["", "http://bot.example.com/", "ftp://bot.example.com/"])
def test_pages_of_ours_need_an_address_with_https(written: Path, url: str) -> None:
    with pytest.raises(MenuError, match="WECHAT_PUBLIC_URL"):
        menu(written).to_platform(url)


def test_on_this_machine_it_may_be_tried_without(written: Path) -> None:
    (_, more) = menu(written).to_platform("http://127.0.0.1:5005/webhooks/wechat/")["button"]
    assert more["sub_button"][1]["url"] == "http://127.0.0.1:5005/webhooks/web/"


def test_a_published_menu_is_recognised_whatever_the_platform_adds(written: Path) -> None:
    ours = menu(written)
    buttons = ours.to_platform(SITE)["button"]
    buttons[0]["sub_button"] = []
    assert on_platform({"menu": {"button": buttons, "menuid": 1}}) == published(ours, SITE)
    buttons[0]["name"] = "投诉"
    assert on_platform({"menu": {"button": buttons}}) != published(ours, SITE)
    assert on_platform({}) == []


def test_touching_an_entry_says_its_name_or_its_question(written: Path) -> None:
    ours = menu(written)
    assert ours.spoken_for("complaint_file") == ("我要投诉", "/complaint_file")
    question = "银行卡丢了怎么办"
    assert ours.spoken_for(f"say:{question}") == (question, question)


def test_a_deed_of_an_older_menu_is_still_understood(written: Path) -> None:
    assert menu(written).spoken_for("my_data") == (DEEDS["my_data"], "/my_data")


@pytest.mark.parametrize("key", ["", "unknown", "say:", "say:别的问题", "/restart", "say:/restart"])
def test_another_key_means_nothing(written: Path, key: str) -> None:
    assert menu(written).spoken_for(key) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("menu: []", "菜单：没有内容。"),
        ("其他: 1", "菜单：没有内容。"),
        ("- 1", "菜单：没有内容。"),
        ("menu: [你好]", "第 1 项：要写成 name 和 do、say、open、entries 之一。"),
        ("menu: [{do: help}]", "第 1 项：没有名称（name）。"),
        (
            "menu: [{name: 我要投诉了, do: help}]",
            "第 1 项“我要投诉了”：名称太长，最多 4 个汉字。",
        ),
        ("menu: [{name: 飞, do: fly}]", "第 1 项“飞”：小保不会办“fly”，可以写："),
        ("menu: [{name: 问, say: ''}]", "第 1 项“问”：say 后面写客户会打的一句话"),
        ("menu: [{name: 问, say: /restart}]", "第 1 项“问”：say 后面写客户会打的一句话"),
        ("menu: [{name: 看, open: http://a.cn/}]", "第 1 项“看”：open 要以 https://"),
        ("menu: [{name: 看, open: 'https://a.cn/ b'}]", "第 1 项“看”：网址不能有空格"),
        ("menu: [{name: 无}]", "第 1 项“无”：do、say、open、entries 要写一个"),
        ("menu: [{name: 多, do: help, say: 你好}]", "第 1 项“多”：do、say、open、entries"),
        ("menu: [{name: 错, do: help, colour: red}]", "第 1 项“错”：do、say、open、entries"),
        ("menu: [{name: 空, entries: []}]", "第 1 项“空”：没有内容。"),
        (
            "menu: [{name: 一, entries: [{name: 二, entries: [{name: 三, do: help}]}]}]",
            "第 1 项“一”的第 1 项“二”：二级菜单下面不能再有菜单。",
        ),
        (
            "menu: [{name: 一, entries: [{name: 一二三四五六七八, do: help}]}]",
            "第 1 项“一”的第 1 项“一二三四五六七八”：名称太长，最多 7 个汉字。",
        ),
    ],
)
def test_a_fault_says_where_and_what(written: Path, text: str, fault: str) -> None:
    found = faults(written, text)
    assert len(found) == 1
    assert found[0].startswith(fault)


def entries(count: int) -> str:
    return ", ".join(f"{{name: 项{n}, do: help}}" for n in range(count))


def test_three_entries_with_five_below_are_the_most(written: Path) -> None:
    full = ", ".join(f"{{name: 组{n}, entries: [{entries(5)}]}}" for n in range(3))
    assert len(menu(written, f"menu: [{full}]").entries) == 3
    assert faults(written, f"menu: [{entries(4)}]") == ["菜单：有 4 项，最多 3 项。"]
    below = f"menu: [{{name: 组, entries: [{entries(6)}]}}]"
    assert faults(written, below) == ["第 1 项“组”：有 6 项，最多 5 项。"]


def test_two_entries_of_one_name_are_a_fault(written: Path) -> None:
    twice = "menu: [{name: 问, do: help}, {name: 问, do: handoff}]"
    assert faults(written, twice) == ["菜单：有几项都叫“问”。"]


def test_a_question_fits_into_a_key(written: Path) -> None:
    (entry,) = menu(written, f"menu: [{{name: 问, say: {'汉' * 41}}}]").entries
    assert entry.key is not None
    assert len(entry.key.encode()) <= 128
    too_long = f"menu: [{{name: 问, say: {'汉' * 42}}}]"
    assert faults(written, too_long) == ["第 1 项“问”：say 太长，最多 41 个汉字。"]


def test_every_fault_is_named_at_once(written: Path) -> None:
    assert len(faults(written, "menu: [{do: fly}, {name: 看, open: x}, 1]")) == 4


@pytest.mark.parametrize("content", [b"menu: [", b"\xff\xfe\xff"])
def test_a_file_that_cannot_be_read_is_said(written: Path, content: bytes) -> None:
    written.write_bytes(content)
    with pytest.raises(MenuError, match="读不出来"):
        load_menu(written)
    with pytest.raises(MenuError, match="读不出来"):
        load_menu(written.parent / "none.yml")
