"""Where campaigns lie, and what they may refer to."""

from __future__ import annotations

from bot.campaigns.shelf import Library
from bot.knowledge.catalogue import load_catalogue
from bot.knowledge.files import FAQ, SOURCES
from bot.knowledge.sources_file import load_sources
from bot.settings import ROOT

CAMPAIGNS = ROOT / "data" / "campaigns"


def load_library() -> Library:
    """The governed answers and the list of sources. Raises ConfigurationError."""
    return Library(load_catalogue(FAQ), load_sources(SOURCES))
