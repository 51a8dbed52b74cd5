"""How much a customer has to load before they can say anything."""

from __future__ import annotations

from pathlib import Path

from bot.channels.web import assets as module
from bot.channels.web.assets import read_assets

STATIC = Path(module.__file__).parent / "static"
MOST_BYTES = 40_000


def test_page_and_widget_together_are_light() -> None:
    assets = read_assets(STATIC)
    sent = {name: len(asset.packed or asset.content) for name, asset in assets.items()}
    assert sum(sent.values()) <= MOST_BYTES, sorted(sent.items(), key=lambda each: -each[1])
