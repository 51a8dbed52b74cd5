"""How many customer-service messages a user may still get (发送客服消息，下发额度).

A message of the user allows five within 48 hours; clicking the menu or a message menu, following
and scanning allow three within a minute. Doing it again renews the allowance, it does not add up.
What ends sooner is used first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from wechatsim import errors
from wechatsim.errors import ApiError

PER_MESSAGE = 5
MESSAGE_LASTS = timedelta(hours=48)
PER_ACTION = 3
ACTION_LASTS = timedelta(minutes=1)


@dataclass
class _Bucket:
    left: int = 0
    until: datetime | None = None

    def open(self, now: datetime) -> bool:
        return self.until is not None and now < self.until


class Allowance:
    """One user's allowances."""

    def __init__(self) -> None:
        self._action = _Bucket()
        self._message = _Bucket()

    def spoke(self, now: datetime) -> None:
        self._message = _Bucket(PER_MESSAGE, now + MESSAGE_LASTS)

    def acted(self, now: datetime) -> None:
        self._action = _Bucket(PER_ACTION, now + ACTION_LASTS)

    def lapse(self) -> None:
        """As if every window had passed."""
        self._action, self._message = _Bucket(), _Bucket()

    def left(self, now: datetime) -> int:
        return sum(bucket.left for bucket in self._open(now))

    def take(self, now: datetime) -> None:
        """Uses up one; raises ApiError 45015 outside every window, 45047 with nothing left."""
        buckets = self._open(now)
        if not buckets:
            raise ApiError(errors.OUT_OF_TIME)
        for bucket in buckets:
            if bucket.left:
                bucket.left -= 1
                return
        raise ApiError(errors.OUT_OF_QUOTA)

    def _open(self, now: datetime) -> list[_Bucket]:
        return [bucket for bucket in (self._action, self._message) if bucket.open(now)]
