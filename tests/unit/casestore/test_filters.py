"""What officers filter by: addresses and back, words, and what cannot be read."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casestore.domain.case import CaseState, Flag, Grade, Priority, Source
from casestore.domain.errors import InvalidRequest
from casestore.domain.filters import NOBODY, CaseFilter, Due, joined
from casestore.domain.grams import grams
from casestore.domain.masking import mask_text

WORDS = st.sampled_from(["人民路支行", "个人储蓄", "SZ01", "手续费 退还"])
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
FILTERS = st.builds(
    CaseFilter,
    states=st.frozensets(st.sampled_from(CaseState)),
    sources=st.frozensets(st.sampled_from(Source)),
    businesses=st.frozensets(WORDS),
    reasons=st.frozensets(WORDS),
    channels=st.frozensets(WORDS),
    grades=st.frozensets(st.sampled_from(Grade)),
    priorities=st.frozensets(st.sampled_from(Priority)),
    flags=st.frozensets(st.sampled_from(Flag)),
    branch=st.none() | WORDS,
    unit=st.none() | WORDS,
    assignee=st.none() | st.sampled_from(["zhang.san", NOBODY]),
    received_from=st.none() | DAYS,
    settled_to=st.none() | DAYS,
    due=st.none() | st.sampled_from(Due),
    text=st.none() | WORDS,
    phone=st.none() | st.just("17000001234"),
    pending=st.none() | st.booleans(),
    confirmed=st.none() | st.booleans(),
    mine=st.booleans(),
)


@given(FILTERS)
def test_a_filter_written_to_an_address_is_read_back_the_same(chosen: CaseFilter) -> None:
    assert CaseFilter.parse(chosen.as_query()) == chosen


def test_an_empty_filter_leaves_no_trace_in_the_address() -> None:
    assert CaseFilter().as_query() == {}
    assert CaseFilter.parse({"page": "3", "sort": "due", "text": "  "}) == CaseFilter()
    assert CaseFilter().as_text() == "全部投诉"


def test_a_browser_may_name_a_condition_once_per_choice() -> None:
    items = [("states", "closed"), ("states", "notified"), ("text", ""), ("page", "2")]
    chosen = CaseFilter.parse(joined(items))
    assert chosen.states == {CaseState.CLOSED, CaseState.NOTIFIED}


@pytest.mark.parametrize(
    ("query", "field", "word"),
    [
        ({"states": "closed,lost"}, "states", "没有这个选项"),
        ({"due": "tomorrow"}, "due", "没有这个选项"),
        ({"received_from": "2026-02-30"}, "received_from", "2026-01-31"),
        ({"received_from": "2026-02-02", "received_to": "2026-02-01"}, "received_to", "早于"),
        ({"pending": "maybe"}, "pending", "没有这个选项"),
        ({"text": "费"}, "text", "两个"),
        ({"branch": "行" * 101}, "branch", "100"),
    ],
)
def test_a_condition_that_cannot_be_read_is_named(
    query: dict[str, str], field: str, word: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        CaseFilter.parse(query)
    assert list(refused.value.fields) == [field]
    assert word in refused.value.fields[field]


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"states": frozenset({CaseState.CLOSED})}, "状态：已办结"),
        ({"assignee": NOBODY}, "尚未分派"),
        ({"received_from": date(2026, 1, 1)}, "收到日期：2026-01-01 至 不限"),
        ({"pending": True, "text": "手续费"}, "未了结；内容包含：手续费"),
        ({"phone": "17000001234"}, "客户电话：170****1234"),
        ({"due": Due.OVERDUE}, "法定期限：已超期"),
    ],
)
def test_a_filter_is_said_in_words_for_the_head_of_an_export(
    conditions: dict[str, Any], words: str
) -> None:
    assert CaseFilter(**conditions).as_text() == words


def test_text_is_cut_into_pairs_of_characters_and_whole_words() -> None:
    assert grams("ＡＴＭ吞卡，500元") == ("atm", "吞卡", "500")
    assert grams("手续费、手续费") == ("手续", "续费")
    assert grams("费 * !") == ()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("打 13812345678 没人接", "打 **** 没人接"),
        ("卡号 6222 0212 3456 7890 123 被刷", "卡号 **** 被刷"),
        ("身份证11010519491231002X，谢谢", "身份证****，谢谢"),
        ("电话 010-62991234", "电话 ****"),
        ("转走 1000000 元和 2500000.00 元", "转走 1000000 元和 2500000.00 元"),
        ("我是欧阳小雨，欧阳小雨要退款", "我是****，****要退款"),
        ("扣了 12.5 元，编号 123456", "扣了 12.5 元，编号 123456"),
    ],
)
def test_a_story_is_searched_without_numbers_and_the_tellers_name(text: str, masked: str) -> None:
    assert mask_text(text, name="欧阳小雨") == masked


def test_a_short_phone_and_a_name_of_one_character_are_treated_with_care() -> None:
    assert mask_text("分机 62991 王", name="王", phone="62991") == "分机 **** 王"
