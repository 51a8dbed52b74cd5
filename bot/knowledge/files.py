"""Where the governed answers and the list of sources lie."""

from __future__ import annotations

from bot.settings import ROOT

FAQ = ROOT / "data" / "nlu" / "faq"
SOURCES = ROOT / "data" / "knowledge" / "sources.yml"
