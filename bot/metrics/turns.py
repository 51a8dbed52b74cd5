"""How long turns take and where, how they end, and what is said to questions.

A turn is summed up stage by stage in its own context and told to Prometheus once, at its end: one
observation costs some two microseconds, and Rasa asks its policies several times a turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bot.errors import ChannelError

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
"""Seconds. Aims are milliseconds; 20 s is where a customer is told that the system is busy."""
CHANNELS = ("web", "wechat")


class Stage(str, Enum):
    """Where the time of a turn goes. Rasa's own rest is what they leave of the whole."""

    CHANNEL = "channel"
    """Everything outside of Rasa but the lane: masking, the transcript, the look at the actions."""
    LANE = "lane"
    """Waiting for earlier messages of the same customer."""
    LOCK = "lock"
    """The same within Rasa, which holds a lock of its own."""
    LOAD = "load"
    """Getting the conversation."""
    PARSE = "parse"
    POLICY = "policy"
    ACTION = "action"
    """Calls of the action server."""
    SAVE = "save"
    """Storing the conversation."""


class Outcome(str, Enum):
    """How a turn ended."""

    ANSWERED = "answered"
    STORED = "stored"
    """Without Rasa: answered before, or for the person the customer is talking with."""
    BUSY = "busy"
    """It cannot run now, and is run later."""
    FAILED = "failed"


class Band(str, Enum):
    """What was said to a question; the values are those of a campaign's facts."""

    ANSWERED = "answered"
    ASKED_BACK = "asked_back"
    UNKNOWN = "unknown"


class Fallback(str, Enum):
    """Why a customer got the sentence that is left when nothing else is."""

    NO_RULE = "no_rule"
    """No rule of the dialogue fits."""
    SILENT = "silent"
    """Rules and actions said nothing."""


@dataclass
class Watched:
    """A turn under way: seconds by stage, and `rasa` of them within Rasa (None: it was not run)."""

    spent: dict[Stage, float] = field(default_factory=dict)
    rasa: float | None = None
    seconds: float = 0.0
    outcome: Outcome = Outcome.FAILED


_watched: ContextVar[Watched | None] = ContextVar("watched", default=None)


class Turns:
    """Counts the turns of one process; `clock` gives seconds from anywhere."""

    def __init__(
        self, registry: CollectorRegistry, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.clock = clock
        seconds = Histogram(
            "xiaobao_turn_seconds",
            "Time from a message's coming to its stored answer",
            ["channel"],
            buckets=BUCKETS,
            registry=registry,
        )
        stages = Histogram(
            "xiaobao_turn_stage_seconds",
            "Time a turn spent in one stage",
            ["stage"],
            buckets=BUCKETS,
            registry=registry,
        )
        turns = Counter("xiaobao_turns", "Turns", ["channel", "outcome"], registry=registry)
        answers = Counter("xiaobao_answers", "What questions got", ["band"], registry=registry)
        fallbacks = Counter(
            "xiaobao_fallbacks", "Turns nothing fitted", ["reason"], registry=registry
        )
        self._model = Gauge(
            "xiaobao_model_info", "The model that answers", ["model"], registry=registry
        )
        # Made once: every series is there from the start, and looking one up by its labels costs
        # more than counting.
        self._seconds = {channel: seconds.labels(channel) for channel in CHANNELS}
        self._stages = {stage: stages.labels(stage.value) for stage in Stage}
        self._turns = {
            (channel, outcome): turns.labels(channel, outcome.value)
            for channel in CHANNELS
            for outcome in Outcome
        }
        self._answers = {band: answers.labels(band.value) for band in Band}
        self._fallbacks = {reason: fallbacks.labels(reason.value) for reason in Fallback}

    @contextmanager
    def turn(self, channel: str) -> Iterator[Watched]:
        """One turn, the whole of it."""
        watched = Watched()
        token, began = _watched.set(watched), self.clock()
        try:
            yield watched
            watched.outcome = Outcome.STORED if watched.rasa is None else Outcome.ANSWERED
        except ChannelError:
            watched.outcome = Outcome.BUSY
            raise
        finally:
            _watched.reset(token)
            watched.seconds = self.clock() - began
            self._tell(channel, watched)

    @contextmanager
    def within_rasa(self) -> Iterator[None]:
        """Rasa's part of the turn."""
        began = self.clock()
        try:
            yield
        finally:
            watched = _watched.get()
            if watched is not None:
                watched.rasa = self.clock() - began

    def spent(self, stage: Stage, since: float) -> None:
        """The turn at work, if there is one, was in `stage` from `since` until now."""
        watched = _watched.get()
        if watched is not None:
            before = watched.spent.get(stage, 0.0)
            watched.spent[stage] = before + self.clock() - since

    def said(self, band: Band) -> None:
        """A question got an answer of this kind."""
        self._answers[band].inc()

    def fell_back(self, reason: Fallback) -> None:
        self._fallbacks[reason].inc()

    def serves(self, model: str) -> None:
        """The name of the model that answers from now on."""
        self._model.clear()
        self._model.labels(model).set(1)

    def _tell(self, channel: str, watched: Watched) -> None:
        self._turns[channel, watched.outcome].inc()
        if watched.rasa is None:
            return
        outside = watched.seconds - watched.rasa - watched.spent.get(Stage.LANE, 0.0)
        watched.spent[Stage.CHANNEL] = max(outside, 0.0)
        for stage, seconds in watched.spent.items():
            self._stages[stage].observe(seconds)
        self._seconds[channel].observe(watched.seconds)
