"""The measurements every contestant goes through, and what is kept of them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from time import process_time

from benchmarks import load
from benchmarks.customers import NewCustomer
from benchmarks.plan import Plan
from benchmarks.processor import cpu_seconds
from benchmarks.progress import Steps


@dataclass(frozen=True)
class Asked:
    """FAQ turns one after another: ms of each, and what one cost on average.

    `cpu_ms`: processor time of the server; `client_cpu_ms`: of the program that asks.
    """

    times: Sequence[float]
    cpu_ms: float
    client_cpu_ms: float
    answer_bytes: int


@dataclass(frozen=True)
class Pressed:
    """Many messages at the same time; of bursts the ms until the last answer."""

    crowd: load.Crowd
    at_once: Sequence[float]
    in_a_row: Sequence[float]


@dataclass(frozen=True)
class Contestant:
    """Who is measured: its name on the screen, its customers, its server's process id."""

    name: str
    new_customer: NewCustomer
    pid: int


def ask(who: Contestant, plan: Plan, steps: Steps) -> Asked:
    load.faq(who.new_customer, plan.warm_up, steps, f"{who.name}：预热")
    server, client = cpu_seconds(who.pid), process_time()
    said = load.faq(who.new_customer, plan.faq_turns, steps, f"{who.name}：问答")
    server, client = cpu_seconds(who.pid) - server, process_time() - client
    turns = len(said)
    return Asked(
        [each.ms for each in said],
        server * 1000 / turns,
        client * 1000 / turns,
        round(statistics.mean(each.size for each in said)),
    )


def press(who: Contestant, plan: Plan, steps: Steps) -> Pressed:
    with steps.during(f"{who.name}：{load.CUSTOMERS} 位客户同时"):
        crowd = load.crowd(who.new_customer, plan.turns_per_customer)
    return Pressed(
        crowd,
        load.at_once(who.new_customer, plan.bursts, steps, f"{who.name}：{load.AT_ONCE} 人齐发"),
        load.in_a_row(who.new_customer, plan.bursts, steps, f"{who.name}：一人连发"),
    )


def talk(who: Contestant, plan: Plan, steps: Steps) -> list[float]:
    """Ms of each turn of a long conversation, the median of several conversations."""
    what = f"{who.name}：{load.LONGEST_TALK} 轮长谈"
    seconds = plan.talk_seconds / plan.conversations
    talks = [
        load.long_talk(who.new_customer(), seconds, steps, what) for _ in range(plan.conversations)
    ]
    return [statistics.median(turns) for turns in zip(*talks, strict=False)]


def fill_in(who: Contestant, plan: Plan, steps: Steps) -> load.Filled:
    return load.fill_in(who.new_customer, plan.complaints, steps, f"{who.name}：投诉")
