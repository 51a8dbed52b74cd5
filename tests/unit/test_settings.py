"""Settings: what is missing is named, what is generated is private, the environment wins."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.errors import ConfigurationError
from bot.settings import GENERATED, Settings, environment, generate_secrets, load_settings

SECRETS = {
    "WEB_SESSION_SECRET": "w",
    "FIELD_KEYS": "f",
    "CASE_STORE_TOKEN": "c",
    "ANALYTICS_SECRET": "a",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests leaks in."""
    for name in {*(field.upper() for field in Settings.__fields__), *GENERATED}:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def write(path: Path, **values: str) -> Path:
    path.write_text("".join(f"{k}={v}\n" for k, v in values.items()), encoding="utf-8")
    return path


def test_every_missing_secret_is_named(env_file: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(env_file)
    assert all(name in caught.value.message for name in SECRETS)
    with pytest.raises(ConfigurationError, match="CASE_STORE_TOKEN"):
        load_settings(write(env_file, **{**SECRETS, "CASE_STORE_TOKEN": ""}))


def test_secrets_suffice_and_the_rest_has_defaults(env_file: Path) -> None:
    config = load_settings(write(env_file, **SECRETS))
    assert (config.rasa_port, config.actions_host) == (5005, "127.0.0.1")
    assert config.action_endpoint_url == "http://127.0.0.1:5055/webhook"
    assert config.database_url("journal").endswith("var/journal.db")


def test_secrets_do_not_show(env_file: Path) -> None:
    secret = "a-secret-nobody-may-read"
    config = load_settings(write(env_file, **{**SECRETS, "CASE_STORE_TOKEN": secret}))
    assert secret not in repr(config)
    assert config.case_store_token.get_secret_value() == secret


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RASA_PORT", "0"),
        ("RASA_PORT", "65536"),
        ("ACTIONS_PORT", "abc"),
        ("WEB_TURN_TIMEOUT", "0"),
        ("WEB_SESSION_HOURS", "-1"),
        ("PROMISE_WORKING_DAYS", "两天"),
        ("ANSWERS_APPROVED_ONLY", "也许"),
        ("WECHAT_API_URL", "http://api.weixin.qq.com"),
        ("WECHAT_API_URL", "http://127.0.0.1.evil.example"),
        ("WECHAT_API_URL", "http://localhost@evil.example"),
    ],
)
def test_a_malformed_setting_is_named_and_its_value_is_not(
    env_file: Path, name: str, value: str
) -> None:
    with pytest.raises(ConfigurationError, match=name) as caught:
        load_settings(write(env_file, **SECRETS, **{name: value}))
    assert "CASE_STORE_TOKEN" not in caught.value.message


def test_the_environment_wins_over_the_file(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(env_file, **SECRETS, BANK_NAME="文件银行", HOTLINE="95588")
    monkeypatch.setenv("BANK_NAME", "环境银行")
    config = load_settings(env_file)
    assert (config.bank_name, config.hotline) == ("环境银行", "95588")


def test_an_empty_value_counts_as_missing(env_file: Path) -> None:
    write(env_file, BANK_NAME="", HOTLINE="95588")
    assert "BANK_NAME" not in environment(env_file)
    assert environment(env_file)["HOTLINE"] == "95588"


def test_databases_elsewhere_and_several_keys(env_file: Path) -> None:
    url = "postgresql://bot@db/journal"
    config = load_settings(write(env_file, **{**SECRETS, "FIELD_KEYS": "new,old"}, JOURNAL_URL=url))
    assert config.database_url("journal") == url
    assert config.seal_keys() == ["new", "old"]


def test_settings_do_not_change_underway(env_file: Path) -> None:
    config = load_settings(write(env_file, **SECRETS))
    with pytest.raises(TypeError):
        config.bank_name = "别的银行"


def test_generated_secrets_are_private_and_make_a_complete_installation(env_file: Path) -> None:
    assert set(generate_secrets(env_file)) == set(GENERATED)
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    config = load_settings(env_file)
    Fernet(config.seal_keys()[0])
    assert len(config.web_session_secret.get_secret_value()) >= 32


def test_generating_again_changes_nothing_and_closes_an_open_file(env_file: Path) -> None:
    generate_secrets(env_file)
    before = env_file.read_text(encoding="utf-8")
    env_file.chmod(0o644)
    assert generate_secrets(env_file) == []
    assert env_file.read_text(encoding="utf-8") == before
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def test_two_installations_have_different_secrets(tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate_secrets(tmp_path / name)
    one, two = environment(tmp_path / "one"), environment(tmp_path / "two")
    assert all(one[name] != two[name] for name in GENERATED)


def test_only_what_is_missing_is_generated(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASE_STORE_TOKEN", "from-the-environment")
    write(env_file, WEB_SESSION_SECRET="mine", FIELD_KEYS="")
    added = generate_secrets(env_file)
    assert set(added) == set(GENERATED) - {"CASE_STORE_TOKEN", "WEB_SESSION_SECRET"}
    assert environment(env_file)["WEB_SESSION_SECRET"] == "mine"
    assert environment(env_file)["FIELD_KEYS"]


def test_a_file_without_a_last_line_break_keeps_its_last_setting(env_file: Path) -> None:
    env_file.write_text("HOTLINE=95588", encoding="utf-8")
    generate_secrets(env_file)
    assert environment(env_file)["HOTLINE"] == "95588"
    assert set(GENERATED) <= set(environment(env_file))
