"""The verbs ``demo`` and ``load`` put together: settings to services on a clock of the stage."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from time import monotonic
from uuid import UUID

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import event
from sqlalchemy.engine import Engine

from casestore.bootstrap import Parts, build_services, readiness
from casestore.demo import bulk
from casestore.demo.bank import Access, hand_out_codes
from casestore.demo.fill import fill, require_empty, starting_moment
from casestore.demo.stage import StageClock
from casestore.domain.deadlines import CHINA_TIME, ServicePromise
from casestore.domain.errors import ConfigurationError
from casestore.service.tokens import new_code
from casestore.settings import Settings
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore


def demo(settings: Settings, now: datetime, cases: int, seed: int) -> None:
    """Fill an empty database with a year of an invented bank and print codes to get in.

    Raises ConfigurationError if the database is in use or not migrated, StoreUnavailable.
    """
    console = Console()
    with _opened(settings) as engine:
        store = SqlStore(engine, Keyring(settings.field_keys))
        require_empty(store)
        clock = StageClock(starting_moment(now))
        ids = Random(f"ids {seed}")  # noqa: S311  # to be repeated, not to be secret
        parts = Parts(
            now=clock,
            new_id=lambda: str(UUID(bytes=ids.randbytes(16), version=4)),
            random_bytes=ids.randbytes,
        )
        reach = build_services(engine, settings, parts)
        for _ in track(
            _whole(fill(reach, store, clock, now, cases, seed), cases), "演示数据", cases
        ):
            pass
        console.print(_table(hand_out_codes(store, now, new_code)))
    console.print("打开投诉受理台的 /setup 页面，输入一次性代码，设置密码和验证器后登录。")


def load(settings: Settings, now: datetime, cases: int, seed: int) -> None:
    """Add so many made cases for measurements, and print how fast that went.

    Raises ConfigurationError where there are real cases or the database is not migrated,
    StoreUnavailable.
    """
    with _opened(settings) as engine:
        before = bulk.loaded_cases(engine)
        bulk.staff_the_bank(SqlStore(engine, Keyring(settings.field_keys)), now)
        whole = bulk.Batch(
            database_url=settings.database_url.get_secret_value(),
            keys=settings.field_keys,
            seed=seed,
            until=now,
            promise=ServicePromise(settings.promise_working_days, settings.complex_working_days),
            first=before,
            count=cases,
        )
        started = monotonic()
        for _ in track(_whole(bulk.load(engine, whole), cases), "压测数据", cases):
            pass
        rate = cases / (monotonic() - started)
    Console().print(f"已写入 {cases:,} 件，共 {before + cases:,} 件，每秒 {rate:,.0f} 件。")


def _whole(over: Iterator[int], cases: int) -> Iterator[int]:
    """One step for each case that is over."""
    shown = 0
    for done in over:
        while shown < min(done, cases):
            shown += 1
            yield shown


@contextmanager
def _opened(settings: Settings) -> Iterator[Engine]:
    """A checked database. SQLite need not wait for the disk: what is lost is invented again."""
    engine = build_engine(settings.database_url.get_secret_value())
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _hurry)
    try:
        for result in readiness(engine).values():
            if result != "ok":
                raise ConfigurationError(result)
        yield engine
    finally:
        engine.dispose()


def _hurry(connection: object, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]  # a driver's


def _table(accesses: list[Access]) -> Table:
    until = accesses[0].code.expires_at.astimezone(CHINA_TIME)
    table = Table(title=f"演示账号（一次性代码在 {until:%m-%d %H:%M} 前有效，只显示这一次）")
    for heading in ("账号", "姓名", "角色", "机构"):
        table.add_column(heading, overflow="fold")
    table.add_column("一次性代码", no_wrap=True, min_width=len(accesses[0].code.code))
    for access in accesses:
        account = access.account
        roles = "、".join(sorted(role.label for role in account.roles))
        table.add_row(
            account.username, account.name, roles, account.branch or "总行", access.code.code
        )
    return table
