"""Signs of life of the processes that listen nowhere: each of their loops touches a file as it
turns, and `python -m bot health` looks how long ago."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from enum import Enum
from pathlib import Path

from bot.errors import Unwell

FRESH = timedelta(minutes=3)
"""A turn of a loop takes seconds, the longest pause half a minute."""

Wait = Callable[[float], bool]


class Process(str, Enum):
    """The processes that listen nowhere."""

    RELAY = "relay"
    COUNTER = "counter"


class Heartbeats:
    """The loops of one process, as files of `folder`."""

    def __init__(self, folder: Path, process: Process) -> None:
        self._folder = folder
        self._process = process

    def begin(self, loops: Sequence[str]) -> None:
        """Forgets the loops of an earlier run; each of `loops` has beaten once."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for file in self._files():
            file.unlink(missing_ok=True)
        for loop in loops:
            self._file(loop).touch()

    def beating(self, loop: str, wait: Wait) -> Wait:
        """`wait`, which a loop calls each time it turns, with a sign of life before it."""
        file = self._file(loop)

        def wait_alive(seconds: float) -> bool:
            # A full disk stops no delivery; whoever looks finds no sign and restarts the process.
            with suppress(OSError):
                file.touch()
            return wait(seconds)

        return wait_alive

    def check(self, now: datetime) -> None:
        """Raises Unwell when the process never began or one of its loops has stopped turning."""
        files = self._files()
        if not files:
            raise Unwell(f"{self._process.value} 没有在运行。")
        late = [file.suffix[1:] for file in files if now - _touched_at(file) > FRESH]
        if late:
            raise Unwell(f"{self._process.value} 停住了：{'、'.join(late)}。")

    def _file(self, loop: str) -> Path:
        return self._folder / f"{self._process.value}.{loop}"

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"{self._process.value}.*"))


def _touched_at(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, timezone.utc)
