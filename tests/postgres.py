"""A throw-away PostgreSQL cluster for tests: own directory, unix socket only, gone at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_INSTALLED = Path("/usr/lib/postgresql")
_SUPERUSER = "tests"
# Durability is the server's own matter; the tests are about our SQL.
_OPTIONS = "-c listen_addresses='' -c fsync=off -c full_page_writes=off"


@contextmanager
def throwaway_cluster(connections: int = 60) -> Iterator[str]:
    """The URL of a fresh, empty database ``postgres`` for as long as the block runs.

    ``connections``: how many the server takes at once.

    Raises RuntimeError if PostgreSQL's server programs are not installed.
    """
    binaries = _binaries()
    # Short, because a unix socket's path may have 107 characters at most.
    directory = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    user = _server_user()
    try:
        if user is not None:
            shutil.chown(directory, user)
        _start(binaries, directory, user, connections)
        try:
            yield f"postgresql://{_SUPERUSER}@/postgres?host={directory}"
        finally:
            stop: list[str | Path] = [
                binaries / "pg_ctl",
                "stop",
                "-D",
                directory / "data",
                "-m",
                "immediate",
            ]
            _run(stop, directory, user)
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


def _start(binaries: Path, directory: Path, user: str | None, connections: int) -> None:
    data = directory / "data"
    create: list[str | Path] = [binaries / "initdb", "-D", data, "-U", _SUPERUSER, "-A", "trust"]
    _run([*create, "--encoding=UTF8", "--locale=C", "--no-sync"], directory, user)
    options = f"{_OPTIONS} -c max_connections={connections} -k {directory}"
    start: list[str | Path] = [
        binaries / "pg_ctl",
        "start",
        "-D",
        data,
        "-w",
        "-t",
        "60",
        "-o",
        options,
    ]
    _run([*start, "-l", directory / "server.log"], directory, user)


def _run(command: list[str | Path], directory: Path, user: str | None) -> None:
    with (directory / "commands.log").open("ab") as log:
        subprocess.run(
            command, check=True, cwd=directory, user=user, stdout=log, stderr=subprocess.STDOUT
        )
