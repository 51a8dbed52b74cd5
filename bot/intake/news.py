"""What the bank does about a case, fetched from the case store and passed on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.errors import Permanent
from bot.intake.case_store import CaseStore, Event
from bot.intake.feed import Feed
from bot.intake.outbox import Outbox

PAGE = 100
REPLIED, NOTICE, RETRY = "replied", "notice", "retry"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Told:
    """What became of a text for a customer: passed on, or `failure` says why it cannot be.

    `is_on_its_way`: whoever brings it sends the receipt once it has arrived.
    """

    failure: str | None = None
    is_on_its_way: bool = False


class News:
    """Reads the events of the case store from where it stopped.

    The cursor moves on after an event was handled and, where the bank asks for it, confirmed:
    killed in between, or with the confirmation lost, the event comes again, so that `tell` must
    know repeats. `tell` passes the text on. A kind that is not known is passed over.
    """

    def __init__(
        self,
        case_store: CaseStore,
        feed: Feed,
        outboxes: Sequence[Outbox],
        tell: Callable[[Event], Told],
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
            told = self._tell(event)
            if event.notice is not None and not told.is_on_its_way:
                confirm(self._case_store, event.notice, now, told.failure)
        elif event.kind == RETRY:
            for outbox in self._outboxes:
                outbox.try_again(event.reference, now)


def confirm(case_store: CaseStore, notice: str, at: datetime, failure: str | None) -> None:
    """Sends a receipt. Raises Retryable.

    A bank that does not know the notice any more must not hold up the others; an officer hears of
    what stays unconfirmed there.
    """
    try:
        case_store.confirm(notice, at, failure)
    except Permanent as exc:
        _log.warning("receipt_refused notice=%s error=%s", notice, exc.message)
