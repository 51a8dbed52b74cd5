"""Overrides Rasa's message processor: a turn happens as a whole, and once.

Rasa logs the failure, drops the action's events and saves the turn as if it were done
(rasa/core/processor.py, `_run_action`): a complaint just confirmed would be closed unfiled and its
answers forgotten. Here the turn raises before the tracker is saved, so the channel tells the
customer, and the same message runs again from where the conversation was.

The other way round, a turn may be stored and its replies be lost, the process killed before the
channel had them. The same message comes again then; taken anew, a 「2」 would answer the question
after the one it was meant for. What was said to it is said again instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.core.actions.action import ActionExecutionRejection
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.errors import TurnFailed


class WholeTurnProcessor(MessageProcessor):
    """Runs a turn as a whole or not at all. Raises TurnFailed when an action could not run."""

    async def handle_message(self, message: UserMessage) -> list[dict[str, Any]] | None:
        """Raises TurnFailed. What a collecting channel has collected comes back, as with Rasa."""
        output = message.output_channel
        try:
            await super().handle_message(message)
        except _StoredBefore as before:
            for event in before.said:
                known = {name: value for name, value in event.data.items() if value is not None}
                await output.send_response(message.sender_id, {"text": event.text, **known})
        return output.messages if isinstance(output, CollectingOutputChannel) else None

    async def _handle_message_with_tracker(
        self, message: UserMessage, tracker: DialogueStateTracker
    ) -> None:
        said = _said_to(message.message_id, tracker)
        if said is not None:
            raise _StoredBefore(said)
        await super()._handle_message_with_tracker(message, tracker)

    async def _run_action(self, action: Any, *args: Any, **kwargs: Any) -> bool:
        watched = _Watched(action)
        another: bool = await super()._run_action(watched, *args, **kwargs)
        if watched.failure is not None:
            raise TurnFailed() from watched.failure
        return another


class _StoredBefore(Exception):
    """The turn of a message is in the tracker already, with what was `said` to it."""

    def __init__(self, said: Sequence[BotUttered]) -> None:
        super().__init__()
        self.said = said


def _said_to(message_id: str | None, tracker: DialogueStateTracker) -> list[BotUttered] | None:
    """What was said to a message of the tracker; None when it is a new one."""
    said: list[BotUttered] = []
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered):
            said.insert(0, event)
        elif isinstance(event, UserUttered):
            if message_id and event.message_id == message_id:
                return said
            said = []
    return None


class _Watched:
    """An action that remembers its failure, which Rasa swallows."""

    def __init__(self, action: Any) -> None:
        self._action = action
        self.failure: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._action, name)

    async def run(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return await self._action.run(*args, **kwargs)
        except ActionExecutionRejection:
            raise  # how a form says that a message is not for it
        except Exception as exc:
            self.failure = exc
            raise


def fail_whole_turns(agent: Any) -> None:
    """Gives `agent`'s processor this behaviour; it comes with its model loaded."""
    agent.processor.__class__ = WholeTurnProcessor
