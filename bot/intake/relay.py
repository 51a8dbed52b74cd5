"""Delivers what the journal holds to the case store: at least once, to an idempotent receiver."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.correlation import carrying
from bot.errors import BotError, Permanent, StorageError
from bot.intake.outbox import DELIVERED, PARKED, Entry, Outbox

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
IDLE_SECONDS = 0.5
POSTPONED = "postponed"
Attempted = Callable[[str, str, timedelta], None]
"""Hears the kind of an entry, what became of it, and how old it is."""


def wait_before_retry(attempts: int, jitter: float) -> timedelta:
    """Time until the next attempt; `jitter` in [-1, 1] spreads it by 20 %. Never gives up."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 20)
    return min(doubled, LONGEST_WAIT) * (1 + 0.2 * jitter)


@dataclass(frozen=True)
class Line:
    """One outbox, how its entries are handed over, and who hears of it.

    `send` returns the case store's answer. It raises Permanent when trying again cannot help;
    whatever else it raises, the entry is sent again later.
    `on_delivered` gets the entry and the answer, `on_parked` the entry and the reason; both may be
    called again for the same entry.
    """

    outbox: Outbox
    send: Callable[[Entry], dict[str, Any]]
    on_delivered: Callable[[Entry, dict[str, Any]], None]
    on_parked: Callable[[Entry, str], None]


class Relay:
    """One delivery loop over several lines; several loops may run on one journal."""

    def __init__(
        self,
        lines: Sequence[Line],
        owner: str,
        *,
        now: Callable[[], datetime],
        jitter: Callable[[], float],
        attempted: Attempted = lambda *_: None,
    ) -> None:
        """What is due in an earlier line goes before what is due in a later one."""
        self._lines = lines
        self._owner = owner
        self._now = now
        self._jitter = jitter
        self._attempted = attempted

    def deliver_next(self) -> bool:
        """Delivers one due entry; False when nothing is due."""
        return any(self._deliver_safely(line) for line in self._lines)

    def _deliver_safely(self, line: Line) -> bool:
        try:
            entry = line.outbox.claim(self._owner, self._now(), LEASE)
            if entry is None:
                return False
            with carrying(entry.request_id):
                self._deliver(line, entry)
        except StorageError as exc:
            # Also an entry no key opens: its lease keeps it out of the way of the others.
            logger.error("journal unavailable: %s", exc.__cause__.__class__.__name__)
            return False
        except Exception as exc:
            # A mistake of ours: the lease keeps the entry out of the way here, too.
            logger.error("an entry cannot be delivered: %s", type(exc).__name__)
            return False
        return True

    def _deliver(self, line: Line, entry: Entry) -> None:
        try:
            answer = line.send(entry)
        except Permanent as exc:
            self._park(line, entry, exc)
        except Exception as exc:
            # Whatever it is, it is the trouble of this entry alone: the others go on.
            if not isinstance(exc, BotError):
                logger.error("%s failed: %s", _name(entry), type(exc).__name__)
            self._postpone(line, entry, exc)
        else:
            # The notice is stored once however often it is repeated, so it goes first: killed
            # between the two lines, the relay delivers again and nothing is lost or doubled.
            self._tell_delivered(line, entry, answer)
            line.outbox.delivered(entry, self._now())
            self._tell_attempt(entry, DELIVERED)
            logger.info("delivered %s after %d attempts", _name(entry), entry.attempts)

    def _postpone(self, line: Line, entry: Entry, error: Exception) -> None:
        wait, reason = wait_before_retry(entry.attempts, self._jitter()), _reason(error)
        line.outbox.postponed(entry, self._now() + wait, reason)
        self._tell_attempt(entry, POSTPONED)
        logger.warning("postponed %s by %s: %s", _name(entry), wait, reason)

    def _park(self, line: Line, entry: Entry, error: Permanent) -> None:
        try:
            line.on_parked(entry, error.message)
        except Exception as exc:
            # Parked without a word it would never be spoken of again: refused once more, later.
            logger.error("notice for %s not stored: %s", _name(entry), _reason(exc))
            self._postpone(line, entry, error)
            return
        line.outbox.parked(entry, error.message)
        self._tell_attempt(entry, PARKED)
        logger.error("parked %s: %s", _name(entry), error.message)

    def _tell_attempt(self, entry: Entry, outcome: str) -> None:
        self._attempted(entry.kind, outcome, self._now() - entry.created_at)

    @staticmethod
    def _tell_delivered(line: Line, entry: Entry, answer: dict[str, Any]) -> None:
        try:
            line.on_delivered(entry, answer)
        except Exception as exc:
            # The case store has it; a notice that cannot be shown must not deliver it again.
            logger.error("notice for %s not stored: %s", _name(entry), _reason(exc))

    def run(self, wait: Callable[[float], bool]) -> None:
        """Delivers until `wait(seconds)` returns True (the signal to stop)."""
        while not wait(0 if self.deliver_next() else IDLE_SECONDS):
            pass


def _reason(error: Exception) -> str:
    # Of a mistake of ours only the kind: its message may hold what the customer wrote.
    return error.message if isinstance(error, BotError) else f"程序出错 {type(error).__name__}"


def _name(entry: Entry) -> str:
    return f"{entry.kind} of {entry.reference}"
