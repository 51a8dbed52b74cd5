"""Runs the whole product under the load and looks at it every few seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks.soak import sampling
from benchmarks.soak.conversations import conversations
from benchmarks.soak.figures import Sample, Soak
from benchmarks.soak.load import Load
from tests.campaign_day.content import fairs, write
from tests.stack import Stack
from tests.wechat import official_account

RATE = 12.0
"""Messages a second: far below what two cores do, so that memory is measured and not queues."""
SEED = 20261126
WARM_UP, WARM_UP_RATE = 1 / 3, 30.0
"""Share of the time in which caches fill and pools open, and how many messages a second come then;
it lasts until that many have come. In half an hour they are 18,000, which fill every cache that has
a limit: that of conversations (500, bot/rasa_ext/tracker_store.py), and SQLite's half a megabyte a
connection, which cannot hold more than there is: a case store of 900 complaints."""
EVERY_SECONDS = 10.0
REST_SECONDS, REST_EVERY = 35.0, 2.0
"""Without load until connections kept alive have closed, Rasa's to the action server for up to 30
seconds; the lowest count of these looks stands."""

Watch = Callable[[str, Sample], None]
"""Told the name of the phase and the newest sample."""


def measure(folder: Path, minutes: float, today: date, watch: Watch) -> Soak:
    """Starts everything in `folder`, soaks it for so many minutes of load, stops everything."""
    stalls = fairs(today)
    for fair in stalls:
        write(folder / "campaigns", fair, today)
    extra = {"CAMPAIGNS_DIR": str(folder / "campaigns")}
    with official_account(folder, extra=extra) as (product, sim):
        coming = conversations(SEED, stalls[0].stands[0].scene)
        load = Load(product, sim.platform.account, coming)
        return asyncio.run(_Run(product, load, watch).soak(minutes * 60))


class _Run:
    def __init__(self, product: Stack, load: Load, watch: Watch) -> None:
        self._product = product
        self._load = load
        self._watch = watch
        self._began = time.monotonic()

    async def soak(self, seconds: float) -> Soak:
        filling = seconds * WARM_UP
        fill = self._look_until("预热", filling, filling * WARM_UP_RATE)
        warm_up = await self._load.during(fill, WARM_UP_RATE)
        before = await self._look("静置", REST_SECONDS, REST_EVERY)
        go_on = self._look("平稳", seconds * (1 - WARM_UP), EVERY_SECONDS)
        steady = await self._load.during(go_on, RATE)
        after = await self._look("静置", REST_SECONDS, REST_EVERY)
        tally = self._load.tally
        return Soak(
            warm_up=warm_up,
            steady=steady,
            rest_before=before,
            rest_after=after,
            conversations=tally.conversations,
            pages=tally.pages,
            resent=tally.resent,
            troubles=dict(tally.troubles),
        )

    async def _look_until(self, phase: str, seconds: float, messages: float) -> list[Sample]:
        """Looks for so long, and until so many messages have been sent."""
        samples = await self._look(phase, seconds, EVERY_SECONDS)
        while self._load.tally.messages < messages:
            samples += await self._look(phase, EVERY_SECONDS, EVERY_SECONDS)
        return samples

    async def _look(self, phase: str, seconds: float, every: float) -> list[Sample]:
        loop = asyncio.get_running_loop()
        began, samples = loop.time(), []
        for number in range(1, max(1, round(seconds / every)) + 1):
            await asyncio.sleep(max(0.0, began + number * every - loop.time()))
            samples.append(await asyncio.to_thread(self._sample))
            self._watch(phase, samples[-1])
        return samples

    def _sample(self) -> Sample:
        tally = self._load.tally
        return Sample(
            at=time.monotonic() - self._began,
            messages=tally.messages,
            processes={
                name: sampling.process(running.pid)
                for name, running in self._product.processes.items()
            },
            sizes=sampling.sizes(self._product.folder),
            times=tally.take_times(),
        )
