"""One installation on several machines: shards behind nginx, everything they share on PostgreSQL.

A machine here is a folder of its own (`VAR_DIR`) with a Rasa process and its action server; what
the machines have in common is what settings give them: addresses of databases, secrets, the folder
of documents, the broker. The case store, the counter and the first relay run beside the first one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.nginx import Nginx, running_nginx
from tests.postgres import Cluster as Postgres
from tests.stack import Stack, wait_until

DATABASES = ("journal", "channel", "knowledge", "tracker", "analytics")
CASE_STORE = "casestore"
START_SECONDS = 240.0
"""Several Rasa processes start at the same time, on few cores."""
_METRICS = ("ACTIONS_METRICS_PORT", "RELAY_METRICS_PORT", "COUNTER_METRICS_PORT")
_OF_A_MACHINE = {"RASA_PORT", "ACTIONS_PORT", "VAR_DIR", *_METRICS}
_ON_EVERY = ("actions", "rasa")
_RELAYS = 2


@dataclass(frozen=True)
class Machines:
    """A running installation."""

    nginx: Nginx
    shards: Sequence[Stack]

    @property
    def first(self) -> Stack:
        return self.shards[0]

    @property
    def web(self) -> str:
        """Address of the web channel, as customers reach it."""
        return f"{self.nginx.customers}/webhooks/web/"

    def on_port(self, port: int) -> Stack:
        """The shard whose Rasa listens there."""
        return next(shard for shard in self.shards if shard.env["RASA_PORT"] == str(port))


@contextmanager
def several_machines(
    folder: Path, postgres: Postgres, count: int, settings: Mapping[str, str] | None = None
) -> Iterator[Machines]:
    """`count` shards, started and healthy, for as long as the block runs; new, empty databases."""
    postgres.create(*DATABASES, CASE_STORE)
    shards = _installed(folder, count, {**_shared(folder, postgres), **(settings or {})})
    with ExitStack() as running:
        for shard in shards:
            running.callback(shard.stop)
        shards[0].prepare()
        for number, shard in enumerate(shards):
            for name in _processes(number, shard):
                shard.launch(name)
        for shard in shards:
            wait_until(shard.healthy, START_SECONDS, f"health of a shard; see {shard.folder}")
        ports = [int(shard.env["RASA_PORT"]) for shard in shards]
        store = int(shards[0].env["CASE_STORE_PORT"])
        (folder / "nginx").mkdir()
        yield Machines(running.enter_context(running_nginx(folder / "nginx", ports, store)), shards)


def _shared(folder: Path, postgres: Postgres) -> dict[str, str]:
    """What makes one installation of several machines: settings alone."""
    return {
        **{f"{name.upper()}_URL": postgres.url(name) for name in DATABASES},
        "DATABASE_URL": postgres.url(CASE_STORE),
        "EVIDENCE_DIR": str(folder / "evidence"),
        "WEB_TRUSTED_PROXIES": "1",
    }


def _installed(folder: Path, count: int, settings: Mapping[str, str]) -> list[Stack]:
    folders = [folder / f"machine-{number}" for number in range(count)]
    for each in (*folders, folder / "evidence"):
        each.mkdir()
    first = Stack(folders[0], extra=dict(settings))
    common = {name: value for name, value in first.env.items() if name not in _OF_A_MACHINE}
    return [first, *(Stack(each, extra=common) for each in folders[1:])]


def _processes(number: int, shard: Stack) -> Iterator[str]:
    """What runs on the machine with this number."""
    if number == 0:
        yield "casestore"
        yield from (name for name in shard.names() if name == "counter")
    if number < _RELAYS:
        yield "relay"
    yield from _ON_EVERY
