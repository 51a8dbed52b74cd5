"""A throw-away PostgreSQL cluster for tests: own directory, gone at the end.

with running_cluster() as postgres:      # on a port of the loopback address
    postgres.create("journal")
    ... postgres.url("journal") ...
    postgres.crash()                     # every connection breaks; what was committed is there
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_ports

_INSTALLED = Path("/usr/lib/postgresql")
_SUPERUSER = "tests"
START_SECONDS = "180"
"""Seconds at most; others may keep the disk busy while it recovers."""
# Durability is the server's own matter; most tests are about our SQL.
_ON_SOCKET = "-c listen_addresses='' -c fsync=off -c full_page_writes=off"
# Before it recovers, the whole disk is written at once and not file by file: seconds instead of tens.
_ON_PORT = (
    "-c listen_addresses=127.0.0.1 -c max_connections=300 -c recovery_init_sync_method=syncfs"
)


@contextmanager
def throwaway_cluster(connections: int = 60) -> Iterator[str]:
    """The URL of a fresh, empty database ``postgres`` for as long as the block runs.

    On a unix socket only, and without waiting for the disk. ``connections``: how many it takes at
    once. Raises RuntimeError if PostgreSQL's
    server programs are not installed.
    """
    with _running(f"{_ON_SOCKET} -c max_connections={connections}") as server:
        yield f"postgresql://{_SUPERUSER}@/postgres?host={server.directory}"


@contextmanager
def running_cluster() -> Iterator["Cluster"]:
    """A server that commits to the disk, for several processes that may lose it.

    Raises RuntimeError if PostgreSQL's server programs are not installed.
    """
    (port,) = free_ports(1)
    with _running(f"{_ON_PORT} -p {port}") as server:
        yield Cluster(server, port)


class Cluster:
    """A running server on a port of the loopback address."""

    def __init__(self, server: "_Server", port: int) -> None:
        self._server, self._port = server, port

    @property
    def pid(self) -> int:
        """Of the server's first process, the parent of all others."""
        lines = (self._server.directory / "data" / "postmaster.pid").read_text("ascii")
        return int(lines.splitlines()[0])

    def url(self, database: str) -> str:
        return f"postgresql://{_SUPERUSER}@127.0.0.1:{self._port}/{database}"

    def create(self, *databases: str) -> None:
        for name in databases:
            where = ["-h", "127.0.0.1", "-p", str(self._port), "-U", _SUPERUSER]
            self._server.run("createdb", *where, name)

    def crash(self) -> None:
        """Stops the server as a crash would, and starts it: it recovers from its log."""
        self._server.control("restart", "-m", "immediate", "-w", "-t", START_SECONDS)


class _Server:
    """The programs of PostgreSQL at work in one directory."""

    def __init__(self, directory: Path, binaries: Path, user: str | None) -> None:
        self.directory, self._binaries, self._user = directory, binaries, user

    def start(self, options: str) -> None:
        data = str(self.directory / "data")
        create = ["-D", data, "-U", _SUPERUSER, "-A", "trust"]
        self.run("initdb", *create, "--encoding=UTF8", "--locale=C", "--no-sync")
        log = str(self.directory / "server.log")
        options = f"{options} -k {self.directory}"
        self.control("start", "-w", "-t", START_SECONDS, "-o", options, "-l", log)

    def control(self, verb: str, *options: str) -> None:
        self.run("pg_ctl", verb, "-D", str(self.directory / "data"), *options)

    def run(self, program: str, *arguments: str) -> None:
        with (self.directory / "commands.log").open("ab") as log:
            subprocess.run(
                [str(self._binaries / program), *arguments],
                check=True,
                cwd=self.directory,
                user=self._user,
                stdout=log,
                stderr=subprocess.STDOUT,
            )


@contextmanager
def _running(options: str) -> Iterator[_Server]:
    binaries = _binaries()
    # Short, because a unix socket's path may have 107 characters at most.
    directory = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    user = _server_user()
    server = _Server(directory, binaries, user)
    try:
        if user is not None:
            shutil.chown(directory, user)
        server.start(options)
        try:
            yield server
        finally:
            server.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _binaries() -> Path:
    found = sorted(_INSTALLED.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise RuntimeError(
            f"no PostgreSQL server under {_INSTALLED}: install the package postgresql, "
            "these tests need a real one"
        )
    return found[-1].parent


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root, so root lends it to the package's own user."""
    return pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None
