"""Settings in files: read without their line end, never both ways, never silently missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import ConfigurationError
from bot.secret_files import with_files
from bot.settings import GENERATED, IN_FILES, Settings, environment, load_settings
from casestore.domain.errors import ConfigurationError as CaseStoreError
from casestore.secret_files import with_files as casestore_with_files
from casestore.settings import IN_FILES as CASESTORE_IN_FILES
from casestore.settings import Settings as CaseStoreSettings

Reader = Callable[[Mapping[str, str | None], Iterable[str]], dict[str, str]]
both = pytest.mark.parametrize(
    ("read", "failure"),
    [(with_files, ConfigurationError), (casestore_with_files, CaseStoreError)],
    ids=["bot", "casestore"],
)


def file(folder: Path, content: bytes) -> str:
    path = folder / "secret"
    path.write_bytes(content)
    return str(path)


@both
@pytest.mark.parametrize("content", [b" key,older \n", b" key,older \r\n", b" key,older "])
def test_a_secret_is_what_its_file_holds_but_for_the_line_end(
    tmp_path: Path, read: Reader, failure: type[Exception], content: bytes
) -> None:
    del failure
    given = {"FIELD_KEYS_FILE": file(tmp_path, content), "BANK_NAME": "本行", "HOTLINE": ""}
    assert read(given, ["FIELD_KEYS"]) == {"FIELD_KEYS": " key,older ", "BANK_NAME": "本行"}


@both
def test_given_both_ways_is_refused_and_the_secret_is_not_quoted(
    tmp_path: Path, read: Reader, failure: type[Exception]
) -> None:
    given = {"FIELD_KEYS": "planted", "FIELD_KEYS_FILE": file(tmp_path, b"other")}
    with pytest.raises(failure, match="FIELD_KEYS 和 FIELD_KEYS_FILE 只能设一个") as caught:
        read(given, ["FIELD_KEYS"])
    assert "planted" not in str(caught.value)
    assert "other" not in str(caught.value)


@both
@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_file_without_a_readable_secret_is_refused(
    tmp_path: Path, read: Reader, failure: type[Exception], content: bytes
) -> None:
    with pytest.raises(failure, match="JOURNAL_URL_FILE"):
        read({"JOURNAL_URL_FILE": file(tmp_path, content)}, ["JOURNAL_URL"])


@both
def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, read: Reader, failure: type[Exception]
) -> None:
    with pytest.raises(failure, match=r"JOURNAL_URL_FILE.*nowhere"):
        read({"JOURNAL_URL_FILE": str(tmp_path / "nowhere")}, ["JOURNAL_URL"])


@both
def test_settings_that_name_a_file_of_their_own_are_left_alone(
    read: Reader, failure: type[Exception]
) -> None:
    del failure
    given = {"SMS_FILE": "sms.txt", "REPORT_CUSTOMERS_FILE": "customers.csv"}
    assert read(given, IN_FILES) == given


def test_the_environment_wins_over_the_env_file_whichever_way_each_gives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = file(tmp_path, b"of the environment\n")
    env_file = tmp_path / ".env"
    env_file.write_text(f"CASE_STORE_TOKEN=of the file\nFIELD_KEYS_FILE={tmp_path / 'nowhere'}\n")
    for name in ("CASE_STORE_TOKEN", "FIELD_KEYS", "FIELD_KEYS_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CASE_STORE_TOKEN_FILE", secret)
    with pytest.raises(ConfigurationError, match="FIELD_KEYS_FILE"):
        environment(env_file)
    env_file.write_text("CASE_STORE_TOKEN=of the file\n")
    assert environment(env_file)["CASE_STORE_TOKEN"] == "of the environment"


def test_an_installation_may_keep_every_secret_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*(field.upper() for field in Settings.__fields__), *GENERATED):
        monkeypatch.delenv(name, raising=False)
    lines = [f"{name}_FILE={file(tmp_path, b'a secret')}\n" for name in GENERATED]
    env_file = tmp_path / ".env"
    env_file.write_text("".join(lines))
    assert load_settings(env_file).case_store_token.get_secret_value() == "a secret"


@pytest.mark.parametrize(
    ("fields", "in_files"),
    [
        (Settings.__fields__, IN_FILES),
        (CaseStoreSettings.__fields__, CASESTORE_IN_FILES),
    ],
    ids=["bot", "casestore"],
)
def test_every_secret_may_lie_in_a_file(fields: Mapping[str, object], in_files: set[str]) -> None:
    secrets = [name.upper() for name, field in fields.items() if field.type_ is SecretStr]  # type: ignore[attr-defined]
    assert [name for name in secrets if name not in in_files] == []
