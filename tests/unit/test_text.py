"""One form for the many ways of writing the same thing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.text import has_case_reference, is_phone_tail, normalise


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("ＡＴＭ吞卡了！！！", "atm吞卡了!"),
        ("銀行卡丟了怎麼辦", "银行卡丢了怎么办"),
        ("我的卡😭😭被吞了", "我的卡 被吞了"),
        ("啊啊啊啊啊啊气死了", "啊啊啊气死了"),
        ("打 1 2 3 4 5", "打 12345"),
        ("  你好   小保\n在吗 ", "你好 小保 在吗"),
        ("卡号〔卡号已隐去，尾号0123〕被盗刷", "卡号 被盗刷"),
        ("打138****8000或010-****6666", "打 或"),
        ("？？？", "?"),
        ("😭", ""),
        ("1000000元", "1000000元"),
    ],
)
def test_forms(written: str, form: str) -> None:
    assert normalise(written) == form


@pytest.mark.parametrize("text", ["/restart", "／restart", " /answer{}", "//x", "😀/restart"])
def test_no_typed_slash_becomes_rasas_intent_syntax(text: str) -> None:
    assert not normalise(text).startswith("/")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_any_text_has_a_form_and_it_is_tidy(text: str) -> None:
    form = normalise(text)
    assert form == form.strip()
    assert "\n" not in form
    assert "  " not in form


@pytest.mark.parametrize("text", ["8000", "尾号8000", "我的手机后四位是 8000", "手机号尾号:8000"])
def test_a_phones_tail_is_known(text: str) -> None:
    assert is_phone_tail(text)


@pytest.mark.parametrize("text", ["80001", "800", "8000元", "扣了8000", "卡尾号8000"])
def test_other_figures_are_no_phone_tail(text: str) -> None:
    assert not is_phone_tail(text)


@pytest.mark.parametrize(
    "written",
    ["TS20261123-7K3QF8K", "查一下ts202611237k3qf8k 8000", "ＴＳ20261123—7K3QF8K怎么样了"],
)
def test_a_case_reference_is_seen_however_it_is_written(written: str) -> None:
    assert has_case_reference(normalise(written))


@pytest.mark.parametrize("written", ["20261123", "TS开头的编号在哪", "ATS20261123-7K3QF8K99"])
def test_other_words_are_no_case_reference(written: str) -> None:
    assert not has_case_reference(normalise(written))
