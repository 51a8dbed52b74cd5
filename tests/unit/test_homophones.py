"""Words misheard by voice input or typed by sound are understood; everything else stays."""

from __future__ import annotations

import pytest

from bot.nlu.words import tidy


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("挂诗怎么弄", "挂失怎么弄"),
        ("卡被到刷了", "卡被盗刷了"),
        ("我的引行卡丢了", "我的银行卡丢了"),
        ("收到假必", "收到假币"),
        ("电信炸骗", "电信诈骗"),
        ("信用咔逾期", "信用卡逾期"),
        ("存款宝险", "存款保险"),
        ("手续非多少", "手续费多少"),
        ("驗正碼", "验证码"),
        ("砖人工", "转人工"),
    ],
)
def test_a_word_of_the_domain_is_known_by_its_sound(written: str, meant: str) -> None:
    assert tidy(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("yinhangka diule", "银行卡丢了"),
        ("yin hang ka diu le zenme ban", "银行卡丢了怎么办"),
        ("TOUSU", "投诉"),
    ],
)
def test_pinyin_is_read(written: str, meant: str) -> None:
    assert tidy(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "怎么分辨卡是主卡还是附属卡",
        "微信亲属卡和绑卡哪种安全",
        "说好了不办分期",
        "关闭花呗对征信好吗",
        "apple pay怎么用",
        "atm",
        "今天天气不错",
        "",
    ],
)
def test_what_is_right_stays(text: str) -> None:
    assert tidy(text) == text


def test_a_slash_never_appears_at_the_start() -> None:
    assert not tidy("/restart").startswith("/")
