"""One product with JSON logs for all tests of what is watched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stack import Stack


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("watched"), {"LOG_FORMAT": "json"})
    try:
        yield running.start()
    finally:
        running.stop()
