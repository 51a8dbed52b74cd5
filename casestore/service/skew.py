"""How far the clocks of clients may run ahead of ours."""

from datetime import datetime, timedelta

from casestore.domain.errors import InvalidRequest

CLOCK_SKEW = timedelta(minutes=5)


def refuse_future(submitted_at: datetime, now: datetime) -> None:
    """Raises InvalidRequest if something was submitted later than now."""
    if submitted_at > now + CLOCK_SKEW:
        raise InvalidRequest({"submitted_at": "提交时间晚于现在，请检查系统时钟"})
