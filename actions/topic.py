"""What the conversation was about before the present message."""

from __future__ import annotations

from rasa_sdk import Tracker

FAQ_PREFIX = "faq/"
_UTTER = f"utter_{FAQ_PREFIX}"
_TURNS_BACK = 4
"""Messages of the customer after which a topic is forgotten."""


def answer_before(tracker: Tracker) -> str | None:
    """Label (`faq/<theme>.<question>`) of the last answer given, if that was a few turns ago."""
    turns = 0
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            turns += 1
            if turns > _TURNS_BACK:
                return None
        uttered = str((event.get("metadata") or {}).get("utter_action") or "")
        if event.get("event") == "bot" and uttered.startswith(_UTTER):
            return FAQ_PREFIX + uttered[len(_UTTER) :]
    return None
