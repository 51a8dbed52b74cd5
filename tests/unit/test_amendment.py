"""A complaint that came again with other content, as the bank reads it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.intake.amendment import LONGEST_TEXT, UNCHANGED, amendment_text
from tests.samples import complaint

REFERENCE = "TS20261123-7K3QF8K"


def text_of(**changes: Any) -> str:
    return amendment_text(complaint().payload(REFERENCE), complaint(**changes).payload(REFERENCE))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"complaint_branch": "解放路支行"}, "涉及网点或渠道：解放路支行"),
        ({"complaint_amount": 1300.0}, "涉及金额：1,300元"),
        ({"complaint_amount": None}, "涉及金额：未填写"),
        ({"complainant_phone": "13900139000"}, "联系电话：13900139000"),
        (
            {"complaint_date": {"text": "前天", "start": "2026-11-21", "end": "2026-11-21"}},
            "发生时间：前天（2026-11-21）",
        ),
        ({"complaint_group": {"size": 23, "text": "我们23位储户"}}, "共同投诉：我们23位储户"),
    ],
)
def test_what_changed_is_named_with_its_new_value(changes: dict[str, Any], said: str) -> None:
    assert text_of(**changes) == f"客户在提交后更正：{said}"


def test_several_changes_are_told_together_and_what_stayed_is_not() -> None:
    text = text_of(complaint_request="退还手续费", complainant_name="李建军")
    assert text == "客户在提交后更正：您的诉求：退还手续费；您的称呼：李建军"


def test_a_repeat_that_changed_no_field_says_so() -> None:
    assert text_of(attachments=["a1"]) == UNCHANGED


def test_a_very_long_change_fits_the_contract() -> None:
    text = text_of(complaint_detail="很长的经过" * 1000)
    assert len(text) == LONGEST_TEXT
    assert text.endswith("后文见登记簿）")
