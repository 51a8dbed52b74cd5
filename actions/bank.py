"""Calls to the bank's systems, apart from all other work of the action server.

A system that hangs holds a thread for each customer who asks for it. In the pool everything else
uses, a few of them would keep all customers from filling in their forms.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from bot.errors import Retryable

AT_ONCE = 32
"""Calls under way: of more, each is told at once that the system cannot be reached, as it would be
some seconds later. One that works answers in milliseconds."""

T = TypeVar("T")


class Line:
    """So many calls at once, each in a thread."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = at_once
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="bank")

    async def ask(self, work: Callable[..., T], *args: object) -> T:
        """What blocking `work` returns or raises. Raises Retryable when too many are waiting."""
        if not self._free:
            raise Retryable()
        self._free -= 1
        # As `asyncio.to_thread` does: the id of the request goes along.
        call = partial(contextvars.copy_context().run, work, *args)
        calling = asyncio.get_running_loop().run_in_executor(self._threads, call)
        calling.add_done_callback(self._done)
        # Whoever is cancelled leaves the thread behind: it counts until it has ended.
        return await asyncio.shield(calling)

    def _done(self, calling: asyncio.Future[T]) -> None:
        self._free += 1
        if not calling.cancelled():
            calling.exception()  # nobody may be waiting any more; asyncio would complain


_line = Line()


async def ask_bank(work: Callable[..., T], *args: object) -> T:
    """What `work` returns or raises, which asks one of the bank's systems. Raises as `Line.ask`."""
    return await _line.ask(work, *args)
