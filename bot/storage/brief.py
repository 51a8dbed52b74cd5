"""Short work on a database, asked for in the event loop: done at once where that takes no waiting.

SQLite answers from memory in a tenth of a millisecond. Going to a thread and back costs more than
that, and threads that fight for the interpreter cost all conversations half their speed. Work that
would have to wait, for another writer or for a server, says so before it has done anything
(`WouldWait`), and is done in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")
_may_wait: ContextVar[bool] = ContextVar("may_wait", default=True)


class WouldWait(Exception):
    """The work cannot be done at once; nothing has been done of it."""


async def briefly(work: Callable[..., T], *args: object, **kwargs: object) -> T:
    """What blocking `work` returns or raises: one `reading` or one `transaction`, with which it begins.

    A thread cannot be stopped: whoever is cancelled meanwhile ends when the thread has, so that
    nothing is written behind the back of who comes next.
    """
    before = _may_wait.set(False)
    try:
        return work(*args, **kwargs)
    except WouldWait:
        pass
    finally:
        _may_wait.reset(before)
    return await _to_its_end(asyncio.to_thread(work, *args, **kwargs))


async def _to_its_end(thread: Awaitable[T]) -> T:
    running = asyncio.ensure_future(thread)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        running.exception()  # whatever it is, the cancellation counts
        raise


def may_wait() -> bool:
    """Whether the present work may block."""
    return _may_wait.get()


def has_begun() -> None:
    """From now on the present work is not to be done again, and may block."""
    _may_wait.set(True)
