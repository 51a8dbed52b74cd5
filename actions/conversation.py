"""What all actions share: reading the tracker, and an edge that no error escapes from."""

from __future__ import annotations

import json
import logging
from abc import ABC, abstractmethod
from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.intake.calendar import BEIJING
from bot.intake.turn import Turn

logger = logging.getLogger(__name__)

Events = list[dict[str, Any]]


class SafeAction(Action, ABC):
    """An action whose errors become an apology; the SDK would echo the whole tracker instead.

    Being an ABC keeps it out of the SDK's registry (rasa_sdk/executor.py).
    """

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        try:
            return await self.act(dispatcher, tracker)
        except Exception:
            logger.exception("action %s failed", self.name())
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_trouble")
            return self.after_failure()

    @abstractmethod
    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Does the work; may raise anything."""

    def after_failure(self) -> Events:
        """What to leave behind when `act` raised."""
        return []


def now() -> datetime:
    return datetime.now(timezone.utc)


def _latest_user_event(tracker: Tracker) -> dict[str, Any]:
    return next((e for e in reversed(tracker.events) if e.get("event") == "user"), {})


def text_of(tracker: Tracker) -> str:
    """The customer's own words; `latest_message["text"]` is what the normaliser made of them."""
    return str(_latest_user_event(tracker).get("text") or "")


def payload_of(tracker: Tracker) -> dict[str, Any] | None:
    """The arguments of a button (`/answer{…}`); None for typed text.

    Typed slashes never get here as slashes: the channel makes them full-width.
    """
    text = text_of(tracker)
    if not text.startswith("/"):
        return None
    arguments = text[text.index("{") :] if "{" in text else "{}"
    return dict(json.loads(arguments))


def metadata_of(tracker: Tracker) -> dict[str, Any]:
    """Metadata of the latest message, as the channel sent it."""
    return dict(_latest_user_event(tracker).get("metadata") or {})


def has_spoken(tracker: Tracker) -> bool:
    """True when the assistant already said something in this turn (a side answer)."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "bot":
            return True
    return False


def turn_of(tracker: Tracker) -> Turn:
    """The latest message as the complaint form sees it."""
    intent = tracker.latest_message.get("intent") or {}
    moment = now()
    payload = payload_of(tracker)
    return Turn(
        text=text_of(tracker) if payload is None else "",
        intent=str(intent.get("name") or ""),
        confidence=float(intent.get("confidence") or 0.0),
        now=moment,
        today=moment.astimezone(BEIJING).date(),
        choice=payload,
        phones=metadata_of(tracker).get("phones", []),
        resuming=has_spoken(tracker),
    )
