"""``python -m casestore``: migrating, refusing to start, starting for real."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import func, select

from casestore import bootstrap
from casestore.domain.errors import ConfigurationError
from casestore.settings import DatabaseSettings, Settings, load
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.passwords import Argon2Passwords
from casestore.storage.store import SqlStore
from casestore.storage.tables import accounts
from tests.contract.casestore.kit import (
    ADMIN_PASSWORD,
    FIELD_KEY,
    OTHER_FIELD_KEY,
    TOKEN,
    make_case,
)

ROOT = Path(__file__).parents[3]
SECRETS = {"CASE_STORE_TOKEN": TOKEN, "CASE_STORE_FIELD_KEYS": FIELD_KEY}


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command with nothing of this process's environment."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "casestore", *arguments],
        cwd=cwd,
        env=environment_of(environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def environment_of(environment: dict[str, str]) -> dict[str, str]:
    base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return {**base, **environment}


def database_settings(url: str, password: str | None = None) -> DatabaseSettings:
    environment = {"DATABASE_URL": url}
    if password:
        environment["CONSOLE_ADMIN_PASSWORD"] = password
    return load(DatabaseSettings, environment)


def test_migrating_creates_the_default_file_and_the_first_account(tmp_path: Path) -> None:
    done = run("migrate", cwd=tmp_path, CONSOLE_ADMIN_PASSWORD=ADMIN_PASSWORD)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "已建立后台账号 admin。\n数据库已是最新版本。\n"
    assert (tmp_path / "var" / "casestore.db").exists()


def test_secrets_may_stand_in_an_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"CONSOLE_ADMIN_PASSWORD={ADMIN_PASSWORD}\n", encoding="utf-8")
    assert "已建立后台账号" in run("migrate", cwd=tmp_path).stdout


def test_the_first_account_is_made_once_and_its_password_is_argon2id(postgres_url: str) -> None:
    settings = database_settings(postgres_url, ADMIN_PASSWORD)
    parts = bootstrap.Parts(passwords=Argon2Passwords())
    assert bootstrap.prepare_database(settings, parts)
    assert not bootstrap.prepare_database(settings, parts)
    engine = build_engine(postgres_url)
    with engine.begin() as connection:
        (password_hash,) = connection.execute(select(accounts.c.password_hash)).scalars()
        connection.execute(accounts.delete())
    engine.dispose()
    assert password_hash.startswith("$argon2id$")
    assert Argon2Passwords().verify(password_hash, ADMIN_PASSWORD)
    assert not Argon2Passwords().verify(password_hash, "another")
    assert not Argon2Passwords().verify(password_hash, "\ud800")
    assert not Argon2Passwords().verify(None, "nobody")


def test_without_a_password_no_account_is_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'casestore.db'}"
    assert not bootstrap.prepare_database(database_settings(url))
    engine = build_engine(url)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(accounts)).scalar_one() == 0
    engine.dispose()


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_serving_without_a_secret_says_so_in_one_line(tmp_path: Path, missing: str) -> None:
    others = {name: value for name, value in SECRETS.items() if name != missing}
    done = run("serve", cwd=tmp_path, **others)
    assert (done.returncode, done.stdout) == (2, "")
    assert missing in done.stderr
    assert done.stderr.startswith("无法启动，请设置")
    assert done.stderr.count("\n") == 1


def test_serving_an_old_database_says_so_in_one_line(tmp_path: Path) -> None:
    done = run("serve", cwd=tmp_path, **SECRETS)
    assert done.returncode == 2
    assert done.stderr == "数据库还没有升级到当前版本，请先运行 python -m casestore migrate。\n"


def test_serving_with_the_wrong_keys_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'casestore.db'}"
    bootstrap.prepare_database(database_settings(url))
    engine = build_engine(url)
    with SqlStore(engine, Keyring([OTHER_FIELD_KEY])).transaction() as tx:
        tx.cases.add(make_case(), "f")
        tx.commit()
    engine.dispose()
    environment = {**SECRETS, "DATABASE_URL": url, "CASE_STORE_FILES_DIR": str(tmp_path / "files")}
    with pytest.raises(ConfigurationError, match="CASE_STORE_FIELD_KEYS"):
        bootstrap.open_for_business(load(Settings, environment))


def test_a_database_that_is_away_is_a_plain_refusal(tmp_path: Path) -> None:
    url = f"postgresql://nobody@/nothing?host={tmp_path}"
    with pytest.raises(ConfigurationError, match="连不上数据库"):
        bootstrap.prepare_database(database_settings(url))
    with pytest.raises(ConfigurationError, match="连不上数据库"):
        bootstrap.open_for_business(load(Settings, {**SECRETS, "DATABASE_URL": url}))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(cwd: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    environment = environment_of({**SECRETS, "CASE_STORE_PORT": str(port)})
    with (cwd / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "casestore", "serve"],
            cwd=cwd,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> bytes:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=2) as response:  # noqa: S310  # our own loopback address
                body: bytes = response.read()
                return body
        except URLError:
            time.sleep(0.1)
    raise AssertionError("the service did not come up")


def test_the_service_serves_and_its_log_names_no_reference(tmp_path: Path) -> None:
    assert run("migrate", cwd=tmp_path).returncode == 0
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with serving(tmp_path, port) as process:
        assert b'"ok"' in wait_for(f"{base}/health", process)
        request = Request(f"{base}/api/v1/complaints/TS20261123-SECRET0")  # noqa: S310  # loopback
        request.add_header("Authorization", f"Bearer {TOKEN}")
        request.add_header("X-Complaint-Proof", "1234")
        with pytest.raises(OSError, match="404") as caught:
            urlopen(request, timeout=5)  # noqa: S310  # loopback
        assert "Server" not in caught.value.headers  # type: ignore[attr-defined]  # an HTTPError
        caught.value.close()  # type: ignore[attr-defined]  # an HTTPError
    written = (tmp_path / "log").read_text(encoding="utf-8")
    assert base in written
    assert "SECRET0" not in written
