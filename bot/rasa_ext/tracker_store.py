"""Overrides Rasa's SQL tracker store: own engine, no blocking of the event loop, no silence.

Rasa wraps every store in a FailSafeTrackerStore that turns a read error into an empty conversation
and a write error into memory nobody reads (rasa/core/tracker_store.py). `expose_failures` takes the
wrapper off: an error then reaches the channel, which tells the customer and keeps the message.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from bot.errors import ConfigurationError
from bot.storage.engine import create_engine


class DurableTrackerStore(SQLTrackerStore):
    """Rasa's event table on our engine; reads and writes run in a thread."""

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
        TrackerStore.__init__(self, domain, event_broker, **kwargs)

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        read = super()._retrieve(sender_id, fetch_events_from_all_sessions)
        return await asyncio.to_thread(asyncio.run, read)

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        await asyncio.to_thread(self._write, tracker)

    def _write(self, tracker: DialogueStateTracker) -> None:
        with self.session_scope() as session:
            new = self._additional_events(session, tracker)
            session.add_all([self._row(tracker.sender_id, event) for event in new])
            session.commit()

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
