"""Shows how far the benchmark is while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

T = TypeVar("T")


class Steps:
    """One line per step. Drawn twice a second: drawing takes time from what is measured."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(
            *columns, TimeElapsedColumn(), console=console, refresh_per_second=2
        )

    def __enter__(self) -> Steps:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def over(self, items: Sequence[T], what: str) -> Iterator[T]:
        """`items`, one after another, counted."""
        task = self._progress.add_task(what, total=len(items))
        for item in items:
            yield item
            self._progress.advance(task)

    @contextmanager
    def during(self, what: str) -> Iterator[None]:
        """Something that cannot be counted."""
        task = self._progress.add_task(what, total=None)
        yield
        self._progress.update(task, total=1, completed=1)
