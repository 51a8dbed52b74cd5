"""One bank on WeChat, with or without the right to write to followers by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.wechat.kit import Town, town


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Town]:
    """A verified service account: customer-service messages, encrypted mode."""
    with town(tmp_path) as opened:
        yield opened


@pytest.fixture
def quiet_bank(tmp_path: Path) -> Iterator[Town]:
    """A subscription account: it answers, and never writes by itself."""
    with town(tmp_path, customer_service=False) as opened:
        yield opened
