"""How single things stand on a screen: moments in China time, durations, due dates, sums."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from casestore.domain.deadlines import CHINA_TIME, Urgency, urgency

_MARKS = {Urgency.OVERDUE: "已超期", Urgency.SOON: "将到期", Urgency.ON_TIME: ""}
_STOPPED = "暂停"
_UNITS = ((86_400, "天"), (3_600, "小时"), (60, "分钟"))
_KILO = 1024


@dataclass(frozen=True)
class DueView:
    """A due date; ``mark`` is empty while there is time, and where no clock runs any more."""

    day: str
    urgency: str
    mark: str


def due_view(
    due: date, today: date, soon_days: int, is_running: bool, is_stopped: bool = False
) -> DueView:
    """A due date as it looks today, ``soon_days`` before it marked as near."""
    mark = urgency(due, today, soon_days) if is_running and not is_stopped else Urgency.ON_TIME
    return DueView(due.isoformat(), mark.value, _STOPPED if is_stopped else _MARKS[mark])


def minute(moment: datetime) -> str:
    """A moment in China time, to the minute."""
    return moment.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M")


def second(moment: datetime) -> str:
    """A moment in China time, to the second."""
    return moment.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M:%S")


def browser_minute(moment: datetime) -> str:
    """A moment in China time as a browser's field for one (``datetime-local``) takes it."""
    return moment.astimezone(CHINA_TIME).strftime("%Y-%m-%dT%H:%M")


def duration(seconds: int) -> str:
    """How long, in the two largest units: 2 小时 5 分钟."""
    parts = []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "不到 1 分钟"


def yuan(fen: int | None) -> str:
    """A sum of money in yuan; 未提供 where none is known."""
    return "未提供" if fen is None else f"{Decimal(fen) / 100:,.2f} 元"


def file_size(size: int) -> str:
    """A number of bytes as people say it."""
    if size < _KILO * _KILO:
        return f"{max(size // _KILO, 1)} KB"
    return f"{size / _KILO / _KILO:.1f} MB"
