"""How much one visitor may ask for, per session and per address; danger always gets through.

Kept in the memory of one process: a limit protects a process, and a visitor is sent to the same
one (docs/operations.md). Time is an argument, seconds of any steady clock. Pure.
"""

from __future__ import annotations

import ipaddress
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

MOST_KEYS = 100_000
"""Visitors remembered by one limit; of more, those not seen for longest are forgotten. Those who
may take as much as if they had never come are forgotten anyway."""
PATIENCE = 20
"""Refusals within `PATIENCE_SECONDS` after which a session has to pause."""
PATIENCE_SECONDS = 600.0
PAUSE_SECONDS = 900.0
LOOKS_A_MESSAGE = 4
"""Looks for news a visitor may take for each message they may send: every message ends a poll, in
every tab they have open."""
MOST_POLLS = 6
"""Polls of one session that may wait at once, one a tab; of more, each is answered at once."""


class Rate:
    """So many in so many seconds, spread evenly but for a burst of all of them.

    The generic cell rate algorithm (ITU-T I.371): one number a key, the time at which everything
    taken so far will have been allowed.
    """

    def __init__(self, count: int, seconds: float) -> None:
        self._each = seconds / count
        self._burst = seconds
        self._allowed_at: OrderedDict[Hashable, float] = OrderedDict()

    @property
    def remembered(self) -> int:
        """How many keys are kept."""
        return len(self._allowed_at)

    def wait(self, key: Hashable, now: float) -> float:
        """Takes one if it may be taken (0), else the seconds until it may."""
        _forget_past(self._allowed_at, now)
        after = max(self._allowed_at.get(key, now), now) + self._each
        over = after - now - self._burst
        # Rounding of floats must not cost the last one of a burst.
        if over > 1e-6 * self._burst:
            return over
        self._allowed_at[key] = after
        self._allowed_at.move_to_end(key)
        if len(self._allowed_at) > MOST_KEYS:
            self._allowed_at.popitem(last=False)
        return 0.0


@dataclass(frozen=True)
class Allowed:
    """What a visitor may ask for."""

    messages_per_minute: int
    address_messages_per_minute: int
    address_sessions_per_hour: int


class Limits:
    """Decides whether a request is served; every method gives the seconds to wait, 0 for now."""

    def __init__(self, allowed: Allowed) -> None:
        self._messages = Rate(allowed.messages_per_minute, 60.0)
        self._of_address = Rate(allowed.address_messages_per_minute, 60.0)
        self._sessions = Rate(allowed.address_sessions_per_hour, 3600.0)
        self._dangers = Rate(allowed.messages_per_minute, 60.0)
        self._dangers_of_address = Rate(allowed.address_messages_per_minute, 60.0)
        self._looks = Rate(LOOKS_A_MESSAGE * allowed.messages_per_minute, 60.0)
        self._looks_of_address = Rate(LOOKS_A_MESSAGE * allowed.address_messages_per_minute, 60.0)
        self._polling: Counter[str] = Counter()
        self._refusals = Rate(PATIENCE, PATIENCE_SECONDS)
        self._paused_until: OrderedDict[str, float] = OrderedDict()

    def message(self, sender: str, address: str, now: float, *, in_danger: bool) -> float:
        """One message of a session. In danger it has a rate of its own, whatever came before; so has
        its address, or many sessions with a word of danger in each message would know no limit."""
        pause = self._paused_until.get(sender, now) - now
        wait = pause if pause > 0 else self._messages.wait(sender, now)
        wait = wait or self._of_address.wait(address, now)
        if wait and in_danger:
            return self._dangers.wait(sender, now) or self._dangers_of_address.wait(address, now)
        if wait and self._refusals.wait(sender, now):
            self._pause(sender, now + PAUSE_SECONDS)
        return wait

    def look(self, sender: str, address: str, now: float) -> float:
        """One look for news, or another request that sends nothing."""
        return self._looks.wait(sender, now) or self._looks_of_address.wait(address, now)

    @contextmanager
    def poll(self, sender: str) -> Iterator[bool]:
        """While a poll of a session lasts: whether it may wait for news."""
        self._polling[sender] += 1
        try:
            yield self._polling[sender] <= MOST_POLLS
        finally:
            self._polling[sender] -= 1
            if not self._polling[sender]:
                del self._polling[sender]

    def session(self, address: str, now: float) -> float:
        """One new session from an address."""
        return self._sessions.wait(address, now)

    def _pause(self, sender: str, until: float) -> None:
        _forget_past(self._paused_until, until - PAUSE_SECONDS)
        self._paused_until.setdefault(sender, until)
        if self._paused_until[sender] < until - PAUSE_SECONDS:
            self._paused_until[sender] = until
        if len(self._paused_until) > MOST_KEYS:
            self._paused_until.popitem(last=False)


def _forget_past(until: OrderedDict[Any, float], now: float) -> None:
    """Drops what has run out, from the oldest on; each entry goes but once, so this costs little.

    One that still runs may hide others behind it, at most for its own time.
    """
    while until and next(iter(until.values())) <= now:
        until.popitem(last=False)


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 an IPv6 customer is given."""
    try:
        known = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped or ipaddress.ip_network((known, 64), strict=False))
    return str(known)
