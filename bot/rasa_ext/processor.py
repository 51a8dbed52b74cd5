"""Overrides Rasa's message processor: a turn whose action failed leaves no trace.

Rasa logs the failure, drops the action's events and saves the turn as if it were done
(rasa/core/processor.py, `_run_action`): a complaint just confirmed would be closed unfiled and its
answers forgotten. Here the turn raises before the tracker is saved, so the channel tells the
customer, and the same message runs again from where the conversation was.
"""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import ActionExecutionRejection
from rasa.core.processor import MessageProcessor

from bot.errors import TurnFailed


class WholeTurnProcessor(MessageProcessor):
    """Runs a turn as a whole or not at all. Raises TurnFailed when an action could not run."""

    async def _run_action(self, action: Any, *args: Any, **kwargs: Any) -> bool:
        watched = _Watched(action)
        another: bool = await super()._run_action(watched, *args, **kwargs)
        if watched.failure is not None:
            raise TurnFailed() from watched.failure
        return another


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
