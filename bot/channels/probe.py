"""Asks whether the action server answers, before a turn that needs it is begun."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

import aiohttp

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.5
FRESH_SECONDS = 1.0
TRIES = 2
"""A connection kept open ends at some moment, and a machine halts for one: that is no absence, and
whoever is told to wait for the answer waits half a minute."""


class Probe:
    """Of one process, in one event loop. `clock` in seconds, only growing."""

    def __init__(
        self,
        url: str,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`patience`: seconds a try may take."""
        self._url = url
        self._timeout = aiohttp.ClientTimeout(total=patience)
        self._clock = clock
        self._client: aiohttp.ClientSession | None = None
        self._answered_at = float("-inf")
        self._is_away = False

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    def forget(self) -> None:
        """Asks anew the next time, however lately there was an answer."""
        self._answered_at = float("-inf")

    async def answers(self) -> bool:
        """Asks unless there was an answer within the last second."""
        if self._clock() - self._answered_at < FRESH_SECONDS:
            return True
        for _ in range(TRIES):
            trouble = await self._ask()
            if trouble is None:
                self._answered_at = self._clock()
                self._note(None)
                return True
        self._note(trouble)
        return False

    def _note(self, trouble: str | None) -> None:
        """A line in the log when it goes and when it comes back, not for each turn between."""
        is_away = trouble is not None
        if is_away and not self._is_away:
            logger.warning("the action server does not answer: %s", trouble)
        elif self._is_away and not is_away:
            logger.warning("the action server answers again")
        self._is_away = is_away

    async def _ask(self) -> str | None:
        """None when it answers as it should, else what happened instead."""
        # Made in the event loop that uses it.
        client = self._client = self._client or aiohttp.ClientSession(timeout=self._timeout)
        try:
            async with client.get(self._url) as answer:
                return None if answer.status == 200 else f"HTTP {answer.status}"
        except (aiohttp.ClientError, asyncio.TimeoutError) as exc:
            return type(exc).__name__
