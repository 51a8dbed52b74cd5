"""The real case store on a throw-away PostgreSQL: loaded by its own verb, asked over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from uuid import uuid4

import requests
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text

from casestore.domain.staff import StaffRole
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.passwords import Argon2Passwords
from casestore.storage.store import SqlStore
from tests.officers import make_account, open_session
from tests.ports import free_ports

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
OFFICER, BRANCH_OFFICER = "bench.head", "bench.branch"
_COOKIE = "xiaobao_session"


@dataclass
class Installation:
    """A case store on a database; ``addresses`` are those of its processes once they run."""

    database_url: str
    folder: Path
    token: str = field(default_factory=lambda: uuid4().hex + uuid4().hex)
    key: str = field(default_factory=lambda: Fernet.generate_key().decode())
    addresses: list[str] = field(default_factory=list)

    def verb(self, *words: str) -> None:
        """Run a verb of the case store to its end. Raises CalledProcessError."""
        command = [sys.executable, "-m", "casestore", *words]
        environment = self._environment()
        subprocess.run(  # noqa: S603  # our own verb
            command, check=True, cwd=ROOT, env=environment, capture_output=True
        )

    def load(self, cases: int) -> float:
        """Add so many cases; how many a second that were, indexes included."""
        started = time.monotonic()
        self.verb("load", str(cases))
        rate = cases / (time.monotonic() - started)
        self._tidy()
        return rate

    @contextmanager
    def running(self, processes: int) -> Iterator[None]:
        """Serve from so many processes on ports of their own."""
        ports = free_ports(processes)
        self.addresses = [f"http://127.0.0.1:{port}" for port in ports]
        started = [self._serve(port) for port in ports]
        try:
            for address, process in zip(self.addresses, started, strict=True):
                self._wait_for(address, process)
            yield
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait()

    def make_officers(self) -> None:
        """One of the head office who sees all cases, one of a branch who sees its own."""
        with self.store() as store:
            passwords = Argon2Passwords()
            roles = (StaffRole.SUPERVISOR, StaffRole.HANDLER)
            make_account(store, OFFICER, passwords, roles)
            make_account(store, BRANCH_OFFICER, passwords, roles, branch="DQ")

    def browser(self, username: str) -> requests.Session:
        """A session of the console."""
        with self.store() as store:
            token = open_session(store, username, datetime.now(timezone.utc))
        session = requests.Session()
        session.cookies.set(_COOKIE, token)
        session.headers["Accept"] = "text/html"
        return session

    @contextmanager
    def store(self) -> Iterator[SqlStore]:
        """The database, past the server."""
        engine = build_engine(self.database_url)
        try:
            yield SqlStore(engine, Keyring([self.key]))
        finally:
            engine.dispose()

    def some_references(self, count: int) -> list[str]:
        """References from all over the table."""
        engine = build_engine(self.database_url)
        query = "SELECT reference FROM cases TABLESAMPLE SYSTEM (20) ORDER BY random() LIMIT :n"
        try:
            with engine.connect() as connection:
                found = connection.execute(text(query), {"n": count}).scalars().all()
        finally:
            engine.dispose()
        return [str(reference) for reference in found]

    def forget_filed(self) -> None:
        """Let what was filed over HTTP count as loaded, so that more can be loaded."""
        engine = build_engine(self.database_url)
        try:
            with engine.begin() as connection:
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text("UPDATE cases SET client = 'load' WHERE client <> 'load'"))
        finally:
            engine.dispose()

    def _serve(self, port: int) -> subprocess.Popen[bytes]:
        environment = {**self._environment(), "CASE_STORE_PORT": str(port)}
        log = (self.folder / f"serve-{port}.log").open("ab")
        command = [sys.executable, "-m", "casestore", "serve"]
        with log:
            return subprocess.Popen(  # noqa: S603  # our own verb
                command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def _wait_for(self, address: str, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if requests.get(f"{address}/health", timeout=5).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.2)
        logs = "".join(path.read_text() for path in self.folder.glob("serve-*.log"))
        raise RuntimeError(f"{address} did not start:\n{logs}")

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "CASE_STORE_TOKEN": self.token,
            "CASE_STORE_FIELD_KEYS": self.key,
            "CASE_STORE_FILES_DIR": str(self.folder / "files"),
        }

    def _tidy(self) -> None:
        """What autovacuum does in the course of a day."""
        engine = create_engine(self.database_url, isolation_level="AUTOCOMMIT", future=True)
        with engine.connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
        engine.dispose()
