"""Fixtures shared by all tests; the environment is scrubbed so that no developer's .env leaks in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["XIAOBAO_ENV_FILE"] = str(Path(__file__).parent / "none.env")

from tests.stack import Stack

# An example may take as long as it wants: a machine that halts for a moment is no slow code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product, started once; tests that kill processes make their own."""
    running = Stack(tmp_path_factory.mktemp("stack"))
    try:
        yield running.start()
    finally:
        running.stop()
