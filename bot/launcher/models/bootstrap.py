"""The gate of this installation, put together from settings."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from bot.errors import ConfigurationError
from bot.launcher.models.promotion import Decision, Gate
from bot.launcher.models.shelf import Shelf
from bot.launcher.models.trial import read_tests, try_model
from bot.launcher.training import ensure_model, frame
from bot.settings import Settings


def open_shelf(config: Settings) -> Shelf:
    return Shelf(config.models_dir)


def open_gate(config: Settings) -> Gate:
    file = config.evaluation_file
    return Gate(open_shelf(config), frame(), lambda: read_tests(file), try_model)


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def train_and_consider(config: Settings, *, force: bool = False) -> Decision:
    """The model of the present inputs, trained if it is not there, before the gate.

    Raises ConfigurationError when training fails.
    """
    gate, name = open_gate(config), ensure_model(config, force=force).name
    decision = gate.consider(name, now())
    gate.shelf.tidy(name)
    return decision


def model_to_serve(config: Settings) -> Path:
    """The model that serves; where none is fit for this program, the present inputs' model if it
    passes the gate. Raises ConfigurationError."""
    found = open_shelf(config).to_serve(frame())
    if found is not None:
        return found
    decision = train_and_consider(config)
    if not decision.serves:
        raise ConfigurationError(
            f"没有可以用的模型：{decision.name} 没有通过。"
            "看差别：python -m bot model promote；明知更差也要用：加 --force。"
        )
    return config.models_dir / decision.name
