"""One product for all crash tests, mended after each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.kit import heal
from tests.stack import Stack


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("crash"))
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def fragile(installation: Stack) -> Iterator[Stack]:
    """The product, healthy at the beginning of every test."""
    heal(installation)
    yield installation
    heal(installation)
