"""One bank on WeChat, with or without the right to write to followers by itself."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.wechat.kit import SHORT, Town, town


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


@pytest.fixture
def pressed_bank(tmp_path: Path) -> Iterator[Town]:
    """A service account of which an answer is expected within seconds."""
    with town(tmp_path, deadlines=SHORT) as opened:
        yield opened


@pytest.fixture
def pressed_quiet_bank(tmp_path: Path) -> Iterator[Town]:
    """The same of a subscription account."""
    with town(tmp_path, customer_service=False, deadlines=SHORT) as opened:
        yield opened


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that waited in vain tells what both sides saw instead."""
    report: pytest.TestReport = yield
    if report.when == "call" and report.failed:
        for used in getattr(item, "funcargs", {}).values():
            if isinstance(used, Town):
                report.sections.append(("What happened in town", told(used)))
    return report


def told(bank: Town) -> str:
    journal = bank.sim.journal
    things: list[Any] = [*journal.deliveries(), *journal.calls(), *bank.person().messages()]
    lines = [repr(thing) for thing in things]
    lines += [f"the assistant heard {words}" for words in bank.assistant.heard()]
    lines += [f"stored: {message}" for message in bank.line.history()]
    return "\n".join(lines)
