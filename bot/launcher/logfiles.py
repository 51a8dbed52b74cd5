"""Where the output of supervised processes goes: one file each, not a flood on the screen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO, Any

_STOPPED = re.compile(r"(\w+) stopped \(rc=(-?\d+)\)")
_STOPPING = re.compile(r"SIG(INT|TERM) received|sending SIG")
# Errors meant for people are plain Chinese lines; everything else in a log begins otherwise.
_FOR_PEOPLE = re.compile(r"[\u4e00-\u9fff]")
LARGEST = 10 * 1024 * 1024


class LogFiles:
    """A honcho printer (its `write` and `width`) that appends to `<folder>/<process>.log`."""

    def __init__(self, folder: Path) -> None:
        self.width = 0
        self.stopping = False
        self.first_failure: str | None = None
        self.last_words: dict[str, str] = {}
        self._folder = folder
        self._files: dict[str, IO[str]] = {}

    def write(self, message: Any) -> None:
        data = message.data
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else str(data)
        if message.name == "system":
            self._notice(text)
        elif spoken := [line for line in text.splitlines() if _FOR_PEOPLE.match(line)]:
            self.last_words[message.name] = spoken[-1]
        file = self._file(message.name)
        file.write(text if text.endswith("\n") else text + "\n")
        file.flush()

    def _notice(self, text: str) -> None:
        stopped = _STOPPED.search(text)
        if stopped and not self.stopping:
            self.first_failure = stopped.group(1)
            self.stopping = True
        if _STOPPING.search(text):
            self.stopping = True

    def _file(self, name: str) -> IO[str]:
        if name not in self._files:
            path = self._folder / f"{name}.log"
            if path.exists() and path.stat().st_size > LARGEST:
                path.replace(path.with_suffix(".log.1"))
            self._files[name] = path.open("a", encoding="utf-8")
        return self._files[name]

    def close(self) -> None:
        for file in self._files.values():
            file.close()
