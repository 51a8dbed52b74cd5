"""The citation line and the notation of articles are read as people write them."""

from __future__ import annotations

import pytest

from bot.knowledge.articles import numeral, read_articles, supports
from bot.knowledge.citation import Cited, read_citation


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", []),
        ("第十五条、第十六条", ["第十五条", "第十六条"]),
        ("第七条第三款、第四款", ["第七条第三款", "第七条第四款"]),
        ("第九十九条至第一百零一条", ["第九十九条", "第一百条", "第一百零一条"]),
        (
            "第三十五条、第三十八条至第四十条",
            ["第三十五条", "第三十八条", "第三十九条", "第四十条"],
        ),
        ("第二百八十七条之二", ["第二百八十七条之二"]),
        ("第十三条（一）", ["第十三条（一）"]),
        ("（十）、（十一）", ["（十）", "（十一）"]),
        ("二（一）1", ["二（一）1"]),
        ("一", ["一"]),
        ("第六部分（三）", ["第六部分（三）"]),
    ],
)
def test_articles_are_read(text: str, places: list[str]) -> None:
    assert list(read_articles(text)) == places


@pytest.mark.parametrize(
    "text", ["第五条等", "第五", "5", "第四款", "第七条、", "（一）、第四款", "第二条至"]
)
def test_what_is_no_article_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_articles(text)


def test_numerals_are_as_in_statutes() -> None:
    written = {1: "一", 10: "十", 11: "十一", 20: "二十", 45: "四十五", 100: "一百"}
    written |= {101: "一百零一", 110: "一百一十", 177: "一百七十七", 670: "六百七十"}
    assert {number: numeral(number) for number in written} == written


@pytest.mark.parametrize(
    ("stated", "cited", "carried"),
    [
        ("第七条", "第七条", True),
        ("第七条第四款", "第七条", True),
        ("第七条（一）", "第七条", True),
        ("一（四）", "一", True),
        ("（一）1", "（一）", True),
        ("第七条", "第七条第四款", False),
        ("第七条第三款", "第七条第四款", False),
        ("第二百八十七条之二", "第二百八十七条", False),
        ("（九）", "第七条", False),
        ("第十七条", "第七条", False),
    ],
)
def test_a_clause_carries_its_article_and_not_the_other_way_round(
    stated: str, cited: str, carried: bool
) -> None:
    assert supports(stated, cited) is carried


def test_a_citation_line_is_taken_apart() -> None:
    line = (
        "依据：《消费投诉办法》（原中国银保监会令2020年第3号，2020-03-01施行）第十八条；"
        "《人民币管理条例》（国务院令第280号，2018年修订，2000-05-01施行）第二条、第三条；"
        "《降低取款机（ATM）手续费的倡议书》（2021-07-25起）；"
        "中国人民银行文件（银发〔2016〕170号）一（四）；中国人民银行公告〔2018〕第10号；《民法典》"
    )
    assert list(read_citation(line)) == [
        Cited("消费投诉办法", "原中国银保监会令2020年第3号", "第十八条", "2020-03-01"),
        Cited("人民币管理条例", "国务院令第280号", "第二条、第三条", "2000-05-01"),
        Cited("降低取款机（ATM）手续费的倡议书", "", "", "2021-07-25"),
        Cited("中国人民银行文件", "银发〔2016〕170号", "一（四）"),
        Cited("中国人民银行公告", "〔2018〕第10号"),
        Cited("民法典"),
    ]


@pytest.mark.parametrize("piece", ["存款保险条例第五条", "《存款保险条例", "法规", "第五条"])
def test_what_is_no_citation_is_named(piece: str) -> None:
    with pytest.raises(ValueError, match=piece):
        list(read_citation(f"依据：{piece}"))
