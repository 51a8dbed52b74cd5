"""What the bank does about a case, fetched from the case store and passed on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.errors import Permanent
from bot.intake.case_store import CaseStore, Event
from bot.intake.feed import Feed
from bot.intake.outbox import Outbox

PAGE = 100
REPLIED, NOTICE, RETRY = "replied", "notice", "retry"

_log = logging.getLogger(__name__)


class News:
    """Reads the events of the case store from where it stopped.

    The cursor moves on after an event was handled and, where the bank asks for it, confirmed:
    killed in between, or with the confirmation lost, the event comes again, so that `tell` must
    know repeats. `tell` passes the text on and returns None, or why it cannot be passed on. A kind
    that is not known is passed over.
    """

    def __init__(
        self,
        case_store: CaseStore,
        feed: Feed,
        outboxes: Sequence[Outbox],
        tell: Callable[[Event], str | None],
    ) -> None:
        self._case_store = case_store
        self._feed = feed
        self._outboxes = outboxes
        self._tell = tell

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
        if event.kind in (REPLIED, NOTICE):
            failure = self._tell(event)
            if event.notice is not None:
                self._confirm(event.notice, failure, now)
        elif event.kind == RETRY:
            for outbox in self._outboxes:
                outbox.try_again(event.reference, now)

    def _confirm(self, notice: str, failure: str | None, now: datetime) -> None:
        """A bank that does not know the notice any more must not hold up the others; an officer
        hears of what stays unconfirmed there."""
        try:
            self._case_store.confirm(notice, now, failure)
        except Permanent as exc:
            _log.warning("receipt_refused notice=%s error=%s", notice, exc.message)
