"""What a message and a case cost on PostgreSQL, by the load of the soak: processor time, rows, log.

Everything in `docs/capacity.md` that no other page has measured comes from here.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa

from benchmarks.casestore.server import Installation
from benchmarks.processor import cpu_seconds, used
from benchmarks.soak import sampling
from benchmarks.soak.conversations import conversations
from benchmarks.soak.load import Load
from benchmarks.soak.measure import SEED
from tests.campaign_day.content import fairs, write
from tests.postgres import throwaway_cluster
from tests.stack import Stack
from tests.wechat import official_account

DATABASES = {
    "journal": "JOURNAL_URL",
    "channel": "CHANNEL_URL",
    "knowledge": "KNOWLEDGE_URL",
    "tracker": "TRACKER_URL",
    "analytics": "ANALYTICS_URL",
    "casestore": "DATABASE_URL",
}
RATE = 5.0
"""Messages a second: costs are measured, not queues, so that pools open what they need and no more."""
MOST_CONNECTIONS = 200
IDLE_SECONDS, WARM_UP_SECONDS = 15.0, 40.0
POLLS, POLL_SECONDS = 60, 20
"""Customers who only wait, and for how long."""
LOADED = 20_000
"""Cases written to see what one takes on the disk."""
MB = 1024 * 1024

_SIZES = sa.text(
    "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
    " WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace"
)
_ACTIVITY = sa.text("SELECT coalesce(sum(xact_commit + xact_rollback), 0) FROM pg_stat_database")
_LOG = sa.text("SELECT wal_bytes FROM pg_stat_wal")
_BACKENDS = sa.text(
    "SELECT datname, count(*) FROM pg_stat_activity WHERE datname <> 'postgres'"
    " AND datname IS NOT NULL GROUP BY datname"
)
_SIZE = sa.text("SELECT pg_database_size(current_database())")
_CASES = sa.text("SELECT count(*) FROM cases")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Counters:
    """One look at everything that counts up. `cpu`: seconds by process, `postgresql` among them."""

    at: float
    messages: int
    cases: int
    cpu: Mapping[str, float]
    transactions: int
    log_bytes: int
    tables: Mapping[str, int]


@dataclass(frozen=True)
class Idle:
    """What goes on in a second without any customer: clocks, sweeps, looks for news.

    `cpu`: processor seconds by process.
    """

    cpu: Mapping[str, float]
    transactions: float


class Cluster:
    """A PostgreSQL with the product's six databases."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._main = sa.create_engine(url, future=True, isolation_level="AUTOCOMMIT")

    def url(self, name: str) -> str:
        return self._url.replace("/postgres?", f"/{name}?")

    def make(self) -> dict[str, str]:
        """Makes the databases; the settings that name them."""
        return {setting: self.make_one(name) for name, setting in DATABASES.items()}

    def make_one(self, name: str) -> str:
        """Makes an empty database; its address."""
        with self._main.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        return self.url(name)

    def number(self, query: Any, database: str = "postgres") -> int:
        rows = self._rows(query, database)
        return int(rows[0][0])

    def tables(self) -> dict[str, int]:
        """Bytes with indexes, by `database.table`."""
        return {
            f"{database}.{name}": int(size)
            for database in DATABASES
            for name, size in self._rows(_SIZES, database)
        }

    def backends(self) -> dict[str, int]:
        """Connections open now, by database."""
        return {str(name): int(count) for name, count in self._rows(_BACKENDS, "postgres")}

    def cpu_seconds(self) -> float:
        """Of the server and all its processes, those that have ended included."""
        pid = int((self._directory() / "data" / "postmaster.pid").read_text().split()[0])
        return used([pid])

    def _directory(self) -> Path:
        return Path(self._url.rpartition("host=")[2])

    def _rows(self, query: Any, database: str) -> list[Any]:
        if database == "postgres":
            with self._main.connect() as connection:
                return list(connection.execute(query))
        engine = sa.create_engine(self.url(database), future=True)
        try:
            with engine.connect() as connection:
                return list(connection.execute(query))
        finally:
            engine.dispose()


def measure(folder: Path, minutes: float, today: date, say: Say) -> dict[str, Any]:
    """The figures by their names in run.yml. `say` is told what is done."""
    stalls = fairs(today)
    for fair in stalls:
        write(folder / "campaigns", fair, today)
    with throwaway_cluster(MOST_CONNECTIONS) as url:
        cluster = Cluster(url)
        extra = {"CAMPAIGNS_DIR": str(folder / "campaigns"), **cluster.make()}
        say("启动…")
        with official_account(folder, extra=extra) as (product, sim):
            coming = conversations(SEED, stalls[0].stands[0].scene)
            load = Load(product, sim.platform.account, coming)
            found = asyncio.run(_Measuring(product, load, cluster, say).run(minutes * 60))
        say(f"写入 {LOADED:,} 件投诉…")
        return {**found, **_cases(cluster, folder)}


