"""Settings: complete or refused, in one line that says what to set."""

import pytest

from casestore.domain.errors import ConfigurationError
from casestore.settings import DatabaseSettings, Settings, load
from tests.contract.casestore.kit import FIELD_KEY, OTHER_FIELD_KEY, TOKEN

COMPLETE = {"CASE_STORE_TOKEN": TOKEN, "CASE_STORE_FIELD_KEYS": FIELD_KEY}


def test_the_defaults_are_those_of_the_design() -> None:
    settings = load(Settings, COMPLETE)
    assert (settings.case_store_host, settings.case_store_port) == ("127.0.0.1", 8000)
    assert settings.database_url.get_secret_value() == "sqlite:///var/casestore.db"
    assert (settings.promise_working_days, settings.complex_working_days) == (2, 5)
    assert settings.case_store_files_dir == "var/casestore-files"
    assert (settings.auto_assign, settings.retention_years) == (True, 3)
    assert settings.office_hours == "08:30-17:30"
    assert settings.staff_webhook_url.get_secret_value() == ""


def test_field_keys_are_split_in_order() -> None:
    keys = f" {FIELD_KEY} , {OTHER_FIELD_KEY},"
    settings = load(Settings, {**COMPLETE, "CASE_STORE_FIELD_KEYS": keys})
    assert settings.field_keys == [FIELD_KEY, OTHER_FIELD_KEY]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CASE_STORE_TOKEN", "changethis"),
        ("CASE_STORE_FIELD_KEYS", " , "),
        ("CASE_STORE_PORT", "many"),
        ("CASE_STORE_PORT", "70000"),
        ("PROMISE_WORKING_DAYS", "0"),
        ("COMPLEX_WORKING_DAYS", "0"),
        ("COMPLEX_WORKING_DAYS", "1"),
        ("COMPLEX_WORKING_DAYS", "31"),
        ("AUTO_ASSIGN", "perhaps"),
        ("OFFICE_HOURS", "17:30-08:30"),
        ("STAFF_WEBHOOK_URL", "file:///etc/passwd"),
        ("RETENTION_YEARS", "2"),
        ("CASE_STORE_TRUSTED_PROXIES", "*"),
        ("CASE_STORE_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("CASE_STORE_TRUSTED_PROXIES", "127.0.0.1,nginx"),
    ],
)
def test_a_wrong_value_is_refused_without_being_shown(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(Settings, {**COMPLETE, name: value})
    assert name in str(caught.value)
    assert value.strip(" ,") == "" or f" {value}" not in str(caught.value)


def test_complex_complaints_may_not_be_promised_sooner_than_ordinary_ones() -> None:
    load(Settings, {**COMPLETE, "PROMISE_WORKING_DAYS": "5", "COMPLEX_WORKING_DAYS": "5"})
    with pytest.raises(ConfigurationError, match="COMPLEX_WORKING_DAYS"):
        load(Settings, {**COMPLETE, "PROMISE_WORKING_DAYS": "6"})


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_a_missing_secret_is_named(name: str) -> None:
    others = {key: value for key, value in COMPLETE.items() if key != name}
    with pytest.raises(ConfigurationError, match=f"请设置 {name}"):
        load(Settings, others)


def test_migrating_needs_no_secret() -> None:
    assert load(DatabaseSettings, {}).database_url


def test_settings_neither_show_secrets_nor_change() -> None:
    settings = load(Settings, COMPLETE)
    assert TOKEN not in repr(settings)
    assert FIELD_KEY not in repr(settings)
    with pytest.raises(TypeError):
        settings.case_store_port = 1
