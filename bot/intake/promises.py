"""The dates of a complaint, as a receipt tells them while the case store may be away. Pure.

The case store is the authority and counts the same way (casestore/domain/deadlines.py); its notice
corrects what a receipt called provisional.

Promise: the bank's own service standard in working days, not regulation. Law: a decision within
15 days of the day the complaint was received, 30 if it is complex, 30 more if it is especially
complex, with approval and notice, 《银行业保险业消费投诉处理管理办法》（银保监会令2020年第3号）
第十八条第一款; days are calendar days by 第四十三条. The day of receipt is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.intake.calendar import after_working_days, is_published, local_day, show_day, show_moment
from bot.intake.office_hours import OfficeHours

LEGAL_DAYS = 15
EXTENDED_DAYS = 30
LONGEST_DAYS = 60


@dataclass(frozen=True)
class DueDates:
    """Last days (China local dates, inclusive) to answer a complaint.

    `promise` and `complex` are the bank's promise for ordinary and for complex complaints, after
    `ordinary_days` and `complex_days` working days; `legal`, `extended` and `longest` are the
    law's. `provisional`: the bank's two may still move, see `bot.intake.calendar`.
    """

    promise: date
    complex: date
    legal: date
    extended: date
    longest: date
    provisional: bool
    ordinary_days: int
    complex_days: int


def due_dates(received_at: datetime, ordinary_days: int, complex_days: int) -> DueDates:
    """The dates of a complaint received at an aware moment. Sources: see the module."""
    received = local_day(received_at)
    promise = after_working_days(received, ordinary_days)
    complex_case = after_working_days(received, complex_days)
    return DueDates(
        promise=promise.day,
        complex=complex_case.day,
        legal=received + timedelta(days=LEGAL_DAYS),
        extended=received + timedelta(days=EXTENDED_DAYS),
        longest=received + timedelta(days=LONGEST_DAYS),
        provisional=promise.provisional or complex_case.provisional,
        ordinary_days=ordinary_days,
        complex_days=complex_days,
    )


def receipt_variables(due: DueDates, opening: OfficeHours, now: datetime) -> dict[str, str]:
    """Variables `promise`, `provisional`, `legal` and `person` of the response `utter_filed`.

    Each is a sentence without its full stop; `provisional` is a remark in brackets to stand right
    behind `promise`, or empty. `now` is the aware moment the receipt is shown.
    """
    today = local_day(now)
    return {
        "promise": (
            f"一般{due.ordinary_days}个工作日，最晚{show_day(due.promise, today)}答复；"
            f"情况复杂的{due.complex_days}个工作日，最晚{show_day(due.complex, today)}答复"
        ),
        "provisional": _provisional(due),
        "legal": (
            f"法定期限：收到之日起{LEGAL_DAYS}个自然日，最晚{show_day(due.legal, today)}作出处理决定；"
            f"情况复杂可延到{EXTENDED_DAYS}日，最晚{show_day(due.extended, today)}；"
            f"特别复杂的经批准并告知您，可再延{LONGEST_DAYS - EXTENDED_DAYS}日，"
            f"最晚{show_day(due.longest, today)}"
        ),
        "person": who_looks_when(opening, now),
    }


def who_looks_when(opening: OfficeHours, now: datetime) -> str:
    """When a person will look at what came in at an aware moment; no full stop."""
    if opening.is_open(now):
        return "现在是工作时间，工作人员会尽快查看"
    opens = opening.next_open(now)
    shown = show_moment(opens, local_day(now))
    return f"现在不是工作时间，投诉已经收下，工作人员会在{shown}后查看{provisional(opens)}"


def provisional(moment: datetime) -> str:
    """A remark in brackets behind a moment at work that an announcement may move, or nothing."""
    return "" if is_published(local_day(moment)) else "（放假安排公布前为暂定）"


def _provisional(due: DueDates) -> str:
    years = sorted({day.year for day in (due.promise, due.complex) if not is_published(day)})
    if not years:
        return ""
    named = "、".join(f"{year}年" for year in years)
    return f"（{named}的放假安排还没有公布，{named}的工作日日期是暂定的，以受理通知为准）"
