"""Watches Rasa's part of a turn: where its time goes, what was said, which model answers.

Rasa has no place to look in from, so a few methods of one agent are wrapped; what they do and
return stays the same. tests/contract/rasa/test_watching.py fails when Rasa no longer calls them.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from rasa.shared.core.constants import ACTION_DEFAULT_FALLBACK_NAME, ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.analytics.counting import how_it_ended
from bot.metrics.turns import Band, Fallback, Stage, Turns

logger = logging.getLogger(__name__)


def watch_turns(agent: Any, turns: Turns, model: Path) -> None:
    """Has the turns of `agent`, which serves `model`, told to `turns`.

    After `expose_failures`, which replaces the store.
    """
    turns.serves(model.name.removesuffix(".tar.gz"))
    processor, store = agent.processor, agent.tracker_store
    _time_lock(agent.lock_store, turns)
    _time(store, "retrieve", Stage.LOAD, turns)
    _time(processor, "parse_message", Stage.PARSE, turns)
    _time_policies(processor, turns)
    _time(processor.action_endpoint, "request", Stage.ACTION, turns)
    _time(store, "save", Stage.SAVE, turns)
    _look_at_what_was_said(store, turns)


def _time(owner: Any, name: str, stage: Stage, turns: Turns) -> None:
    """Counts the coroutine method `name` of `owner` as `stage`, also when it fails."""
    method = getattr(owner, name)

    @functools.wraps(method)
    async def timed(*args: Any, **kwargs: Any) -> Any:
        began = turns.clock()
        try:
            return await method(*args, **kwargs)
        finally:
            turns.spent(stage, began)

    setattr(owner, name, timed)


def _time_policies(processor: Any, turns: Turns) -> None:
    predict = processor.predict_next_with_tracker_if_should

    @functools.wraps(predict)
    def timed(*args: Any, **kwargs: Any) -> Any:
        began = turns.clock()
        try:
            return predict(*args, **kwargs)
        finally:
            turns.spent(Stage.POLICY, began)

    processor.predict_next_with_tracker_if_should = timed


def _time_lock(lock_store: Any, turns: Turns) -> None:
    """Counts the wait for the lock, not what is done under it."""
    lock = lock_store.lock

    @asynccontextmanager
    async def timed(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
        began = turns.clock()
        async with lock(*args, **kwargs) as ticket:
            turns.spent(Stage.LOCK, began)
            yield ticket

    lock_store.lock = timed


def _look_at_what_was_said(store: Any, turns: Turns) -> None:
    """Counts a turn's answer once it is stored."""
    save = store.save

    @functools.wraps(save)
    async def counted(tracker: DialogueStateTracker) -> None:
        this_turn = list(_this_turn(tracker))
        await save(tracker)
        if this_turn and isinstance(this_turn[-1], UserUttered):  # not a conversation just begun
            _count(this_turn, turns)
            _log(this_turn[-1], _actions(this_turn))

    store.save = counted


def _this_turn(tracker: DialogueStateTracker) -> Iterator[Event]:
    """The events since the customer's message and the message itself, the latest first."""
    for event in reversed(tracker.events):
        yield event
        if isinstance(event, UserUttered):
            return


def _count(this_turn: list[Event], turns: Turns) -> None:
    said = [{"metadata": event.metadata} for event in this_turn if isinstance(event, BotUttered)]
    ended = how_it_ended(said)
    if ended is not None:
        turns.said(Band(ended[0].value))
    if ACTION_DEFAULT_FALLBACK_NAME in _actions(this_turn):
        turns.fell_back(Fallback.NO_RULE)


def _log(asked: UserUttered, actions: list[str]) -> None:
    """What was understood and done, in the names of domain.yml; nothing that anybody said."""
    about = {"intent": asked.intent_name, "actions": actions}
    logger.info("turn decided", extra={"fields": about})


def _actions(this_turn: list[Event]) -> list[str]:
    names = [event.action_name for event in this_turn if isinstance(event, ActionExecuted)]
    return [str(name) for name in reversed(names) if name != ACTION_LISTEN_NAME]
