"""`python -m bot redeliver`: a case store that lost its database gets once more what it had been given.

It knows repeats by their keys, so that what its backup holds is not filed twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.table import Table

from bot.errors import ConfigurationError, StorageError
from bot.intake.bootstrap import (
    open_acts,
    open_callbacks,
    open_cancellations,
    open_evidence,
    open_journal,
)
from bot.intake.calendar import BEIJING
from bot.intake.outbox import Repeatable, Repeats
from bot.settings import Settings


@dataclass(frozen=True)
class Delivered:
    """`what` for people, and the outbox it was delivered from."""

    what: str
    outbox: Repeatable


def open_deliveries(config: Settings) -> tuple[Delivered, ...]:
    """All that goes to the case store, in the order in which it must be made due again: with a relay
    at work nothing overtakes what has to arrive before it, and a kill in between changes nothing."""
    return (
        Delivered("投诉", open_journal(config)),
        Delivered("回电", open_callbacks(config)),
        Delivered("取消的回电", open_cancellations(config)),
        Delivered("附件", open_evidence(config)),
        Delivered("补充、撤回、评价、核查申请", open_acts(config)),
    )


def read_moment(text: str, now: datetime) -> datetime:
    """A moment of the past in Beijing time. Raises ConfigurationError when `text` is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise ConfigurationError(
            f"--since “{text}”要写成 2026-11-23 或 2026-11-23T02:30 的样子（北京时间）。"
        ) from exc
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=BEIJING)
    if moment >= now:
        raise ConfigurationError(f"--since “{text}”还没有到，请写受理系统的备份开始的时刻。")
    return moment


def send_again(
    deliveries: Sequence[Delivered],
    since: datetime,
    now: datetime,
    screen: Console,
    *,
    dry_run: bool,
) -> bool:
    """Shows how much was delivered from `since` on and can be sent again, or makes it due.

    False when the journal could not be read or written; what comes after is left as it is.
    """
    table = Table("内容", "会再送" if dry_run else "再送", "送不了")
    failure, gone = None, 0
    try:
        for what, found in _each(deliveries, since, now, dry_run):
            table.add_row(what, str(found.count), str(found.gone))
            gone += found.gone
    except StorageError as exc:
        failure = exc
    screen.print(f"{since.astimezone(BEIJING):%Y-%m-%d %H:%M} 以后送到受理系统的：", markup=False)
    screen.print(table)
    if gone:
        screen.print(
            "送不了的，这里已经没有内容：附件送到以后就删除了，请从受理系统的附件目录或备份里找，"
            "找不到的请客户再发一次；取消的回电所对应的那条回电已经到期删除。"
        )
    if failure is not None:
        screen.print(
            "没有做完：登记簿读不了或写不进去，请查登记簿的数据库，再运行一次同样的命令，"
            f"已经做了的不会重复。原因：{type(failure.__cause__).__name__}",
            markup=False,
        )
    return failure is None


def _each(
    deliveries: Sequence[Delivered], since: datetime, now: datetime, dry_run: bool
) -> Iterator[tuple[str, Repeats]]:
    for delivered in deliveries:
        outbox = delivered.outbox
        count = outbox.repeats if dry_run else outbox.send_again
        yield delivered.what, count(since, now)
