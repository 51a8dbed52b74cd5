"""What officers are told: shown in the console, and handed to the staff's messenger if there is one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from casestore.domain.office_hours import OfficeHours
from casestore.domain.reminder import Reminder, ReminderKind
from casestore.domain.retention import Due
from casestore.domain.staff import Officer
from casestore.service.job_ports import Messenger
from casestore.service.ports import Clock, Store

_SHOWN = 100
_POSTED_AT_ONCE = 200
# A text message of an enterprise WeChat robot holds 2048 bytes, some 600 characters of Chinese.
_LINES_POSTED = 12
_KEPT = timedelta(days=90)


@dataclass(frozen=True)
class ReminderBox:
    """What an officer has not read yet and what they read lately, newest first."""

    unread: Sequence[Reminder]
    read: Sequence[Reminder]


class ReminderDesk:
    """``messenger`` None: nothing leaves the console. ``hours`` are the office hours outside which
    only what may disturb leaves it."""

    def __init__(
        self, store: Store, now: Clock, hours: OfficeHours, messenger: Messenger | None = None
    ) -> None:
        self._store = store
        self._now = now
        self._hours = hours
        self._messenger = messenger

    def for_(self, username: str) -> ReminderBox:
        """The reminders of an officer."""
        with self._store.transaction() as tx:
            return ReminderBox(
                tx.reminders.unread(username, _SHOWN), tx.reminders.read_lately(username, _SHOWN)
            )

    def count_unread(self, username: str) -> int:
        """How many an officer has not read."""
        with self._store.transaction() as tx:
            return tx.reminders.count_unread(username)

    def mark_read(self, officer: Officer, reminder_id: str | None) -> None:
        """Note that an officer has read one of theirs, or with None all of them."""
        with self._store.transaction() as tx:
            tx.reminders.mark_read(officer.username, reminder_id, self._now())
            tx.commit()

    def due(self) -> Due:
        """The read reminders that are old enough to go."""
        before = self._now() - _KEPT
        with self._store.transaction() as tx:
            count = tx.reminders.count_read_before(before)
        return Due("读过的提醒", count, before, f"读过 {_KEPT.days} 天")

    def forget(self) -> int:
        """Delete them; how many."""
        with self._store.transaction() as tx:
            count = tx.reminders.drop_read_before(self._now() - _KEPT)
            tx.commit()
        return count

    def post(self) -> int:
        """Hand what is new to the messenger; how many reminders that were. What does not arrive
        is tried again the next time.

        The message says what kind of thing waits and about which case, nothing else.
        """
        now = self._now()
        is_open = self._hours.is_open(now)
        kinds = [kind for kind in ReminderKind if is_open or kind.may_disturb]
        with self._store.transaction() as tx:
            waiting = tx.reminders.not_posted(kinds, _POSTED_AT_ONCE)
        # The messenger may be slow, so no transaction is open while it is asked.
        if not waiting or (self._messenger and not self._messenger.post(_message(waiting))):
            return 0
        with self._store.transaction() as tx:
            tx.reminders.posted([reminder.id for reminder in waiting], self._now())
            tx.commit()
        return len(waiting) if self._messenger else 0


def _message(waiting: Sequence[Reminder]) -> str:
    lines = Counter(_line(reminder) for reminder in waiting)
    shown = list(lines)[:_LINES_POSTED]
    rest = len(lines) - len(shown)
    more = [f"……另有 {rest} 条"] if rest else []
    return "\n".join(["投诉受理台提醒，请登录查看：", *shown, *more])


def _line(reminder: Reminder) -> str:
    return (
        f"{reminder.kind.label} {reminder.reference}" if reminder.reference else reminder.kind.label
    )
