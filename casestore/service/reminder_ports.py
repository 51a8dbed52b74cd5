"""What reminders need from the store."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from casestore.domain.reminder import Reminder, ReminderKind


class Reminders(Protocol):
    """What officers are told, each thing once."""

    def put(
        self,
        username: str,
        kind: ReminderKind,
        reference: str | None,
        text: str,
        key: str,
        now: datetime,
    ) -> bool:
        """Tell an officer something; False, and nothing written, if this officer was told under
        this ``key`` (up to 140 characters) before. The text holds no personal data."""

    def unread(self, username: str, limit: int) -> Sequence[Reminder]:
        """What an officer has not read yet, newest first."""

    def read_lately(self, username: str, limit: int) -> Sequence[Reminder]:
        """What an officer has read, newest first."""

    def count_unread(self, username: str) -> int:
        """How much an officer has not read yet."""

    def mark_read(self, username: str, reminder_id: str | None, now: datetime) -> int:
        """Note that an officer has read one reminder, or with None all; how many that were."""

    def settle(self, reference: str, kinds: Collection[ReminderKind], now: datetime) -> None:
        """Note that what these kinds remind of was done: nobody has to read them any more."""

    def settle_about(self, key: str, now: datetime) -> None:
        """The same for whatever was told under a key that begins so."""

    def not_posted(self, kinds: Collection[ReminderKind], limit: int) -> Sequence[Reminder]:
        """What of these kinds was not handed to the staff's messenger yet, oldest first."""

    def posted(self, ids: Sequence[str], now: datetime) -> None:
        """Note that these were handed over."""

    def count_read_before(self, moment: datetime) -> int:
        """How many ``drop_read_before`` would delete."""

    def drop_read_before(self, moment: datetime) -> int:
        """Delete what was read before a moment; how many that were."""