class _Measuring:
    def __init__(self, product: Stack, load: Load, cluster: Cluster, say: Say) -> None:
        self._product = product
        self._load = load
        self._cluster = cluster
        self._say = say

    async def run(self, seconds: float) -> dict[str, Any]:
        self._say("没有客户的时候…")
        idle = await self._idle()
        under_load = await self._load.during(self._under_load(seconds, idle), RATE)
        self._say("长轮询…")
        return {
            **under_load,
            "idle_cpu_ms_a_second": _each(idle.cpu, 1, 1000, 1),
            "idle_transactions_a_second": round(idle.transactions, 1),
            **await self._polls(idle),
        }

    async def _under_load(self, seconds: float, idle: Idle) -> dict[str, Any]:
        self._say("预热…")
        await asyncio.sleep(WARM_UP_SECONDS)
        before = await asyncio.to_thread(self._counters)
        self._say("混合负载…")
        await asyncio.sleep(seconds)
        after = await asyncio.to_thread(self._counters)
        return {
            **costs(before, after, idle),
            "connections": await asyncio.to_thread(self._cluster.backends),
            "resident_mb": {
                name: round(sampling.process(running.pid).rss)
                for name, running in self._product.processes.items()
            },
        }

    async def _idle(self) -> Idle:
        before = await asyncio.to_thread(self._counters)
        await asyncio.sleep(IDLE_SECONDS)
        after = await asyncio.to_thread(self._counters)
        took = after.at - before.at
        return Idle(
            {name: (after.cpu[name] - before.cpu[name]) / took for name in after.cpu},
            (after.transactions - before.transactions) / took,
        )

    async def _polls(self, idle: Idle) -> dict[str, Any]:
        """Processor time of one second of waiting for news, of the web process and the database."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            tokens = [await self._session(http) for _ in range(POLLS)]
            before = await asyncio.to_thread(self._cpu)
            began = time.monotonic()
            await asyncio.gather(*(self._poll(http, token) for token in tokens))
            took = time.monotonic() - began
            after = await asyncio.to_thread(self._cpu)
        spent = {
            name: max(0.0, after[name] - before[name] - idle.cpu[name] * took)
            for name in ("rasa", "postgresql")
        }
        return {"poll_cpu_ms_a_second": _each(spent, took * POLLS, 1000, 3)}

    async def _session(self, http: aiohttp.ClientSession) -> str:
        async with http.post(f"{self._product.web}session", json={}) as answer:
            return str((await answer.json())["token"])

    async def _poll(self, http: aiohttp.ClientSession, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self._product.web}messages?after=0&wait={POLL_SECONDS}"
        async with http.get(url, headers=headers) as answer:
            answer.raise_for_status()

    def _counters(self) -> Counters:
        return Counters(
            at=time.monotonic(),
            messages=self._load.tally.messages,
            cases=self._cluster.number(_CASES, "casestore"),
            cpu=self._cpu(),
            transactions=self._cluster.number(_ACTIVITY),
            log_bytes=self._cluster.number(_LOG),
            tables=self._cluster.tables(),
        )

    def _cpu(self) -> dict[str, float]:
        processes = self._product.processes
        seconds = {name: cpu_seconds(running.pid) for name, running in processes.items()}
        return {**seconds, "postgresql": self._cluster.cpu_seconds()}


def costs(before: Counters, after: Counters, idle: Idle) -> dict[str, Any]:
    """What one message and one case cost between two looks, over what goes on anyway. Pure."""
    messages, cases = after.messages - before.messages, after.cases - before.cases
    grown = {name: size - before.tables.get(name, 0) for name, size in after.tables.items()}
    took = after.at - before.at
    cpu = {
        name: max(0.0, after.cpu[name] - before.cpu[name] - idle.cpu[name] * took)
        for name in after.cpu
    }
    transactions = after.transactions - before.transactions - idle.transactions * took
    return {
        "messages": messages,
        "cases": cases,
        "messages_a_second": round(messages / took, 1),
        "cpu_ms_a_message": _each(cpu, messages, 1000, 2),
        "transactions_a_message": round(max(0.0, transactions) / messages, 1),
        "log_bytes_a_message": round((after.log_bytes - before.log_bytes) / messages),
        "bytes_a_message": _each(_of(grown, BY_MESSAGE), messages),
        "bytes_a_case": _each(_of(grown, BY_CASE), cases),
    }


BY_MESSAGE = ("channel", "tracker", "knowledge", "analytics")
BY_CASE = ("journal", "casestore")


def _of(grown: Mapping[str, int], databases: tuple[str, ...]) -> dict[str, int]:
    """The tables of these databases that grew."""
    return {
        name: size for name, size in grown.items() if name.split(".")[0] in databases and size > 0
    }


def _each(
    values: Mapping[str, float], count: float, times: float = 1, digits: int | None = None
) -> dict[str, float]:
    return {name: round(value * times / count, digits) for name, value in sorted(values.items())}


def _cases(cluster: Cluster, folder: Path) -> dict[str, Any]:
    """Bytes of a case that was loaded with its history, and how fast a dump is written."""
    url = cluster.make_one("loaded")
    at = Installation(url, folder)
    at.verb("migrate")
    before = cluster.number(_SIZE, "loaded")
    at.load(LOADED)
    after = cluster.number(_SIZE, "loaded")
    dump, began = folder / "casestore.dump", time.monotonic()
    command = ["pg_dump", "-Fc", "-f", str(dump), url]
    subprocess.run(command, check=True)  # noqa: S603  # a fixed command
    took = time.monotonic() - began
    return {
        "loaded_bytes_a_case": round((after - before) / LOADED),
        "dump_mb_a_second": round(after / MB / took, 1),
        "dump_share": round(dump.stat().st_size / after, 2),
    }
