"""The campaigns as they stand now: a changed file is taken over, a bad one is refused.

Nothing is retrained and nothing restarted. A file that is refused leaves what was there before, and
says why in the log and to whoever asks.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bot.campaigns.campaign import Campaign, Campaigns
from bot.campaigns.checks import clashes, faults
from bot.campaigns.reading import read_campaign
from bot.errors import CampaignError
from bot.knowledge.answer import Answers
from bot.knowledge.sources import Sources

logger = logging.getLogger(__name__)

LOOK_EVERY = 5.0
"""Seconds between two looks at the folder."""

Mark = tuple[int, int]
"""Time of change in ns, and size: what tells a changed file without reading it."""


@dataclass(frozen=True)
class Library:
    """What campaigns may refer to."""

    answers: Answers
    sources: Sources


@dataclass
class Shelf:
    """The campaigns of a folder. `steady`: seconds of a clock that never steps back.

    A file that vanishes takes its campaign away. What cannot be looked at (the folder is away, a
    link leads nowhere) leaves everything as it is.
    """

    folder: Path
    library: Library
    today: Callable[[], date]
    steady: Callable[[], float]
    _taken: dict[str, Campaign] = field(default_factory=dict)
    _marks: dict[str, Mark] = field(default_factory=dict)
    _refused: dict[str, CampaignError] = field(default_factory=dict)
    _looked_at: float = float("-inf")
    _is_there: bool = True

    def campaigns(self) -> Campaigns:
        """The campaigns as of the last look, which is not long ago."""
        if self.steady() - self._looked_at >= LOOK_EVERY:
            self._look()
            self._looked_at = self.steady()
        return Campaigns(dict(self._taken))

    @property
    def refused(self) -> Mapping[str, CampaignError]:
        """Files that were refused, by name."""
        return dict(self._refused)

    def _look(self) -> None:
        try:
            found = {path.stem: _mark(path) for path in campaign_files(self.folder)}
        except OSError as exc:
            if self._is_there:
                logger.error("campaigns: %s", type(exc).__name__)
            self._is_there = False
            return
        self._is_there = True
        gone = [name for name in self._marks if name not in found]
        for name in gone:
            self._forget(name)
        changed = {name: m for name, m in found.items() if m and m != self._marks.get(name)}
        self._marks.update(changed)
        if gone or changed:
            self._take_over(changed)

    def _take_over(self, changed: Iterable[str]) -> None:
        """Takes what changed; and what was refused before for a code that may be free by now."""
        for name in sorted({*changed, *self._refused}):
            self._take(name)
        for name in sorted(self._refused):
            self._take(name)
        for name in sorted(self._refused.keys() & set(changed)):
            faults = len(self._refused[name].faults)
            logger.error("campaign %s refused: %d faults", name, faults)

    def _forget(self, name: str) -> None:
        for known in (self._marks, self._taken, self._refused):
            known.pop(name, None)

    def _take(self, name: str) -> None:
        try:
            campaign = load_campaign(self.folder / f"{name}.yml", self.library, self.today())
            others = {key: value for key, value in self._taken.items() if key != name}
            found = clashes(Campaigns({**others, name: campaign}))
            if found:
                raise CampaignError(f"{name}.yml", found)
        except CampaignError as exc:
            self._refused[name] = exc
            return
        self._taken[name] = campaign
        self._refused.pop(name, None)


def load_campaign(path: Path, library: Library, today: date) -> Campaign:
    """A campaign that passes every check. Raises CampaignError."""
    campaign = read_campaign(path)
    found = faults(campaign, library.answers, library.sources, today)
    if found:
        raise CampaignError(path.name, found)
    return campaign


def load_all(folder: Path, library: Library, today: date) -> tuple[Campaigns, Sequence[str]]:
    """Every campaign of a folder that passes, and every fault of the others, line by line."""
    taken: dict[str, Campaign] = {}
    lines: list[str] = []
    try:
        paths = campaign_files(folder)
    except FileNotFoundError:
        paths = []
    except OSError as exc:
        return Campaigns({}), [f"读不了目录 {folder}（{exc.strerror}）。请检查目录权限。"]
    for path in paths:
        try:
            taken[path.stem] = load_campaign(path, library, today)
        except CampaignError as exc:
            lines += exc.message.splitlines()
    campaigns = Campaigns(taken)
    return campaigns, [*lines, *clashes(campaigns)]


def campaign_files(folder: Path) -> list[Path]:
    """The campaign files of a folder in the order of their names, without hidden ones: editors
    leave locks and copies beside what they write. Raises OSError."""
    names = sorted(os.listdir(folder))
    return [folder / name for name in names if name.endswith(".yml") and name[0] != "."]


def _mark(path: Path) -> Mark | None:
    """None for what cannot be looked at."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
