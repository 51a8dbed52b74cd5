"""The secrets that deploy/make-secrets.sh makes are those the product and its servers take."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from sqlalchemy.engine import make_url

from bot.secret_files import with_files
from bot.settings import IN_FILES, Settings
from casestore.settings import IN_FILES as CASESTORE_IN_FILES
from casestore.settings import Settings as CaseStoreSettings
from casestore.settings import load
from tests.postgres import throwaway_cluster
from tests.stack import ROOT


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation") / "secrets"
    make(folder)
    return folder


def make(folder: Path, *hosts: str) -> None:
    arguments = [str(folder), *(hosts or ("db.internal", "mq.internal"))]
    subprocess.run(["sh", "deploy/make-secrets.sh", *arguments], cwd=ROOT, check=True, timeout=60)


def in_files(secrets: Path, names: tuple[str, ...]) -> dict[str, str]:
    """The settings as an installation gives them."""
    files = {f"{name}_FILE": str(secrets / name.lower()) for name in names}
    return with_files({name: path for name, path in files.items() if Path(path).exists()}, names)


def test_they_make_the_assistant_complete(secrets: Path) -> None:
    values = in_files(secrets, IN_FILES)
    config = Settings.parse_obj({name.lower(): value for name, value in values.items()})
    Fernet(config.seal_keys()[0])
    for name in ("journal", "channel", "knowledge", "tracker", "analytics"):
        url = make_url(config.database_url(name))
        assert (url.host, url.database, url.username) == ("db.internal", name, "xiaobao")
    assert config.analytics_broker.endswith("@mq.internal:5672/")


def test_they_make_the_case_store_complete(secrets: Path) -> None:
    settings = load(CaseStoreSettings, in_files(secrets, CASESTORE_IN_FILES))
    Fernet(settings.field_keys[0])
    assert make_url(settings.database_url.get_secret_value()).username == "casestore"


def test_they_are_private_and_made_only_once(secrets: Path) -> None:
    before = {file: file.read_bytes() for file in secrets.iterdir()}
    make(secrets, "elsewhere", "elsewhere")
    assert {file: file.read_bytes() for file in secrets.iterdir()} == before
    assert {stat.S_IMODE(file.stat().st_mode) for file in before} == {0o600}
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert len(set(before.values())) == len(before)


def test_without_saying_where_nothing_is_made(tmp_path: Path) -> None:
    command = ["sh", "deploy/make-secrets.sh", str(tmp_path / "secrets")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode != 0
    assert "数据库在哪台主机" in done.stderr
    assert not (tmp_path / "secrets").exists()


def test_postgres_databases_have_the_owners_that_the_addresses_name(secrets: Path) -> None:
    with throwaway_cluster() as url:
        directory = str(make_url(url).query["host"])
        psql = shutil.which("psql")
        assert psql is not None
        environment = {
            "PATH": os.environ["PATH"],
            "PGHOST": directory,
            "POSTGRES_USER": str(make_url(url).username),
            "SECRETS_DIR": str(secrets),
        }
        script = ["sh", "deploy/compose/databases.sh"]
        subprocess.run(script, cwd=ROOT, env=environment, check=True, timeout=60)
        for name in ("journal_url", "tracker_url", "database_url"):
            wanted = make_url((secrets / name).read_text(encoding="utf-8").strip())
            own = wanted.set(host=None, port=None, query={"host": directory})
            engine = sa.create_engine(own)
            with engine.begin() as connection:
                connection.execute(sa.text("CREATE TABLE sample (n int)"))
            engine.dispose()
