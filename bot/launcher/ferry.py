"""Carries talks between a customer's window and the bank's desk, there and back.

Every step may be repeated: the desk knows a talk and a line by their ids, the window a notice by
its key. Killed anywhere and run again, also by several relays at once, nothing is lost or shown
twice. What must be done about a talk that has been closed follows from the talk alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache, partial

from bot.channels.forwarding import Forwarding
from bot.channels.senders import channel_of
from bot.channels.transcript import OFFICER, Message, Transcript
from bot.errors import BotError, ConfigurationError, NotFound, Permanent
from bot.handover.bootstrap import open_desk, open_desk_feed, open_handovers
from bot.handover.desk import Desk, DeskEvent, EventKind, Line
from bot.handover.feed import DeskFeed
from bot.handover.store import Handovers
from bot.handover.talk import ClosedBy, File, State, Suggestion, Talk, Why
from bot.intake.bootstrap import open_journal, sealer
from bot.intake.calendar import local_day
from bot.knowledge.catalogue import load_catalogue
from bot.knowledge.files import FAQ
from bot.knowledge.offers import BLANKS, offers
from bot.launcher.talk_notices import TalkNotices
from bot.settings import Settings
from bot.storage.engine import shared_engine

HISTORY = 40
"""Things said before the talk that go with it."""
MOST_SINCE = 400
"""Things said since, when a talk is handed over; the contract takes 500 at once."""
BATCH = 50
PAGE = 100
QUIET_PAUSE = timedelta(seconds=3)
"""How often the desk is asked for news while no talk is open: only an invitation can come."""
CHAT_CLOSED = "chat_closed"
MOST_FAILURES = 3
"""Talks that fail in one step before the desk itself is taken to be away until the next round."""

logger = logging.getLogger(__name__)


class Ferry:
    """One `cross` after another. `sender_of` finds the conversation of a complaint, `suggest` turns
    ids of answers into what an officer may send, `patience` is how long a customer waits."""

    def __init__(
        self,
        handovers: Handovers,
        feed: DeskFeed,
        desk: Desk,
        transcript: Transcript,
        forwarding: Forwarding,
        notices: TalkNotices,
        *,
        sender_of: Callable[[str], str | None],
        suggest: Callable[[Sequence[str], datetime], list[Suggestion]],
        patience: timedelta,
    ) -> None:
        self._handovers = handovers
        self._feed = feed
        self._desk = desk
        self._transcript = transcript
        self._forwarding = forwarding
        self._notices = notices
        self._sender_of = sender_of
        self._suggest = suggest
        self._patience = patience
        self._asked_at: datetime | None = None
        self._rounds = 0
        # Talks that could not be brought on, and the round in which they were tried last.
        self._failed: dict[str, int] = {}

    def cross(self, now: datetime) -> None:
        """One round. Raises the first BotError, after everything that could be done was done."""
        self._rounds += 1
        steps = (self._fetch, self._bring, self._look_after, self._settle)
        failures = [failure for step in steps if (failure := _tried(step, now)) is not None]
        if failures:
            raise failures[0]

    def _fetch(self, now: datetime) -> None:
        """What officers did since the last round. A talk about which an event fails waits for the
        next one, the others do not. Raises the first BotError."""
        # Without its sign: a clock that was set back keeps no invitation waiting.
        is_quiet = self._asked_at is not None and abs(now - self._asked_at) < QUIET_PAUSE
        if is_quiet and not self._handovers.unsettled():
            return
        after = self._feed.cursor()
        failed: dict[str, BotError] = {}
        while True:
            page = self._desk.events(after, PAGE)
            for event in page.events:
                self._handle_in_turn(event, now, failed)
            if page.cursor <= after:
                break
            if not failed:
                self._feed.advance(page.cursor)
            after = page.cursor
        _raise_first(failed.values())
        self._asked_at = now

    def _handle_in_turn(self, event: DeskEvent, now: datetime, failed: dict[str, BotError]) -> None:
        """Keeps the order within a talk. The cursor stays before what failed: it comes again, and
        with it what followed."""
        if event.chat not in failed:
            failure = _tried(partial(self._handle, event), now)
            if failure is not None:
                failed[event.chat] = failure
        if not failed:
            self._feed.advance(event.cursor)

    def _handle(self, event: DeskEvent, now: datetime) -> None:
        if event.kind == EventKind.INVITED:
            self._invited(event, now)
            return
        talk = self._handovers.get(event.chat)
        if talk is None:  # of a database that was lost; the desk hears of it when it writes
            return
        if event.kind == EventKind.TAKEN and talk.state is not State.CLOSED:
            self._handovers.take(talk.id, event.officer or "", now)
            self._notices.taken(talk, event, now)
        elif event.kind == EventKind.SAID:
            self._notices.said(talk, event, now)
        elif event.kind == EventKind.CLOSED:
            self._handovers.close(talk.id, ClosedBy.OFFICER, now)

    def _invited(self, event: DeskEvent, now: datetime) -> None:
        sender_id = self._sender_of(event.reference or "")
        if sender_id is None or self._transcript.has_ended(sender_id):
            self._end_at_desk(event.chat, ClosedBy.ENDED, now)
            return
        file = File("", references=(event.reference or "",))
        channel = channel_of(sender_id)
        talk = self._handovers.open(event.chat, sender_id, channel, Why.OFFICER, file, now)
        if talk.id != event.chat:  # this customer is in the queue or with a colleague already
            self._end_at_desk(event.chat, ClosedBy.ENDED, now)
        elif talk.state is not State.CLOSED:
            self._handovers.take(talk.id, event.officer or "", now)
            self._notices.invited(talk, event, now)

    def _bring(self, now: datetime) -> None:
        """New talks, and what was said in those that are open."""
        talks = [talk for talk in self._handovers.unsettled() if talk.state is not State.CLOSED]
        self._for_each(talks, self._bring_one, now)

    def _for_each(
        self, talks: Sequence[Talk], do: Callable[[Talk, datetime], None], now: datetime
    ) -> None:
        """Each talk by itself, those that failed last at the end. Raises the first BotError."""
        failures: list[BotError] = []
        for talk in sorted(talks, key=lambda talk: self._failed.get(talk.id, 0)):
            failure = _tried(partial(do, talk), now)
            if failure is None:
                self._failed.pop(talk.id, None)
                continue
            self._failed[talk.id] = self._rounds
            failures.append(failure)
            # A desk that hangs takes seconds each time, and nobody hears anything meanwhile.
            if len(failures) == MOST_FAILURES:
                break
        _raise_first(failures)

    def _bring_one(self, talk: Talk, now: datetime) -> None:
        try:
            state = self._forward(talk, now) if talk.is_known else self._open(talk, now)
        except NotFound:
            # The desk lost it: a restored backup. It gets everything again.
            self._handovers.known(talk.id, is_known=False)
            return
        except Permanent as exc:
            is_over = CHAT_CLOSED in exc.message
            if not is_over:
                logger.error("the desk refused a talk: %s", exc.message)
            by = ClosedBy.OFFICER if is_over else ClosedBy.TIMEOUT
            self._handovers.close(talk.id, by, now)
            return
        if state is State.CLOSED:
            self._handovers.close(talk.id, ClosedBy.OFFICER, now)

    def _open(self, talk: Talk, now: datetime) -> State:
        """Hands it over, or again everything to a desk that has lost it: all but what the officers
        said, which is the desk's own."""
        before = self._forwarding.until(talk.sender_id, talk.since_id, HISTORY)
        since = self._transcript.after(talk.sender_id, talk.since_id)[-MOST_SINCE:]
        messages = [*before, *(message for message in since if message.author != OFFICER)]
        state = self._desk.open_chat(talk, self._lines(messages, now))
        self._handovers.known(talk.id)
        if state is not State.CLOSED:
            self._forwarding.mark_forwarded([message.cursor for message in messages])
        return state

    def _forward(self, talk: Talk, now: datetime) -> State:
        """What the desk has not got yet, of a talk that has ended only what was said in it: what the
        customer tells the assistant afterwards is no officer's. Raises NotFound, Permanent,
        Retryable."""
        state, span = talk.state, (talk.sender_id, talk.since_id)
        while waiting := self._forwarding.to_forward(*span, BATCH, until=talk.closed_at):
            state = self._desk.say(talk.id, self._lines(waiting, now))
            if state is State.CLOSED:
                break
            self._forwarding.mark_forwarded([message.cursor for message in waiting])
        return state

    def _lines(self, messages: Sequence[Message], now: datetime) -> list[Line]:
        return [
            Line(
                id=message.key,
                author=message.author,
                name=message.author_name,
                text=message.text,
                at=message.created_at,
                suggestions=self._suggest(message.suggestions, now) if message.suggestions else (),
            )
            for message in messages
        ]

    def _look_after(self, now: datetime) -> None:
        """Nobody waits for ever, whether or not the desk can be reached."""
        for talk in self._handovers.unsettled():
            if talk.state is State.WAITING and now - talk.opened_at >= self._patience:
                self._handovers.close(talk.id, ClosedBy.TIMEOUT, now)
            elif talk.state is State.ACTIVE:
                self._mind_silence(talk, now)

    def _mind_silence(self, talk: Talk, now: datetime) -> None:
        spoken_at = self._forwarding.unheard_since(talk.sender_id, talk.since_id)
        if spoken_at is not None:
            waiting_since = max(spoken_at, talk.taken_at or spoken_at)
            if now - waiting_since >= self._patience:
                self._notices.away(talk, now)

    def _settle(self, now: datetime) -> None:
        """Talks that were closed: the customer hears it, then the desk."""
        closed = [talk for talk in self._handovers.unsettled() if talk.state is State.CLOSED]
        for talk in closed:
            # Taken and then given up, the desk refused it: an officer was there, and is no more.
            was_given_up = talk.closed_by is ClosedBy.TIMEOUT and talk.taken_at is not None
            if talk.closed_by is ClosedBy.OFFICER or was_given_up:
                self._notices.left(talk, now)
            elif talk.closed_by is ClosedBy.TIMEOUT:
                self._notices.nobody(talk, now)
        self._for_each(closed, self._settle_one, now)

    def _settle_one(self, talk: Talk, now: datetime) -> None:
        if talk.is_known and talk.closed_by is not ClosedBy.OFFICER:
            self._tell_desk(talk, now)
        self._handovers.settle(talk.id)

    def _tell_desk(self, talk: Talk, now: datetime) -> None:
        try:
            if talk.closed_by is ClosedBy.CUSTOMER:
                self._forward(talk, now)
        except (NotFound, Permanent) as exc:
            logger.info("last words not forwarded: %s", exc.message)
        self._end_at_desk(talk.id, talk.closed_by or ClosedBy.ENDED, talk.closed_at or now)

    def _end_at_desk(self, talk_id: str, by: ClosedBy, at: datetime) -> None:
        try:
            self._desk.close(talk_id, by, at)
        except (NotFound, Permanent) as exc:
            logger.info("nothing to close at the desk: %s", exc.message)


