"""What the bank does about a case, fetched from the case store and passed on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.intake.case_store import CaseStore, Event
from bot.intake.feed import Feed
from bot.intake.outbox import Outbox

PAGE = 100
REPLIED, RETRY = "replied", "retry"


class News:
    """Reads the events of the case store from where it stopped.

    The cursor moves on after an event was handled: killed in between, the event comes again, so
    that `on_reply` must know repeats. A kind that is not known is passed over.
    """

    def __init__(
        self,
        case_store: CaseStore,
        feed: Feed,
        outboxes: Sequence[Outbox],
        on_reply: Callable[[Event], None],
    ) -> None:
        self._case_store = case_store
        self._feed = feed
        self._outboxes = outboxes
        self._on_reply = on_reply

    def fetch(self, now: datetime) -> None:
        """Handles every event there is. Raises BotError; the rest then comes next time."""
        after = self._feed.cursor()
        while True:
            page = self._case_store.events(after, PAGE)
            for event in page.events:
                self._handle(event, now)
                self._feed.advance(event.cursor)
            if page.cursor <= after:
                return
            self._feed.advance(page.cursor)
            after = page.cursor

    def _handle(self, event: Event, now: datetime) -> None:
        if event.kind == REPLIED:
            self._on_reply(event)
        elif event.kind == RETRY:
            for outbox in self._outboxes:
                outbox.try_again(event.reference, now)
