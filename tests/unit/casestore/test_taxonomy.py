"""The names of JR/T 0169—2018, what is above them, and a bank's official codes."""

from pathlib import Path

import pytest
import yaml

from casestore.domain.channel_hint import likely_channels
from casestore.domain.errors import ConfigurationError
from casestore.domain.taxonomy import (
    BUSINESSES,
    CHANNELS,
    REASONS,
    Codes,
    Dimension,
    is_term,
    parents,
    read_codes,
    terms,
    top,
)
from casestore.storage.codes_file import load_codes

ROOT = Path(__file__).resolve().parents[3]
BUSINESS, REASON, CHANNEL = Dimension.BUSINESS, Dimension.REASON, Dimension.CHANNEL


def test_the_standard_has_twelve_reasons_and_others() -> None:
    assert len(REASONS) == 13
    assert REASONS[-1] == "其他（原因）"


def test_every_name_stands_below_the_one_above_it() -> None:
    for dimension in Dimension:
        names: list[str] = []
        for term in terms(dimension):
            assert (term.parent in names) if term.parent else term.level == 1
            assert term.level == len(parents(dimension, term.name)) + 1
            names.append(term.name)
        assert len(set(names)) == len(names)


def test_a_name_knows_everything_above_it() -> None:
    assert parents(BUSINESS, "借记卡盗刷") == ("借记卡", "银行卡")
    assert top(BUSINESS, "借记卡盗刷") == "银行卡"
    assert parents(CHANNEL, "网银渠道") == ("电子渠道", "前台业务渠道")
    assert top(REASON, "因定价收费引起的投诉") == "因定价收费引起的投诉"


def test_a_name_belongs_to_its_own_dimension_only() -> None:
    assert is_term(BUSINESS, "债务催收")
    assert not is_term(REASON, "债务催收")
    assert not is_term(BUSINESS, "个人储蓄")
    assert parents(BUSINESS, "个人储蓄") == ()


def test_every_name_the_assistant_proposes_is_one_of_the_standard() -> None:
    known = yaml.safe_load((ROOT / "data/knowledge/classification.yml").read_text("utf-8"))
    assert set(known["business"]) <= set(BUSINESSES)
    assert set(known["reason"]) == set(REASONS)


def test_official_codes_are_read_with_or_without_heading_in_either_language() -> None:
    text = "name,dimension,code\n借记卡,business,B0201\n\n# 原因\n其他（原因）,投诉原因, C99 \n"
    codes = read_codes(text)
    assert codes.of(BUSINESS, "借记卡") == "B0201"
    assert codes.of(REASON, "其他（原因）") == "C99"
    assert codes.of(BUSINESS, "信用卡") == ""


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("借记卡,business", "三栏"),
        ("借记卡,business,", "三栏"),
        ("借记卡,product,B1", "维度“product”"),
        ("储蓄卡,business,B1", "名称“储蓄卡”"),
        ("借记卡,reason,C1", "名称“借记卡”"),
        ("借记卡,business," + "9" * 21, "20 个字符"),
        ("银行卡,business,B9", "前面已经写过"),
        ("借记卡,business,B2", "代码“B2”前面已经给了"),
    ],
)
def test_a_wrong_line_of_the_codes_is_named(line: str, problem: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_codes(f"name,dimension,code\n银行卡,business,B2\n{line}\n")
    assert "第 3 行" in str(refused.value)
    assert problem in str(refused.value)


def test_every_wrong_line_of_the_codes_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError, match=r"第 1 行.*第 3 行"):
        read_codes("储蓄卡,business,B1\n借记卡,business,B2\n借记卡,business,B3\n")


def test_one_code_may_stand_in_two_dimensions() -> None:
    assert len(read_codes("借记卡,business,01\n营业现场,channel,01").by_name) == 2


def test_without_a_file_there_are_no_codes() -> None:
    assert load_codes("") == Codes()


def test_a_file_as_excel_saves_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_bytes("name,dimension,code\r\n借记卡,business,B0201\r\n".encode("utf-8-sig"))
    assert load_codes(str(path)).of(BUSINESS, "借记卡") == "B0201"


def test_a_file_in_another_encoding_or_none_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_bytes("借记卡,business,B0201".encode("gbk"))
    with pytest.raises(ConfigurationError, match="CSV UTF-8"):
        load_codes(str(path))
    with pytest.raises(ConfigurationError, match="路径和权限"):
        load_codes(str(tmp_path / "missing.csv"))


@pytest.mark.parametrize(
    ("detail", "branch", "channels"),
    [
        ("手机银行转账失败，客户端一直提示错误，打客服电话没人接", "", ["移动客户端", "电话渠道"]),
        ("在取款机上取钱，卡被吞了", "", ["自助机具"]),
        ("柜员让我排队两个小时", "人民路支行", ["营业现场"]),
        ("用智能柜台办业务出错", "", ["自助机具"]),
        ("扣了我的钱", "不清楚", []),
    ],
)
def test_words_give_the_channel_away(detail: str, branch: str, channels: list[str]) -> None:
    assert list(likely_channels(detail, branch)) == channels


def test_every_channel_that_is_guessed_is_one_of_the_standard() -> None:
    everything = "手机银行 网银 取款机 热线 短信 公众号 支付宝 催收 柜台"
    assert set(likely_channels(everything, "")) <= set(CHANNELS)
    assert len(likely_channels(everything, "")) == 9
