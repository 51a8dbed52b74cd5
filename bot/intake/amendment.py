"""How a complaint that was repeated with other content is told to the bank. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.intake import fields as f

LONGEST_TEXT = 5000
"""Characters of a supplement, by the contract."""
UNCHANGED = "客户再次提交了这份投诉，各栏内容与登记时相同。"
_CUT = "……（太长，后文见登记簿）"


def amendment_text(filed: Mapping[str, Any], repeated: Mapping[str, Any]) -> str:
    """The fields of the payload `repeated` that differ from those of `filed`, as a supplement."""
    changed = [
        f"{f.BY_NAME[name].label}：{_shown(name, repeated.get(name))}"
        for name in f.RECAP
        if repeated.get(name) != filed.get(name)
    ]
    if not changed:
        return UNCHANGED
    text = "客户在提交后更正：" + "；".join(changed)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - len(_CUT)] + _CUT


def _shown(name: str, value: Any) -> str:
    # In clear, unlike to customers: whoever handles the case has to call the number that is right.
    return str(value) if name == f.PHONE else f.show(name, value)
