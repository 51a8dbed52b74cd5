"""Overrides Rasa's SQL tracker store: own engine, no blocking of the event loop, no silence.

Rasa wraps every store in a FailSafeTrackerStore that turns a read error into an empty conversation
and a write error into memory nobody reads (rasa/core/tracker_store.py). `expose_failures` takes the
wrapper off: an error then reaches the channel, which tells the customer and keeps the message.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

from bot.errors import ConfigurationError
from bot.storage.engine import create_engine

KEPT_CONVERSATIONS = 500


@dataclass(frozen=True)
class _Kept:
    """A tracker as it was saved, and the row it ended with."""

    tracker: DialogueStateTracker
    last_row: int


class DurableTrackerStore(SQLTrackerStore):
    """Rasa's event table on our engine; reads and writes run in a thread.

    The tracker of a finished turn is kept in memory and serves the next turn if the database has
    no newer row of that sender: building it anew from its events costs more than all other work of
    a turn. A turn takes the tracker out and only a successful save puts it back, so that a failed
    turn leaves no trace.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        host: str = "",
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        # Rasa hands the `url` of endpoints.yml over as `host`.
        self.engine = create_engine(host, durable=False)
        self.Base.metadata.create_all(self.engine)
        self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        TrackerStore.__init__(self, domain, event_broker, **kwargs)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        kept = self._kept.pop(sender_id, None)
        if kept and await asyncio.to_thread(self._last_row, sender_id) == kept.last_row:
            return kept.tracker
        return await self._retrieve(sender_id, fetch_events_from_all_sessions=False)

    def _last_row(self, sender_id: str) -> int | None:
        with self.session_scope() as session:
            newest = sa.func.max(self.SQLEvent.id)
            row: int | None = (
                session.query(newest).filter(self.SQLEvent.sender_id == sender_id).scalar()
            )
            return row

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        read = super()._retrieve(sender_id, fetch_events_from_all_sessions)
        return await asyncio.to_thread(asyncio.run, read)

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        last_row = await asyncio.to_thread(self._write, tracker)
        if last_row is not None:
            self._kept[tracker.sender_id] = _Kept(tracker, last_row)
            while len(self._kept) > KEPT_CONVERSATIONS:
                self._kept.popitem(last=False)

    def _write(self, tracker: DialogueStateTracker) -> int | None:
        """Stores the new events; the last row, or None when the tracker must be read anew.

        Rasa counts a session's rows to find the new events: a tracker that has just begun a new
        session still holds the old one's events, and counting would go wrong with it.
        """
        with self.session_scope() as session:
            new = list(self._additional_events(session, tracker))
            rows = [self._row(tracker.sender_id, event) for event in new]
            session.add_all(rows)
            session.flush()
            last_row: int | None = rows[-1].id if rows else None
            session.commit()
        return None if any(isinstance(event, SessionStarted) for event in new) else last_row

    def _row(self, sender_id: str, event: Event) -> Any:
        data = event.as_dict()
        return self.SQLEvent(
            sender_id=sender_id,
            type_name=event.type_name,
            timestamp=data.get("timestamp"),
            intent_name=data.get("parse_data", {}).get("intent", {}).get("name"),
            action_name=data.get("name"),
            data=json.dumps(data, ensure_ascii=False),
        )


def expose_failures(agent: Any) -> None:
    """Replaces the fail-safe wrapper of `agent`'s tracker store by the store itself.

    Raises ConfigurationError when Rasa fell back to another store (it does so with a mere warning).
    """
    store = agent.tracker_store
    inner = store._tracker_store if isinstance(store, FailSafeTrackerStore) else store
    if not isinstance(inner, DurableTrackerStore):
        raise ConfigurationError("会话存储没有按 endpoints.yml 启动，请检查 tracker_store 一节。")
    agent.tracker_store = agent.processor.tracker_store = inner
