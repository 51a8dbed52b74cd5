"""From measured costs and assumptions to what so many customers and cases need. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.channels.web.news import OWN_LOOK_SECONDS

CUSTOMERS = (1_000, 10_000, 100_000)
SECONDS_A_DAY = 86_400
HOURS_A_WORKDAY = 8
FEWEST = 2
"""Of everything that must not be missing when one dies."""
GB, TB = 1e9, 1e12
LOOKS_A_SECOND = 1 / OWN_LOOK_SECONDS
"""Database look-ups of one long poll; the look that all of a process share is among the idle ones."""

Numbers = Mapping[str, float]


@dataclass(frozen=True)
class Costs:
    """What was measured in one run (run.yml): milliseconds and bytes of a message or a case.

    `tables`, `case_tables`: bytes by `database.table`. `poll_ms`: processor milliseconds a second
    of waiting. `connections`: of one installation with one shard to its databases.
    """

    cpu_ms: Numbers
    transactions: float
    log_bytes: float
    tables: Numbers
    case_tables: Numbers
    connections: Numbers
    resident_mb: Numbers
    poll_ms: Numbers
    loaded_bytes_a_case: float
    dump_mb_a_second: float
    dump_share: float

    @property
    def bytes_a_message(self) -> float:
        return sum(self.tables.values())

    def bytes_a_case(self, database: str) -> float:
        return sum(
            size for name, size in self.case_tables.items() if name.split(".")[0] == database
        )


@dataclass(frozen=True)
class Needs:
    """What one number of customers needs. `for_polls`: share of the shards' work that is waiting."""

    customers: int
    messages: float
    peak: float
    polls: float
    shards: int
    for_polls: float
    relays: int
    postgresql_cores: float
    transactions: float
    log_mb: float
    connections: int
    web_connections: int
    memory_gb: float
    network_mbit: float
    messages_a_day: float
    conversation_tb: float
    dump_hours: float


def needs(customers: int, costs: Costs, assumed: Numbers) -> Needs:
    """Sized for the peak; `customers` are in a conversation at the same time on a busy day."""
    busy = assumed["busy"]
    messages = customers / assumed["seconds_between_messages"]
    peak = messages * assumed["peak"]
    polls = customers * assumed["web_share"] * assumed["peak"]
    talking = peak * costs.cpu_ms["rasa"] / 1000
    waiting = polls * costs.poll_ms["rasa"] / 1000
    shards = _shards((talking + waiting) / busy, assumed["scaling"])
    relays = max(FEWEST, math.ceil(peak * costs.cpu_ms["relay"] / 1000 / busy))
    database = peak * costs.cpu_ms["postgresql"] + polls * costs.poll_ms["postgresql"]
    daily = messages * SECONDS_A_DAY * assumed["day_share"]
    kept = daily * costs.bytes_a_message * assumed["fast_query_days"]
    memory = costs.resident_mb
    return Needs(
        customers=customers,
        messages=messages,
        peak=peak,
        polls=polls,
        shards=shards,
        for_polls=waiting / (talking + waiting),
        relays=relays,
        postgresql_cores=database / 1000 / busy,
        transactions=peak * costs.transactions + polls * LOOKS_A_SECOND,
        log_mb=peak * costs.log_bytes / 1e6,
        connections=round(shards * sum(costs.connections.values())),
        web_connections=round(customers * assumed["peak"]),
        memory_gb=(shards * (memory["rasa"] + memory["actions"]) + relays * memory["relay"]) / 1000,
        network_mbit=peak * assumed["kilobytes_a_message"] * 8 / 1000,
        messages_a_day=daily,
        conversation_tb=kept / TB,
        dump_hours=kept / 1e6 / costs.dump_mb_a_second / 3600,
    )


def _shards(work: float, scaling: float) -> int:
    """Processes for so much work of one, when each after the first brings only a share of one."""
    return max(FEWEST, math.ceil(1 + max(0.0, work - 1) / scaling))


@dataclass(frozen=True)
class CaseNeeds:
    """What the cases of a year need, in the steady state where as many are deleted as come."""

    filings: float
    peak_filings: float
    share_of_filing: float
    officers: float
    pages: float
    processes: int
    rows: float
    case_tb: float
    journal_tb_a_year: float
    file_tb: float
    dump_hours: float
    dump_tb: float


def case_needs(costs: Costs, measured: Numbers, assumed: Numbers) -> CaseNeeds:
    cases = assumed["cases_a_year"]
    working_seconds = assumed["working_days"] * HOURS_A_WORKDAY * 3600
    filings = cases / working_seconds
    peak = filings * assumed["case_peak"]
    pages = filings * assumed["pages_a_case"]
    work = pages * measured["page_ms"] / 1000 + peak * 2 / measured["filings_a_second"]
    kept = cases * (assumed["case_years"] + 1)
    size = kept * costs.loaded_bytes_a_case * assumed["handling_factor"]
    return CaseNeeds(
        filings=filings,
        peak_filings=peak,
        share_of_filing=peak / measured["filings_a_second"],
        officers=cases / assumed["working_days"] / assumed["cases_an_officer_a_day"],
        pages=pages,
        processes=max(FEWEST, math.ceil(work / assumed["busy"])),
        rows=kept,
        case_tb=size / TB,
        journal_tb_a_year=cases * costs.bytes_a_case("journal") / TB,
        file_tb=kept * assumed["files_a_case"] * assumed["megabytes_a_file"] / 1e6,
        dump_hours=size / 1e6 / costs.dump_mb_a_second / 3600,
        dump_tb=size * costs.dump_share / TB,
    )


def extrapolated(at_100k: float, at_1m: float, cases: float) -> float:
    """As if each further ten times cost as much more as the last ten times did."""
    return float(at_1m * (at_1m / at_100k) ** math.log10(cases / 1e6))


@dataclass(frozen=True)
class Use:
    """How much of one machine's limit each number of customers takes; above 1 it does not fit."""

    key: str
    shares: tuple[float, ...]


def uses(steps: Sequence[Needs], limits: Numbers) -> list[Use]:
    """In the order of what gives way first at the largest step."""
    found = [
        Use(key, tuple(float(getattr(step, key)) / limit for step in steps))
        for key, limit in _limited(limits)
    ]
    return sorted(found, key=lambda use: -use.shares[-1])


def _limited(limits: Numbers) -> list[tuple[str, float]]:
    names = {"log_mb_a_second": "log_mb"}
    return [(names.get(key, key), limit) for key, limit in limits.items()]
