"""A database on a PostgreSQL server: its own tools, a connection to compare by, a place to try in."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot.errors import BackupFailed

_OPTIONS = (
    # Rows are compared as text, which must not depend on how a database or a role is set.
    "-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=3"
    " -c bytea_output=hex -c statement_timeout=0"
)
_CONNECT_SECONDS = 10


@dataclass(frozen=True)
class PgTools:
    """The client programs of the server. They take the password from the environment, so that it
    stands in no list of processes."""

    pg_dump: str
    pg_restore: str

    @classmethod
    def find(cls) -> PgTools | None:
        """Those of this machine; None when it has none."""
        dump, restore = shutil.which("pg_dump"), shutil.which("pg_restore")
        return cls(dump, restore) if dump and restore else None

    def dump(self, url: URL, snapshot: str, target: Path) -> None:
        """Writes the database as a snapshot sees it. Raises BackupFailed."""
        target.touch(mode=0o600)
        _run([self.pg_dump, "--format=custom", f"--snapshot={snapshot}", f"--file={target}"], url)

    def load(self, source: Path, url: URL) -> None:
        """Fills an empty database, wholly or not at all. Raises BackupFailed."""
        options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        _run([self.pg_restore, *options, str(source)], url)


def _run(command: list[str], url: URL) -> None:
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    done = subprocess.run(  # noqa: S603 - the server's own programs
        [*command, "--no-password", f"--dbname={address}"],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        reason = " ".join(done.stderr.strip().splitlines()[-1:])
        raise BackupFailed(f"{Path(command[0]).name} 没有成功：{reason}")


@contextmanager
def connect(url: URL, *, autocommit: bool = False) -> Iterator[Connection]:
    """A connection of its own, in one transaction that sees one moment unless `autocommit`.

    Raises SQLAlchemyError.
    """
    engine = sa.create_engine(
        url,
        future=True,
        hide_parameters=True,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT" if autocommit else "REPEATABLE READ",
        connect_args={"connect_timeout": _CONNECT_SECONDS, "options": _OPTIONS},
    )
    with engine.connect() as connection:
        yield connection


def is_empty(url: URL) -> bool:
    """Whether a database has no table yet. Raises SQLAlchemyError."""
    with connect(url) as connection:
        return not sa.inspect(connection).get_table_names()


@contextmanager
def database_beside(url: URL, name: str) -> Iterator[URL]:
    """An empty database on the server of `url` for as long as the block runs, with the encoding and
    the language of the one at `url`, which stays untouched. Raises BackupFailed."""
    quoted = '"{}"'.format(name.replace('"', '""'))
    like = "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database"
    try:
        with connect(url, autocommit=True) as server:
            row = server.exec_driver_sql(f"{like} WHERE datname = current_database()").one()
            encoding, collate, ctype = (str(value).replace("'", "''") for value in row)
            server.exec_driver_sql(
                f"CREATE DATABASE {quoted} TEMPLATE template0 ENCODING '{encoding}'"
                f" LC_COLLATE '{collate}' LC_CTYPE '{ctype}'"
            )
    except SQLAlchemyError as exc:
        raise BackupFailed(
            f"在数据库服务器上建不了演练用的库 {name}：账号要有建库的权限（CREATEDB），"
            "服务器要能连上。"
        ) from exc
    try:
        yield url.set(database=name)
    finally:
        with connect(url, autocommit=True) as server:
            server.exec_driver_sql(f"DROP DATABASE {quoted}")
