"""「没看清，再说一遍」 where no question is open: what the assistant said last, once more."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import Events, SafeAction


class SayAgain(SafeAction):
    """Says the messages of the last turn again, with their buttons; without any, what it can do."""

    def name(self) -> str:
        return "action_say_again"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        said = _said_last(tracker)
        for message in said:
            buttons = (message.get("data") or {}).get("buttons") or []
            dispatcher.utter_message(
                response="utter_said_again", told=message["text"], buttons=buttons
            )
        if not said:
            dispatcher.utter_message(response="utter_help")
        return []


def _said_last(tracker: Tracker) -> list[dict[str, Any]]:
    """The assistant's messages between the customer's last message and the one before."""
    users = [n for n, event in enumerate(tracker.events) if event.get("event") == "user"]
    since, until = [0, *users][-2:]
    return [e for e in tracker.events[since:until] if e.get("event") == "bot" and e.get("text")]
