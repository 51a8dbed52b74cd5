"""How the page sets the assistant's words: receipts, numbers to call, lists of facts."""

from __future__ import annotations

from stdnum.iso7064 import mod_37_36

from tests.e2e.chat_page import ChatPage

_HTML_OF = """async text => {
  const { botText } = await import(new URL("static/message.js", document.baseURI));
  return botText(text).map(element => element.outerHTML).join("");
}"""
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _html(chat: ChatPage, text: str) -> str:
    return str(chat.page.evaluate(_HTML_OF, text))


def test_every_reference_gets_a_card_whatever_its_check_character(chat: ChatPage) -> None:
    bodies = [f"20261123{a}{b}K3QF" for a in "123" for b in LETTERS]
    references = [f"TS{b[:8]}-{b[8:]}{mod_37_36.calc_check_digit(b)}" for b in bodies]
    assert {"I", "L", "O", "U"} <= {reference[-1] for reference in references}
    html = _html(chat, "\n".join(f"投诉已登记，编号：{reference}" for reference in references))
    assert html.count('class="reference"') == len(references)


def test_a_reference_within_a_sentence_or_a_list_can_be_copied_without_a_card(
    chat: ChatPage,
) -> None:
    for text in (
        "您的投诉（编号 TS20261123-7K3QF8K）已送达。",
        "编号：TS20261123-7K3QF8K\n状态：处理中\n网点：人民路支行",
    ):
        html = _html(chat, text)
        assert html.count("copy-inline") == 1
        assert 'class="reference"' not in html


def test_an_example_of_a_reference_is_nobodys_and_cannot_be_copied(chat: ChatPage) -> None:
    html = _html(chat, "比如：TS20261123-7K3QF8K 8000。")
    assert 'class="number"' in html
    assert "copy" not in html


def test_numbers_to_call_are_links_and_other_numbers_are_not(chat: ChatPage) -> None:
    for text, number in (
        ("拨打400-000-0000挂失", "4000000000"),
        ("马上打 110 报警", "110"),
        ("拨96110。", "96110"),
    ):
        assert f'href="tel:{number}"' in _html(chat, text)
    for text in ("〔2017〕110号", "赔了95000元", "2026-11-23", "依据：第110条"):
        assert "tel:" not in _html(chat, text)


def test_three_facts_make_a_list_and_two_do_not(chat: ChatPage) -> None:
    assert _html(chat, "状态：已登记\n网点：人民路支行\n金额：3元").count("<dt>") == 3
    assert "<dt>" not in _html(chat, "状态：已登记\n网点：人民路支行")
