"""Our own YAML files are read fast, and as anybody else would read them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.shipped_yaml import read_shipped

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "data/knowledge/classification.yml"])
def test_a_file_holds_what_the_slow_reader_finds(name: str) -> None:
    path = ROOT / name
    assert read_shipped(path) == yaml.safe_load(path.read_text(encoding="utf-8"))


def test_a_fault_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.yml"
    path.write_text("一: 1\n二: [2\n三: 3\n", encoding="utf-8")
    with pytest.raises(yaml.MarkedYAMLError) as raised:
        read_shipped(path)
    assert raised.value.problem_mark is not None
    assert raised.value.problem_mark.line == 2


def test_a_file_can_make_no_objects(tmp_path: Path) -> None:
    path = tmp_path / "sly.yml"
    path.write_text("!!python/object/apply:os.getcwd []", encoding="utf-8")
    with pytest.raises(yaml.YAMLError):
        read_shipped(path)
