"""config.yml, which names the components of the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.rasa_ext.without_tensorflow import leave_out_tensorflow
from bot.settings import ROOT
from bot.shipped_yaml import read_shipped


def read_recipe(root: Path = ROOT) -> dict[str, Any]:
    """Its content; empty for a file that is none, about which Rasa says more."""
    content = read_shipped(root / "config.yml")
    return content if isinstance(content, dict) else {}


def load_no_more_than_needed() -> None:
    """Call it before Rasa is imported: what config.yml does not need is not loaded with it."""
    leave_out_tensorflow(read_recipe())
