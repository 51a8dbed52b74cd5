"""A small bank whose figures can be counted by hand."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.engine import Engine

from casestore.domain.case import CaseState, Grade, Source
from casestore.domain.deadlines import CHINA_TIME
from casestore.domain.staff import Officer, StaffRole
from casestore.storage.keyring import Keyring
from casestore.storage.rows import case_row
from casestore.storage.tables import branches, cases
from tests.contract.casestore.kit import FIELD_KEY, make_case, make_reference

SUPERVISOR = Officer("zhang", "张主管", frozenset({StaffRole.SUPERVISOR}))
EXECUTIVE = Officer("li", "李行长", frozenset({StaffRole.EXECUTIVE}))
BRANCH_SUPERVISOR = Officer("wang", "王主管", frozenset({StaffRole.SUPERVISOR}), branch="b1")
CLERK = Officer("zhao", "赵登记", frozenset({StaffRole.CLERK}))

CARD = {
    "confirmed_business": "信用卡",
    "confirmed_reason": "定价收费",
    "confirmed_channel": "营业现场",
}
LOAN = {
    "confirmed_business": "贷款",
    "confirmed_reason": "服务态度",
    "confirmed_channel": "电话渠道",
}
AT_B1 = {"accused": "b1", "unit": "b1"}
AT_B2 = {"accused": "b2", "unit": "b2"}


def day(text: str) -> date:
    """``10-08`` to that day of 2026."""
    return date.fromisoformat(f"2026-{text}")


def add_branches(engine: Engine) -> None:
    with engine.begin() as connection:
        rows = [{"code": "b1", "name": "人民路支行"}, {"code": "b2", "name": "解放路支行"}]
        connection.execute(insert(branches), rows)


def add_case(engine: Engine, number: int, received: str, **columns: Any) -> str:
    """Write a case received on a day; ``columns`` replace what its row would hold."""
    reference, received_on = make_reference(number), day(received)
    moment = datetime.combine(received_on, time(9), CHINA_TIME)
    case = make_case(reference=reference, submitted_at=moment.isoformat())
    row = {
        **case_row(case, f"fingerprint {number}", Keyring([FIELD_KEY])),
        "received_on": received_on,
        "promise_due": received_on + timedelta(days=2),
        "complex_due": received_on + timedelta(days=7),
        "legal_due": received_on + timedelta(days=15),
        **columns,
    }
    with engine.begin() as connection:
        connection.execute(insert(cases).values(**row))
    return reference


def add_small_bank(engine: Engine) -> None:
    """Nine cases around the fourth quarter of 2026; what each counts as stands beside it.

    Today is 2026-11-23, so the quarter is counted until then.
    """
    add_branches(engine)
    phone, closed = {"source": Source.PHONE.value}, {"state": CaseState.CLOSED.value}
    # Pending since the third quarter, past the legal limit (10-05).
    add_case(engine, 1, "09-20", **CARD, **AT_B1, **phone)
    # Answered after the promise (09-30), within the law (10-13), in 10 days; satisfied.
    done = _answered("10-08", rating=5)
    add_case(engine, 2, "09-28", **CARD, **AT_B1, **phone, **done, **closed)
    # Of the third quarter alone: in time, in 2 days, not satisfied.
    done = _answered("07-12", rating=2)
    add_case(engine, 3, "07-10", **LOAN, **AT_B2, **phone, **done, **closed)
    # In time, in 1 day; satisfied.
    add_case(engine, 4, "10-10", **CARD, **AT_B1, **_answered("10-11", rating=4))
    # Late by promise (10-14) and law (10-27), in 18 days; not satisfied; a repeated complaint.
    done = _answered("10-30", rating=1, repeat_of=make_reference(4))
    add_case(engine, 5, "10-12", **CARD, **AT_B1, **done, **closed)
    # Withdrawn: settled, never answered.
    withdrawn = {"state": CaseState.WITHDRAWN.value, "settled_on": day("11-03")}
    add_case(engine, 6, "11-01", **LOAN, **AT_B2, **withdrawn)
    # Pending, the legal limit (11-30) still to come.
    add_case(engine, 7, "11-15", **LOAN, **AT_B2)
    # Complex, so the longer promise (11-27) counts; nobody has confirmed its classes or branch.
    done = _answered("11-23", grade=Grade.COMPLEX.value, promise_due=day("11-21"))
    add_case(engine, 8, "11-20", **done)
    # After today.
    add_case(engine, 9, "12-01", **CARD, **AT_B1)


def _answered(on: str, **more: Any) -> dict[str, Any]:
    return {"answered_on": day(on), "settled_on": day(on), **more}
