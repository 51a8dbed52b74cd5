"""The work beside the requests goes on whatever happens to it, and ends when the server does."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.channels.background import Background


class Work:
    """Ends as told, one way a run, and at last runs until it is stopped."""

    def __init__(self, *ends: BaseException | None) -> None:
        self.ends = list(ends)
        self.lasts, self.is_stopped = asyncio.Event(), False

    async def run(self) -> None:
        if self.ends:
            end = self.ends.pop(0)
            if end is not None:
                raise end
            return
        self.lasts.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.is_stopped = True


@pytest.mark.parametrize(
    ("end", "named"),
    [
        (asyncio.CancelledError(), "CancelledError"),
        (RuntimeError("oLi said 13800138000"), "RuntimeError"),
        (None, "no error"),
    ],
)
async def test_work_that_ends_is_named_and_started_again_after_a_pause(
    end: BaseException | None, named: str, caplog: pytest.LogCaptureFixture
) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    work, other = Work(end), Work()
    background = Background({"the sweeper": work.run, "the sender": other.run}, pause, 7.0)
    with caplog.at_level(logging.ERROR):
        background.start()
        await asyncio.wait_for(work.lasts.wait(), 10)
    assert pauses == [7.0]
    assert not other.is_stopped
    assert [record.getMessage() for record in caplog.records] == [
        f"the sweeper ended, is started again: {named}"
    ]
    await background.stop()


async def test_stopped_it_ends_all_work_and_starts_nothing_again() -> None:
    work, resting = Work(), Work(None)
    rests = asyncio.Event()

    async def pause(_seconds: float) -> None:
        rests.set()
        await asyncio.Event().wait()

    background = Background({"the sender": work.run, "the sweeper": resting.run}, pause)
    background.start()
    await asyncio.wait_for(asyncio.gather(work.lasts.wait(), rests.wait()), 10)
    await background.stop()
    assert work.is_stopped
    assert not resting.lasts.is_set()
