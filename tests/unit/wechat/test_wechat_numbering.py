"""Numbered choices: what is written, and which answers count as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.transcript import BOT, OFFICER, Button, Message
from bot.channels.wechat.numbering import buttons_of, choice, spoken
from tests.fakes import NOW

YES, NO, LATER = (
    Button(title="同意", payload="/affirm"),
    Button(title="不同意", payload="/deny"),
    Button(title="先保存", payload="/pause"),
)
THREE = [YES, NO, LATER]
TWELVE = [Button(title=f"第{n}类业务", payload=f"/kind{n}") for n in range(1, 13)]


def said(text: str, *buttons: Button, author: str = BOT, by: str | None = None) -> Message:
    return Message(1, author, "k/0", "k", text, buttons, True, NOW, by)


def test_a_text_without_buttons_stays_as_it_is() -> None:
    assert spoken([said("您好。")]) == "您好。"


def test_buttons_are_numbered_on_through_all_messages() -> None:
    messages = [said("很抱歉。"), said("同意吗？", YES, NO), said("还是以后再说？", LATER)]
    assert spoken(messages) == (
        "很抱歉。\n\n同意吗？\n1. 同意\n2. 不同意\n\n还是以后再说？\n3. 先保存\n\n回复数字选择"
    )
    assert buttons_of(messages) == THREE


def test_numbering_may_go_on_from_an_earlier_text() -> None:
    assert spoken([said("还有", LATER)], first=3) == "还有\n3. 先保存\n\n回复数字选择"


def test_choices_under_a_numbered_list_are_set_off_from_it() -> None:
    steps = said("请这样做：\n1. 挂失\n2. 报警", Button(title="没解决", payload="/no"))
    assert spoken([steps]) == (
        "请这样做：\n1. 挂失\n2. 报警\n\n您可以选：\n1. 没解决\n\n回复数字选择"
    )
    assert spoken([said("1. 挂失\n2. 报警")]) == "1. 挂失\n2. 报警"


def test_an_officer_is_named_above_what_they_say() -> None:
    message = said("我来帮您看。", author=OFFICER, by="工作人员 王敏")
    assert spoken([message]) == "工作人员 王敏：\n我来帮您看。"


NUMBERS = "2| 2 |２|②|⒉|⑵|2.|2、|2。|2）|2️⃣|第二个|第2个|第二项|第 2 条|选2|选二|选第二个"
ORDINARY = "0|4|02|99|-1|1.5|300|2元|2号|2个|2次|第二次|二|二月||。|第个|我有2张卡|12|同意吗|²1"


@pytest.mark.parametrize("text", [*NUMBERS.split("|"), "不同意", " 不同意\n"])
def test_a_number_or_the_title_is_that_button(text: str) -> None:
    assert choice(text, THREE) == NO


@pytest.mark.parametrize(
    ("text", "number"),
    [("10", 10), ("12", 12), ("⑫", 12), ("第十个", 10), ("第十二项", 12), ("选十一", 11)],
)
def test_numbers_of_two_digits(text: str, number: int) -> None:
    assert choice(text, TWELVE) == TWELVE[number - 1]


@pytest.mark.parametrize("text", [*ORDINARY.split("|"), "1、被盗刷 2、没人管"])
def test_an_ordinary_answer_is_no_choice(text: str) -> None:
    assert choice(text, THREE) is None


def test_a_title_that_is_there_twice_means_the_one_said_last() -> None:
    again = Button(title="同意", payload="/affirm_again")
    assert choice("同意", [YES, NO, again]) == again


def test_without_buttons_nothing_is_a_choice() -> None:
    assert choice("1", []) is None


@given(st.text())
def test_any_text_is_a_choice_or_not_and_nothing_breaks(text: str) -> None:
    assert choice(text, THREE) in [*THREE, None]


@given(st.integers(1, 40))
def test_every_number_that_is_written_can_be_sent_back(count: int) -> None:
    buttons = [Button(title=f"选项{n}", payload=f"/{n}") for n in range(count)]
    for line, button in zip(spoken([said("？", *buttons)]).splitlines()[1:], buttons, strict=False):
        assert choice(line.split(".")[0], buttons) == button
