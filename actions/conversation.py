"""What all actions share: reading the tracker, and an edge that no error escapes from."""

from __future__ import annotations

import json
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from itertools import islice
from typing import Any
from uuid import UUID

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import counting
from bot.correlation import carrying, request_id
from bot.intake.acts import Act, ActKind
from bot.intake.calendar import BEIJING
from bot.intake.turn import Turn
from bot.privacy.sealing import Sealed

logger = logging.getLogger(__name__)

Events = list[dict[str, Any]]

LEADS_TO_COMPLAINT = {
    "action_clarify",
    "action_say_unknown",
    "action_none_of_these",
    "action_answer_unsolved",
    "utter_emergency",
    "utter_emergency_card",
    "utter_emergency_coercion",
}
"""Replies that offer the complaint button to somebody who has just told something."""
BUTTONS_IN_A_ROW = 4
"""Messages looked back over for the words that the buttons pressed since belong to."""
LATELY = 6
"""Messages after which something said once may be said again."""


class SafeAction(Action, ABC):
    """An action whose errors become an apology; the SDK would echo the whole tracker instead.

    Being an ABC keeps it out of the SDK's registry (rasa_sdk/executor.py).
    """

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        began = time.perf_counter()
        with carrying(request_id(message_id_of(tracker))):
            events = await self._act_safely(dispatcher, tracker)
            spent = time.perf_counter() - began
            about = {"action": self.name(), "ms": round(spent * 1000, 1)}
            logger.info("action over", extra={"fields": about})
        counting.actions().ran(self.name(), spent)
        return events

    async def _act_safely(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        try:
            return await self.act(dispatcher, tracker)
        except Exception:
            logger.exception("action %s failed", self.name())
            counting.actions().failed()
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


def say(
    dispatcher: CollectingDispatcher, told: str, buttons: list[dict[str, str]] | None = None
) -> None:
    """Says words that were made elsewhere, such as those of a campaign's file."""
    dispatcher.utter_message(response="utter_campaign", told=told, buttons=buttons or [])


def channel_of(tracker: Tracker) -> str:
    """The channel the customer is on."""
    return str(tracker.get_latest_input_channel() or "web")


def act_of(
    tracker: Tracker, act_id: UUID, kind: ActKind, reference: str, fields: Mapping[str, Any]
) -> Act:
    """What this customer does now about the complaint `reference`."""
    sender = tracker.sender_id
    return Act(act_id, kind, reference, channel_of(tracker), sender, now(), fields)


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


def intent_of(tracker: Tracker) -> str:
    """The intent of the latest message."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")


def has_spoken(tracker: Tracker) -> bool:
    """True when the assistant already said something in this turn (a side answer)."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "bot":
            return True
    return False


def message_id_of(tracker: Tracker) -> str:
    """Rasa's id of the latest message; the same when its turn runs again with the same tracker."""
    return str(_latest_user_event(tracker).get("message_id") or "")


def phones_told(tracker: Tracker) -> list[Sealed]:
    """The phones the customer has typed, sealed, the latest first."""
    users = (event for event in reversed(tracker.events) if event.get("event") == "user")
    told = ((event.get("metadata") or {}).get("phones") or [] for event in users)
    return [phone for phones in told for phone in reversed(phones)]


def responses_by_turn(tracker: Tracker) -> Iterator[set[str]]:
    """Names of the responses to each message, the present one's first."""
    said: set[str] = set()
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            yield said
            said = set()
        elif event.get("event") == "bot":
            said.add(str((event.get("metadata") or {}).get("utter_action") or ""))


def uttered_lately(tracker: Tracker, responses: Iterable[str]) -> bool:
    """True when one of `responses` was said to the customer now or a few messages ago."""
    recent = islice(responses_by_turn(tracker), LATELY)
    return any(said.intersection(responses) for said in recent)


def typed_before(tracker: Tracker) -> dict[str, Any] | None:
    """The latest message the customer typed: this one, or the one before the buttons pressed."""
    users = (event for event in reversed(tracker.events) if event.get("event") == "user")
    recent = list(islice(users, BUTTONS_IN_A_ROW))
    return next((event for event in recent if _is_typed(event)), None)


def told_before(tracker: Tracker) -> dict[str, Any] | None:
    """The typed message that the complaint button pressed now was offered for, if it was one.

    Someone who has told the story and was asked 「您是想问：我要投诉？」 must not tell it again, nor
    someone who pressed 「没解决」 under an answer and then the complaint.
    """
    users = [n for n, event in enumerate(tracker.events) if event.get("event") == "user"]
    if len(users) < 2:
        return None
    actions = {event.get("name") for event in tracker.events[users[-2] : users[-1]]}
    if not actions & LEADS_TO_COMPLAINT:
        return None
    pressed = (tracker.events[n] for n in reversed(users[-BUTTONS_IN_A_ROW:-1]))
    return next((event for event in pressed if _is_typed(event)), None)


def _is_typed(event: dict[str, Any]) -> bool:
    return not str(event.get("text") or "").startswith("/")


def turn_of(tracker: Tracker, own: Sequence[str] = ()) -> Turn:
    """The latest message as a form sees it; `own` are the references filed in the conversation."""
    payload = payload_of(tracker)
    event = _latest_user_event(tracker)
    turn = replace(_turn(event, resuming=has_spoken(tracker)), own=own)
    return turn if payload is None else replace(turn, text="", choice=payload)


def opening_of(tracker: Tracker) -> Turn:
    """The message that opens a complaint: typed now, or told before its button was pressed."""
    told = told_before(tracker) if payload_of(tracker) is not None else None
    return turn_of(tracker) if told is None else _turn(told, resuming=False)


def _turn(event: dict[str, Any], *, resuming: bool) -> Turn:
    intent = (event.get("parse_data") or {}).get("intent") or {}
    moment = now()
    return Turn(
        text=str(event.get("text") or ""),
        intent=str(intent.get("name") or ""),
        confidence=float(intent.get("confidence") or 0.0),
        now=moment,
        today=moment.astimezone(BEIJING).date(),
        phones=(event.get("metadata") or {}).get("phones", []),
        resuming=resuming,
    )
