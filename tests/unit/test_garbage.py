"""What start-up has made is not looked through again; garbage made later is found all the same."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.launcher.garbage import YOUNG, look_rarely


@pytest.fixture
def looking_rarely() -> Iterator[None]:
    before = gc.get_threshold()
    look_rarely()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


class Ring:
    """Holds itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.usefixtures("looking_rarely")
def test_what_was_there_before_is_left_alone() -> None:
    assert gc.get_freeze_count() > 1000
    assert gc.get_threshold()[0] == YOUNG


@pytest.mark.usefixtures("looking_rarely")
def test_garbage_made_later_is_found_without_being_asked_for() -> None:
    lost = weakref.ref(Ring())
    kept = [[number] for number in range(2 * YOUNG)]
    assert lost() is None
    assert kept
