"""A model of stock Rasa takes half an hour, so it is kept as long as its data stay the same."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from benchmarks.stock_training import DEFAULT_EPOCHS, Recipe, Trained, trained

AT = datetime(2026, 11, 26, 8, 0, tzinfo=timezone.utc)


class Trainer:
    """Counts how often it was asked to train, and leaves something each time."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, models: Path, recipe: Recipe) -> float:
        self.times += 1
        (models / f"{self.times}.tar.gz").write_text(str(recipe.epochs), encoding="utf-8")
        return 60.0 * self.times


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "nlu"
    folder.mkdir()
    (folder / "a.yml").write_text("a: 1", encoding="utf-8")
    return folder


def train_twice(tmp_path: Path, first: Recipe, change: Path | None, *, anew: bool) -> list[Trained]:
    trainer, models = Trainer(), tmp_path / "models"
    found = [trained(models, first, trainer, lambda: AT)]
    if change is not None:
        change.write_text("a: 2", encoding="utf-8")
    found.append(trained(models, first, trainer, lambda: AT, anew=anew))
    assert [path.name for path in models.glob("*.tar.gz")] == [f"{trainer.times}.tar.gz"]
    return found


def test_a_model_is_kept_with_its_time(tmp_path: Path, data: Path) -> None:
    first, second = train_twice(tmp_path, Recipe(1, (data,)), None, anew=False)
    assert first == second
    assert (first.seconds, first.at) == (60.0, "2026-11-26 08:00 UTC")
    assert not first.is_whole


def test_other_data_are_trained_again(tmp_path: Path, data: Path) -> None:
    _, second = train_twice(tmp_path, Recipe(1, (data,)), data / "a.yml", anew=False)
    assert second.seconds == 120.0


def test_a_model_is_trained_again_on_demand(tmp_path: Path, data: Path) -> None:
    _, second = train_twice(tmp_path, Recipe(DEFAULT_EPOCHS, (data,)), None, anew=True)
    assert second.seconds == 120.0
    assert second.is_whole
