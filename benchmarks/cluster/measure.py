"""Starts all shards once, lets nginx serve one, two and more of them, and puts load on each."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks import processor
from benchmarks.cluster.figures import Kind, Load, Part, Run
from benchmarks.figures import ROOT
from tests.cluster import Machines, several_machines
from tests.deploy.nginx import Nginx, running_nginx
from tests.postgres import Cluster, running_cluster

CUSTOMERS = 16
SECONDS = 25.0
WARM_UP_SECONDS = 6.0
IDLE_SECONDS = 10.0
ORDER = (Kind.FAQ, Kind.FORM)
_PARTS = {"rasa": Part.RASA, "actions": Part.ACTIONS}


def steps(most: int) -> int:
    """How many loads `measure` gives."""
    return most * len(ORDER)


def measure(folder: Path, most: int) -> Iterator[Run]:
    """The loads on 1 to `most` Rasa processes, each as soon as it is done."""
    with running_cluster() as postgres, several_machines(folder, postgres, most) as machines:
        idle = _idle(machines, postgres)
        for processes in range(1, most + 1):
            where = folder / f"nginx-{processes}"
            where.mkdir()
            ports = [int(shard.env["RASA_PORT"]) for shard in machines.shards[:processes]]
            store = int(machines.first.env["CASE_STORE_PORT"])
            with running_nginx(where, ports, store) as nginx:
                for kind in ORDER:
                    _load(nginx, kind, WARM_UP_SECONDS)
                    before = _used(machines, postgres, nginx)
                    load = _load(nginx, kind, SECONDS)
                    cpu = _since(before, _used(machines, postgres, nginx))
                    cpu[Part.CLIENT] = load.client_cpu
                    yield Run(processes, kind, load, cpu, idle)


def _idle(machines: Machines, postgres: Cluster) -> Mapping[Part, float]:
    """Seconds of processor time a second while no customer is there."""
    before = _used(machines, postgres, machines.nginx)
    time.sleep(IDLE_SECONDS)
    used = _since(before, _used(machines, postgres, machines.nginx))
    return {part: seconds / IDLE_SECONDS for part, seconds in used.items()}


def _since(before: Mapping[Part, float], after: Mapping[Part, float]) -> dict[Part, float]:
    return {part: after[part] - before[part] for part in before}


def _used(machines: Machines, postgres: Cluster, nginx: Nginx) -> Mapping[Part, float]:
    """Seconds of processor time so far; shards without customers use next to none."""
    running: dict[Part, list[int]] = {part: [] for part in Part if part is not Part.CLIENT}
    for shard in machines.shards:
        for name, process in shard.processes.items():
            running[_PARTS.get(name, Part.REST)].append(process.pid)
    running[Part.POSTGRES] = [postgres.pid]
    running[Part.NGINX] = [nginx.pid]
    return {part: processor.used(pids) for part, pids in running.items()}


def _load(nginx: Nginx, kind: Kind, seconds: float) -> Load:
    address = f"{nginx.customers}/webhooks/web/"
    command = [*("-m", "benchmarks.cluster.client"), address, kind.value, str(CUSTOMERS)]
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, *command, str(seconds)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        timeout=seconds + 120,
    )
    return Load(**json.loads(done.stdout))
