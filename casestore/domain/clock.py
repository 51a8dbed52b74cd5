"""The clock of a case: from what sets its limits to the last days, pure.

Sources, by article (``投诉办法``: 《银行业保险业消费投诉处理管理办法》, 银保监会令2020年第3号;
``央行消保办法``: 《中国人民银行金融消费者权益保护实施办法》, 中国人民银行令〔2020〕第5号):

- 投诉办法 article 18 para 1: 15 days from the day of receipt, 30 where the matter is complex, 30
  more if specially complex, approved by an executive of the head office or the superior
  institution, with notice to the customer. Para 2: outside appraisal is not counted. Para 3: new
  facts start the count anew. Article 23: mediation is not counted. Article 15: the procedure ends
  on the day of withdrawal. Article 20: a review is decided within 30 days. Article 43: days are
  calendar days, and a limit includes its last day.
- Article 33: the regulator passes a complaint on within 7 working days. That is the regulator's
  limit, not the bank's; what follows from it is shown for information only.
- 央行消保办法 article 43 para 3: 15 days, at most 60 if the head of complaint handling approves.
- 反洗钱法 article 39: 15 days, no extension; 及时 where basic services are concerned.
- 征信业管理条例 article 25: 20 days, in writing.
- 《银行业金融机构反假货币工作指引》（银发〔2016〕29号） article 39: 3 working days, 10 in special
  cases with prior notice.

The promise, in working days, is the bank's own service standard and no regulation. It stays what
it was when the count began, whatever is set for later complaints.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from casestore.domain.case import ClockTerms, Regime
from casestore.domain.deadlines import (
    DueDates,
    ServicePromise,
    is_published,
    working_days_after,
    working_days_between,
)
from casestore.domain.staff import Right

REVIEW_CALENDAR_DAYS = 30
TRANSFER_WORKING_DAYS = 7
_ONE_DAY = timedelta(days=1)
# 及时 has no number in the law; the bank promises the next working day.
AML_PROMISE_WORKING_DAYS = 1


@dataclass(frozen=True)
class Limit:
    """One stage of a legal limit, counted from the first day of the count.

    ``granted_by`` is the right that grants this stage, None for the first one.
    """

    days: int
    is_working: bool = False
    granted_by: Right | None = None


_GENERAL = (Limit(15), Limit(30, granted_by=Right.EXTEND), Limit(60, granted_by=Right.EXTEND_AGAIN))

LIMITS: Mapping[Regime, tuple[Limit, ...]] = {
    Regime.GENERAL: _GENERAL,
    Regime.REGULATOR: _GENERAL,
    Regime.CENTRAL_BANK: (Limit(15), Limit(60, granted_by=Right.EXTEND)),
    Regime.AML_CONTROL: (Limit(15),),
    Regime.CREDIT_REPORT: (Limit(20),),
    Regime.NOTE_SERIAL: (
        Limit(3, is_working=True),
        Limit(10, is_working=True, granted_by=Right.EXTEND),
    ),
}


def opening_terms(
    received_on: date,
    promise: ServicePromise,
    regime: Regime = Regime.GENERAL,
    forwarded_due: date | None = None,
) -> ClockTerms:
    """The terms of a case received on a day (China local), which itself is not counted."""
    return ClockTerms(
        regime=regime,
        started_on=received_on,
        forwarded_due=forwarded_due,
        promise_days=promise.ordinary,
        complex_days=promise.complex,
    )


def due_dates(terms: ClockTerms) -> DueDates:
    """The last days to answer, as they stand without the time the clock stands still now.

    A regulator's own deadline counts as the legal one where it is earlier.
    """
    promise, longer = _promise_days(terms)
    start, stopped = _start(terms), terms.stopped_working_days
    ordinary = working_days_after(start, promise + stopped)
    complex_ = working_days_after(start, longer + stopped)
    legal = _legal(terms)
    counted = (ordinary, complex_, legal) if limit(terms).is_working else (ordinary, complex_)
    if terms.forwarded_due is not None:
        legal = min(legal, terms.forwarded_due)
    return DueDates(ordinary, complex_, legal, provisional=not is_published(start, *counted))


def due_dates_on(terms: ClockTerms, today: date) -> DueDates:
    """The same as they would be if a stopped clock went on today."""
    return due_dates(resumed(terms, today))


def limit(terms: ClockTerms) -> Limit:
    """The stage of the legal limit that counts now."""
    return LIMITS[terms.regime][min(terms.extensions, len(LIMITS[terms.regime]) - 1)]


def next_limit(terms: ClockTerms) -> Limit | None:
    """The stage an extension would lead to; None if the law knows no further one."""
    further = LIMITS[terms.regime][terms.extensions + 1 :]
    return further[0] if further else None


def stage(terms: ClockTerms) -> str:
    """The stage in words: 第 1 次延长，共 30 日."""
    counted = limit(terms)
    unit = "个工作日" if counted.is_working else "日"
    if not terms.extensions:
        return f"{counted.days} {unit}"
    return f"第 {terms.extensions} 次延长，共 {counted.days} {unit}"


def is_stopped(terms: ClockTerms) -> bool:
    """Whether the clock stands still."""
    return terms.stopped_on is not None


def extended(terms: ClockTerms) -> ClockTerms:
    """One stage further; only where ``next_limit`` knows one."""
    return replace(terms, extensions=terms.extensions + 1)


def stopped(terms: ClockTerms, day: date) -> ClockTerms:
    """Not counted from this day on (投诉办法 articles 18 and 23)."""
    return replace(terms, stopped_on=terms.stopped_on or day)


def resumed(terms: ClockTerms, day: date) -> ClockTerms:
    """Counted again from this day on; a clock that runs goes on running."""
    since = terms.stopped_on
    if since is None or day < since:
        return replace(terms, stopped_on=None)
    return replace(
        terms,
        stopped_on=None,
        stopped_days=terms.stopped_days + (day - since).days,
        stopped_working_days=terms.stopped_working_days + working_days_between(since, day),
    )


def restarted(terms: ClockTerms, day: date) -> ClockTerms:
    """Counted anew from the day new facts came in (投诉办法 article 18 para 3).

    The regulator's own deadline does not move, and a clock that stands still goes on doing so.
    """
    return replace(
        terms,
        started_on=day,
        extensions=0,
        stopped_days=0,
        stopped_working_days=0,
        stopped_on=day if is_stopped(terms) else None,
    )


def under(terms: ClockTerms, regime: Regime) -> ClockTerms:
    """The same count by another rule; extensions granted by the former one are void."""
    if regime is terms.regime:
        return terms
    return replace(terms, regime=regime, extensions=0)


def earliest_at_regulator(received_on: date) -> date:
    """The earliest day the regulator can have had a complaint that the bank received on a day and
    that was passed on in time (投诉办法 article 33). For information: from that day on, at the
    earliest, the customer has been waiting."""
    day = received_on
    while working_days_after(day - _ONE_DAY, TRANSFER_WORKING_DAYS) >= received_on:
        day -= _ONE_DAY
    return day


def _legal(terms: ClockTerms) -> date:
    counted, start = limit(terms), _start(terms)
    if counted.is_working:
        return working_days_after(start, counted.days + terms.stopped_working_days)
    return start + timedelta(days=counted.days + terms.stopped_days)


def _promise_days(terms: ClockTerms) -> tuple[int, int]:
    if terms.regime is Regime.AML_CONTROL:
        return AML_PROMISE_WORKING_DAYS, AML_PROMISE_WORKING_DAYS
    return terms.promise_days, terms.complex_days


def _start(terms: ClockTerms) -> date:
    if terms.started_on is None:
        raise ValueError("a clock that was never started has no due dates")
    return terms.started_on
