"""config.yml, which names the components of the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.rasa_ext.without_tensorflow import leave_out_tensorflow
from bot.settings import ROOT


def read_recipe(root: Path = ROOT) -> dict[str, Any]:
    """Its content; empty for a file that is none, about which Rasa says more."""
    content = yaml.safe_load((root / "config.yml").read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}


def load_no_more_than_needed() -> None:
    """Call it before Rasa is imported: what config.yml does not need is not loaded with it."""
    leave_out_tensorflow(read_recipe())
