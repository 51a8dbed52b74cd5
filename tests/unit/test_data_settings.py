"""Where documents lie and how long drafts are kept, as an installation may set it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.settings import load_settings

SECRETS = {
    "WEB_SESSION_SECRET": "s",
    "FIELD_KEYS": "f",
    "CASE_STORE_TOKEN": "c",
    "ANALYTICS_SECRET": "a",
}


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (*SECRETS, "VAR_DIR", "EVIDENCE_DIR", "DRAFT_DAYS"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / ".env"
    file.write_text("".join(f"{name}={value}\n" for name, value in SECRETS.items()))
    return file


def test_documents_lie_beside_the_databases_unless_told_otherwise(env_file: Path) -> None:
    with env_file.open("a") as file:
        file.write("VAR_DIR=/data\nEVIDENCE_DIR=\n")
    assert load_settings(env_file).evidence_dir == Path("/data/evidence")
    with env_file.open("a") as file:
        file.write("EVIDENCE_DIR=/large/disk\n")
    assert load_settings(env_file).evidence_dir == Path("/large/disk")


def test_drafts_are_kept_a_week_unless_told_otherwise(env_file: Path) -> None:
    assert load_settings(env_file).draft_days == 7
    with env_file.open("a") as file:
        file.write("DRAFT_DAYS=0\n")
    with pytest.raises(ConfigurationError, match="DRAFT_DAYS"):
        load_settings(env_file)
