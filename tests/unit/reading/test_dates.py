"""When it happened: expressions alone and inside sentences. `TODAY` is a Monday."""

from __future__ import annotations

from datetime import date

import pytest

from bot.intake.reading.dates import UNKNOWN, DateReading, is_unknown, mentions_date, read_date

TODAY = date(2026, 11, 23)


def _days(iso: str) -> tuple[date, date]:
    """`2026-11-22` or `2026-10-01..2026-10-07`."""
    first, _, last = iso.partition("..")
    return date.fromisoformat(first), date.fromisoformat(last or first)


SINGLE_DAYS = {
    "昨天": "2026-11-22",
    "昨日": "2026-11-22",
    "昨儿": "2026-11-22",
    "昨晚": "2026-11-22",
    "昨晚十点半": "2026-11-22",
    "昨夜": "2026-11-22",
    "昨天的上午": "2026-11-22",
    "前天": "2026-11-21",
    "前天晚上": "2026-11-21",
    "前晚": "2026-11-21",
    "大前天": "2026-11-20",
    "今天": "2026-11-23",
    "今早": "2026-11-23",
    "今天早上": "2026-11-23",
    "今天上午9点多": "2026-11-23",
    "上午": "2026-11-23",
    "下午三点": "2026-11-23",
    "刚才": "2026-11-23",
    "刚刚": "2026-11-23",
    "半小时前": "2026-11-23",
    "两个小时前": "2026-11-23",
    "三天前": "2026-11-20",
    "二十天前": "2026-11-03",
    "上个礼拜三下午": "2026-11-18",
    "上周三": "2026-11-18",
    "上星期5": "2026-11-20",
    "上上周五": "2026-11-13",
    "周五": "2026-11-20",
    "星期二": "2026-11-17",
    "礼拜天": "2026-11-22",
    "周一": "2026-11-23",
    "3月15号": "2026-03-15",
    "3月15日": "2026-03-15",
    "3月15": "2026-03-15",
    "三月十五": "2026-03-15",
    "三月十五号": "2026-03-15",
    "十月一号": "2026-10-01",
    "11月20日下午3点": "2026-11-20",
    "12月3号": "2025-12-03",
    "十二月二十号": "2025-12-20",
    "2月29号": "2024-02-29",
    "25年3月15号": "2025-03-15",
    "去年3月15号": "2025-03-15",
    "2026年3月15日": "2026-03-15",
    "２０２６年１１月３日": "2026-11-03",
    "上个月20号": "2026-10-20",
    "这个月5号": "2026-11-05",
    "20号": "2026-11-20",
    "二十号上午": "2026-11-20",
    "24号": "2026-10-24",
    "31号": "2026-10-31",
    "10.1": "2026-10-01",
    "11-20": "2026-11-20",
    "11/20": "2026-11-20",
    "12-25": "2025-12-25",
    "2026.11.3": "2026-11-03",
    "2026-11-03": "2026-11-03",
    "2026/11/3": "2026-11-03",
    "20261103": "2026-11-03",
    "3·15": "2026-03-15",
    "双十一": "2026-11-11",
    "双十二": "2025-12-12",
    "五一那天": "2026-05-01",
    "中秋节": "2026-09-25",
    "去年中秋": "2025-10-06",
    "端午": "2026-06-19",
    "元旦": "2026-01-01",
    "圣诞节": "2025-12-25",
}

SPANS = {
    "上个月": "2026-10-01..2026-10-31",
    "上月": "2026-10-01..2026-10-31",
    "上上个月": "2026-09-01..2026-09-30",
    "上个月底": "2026-10-25..2026-10-31",
    "上个月中旬": "2026-10-11..2026-10-20",
    "月初": "2026-11-01..2026-11-05",
    "月底": "2026-10-25..2026-10-31",
    "这个月": "2026-11-01..2026-11-23",
    "上周": "2026-11-16..2026-11-22",
    "上个礼拜": "2026-11-16..2026-11-22",
    "上上周": "2026-11-09..2026-11-15",
    "上周末": "2026-11-21..2026-11-22",
    "周末": "2026-11-21..2026-11-22",
    "今年三月": "2026-03-01..2026-03-31",
    "3月份": "2026-03-01..2026-03-31",
    "12月": "2025-12-01..2025-12-31",
    "去年12月底": "2025-12-25..2025-12-31",
    "2026年2月": "2026-02-01..2026-02-28",
    "2026-02": "2026-02-01..2026-02-28",
    "25年3月": "2025-03-01..2025-03-31",
    "二零二五年三月": "2025-03-01..2025-03-31",
    "去年年底": "2025-11-01..2025-12-31",
    "去年": "2025-01-01..2025-12-31",
    "前年": "2024-01-01..2024-12-31",
    "去年上半年": "2025-01-01..2025-06-30",
    "国庆那几天": "2026-10-01..2026-10-07",
    "十一期间": "2026-10-01..2026-10-07",
    "去年国庆": "2025-10-01..2025-10-08",
    "过年那阵": "2026-02-15..2026-02-23",
    "年前": "2026-01-18..2026-02-16",
    "半个月前": "2026-11-06..2026-11-10",
    "一周前": "2026-11-16..2026-11-22",
    "三年前": "2023-01-01..2023-12-31",
    "几天前": "2026-11-14..2026-11-21",
    "两三天前": "2026-11-20..2026-11-21",
    "十几天前": "2026-11-03..2026-11-21",
    "前几天": "2026-11-16..2026-11-23",
    "前两天": "2026-11-16..2026-11-23",
    "最近": "2026-10-24..2026-11-23",
    "前一段时间": "2026-09-24..2026-11-23",
}


