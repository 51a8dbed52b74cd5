"""Who has to wait is kept first, in the order they came; nobody overtakes, nobody is beside another."""

from __future__ import annotations

import asyncio

from bot.channels.lanes import Lane, Lanes


class Street:
    """A lane with messages in it: each is kept when it may, has its turn when it may."""

    def __init__(self) -> None:
        self.lane = Lane()
        self.happened: list[str] = []
        self.may_keep, self.may_end = asyncio.Event(), asyncio.Event()

    def comes(self, name: str) -> asyncio.Task[None]:
        return asyncio.create_task(self._goes(name))

    async def _goes(self, name: str) -> None:
        async def keep() -> None:
            await self.may_keep.wait()
            self.happened.append(f"keep {name}")

        async with self.lane.turn(keep):
            async with self.lane.storing:
                self.happened.append(f"begin {name}")
            await self.may_end.wait()
            self.happened.append(f"end {name}")


async def settled() -> None:
    """Everything has gone as far as it goes by itself."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_in_a_free_lane_nothing_is_kept() -> None:
    street = Street()
    street.may_end.set()
    for name in ("a", "b"):
        await street.comes(name)
    assert street.happened == ["begin a", "end a", "begin b", "end b"]


async def test_whom_a_slow_disk_holds_up_nobody_overtakes() -> None:
    street = Street()
    tasks = [street.comes("a"), street.comes("b")]
    await settled()
    street.may_end.set()
    await tasks[0]
    tasks.append(street.comes("c"))
    await settled()
    assert street.happened == ["begin a", "end a"], "b is still being written"
    street.may_keep.set()
    await asyncio.gather(*tasks)
    assert [h for h in street.happened if h.startswith("keep")] == ["keep b", "keep c"]
    assert [h for h in street.happened if h.startswith("begin")] == [
        "begin a",
        "begin b",
        "begin c",
    ]
    assert street.happened.index("end b") < street.happened.index("begin c")


async def test_who_stops_waiting_lets_nobody_in_beside_another() -> None:
    street = Street()
    street.may_keep.set()
    first, second, third = (street.comes(name) for name in ("a", "b", "c"))
    await settled()
    second.cancel()
    await settled()
    assert street.happened == ["begin a", "keep b", "keep c"]
    street.may_end.set()
    await asyncio.gather(first, third)
    assert street.happened[-3:] == ["end a", "begin c", "end c"]


def test_a_lane_lasts_as_long_as_somebody_is_in_it() -> None:
    lanes = Lanes()
    lane = lanes.of("web-1")
    assert lanes.of("web-1") is lane
    assert lanes.of("web-2") is not lane
