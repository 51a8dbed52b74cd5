"""The clients' backlog as it stands on the page of deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casestore.console.views import duration, minute
from casestore.domain.exchange import BacklogItem, ItemStatus
from casestore.service.exchange import Waiting


@dataclass(frozen=True)
class ItemLine:
    """One undelivered thing; ``can_retry`` where a person has to say so, ``is_retried`` where one
    has said so since the report."""

    reference: str
    kind: str
    status: str
    attempts: int
    since: str
    error: str
    can_retry: bool
    is_retried: bool


@dataclass(frozen=True)
class BacklogView:
    """One client's last report; ``silence`` is how long ago it came, if that is too long."""

    client: str
    reported: str
    silence: str
    pending: int
    parked: int
    oldest: str
    items: Sequence[ItemLine]
    left_out: int


def backlog_views(waiting: Sequence[Waiting], now: datetime) -> list[BacklogView]:
    """The reports of all clients as they look now."""
    return [_view(each, now) for each in waiting]


def _view(waiting: Waiting, now: datetime) -> BacklogView:
    report, backlog = waiting.report, waiting.report.backlog
    total = backlog.pending + backlog.parked
    silent = int((now - report.reported_at).total_seconds())
    return BacklogView(
        client=report.client,
        reported=minute(report.reported_at),
        silence=duration(silent) if report.is_stale(now) else "",
        pending=backlog.pending,
        parked=backlog.parked,
        oldest=duration(backlog.oldest_seconds) if total else "",
        items=[_line(item, waiting.retried) for item in backlog.items],
        left_out=max(total - len(backlog.items), 0),
    )


def _line(item: BacklogItem, retried: frozenset[str]) -> ItemLine:
    is_parked = item.status is ItemStatus.PARKED
    is_retried = is_parked and item.reference in retried
    return ItemLine(
        reference=item.reference,
        kind=item.kind.label,
        status=item.status.label,
        attempts=item.attempts,
        since=minute(item.waiting_since),
        error=item.last_error or "",
        can_retry=is_parked and not is_retried,
        is_retried=is_retried,
    )