@pytest.mark.parametrize(("text", "day"), SINGLE_DAYS.items())
def test_one_day(text: str, day: str) -> None:
    first, last = _days(day)
    assert read_date(text, TODAY) == DateReading(text, first, last, False)


@pytest.mark.parametrize(("text", "span"), SPANS.items())
def test_several_days_are_vague(text: str, span: str) -> None:
    first, last = _days(span)
    assert read_date(text, TODAY) == DateReading(text, first, last, True)


@pytest.mark.parametrize(
    ("text", "span"),
    {
        "10月1日到7日": "2026-10-01..2026-10-07",
        "昨天到今天": "2026-11-22..2026-11-23",
        "3月到5月": "2026-03-01..2026-05-31",
        "11月3日至11月5日": "2026-11-03..2026-11-05",
    }.items(),
)
def test_a_named_range_is_not_vague(text: str, span: str) -> None:
    first, last = _days(span)
    assert read_date(text, TODAY) == DateReading(text, first, last, False)


@pytest.mark.parametrize(
    ("text", "day"),
    {
        "3月15号左右": "2026-03-15",
        "大概3月15号": "2026-03-15",
        "好像是昨天": "2026-11-22",
        "上周三前后": "2026-11-18",
    }.items(),
)
def test_hedged_days_are_vague_and_keep_the_hedge(text: str, day: str) -> None:
    first, last = _days(day)
    assert read_date(text, TODAY) == DateReading(text, first, last, True)


def test_before_and_after_leave_one_end_open() -> None:
    assert read_date("春节前", TODAY) == DateReading("春节前", None, date(2026, 2, 14), True)
    after = read_date("去年国庆以后", TODAY)
    assert after == DateReading("去年国庆以后", date(2025, 10, 9), None, True)


@pytest.mark.parametrize(
    ("text", "words"),
    {
        "昨天在人民路支行排了两个小时队": "昨天",
        "我去年办的卡，昨天被扣了钱": "昨天",
        "上周一直没人理我": "上周",
        "昨天前台态度很差": "昨天",
        "我10.1去的": "10.1",
        "从昨天到今天都这样": "昨天到今天",
        "大概是上个月吧，记不清了": "大概是上个月",
        "三月份的时候办的": "三月份",
        "我在五一路支行，前天下午去的": "前天下午",
        "上周我上午去的": "上周",
        "存款3年，11月3号到期": "11月3号",
        "等了三天，周五才有人回电": "周五",
        "卡里2026年11月3日少了300元": "2026年11月3日",
        "最近老是接到推销电话": "最近",
    }.items(),
)
def test_the_words_for_the_time_are_found_in_a_sentence(text: str, words: str) -> None:
    reading = read_date(text, TODAY)
    assert reading is not None
    assert reading.text == words


@pytest.mark.parametrize(
    "text",
    [
        "排了两个小时队",
        "三天没人理",
        "五一路支行的柜员",
        "10.5元",
        "利率是3.5",
        "利率别人3.5我4.2",
        "净值从10.3跌到9.1",
        "排到15号",
        "5号窗口没人",
        "离我最近的网点",
        "每月15号扣我钱",
        "1/3的钱",
        "5-10分钟",
        "等了5-7天",
        "今年60岁了",
        "存了18年",
        "24小时",
        "3个工作日内",
        "一周三次",
        "记不清了",
        "下午再打给我",
        "明天之前给我答复",
        "12月1号前给我答复",
        "晚上海银行",
        "提前三天前往",
        "人民路15号",
        "15日内答复",
        "3月32号",
        "13-40",
        "138****8000",
        "010-****6666",
        "〔卡号已隐去，尾号1101〕",
        "",
    ],
)
def test_no_date(text: str) -> None:
    assert read_date(text, TODAY) is None


def test_days_off_are_the_announced_ones_and_the_usual_ones_before_they_are_announced() -> None:
    announced = read_date("国庆放假那几天", date(2025, 11, 3))
    assert announced is not None and announced.end == date(2025, 10, 8)
    later = read_date("国庆放假那几天", date(2031, 11, 3))
    assert later is not None and (later.start, later.end) == (date(2031, 10, 1), date(2031, 10, 7))


@pytest.mark.parametrize(
    "text", ["有一个月了", "将近三个月", "附近三个网点", "这一天", "3-5天到账"]
)
def test_how_long_it_took_is_no_day(text: str) -> None:
    assert read_date(text, TODAY) is None


def test_a_day_to_come_only_when_nothing_else_is_named() -> None:
    tomorrow = read_date("明天", TODAY)
    assert tomorrow == DateReading("明天", date(2026, 11, 24), date(2026, 11, 24), False, True)
    both = read_date("说好明天处理，可是昨天就该办好", TODAY)
    assert both is not None
    assert both.text == "昨天"


def test_an_unfinished_span_ends_today() -> None:
    this_week = read_date("这周", date(2026, 11, 25))
    assert this_week == DateReading("这周", date(2026, 11, 23), date(2026, 11, 25), True)


def test_month_and_day_cross_the_year() -> None:
    reading = read_date("12月31号", date(2026, 1, 2))
    assert reading is not None
    assert reading.start == date(2025, 12, 31)


@pytest.mark.parametrize("text", ["记不清了", "忘了", "不记得", "不太清楚", "想不起来了", "没印象"])
def test_unknown(text: str) -> None:
    assert is_unknown(text)
    assert read_date(text, TODAY) is None


def test_unknown_has_its_own_reading() -> None:
    assert DateReading("记不清", None, None, True) == UNKNOWN
    assert not is_unknown("昨天")


def test_mentions_date_needs_no_today() -> None:
    assert mentions_date("是前天")
    assert not mentions_date("是小王")
