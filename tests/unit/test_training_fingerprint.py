"""A model is trained again exactly when something it is made from changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.launcher.training import fingerprint

FILES = (
    "config.yml",
    "domain.yml",
    "requirements.lock",
    "data/nlu/complaint.yml",
    "data/nlu/faq/fees.yml",
    "data/stories/rules.yml",
    "bot/nlu/model.py",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return tmp_path


def test_the_same_files_give_the_same_fingerprint(root: Path) -> None:
    assert fingerprint(root) == fingerprint(root)
    assert len(fingerprint(root)) == 64


@pytest.mark.parametrize("name", FILES)
def test_every_input_counts(root: Path, name: str) -> None:
    before = fingerprint(root)
    (root / name).write_text("changed", encoding="utf-8")
    assert fingerprint(root) != before


def test_a_new_a_renamed_and_a_removed_file_count(root: Path) -> None:
    seen = {fingerprint(root)}
    new = root / "data/nlu/faq/new.yml"
    new.write_text("new", encoding="utf-8")
    seen.add(fingerprint(root))
    new.rename(root / "data/nlu/faq/renamed.yml")
    seen.add(fingerprint(root))
    (root / "data/nlu/faq/renamed.yml").unlink()
    (root / "data/nlu/complaint.yml").unlink()
    seen.add(fingerprint(root))
    assert len(seen) == 4


def test_moving_text_between_files_counts(root: Path) -> None:
    before = fingerprint(root)
    (root / "config.yml").write_text("domain.yml", encoding="utf-8")
    (root / "domain.yml").write_text("config.yml", encoding="utf-8")
    assert fingerprint(root) != before


@pytest.mark.parametrize(
    "name", ["bot/nlu/__pycache__/model.cpython-310.pyc", "README.md", "data/campaigns/x.yml"]
)
def test_other_files_do_not_count(root: Path, name: str) -> None:
    before = fingerprint(root)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(b"x")
    assert fingerprint(root) == before


def test_times_do_not_count(root: Path) -> None:
    before = fingerprint(root)
    (root / "config.yml").touch()
    assert fingerprint(root) == before


def test_the_sentence_encoder_of_the_configuration_counts(root: Path) -> None:
    encoder = root / "encoder"
    files = [
        encoder / name for name in ("saved_model.pb", "vocab.txt", "variables/variables.index")
    ]
    files[-1].parent.mkdir(parents=True)
    for file in files:
        file.touch()
    without = fingerprint(root)
    (root / "config.yml").write_text("pipeline:\n- encoder:\n", encoding="utf-8")
    off = fingerprint(root)
    (root / "config.yml").write_text("pipeline:\n- encoder: encoder\n", encoding="utf-8")
    seen = {without, off, fingerprint(root)}
    for file in files:
        file.write_text("changed", encoding="utf-8")
        seen.add(fingerprint(root))
    assert len(seen) == 6
    files[0].unlink()
    with pytest.raises(ConfigurationError, match=r"没有 saved_model\.pb"):
        fingerprint(root)
