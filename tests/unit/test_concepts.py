"""Words that mean the same count as the same concept."""

from __future__ import annotations

import pytest

from bot.nlu.concepts import Lexicon

LEXICON = Lexicon(
    {"card": "银行卡 卡", "credit_card": "信用卡", "lose": "丢 丢了", "report_loss": "挂失 丢了"}
)


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("银行卡丢了", "card lose report_loss"),
        ("丢卡", "lose card"),
        ("信用卡", "credit_card"),
        ("今天天气", ""),
        ("", ""),
    ],
)
def test_the_longest_word_wins_and_order_stays(text: str, concepts: str) -> None:
    assert LEXICON.read(text) == concepts


def test_words_are_found_in_the_form_the_normaliser_gives() -> None:
    assert Lexicon({"atm": "ATM"}).read("atm吞卡") == "atm"


def test_no_words_find_nothing() -> None:
    assert Lexicon({}).read("银行卡") == ""