def open_ferry(config: Settings) -> Ferry:
    """The ferry of a process."""
    engine = shared_engine(config.database_url("channel"), durable=False)
    transcript, forwarding = Transcript(engine), Forwarding(engine)
    catalogue = cache(lambda: load_catalogue(FAQ))
    words = {name: getattr(config, name) for name in BLANKS}

    def suggest(ids: Sequence[str], now: datetime) -> list[Suggestion]:
        try:
            answers = catalogue()
        except ConfigurationError as exc:  # the customer's words go on without suggestions
            logger.error("answers cannot be read: %s", exc.message)
            return []
        approved_only = config.answers_approved_only
        found = offers(answers, ids, local_day(now), approved_only=approved_only, words=words)
        return [Suggestion(offer.title, offer.text, offer.source) for offer in found]

    return Ferry(
        open_handovers(config),
        open_desk_feed(config),
        open_desk(config),
        transcript,
        forwarding,
        TalkNotices(
            transcript,
            forwarding,
            sealer(config),
            hotline=config.hotline,
            hotline_hours=config.hotline_hours,
        ),
        sender_of=open_journal(config).sender_of,
        suggest=suggest,
        patience=timedelta(minutes=config.handover_wait_minutes),
    )


def _tried(step: Callable[[datetime], None], now: datetime) -> BotError | None:
    try:
        step(now)
    except BotError as exc:
        return exc
    return None


def _raise_first(failures: Iterable[BotError]) -> None:
    for failure in failures:
        raise failure
