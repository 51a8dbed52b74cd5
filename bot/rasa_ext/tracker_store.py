"""Overrides Rasa's SQL tracker store: own engine, no blocking of the event loop, no silence.

Rasa wraps every store in a FailSafeTrackerStore that turns a read error into an empty conversation
and a write error into memory nobody reads (rasa/core/tracker_store.py). `expose_failures` takes the
wrapper off: an error then reaches the channel, which tells the customer and keeps the message.

With the events of a turn it stores what of them is counted for a campaign (`count_facts`).
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME as LISTEN
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.analytics import outbox
from bot.analytics.counting import VISIT, Counter
from bot.analytics.fact import Fact
from bot.errors import ConfigurationError, StorageError
from bot.storage.brief import briefly
from bot.storage.creating import create_tables
from bot.storage.engine import reading, shared_engine, transaction

logger = logging.getLogger(__name__)

KEPT_CONVERSATIONS = 500
COUNTED_CONVERSATIONS = 10_000
"""Far more than have a turn under way; one that has none is counted anew when it is read."""
MOST_EVENTS = 240
"""Events of a kept conversation: some fifteen turns of a form."""
EVENTS_LEFT = 100
"""Events left when it is cut: more turns than anything looks back over."""

# Built once. The table is Rasa's own; its ORM takes ten times as long to write a turn.
_event = SQLTrackerStore.SQLEvent.__table__
_IS_SENDERS = _event.c.sender_id == sa.bindparam("of_sender")
_INSERT = _event.insert()
_LAST_ROW = sa.select(_event.c.id).where(_IS_SENDERS).order_by(_event.c.id.desc()).limit(1)
_session_began = (
    sa.select(sa.func.max(_event.c.timestamp))
    .where(_IS_SENDERS, _event.c.type_name == SessionStarted.type_name)
    .scalar_subquery()
)
_ALL_EVENTS = sa.select(_event.c.data).where(_IS_SENDERS).order_by(_event.c.id)
_LAST_SESSION = _ALL_EVENTS.where(
    sa.or_(_event.c.timestamp >= _session_began, _session_began.is_(None))
)


@dataclass(frozen=True)
class _Kept:
    """A tracker as it was saved, and the row it ended with."""

    tracker: DialogueStateTracker
    last_row: int


class DurableTrackerStore(SQLTrackerStore):
    """Rasa's event table on our engine; reads and writes do not hold up the event loop (`briefly`)
    and raise StorageError.

    The tracker of a finished turn is kept in memory and serves the next turn if the database has
    no newer row of that sender: building it anew from its events costs more than all other work of
    a turn. A turn takes the tracker out and only a successful save puts it back, so that a failed
    turn leaves no trace.

    A kept tracker holds the end of the conversation only, its slots and its open form: Rasa looks
    at every event it has, several times a turn, and sends them all to the action server, so that
    each turn of a long talk would cost more than the one before. The database keeps all of it.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        host: str = "",
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        # Rasa hands the `url` of endpoints.yml over as `host`.
        self.engine = shared_engine(host, durable=False)
        create_tables(self.engine, self.Base.metadata)
        outbox.create(self.engine)
        self.counter: Counter | None = None
        self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        # Events of the tracker a turn works on that have rows.
        self._stored: OrderedDict[str, int] = OrderedDict()
        TrackerStore.__init__(self, domain, event_broker, **kwargs)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        kept = self._kept.pop(sender_id, None)
        self._stored.pop(sender_id, None)
        if kept and await briefly(self._last_row, sender_id) == kept.last_row:
            tracker: DialogueStateTracker | None = kept.tracker
        else:
            tracker = await self._retrieve(sender_id, fetch_events_from_all_sessions=False)
        self._remember(sender_id, len(tracker.events) if tracker else 0)
        return tracker

    def _remember(self, sender_id: str, stored: int) -> None:
        self._stored[sender_id] = stored
        self._stored.move_to_end(sender_id)
        if len(self._stored) > COUNTED_CONVERSATIONS:
            self._stored.popitem(last=False)

    def _last_row(self, sender_id: str) -> int | None:
        with reading(self.engine, StorageError) as tx:
            row: int | None = tx.execute(_LAST_ROW, {"of_sender": sender_id}).scalar()
            return row

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        query = _ALL_EVENTS if fetch_events_from_all_sessions else _LAST_SESSION
        return await briefly(self._read, sender_id, query)

    def _read(self, sender_id: str, query: Any) -> DialogueStateTracker | None:
        events = [json.loads(data) for data in self._rows(sender_id, query)]
        if not events:
            return None
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)

    def _rows(self, sender_id: str, query: Any) -> list[str]:
        with reading(self.engine, StorageError) as tx:
            return list(tx.execute(query, {"of_sender": sender_id}).scalars())

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        sender_id = tracker.sender_id
        stored = self._stored.get(sender_id)
        if stored is None:
            stored = len(await briefly(self._rows, sender_id, _LAST_SESSION))
        last_row = await self._store(tracker, list(tracker.events)[stored:])
        self._remember(sender_id, len(tracker.events))
        if last_row is not None:
            self._kept[sender_id] = _Kept(self._cut(tracker), last_row)
            if len(self._kept) > KEPT_CONVERSATIONS:
                self._kept.popitem(last=False)

    def _cut(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """The tracker, or one with its state and the end of its events when it is long."""
        events = list(tracker.events)
        if len(events) <= MOST_EVENTS:
            return tracker
        listens = (
            at
            for at in range(len(events) - EVENTS_LEFT, 0, -1)
            if isinstance(events[at], ActionExecuted) and events[at].action_name == LISTEN
        )
        start = next(listens, 0)
        values = {name: slot.value for name, slot in tracker.slots.items()}
        state: list[Event] = [SlotSet(name, v) for name, v in values.items() if v is not None]
        if tracker.active_loop_name:
            state.append(ActiveLoop(tracker.active_loop_name))
        return DialogueStateTracker.from_events(
            tracker.sender_id, [*state, *events[start:]], self.domain.slots
        )

    async def _store(self, tracker: DialogueStateTracker, new: Sequence[Event]) -> int | None:
        """Stores its new events; the last row, or None when the tracker must be read anew.

        Rasa counts a session's rows to find the new events: a tracker that has just begun a new
        session still holds the old one's events, and counting would go wrong with it.
        """
        if not new:
            return None
        data = [event.as_dict() for event in new]
        rows = [_row(tracker.sender_id, *event) for event in zip(new, data, strict=True)]
        last_row = await briefly(self._write, rows, self._facts(tracker, data))
        return None if any(isinstance(event, SessionStarted) for event in new) else last_row

    def _write(self, rows: Sequence[dict[str, Any]], facts: Sequence[Fact]) -> int:
        with transaction(self.engine, StorageError) as tx:
            if rows[:-1]:
                tx.execute(_INSERT, rows[:-1])
            # By itself, because it is the row whose number we want to know.
            last_row = int(tx.execute(_INSERT, rows[-1]).inserted_primary_key[0])
            outbox.put(tx, facts)
        return last_row

    def _facts(self, tracker: DialogueStateTracker, events: Sequence[dict[str, Any]]) -> list[Fact]:
        """What is counted of these events: nothing while the customer did not come by a code."""
        visit = tracker.get_slot(VISIT) if self.counter is not None else None
        if self.counter is None or not visit:
            return []
        try:
            return self.counter.facts(tracker.sender_id, events, visit)
        except Exception as exc:
            # Whatever is odd about these events, a figure is not worth a customer's turn.
            logger.error("a turn could not be counted: %s", type(exc).__name__)
            return []


def _row(sender_id: str, event: Event, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data, ensure_ascii=False),
    }


def expose_failures(agent: Any) -> None:
    """Replaces the fail-safe wrapper of `agent`'s tracker store by the store itself.

    Raises ConfigurationError when Rasa fell back to another store (it does so with a mere warning).
    """
    agent.tracker_store = agent.processor.tracker_store = _durable(agent.tracker_store)


def count_facts(agent: Any, counter: Counter) -> None:
    """Has the turns of `agent` counted from now on. Raises ConfigurationError as above."""
    _durable(agent.tracker_store).counter = counter


def _durable(store: TrackerStore) -> DurableTrackerStore:
    inner = store._tracker_store if isinstance(store, FailSafeTrackerStore) else store
    if not isinstance(inner, DurableTrackerStore):
        raise ConfigurationError("会话存储没有按 endpoints.yml 启动，请检查 tracker_store 一节。")
    return inner
