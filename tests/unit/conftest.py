"""A conversation on disk, and an `Inbound` at work on it, for tests of what channels share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.transcript import Transcript
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.unit.desk import Desk


@pytest.fixture
def transcript(tmp_path: Path) -> Iterator[Transcript]:
    engine = create_engine(f"sqlite:///{tmp_path / 'channel.db'}")
    upgrade(engine, "channel")
    yield Transcript(engine)
    engine.dispose()


@pytest.fixture
async def desk(transcript: Transcript) -> Desk:
    return Desk(transcript)
