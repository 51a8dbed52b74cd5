"""What is measured with several Rasa processes, and what follows from it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from benchmarks.aims import quantile

FULL = 0.85
"""From this share of its processor time on, a machine is said to be at its limit."""


class Kind(str, Enum):
    """What the turns are about."""

    FAQ = "faq"
    FORM = "form"


class Part(str, Enum):
    """What uses processor time during a load."""

    RASA = "Rasa"
    ACTIONS = "动作服务"
    POSTGRES = "PostgreSQL"
    NGINX = "nginx"
    REST = "其余进程"
    CLIENT = "发消息的客户端"


@dataclass
class Load:
    """What a client has done: milliseconds of each turn, turns without an answer, seconds it took,
    and seconds of processor time it used itself."""

    times: list[float]
    failures: int
    seconds: float
    client_cpu: float


@dataclass(frozen=True)
class Run:
    """One load on a number of Rasa processes.

    `cpu`: seconds of processor time by part; `idle`: what of them each second takes in which nobody
    says anything, for looking whether there is something to do.
    """

    processes: int
    kind: Kind
    load: Load
    cpu: Mapping[Part, float]
    idle: Mapping[Part, float]

    @property
    def turns(self) -> int:
        return len(self.load.times)

    @property
    def rate(self) -> float:
        """Turns a second."""
        return self.turns / self.load.seconds

    @property
    def p50(self) -> float:
        return quantile(self.load.times, 0.50)

    @property
    def p95(self) -> float:
        return quantile(self.load.times, 0.95)

    def cpu_ms(self, part: Part) -> float:
        """Milliseconds of processor time a turn takes of this part, beyond what idling takes."""
        for_turns = self.cpu[part] - self.idle.get(part, 0.0) * self.load.seconds
        return 1000 * max(for_turns, 0.0) / self.turns

    @property
    def all_cpu_ms(self) -> float:
        return sum(map(self.cpu_ms, self.cpu))

    def share_of(self, cores: int) -> float:
        """How much of the machine's processor time the load took, from 0 to 1."""
        return sum(self.cpu.values()) / (self.load.seconds * cores)

    def most_of(self, cores: int) -> float:
        """Turns a second with which these costs would fill so many cores."""
        return (cores - sum(self.idle.values())) * 1000 / self.all_cpu_ms

    @property
    def busy_process(self) -> float:
        """How much of a core each Rasa process used, from 0 to 1."""
        return self.cpu[Part.RASA] / self.load.seconds / self.processes


def growth(runs: Sequence[Run], run: Run) -> float:
    """How many times the throughput of one process this is."""
    (alone,) = (r for r in runs if r.kind is run.kind and r.processes == 1)
    return run.rate / alone.rate


def limit(run: Run, cores: int) -> str:
    """What keeps this load from going faster, in a word or two."""
    if run.share_of(cores) >= FULL:
        return "机器"
    return "一个核" if run.busy_process >= FULL else "等待"


def one_core_each(run: Run) -> float:
    """Turns a second of one Rasa process that has a core of its own, by what a turn costs it."""
    return 1000 / run.cpu_ms(Part.RASA)
