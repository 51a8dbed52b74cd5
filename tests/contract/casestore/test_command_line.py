"""``python -m casestore``: migrating, refusing to start, starting for real."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import text

from casestore import bootstrap
from casestore.bootstrap import utc_now
from casestore.domain.errors import ConfigurationError, InvalidRequest
from casestore.domain.staff import StaffRole
from casestore.service.admission import Admission
from casestore.service.tokens import new_secret, new_token
from casestore.settings import DatabaseSettings, Settings, load
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.passwords import Argon2Passwords
from casestore.storage.store import SqlStore
from casestore.storage.tables import accounts, audit
from tests.contract.casestore.kit import (
    FIELD_KEY,
    OTHER_FIELD_KEY,
    TOKEN,
    QuickPasswords,
    make_case,
)
from tests.officers import make_account
from tests.ports import free_ports
from tests.stack import PATIENCE_SECONDS, START_SECONDS, wait_until

ROOT = Path(__file__).parents[3]
GOOD = "seven locust trees by the gate"
SECRETS = {"CASE_STORE_TOKEN": TOKEN, "CASE_STORE_FIELD_KEYS": FIELD_KEY}


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command with nothing of this process's environment."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "casestore", *arguments],
        cwd=cwd,
        env=environment_of(environment),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


def environment_of(environment: dict[str, str]) -> dict[str, str]:
    base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return {**base, **environment}


def database_settings(url: str, **more: str) -> DatabaseSettings:
    return load(DatabaseSettings, {"DATABASE_URL": url, **more})


CODE = re.compile(r"账号 (\w+) 的一次性代码：((?:[0-9A-Z]{6}-){3}[0-9A-Z]{6})\n")


def code_in(printed: str) -> tuple[str, str]:
    """The user name and the one-time code that a verb showed."""
    found = CODE.search(printed)
    assert found is not None, printed
    return found.group(1), found.group(2)


def test_migrating_creates_the_default_file_and_shows_a_code(tmp_path: Path) -> None:
    done = run("migrate", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("数据库已是最新版本。\n账号 admin 的一次性代码：")
    assert (tmp_path / "var" / "casestore.db").exists()


def test_a_setting_may_stand_in_an_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=sqlite:///here.db\n", encoding="utf-8")
    assert run("migrate", cwd=tmp_path).returncode == 0
    assert (tmp_path / "here.db").exists()


def accepts(url: str, code: str) -> bool:
    """Whether somebody can begin to set up an account with the code."""
    engine = build_engine(url)
    store = SqlStore(engine, Keyring([FIELD_KEY]))
    admission = Admission(store, QuickPasswords(), utc_now, new_token, new_secret)
    try:
        admission.accept(code, GOOD, "", name="周明")
    except InvalidRequest:
        return False
    finally:
        engine.dispose()
    return True


def test_each_migration_shows_another_code_until_there_is_an_administrator(
    postgres_url: str,
) -> None:
    settings = database_settings(postgres_url)
    first, second = (bootstrap.prepare_database(settings) for _ in range(2))
    assert first is not None
    assert second is not None
    assert not accepts(postgres_url, first.code)
    assert accepts(postgres_url, second.code)
    engine = build_engine(postgres_url)
    store = SqlStore(engine, Keyring([FIELD_KEY]))
    make_account(store, "admin", Argon2Passwords())
    assert bootstrap.prepare_database(settings) is None
    with store.transaction() as tx:
        account = tx.staff.account("admin")
    with engine.begin() as connection:
        connection.execute(accounts.delete())
    engine.dispose()
    assert account is not None
    assert str(account.password_hash).startswith("$argon2id$")


def test_passwords_are_checked_as_they_were_typed() -> None:
    passwords = Argon2Passwords()
    hashed = passwords.hash(GOOD)
    assert passwords.verify(hashed, GOOD)
    assert not passwords.verify(hashed, "another")
    assert not passwords.verify(hashed, "\ud800")
    assert not passwords.verify(None, "nobody")


def migrated(folder: Path) -> str:
    """The URL of an up-to-date database where the verbs look for it."""
    url = f"sqlite:///{folder / 'var' / 'casestore.db'}"
    bootstrap.prepare_database(database_settings(url))
    return url


def test_the_server_can_let_anybody_in(tmp_path: Path) -> None:
    url = migrated(tmp_path)
    done = run("invite", "liming", "--role", "handler", "--role", "clerk", cwd=tmp_path)
    username, code = code_in(done.stdout)
    assert username == "liming"
    assert accepts(url, code)
    again = run("invite", "liming", cwd=tmp_path)
    assert not accepts(url, code)
    assert accepts(url, code_in(again.stdout)[1])
    with SqlStore(build_engine(url), Keyring([FIELD_KEY])).transaction() as tx:
        account = tx.staff.account("liming")
        entries = [(e.actor, e.action, e.subject, e.detail) for e in tx.audit.after(0, 10)]
    assert account is not None
    assert account.roles == {StaffRole.HANDLER, StaffRole.CLERK}
    invited = ("system:command-line", "invited", "account:liming", "登记员、处理人员")
    assert entries.count(invited) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["liming"], "新账号要有角色"), (["李明", "--role", "clerk"], "格式不对")],
)
def test_an_invitation_that_cannot_be_says_why_in_one_line(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    migrated(tmp_path)
    done = run("invite", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_inviting_with_the_wrong_keys_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'casestore.db'}"
    bootstrap.prepare_database(database_settings(url))
    make_account(SqlStore(build_engine(url), Keyring([FIELD_KEY])), "admin", QuickPasswords())
    other = database_settings(url, CASE_STORE_FIELD_KEYS=OTHER_FIELD_KEY)
    with pytest.raises(ConfigurationError, match="CASE_STORE_FIELD_KEYS"):
        bootstrap.invite(other, "admin", [])
    right = database_settings(url, CASE_STORE_FIELD_KEYS=FIELD_KEY)
    assert bootstrap.invite(right, "admin", []).username == "admin"


def test_the_audit_log_is_verified_from_the_command_line(tmp_path: Path) -> None:
    url = migrated(tmp_path)
    bootstrap.invite(database_settings(url), "liming", [StaffRole.CLERK])
    whole = run("verify-audit", cwd=tmp_path)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert whole.stdout.startswith("审计日志完整，共 2 条。\n")
    head = whole.stdout.rpartition("：")[2].strip()
    assert run("verify-audit", "--expect", head, cwd=tmp_path).returncode == 0
    engine = build_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER keep_audit_delete"))
        connection.execute(audit.delete().where(audit.c.number == 2))
    engine.dispose()
    cut = run("verify-audit", "--expect", head, cwd=tmp_path)
    assert (cut.returncode, cut.stdout) == (1, "")
    assert "第 2 条" in cut.stderr


def test_a_head_that_is_none_is_refused(tmp_path: Path) -> None:
    assert run("verify-audit", "--expect", "abc", cwd=tmp_path).returncode == 2


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


@pytest.mark.parametrize("verb", ["serve", "migrate"])
def test_a_database_of_a_newer_version_is_left_alone_and_the_way_back_told(
    tmp_path: Path, verb: str
) -> None:
    engine = build_engine(migrated(tmp_path))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    done = run(verb, cwd=tmp_path, **SECRETS)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("数据库的表结构比这个程序新。")
    assert done.stderr.count("\n") == 1
    with engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    engine.dispose()
    assert found == "9999"


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
            process.wait(timeout=PATIENCE_SECONDS)


def wait_for(url: str, process: subprocess.Popen[bytes], wanted: bytes = b"") -> bytes:
    """What the service says there, once it does and `wanted` is in it."""

    def answer() -> bytes | None:
        assert process.poll() is None, "the service ended"
        try:
            with urlopen(url, timeout=10) as response:  # noqa: S310  # our own loopback address
                body: bytes = response.read()
        except OSError:  # not up yet, or not in time
            return None
        return body if wanted in body else None

    found: bytes = wait_until(answer, START_SECONDS, f"{wanted!r} at {url}")
    return found


def test_the_service_serves_and_its_log_names_no_reference(tmp_path: Path) -> None:
    assert run("migrate", cwd=tmp_path).returncode == 0
    (port,) = free_ports(1)
    base = f"http://127.0.0.1:{port}"
    with serving(tmp_path, port) as process:
        assert b'"ok"' in wait_for(f"{base}/health", process)
        request = Request(f"{base}/api/v1/complaints/TS20261123-SECRET0")  # noqa: S310  # loopback
        request.add_header("Authorization", f"Bearer {TOKEN}")
        request.add_header("X-Complaint-Proof", "1234")
        with pytest.raises(OSError, match="404") as caught:
            urlopen(request, timeout=PATIENCE_SECONDS)  # noqa: S310  # loopback
        assert "Server" not in caught.value.headers  # type: ignore[attr-defined]  # an HTTPError
        caught.value.close()  # type: ignore[attr-defined]  # an HTTPError
    written = (tmp_path / "log").read_text(encoding="utf-8")
    assert base in written
    assert "SECRET0" not in written
