"""From a customer's message to stored replies, the same for every channel.

Masks before anything is stored, runs one turn per message key, never ends in silence, and keeps a
message whose turn failed with what runs it again: the same key, or `bot.channels.unanswered`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from bot.channels import texts
from bot.channels.lanes import Keep, Lanes
from bot.channels.leases import Leases, Pause
from bot.channels.senders import channel_of
from bot.channels.talks import Talks, ends_talk, farewell, turn_ends_talk
from bot.channels.transcript import Lease, Message, Reply, Standing, Transcript, Unanswered
from bot.correlation import carrying, request_id
from bot.errors import BotError, ChannelError, StorageError
from bot.handover.talk import State, Talk
from bot.metrics.turns import Fallback, Stage, Turns, Watched
from bot.privacy.masking import Masked, mask
from bot.privacy.sealing import Sealed, Sealer, phones_of
from bot.storage.brief import briefly

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 3
HANDOVER_OVER = "/handover_over"


@dataclass(frozen=True)
class TurnInput:
    """What the assistant gets: masked text or a button's payload, and metadata to go with it."""

    sender_id: str
    key: str
    text: str
    metadata: dict[str, Any]


RunTurn = Callable[[TurnInput], Awaitable[list[Reply]]]


class Elsewhere(ChannelError):
    """Another process is running a turn of this customer; it will have ended in a moment."""


@dataclass(frozen=True)
class Incoming:
    """A customer's message; `payload` is set when it came from a button titled `text`.

    `opening` is said before the assistant's own words.
    """

    sender_id: str
    key: str
    text: str
    payload: str | None = None
    opening: str = ""


@dataclass(frozen=True)
class Prepared:
    """What a turn needs of a message; nothing in it is clear that may not be stored.

    `text` is what the assistant gets, `refused` names what the customer was asked not to send.
    `opening` is said before the assistant's own words, which there need not be if `may_be_silent`.
    """

    text: str
    phones: list[Sealed]
    refused: list[str]
    only_secrets: bool
    opening: str = ""
    may_be_silent: bool = False


@dataclass(frozen=True)
class _Begun:
    """A stored message whose turn may be run or not; `talk` with a person was open before."""

    standing: Standing
    lease: Lease
    prepared: Prepared
    talk: Talk | None


class Inbound:
    """Runs turns for one channel; `owner` names this process, the same after a restart."""

    def __init__(
        self,
        transcript: Transcript,
        sealer: Sealer,
        *,
        hotline: str,
        hotline_hours: str,
        turn_timeout: float,
        now: Callable[[], datetime],
        is_ready: Callable[[], Awaitable[bool]],
        owner: str,
        talks: Talks,
        turns: Turns,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._transcript = transcript
        self._sealer = sealer
        self._words = {"hotline": hotline, "hotline_hours": hotline_hours}
        self._turn_timeout = turn_timeout
        self._now = now
        self._is_ready = is_ready
        self._owner = owner
        self._leases = Leases(transcript, owner, now, pause)
        self._talks = talks
        self._turns = turns
        self._running: dict[tuple[str, str], asyncio.Task[list[Message]]] = {}
        self._lanes = Lanes()

    async def handle(self, incoming: Incoming, run_turn: RunTurn) -> list[Message]:
        """The customer's message as stored, followed by the replies.

        Raises ChannelError (503) when the turn cannot be run now, Elsewhere when that is because
        another process runs one; nothing is lost, the same key may be sent again.
        """
        sender, key = incoming.sender_id, incoming.key

        async def begin() -> _Begun:
            masked = _masked(incoming)
            prepared = self._prepare(masked, incoming)
            talk = await self._talks.of(sender)
            ends = ends_talk(incoming.text, incoming.payload)
            if ends:
                prepared, ends = await self._ending(incoming, talk, prepared)
            lease = self._leases.new()
            is_heard = talk is not None and talk.state is State.ACTIVE and not ends
            standing = await briefly(
                self._transcript.begin,
                sender,
                key,
                masked.text,
                seal_turn(prepared, self._sealer),
                lease,
                self._now(),
                ends_talk=ends,
                suggestions=await self._talks.suggestions(prepared.text) if is_heard else (),
            )
            return _Begun(standing, lease, prepared, talk)

        return await self._once(sender, key, begin, run_turn, partial(self._keep, incoming))

    async def _keep(self, incoming: Incoming) -> None:
        """Stores a message that has to wait for its turn: this process may end before.

        Where that fails the message waits all the same, and is stored when its turn begins.
        """
        masked = _masked(incoming)
        turn = seal_turn(self._prepare(masked, incoming), self._sealer)
        where = (incoming.sender_id, incoming.key)
        try:
            await briefly(self._transcript.keep, *where, masked.text, turn, self._now())
        except StorageError as exc:
            logger.error("a message that waits was not stored: %s", type(exc).__name__)

    async def _ending(
        self, incoming: Incoming, talk: Talk | None, prepared: Prepared
    ) -> tuple[Prepared, bool]:
        """The turn of a message that ends a talk; False when what it ends, it has ended before."""
        sealed_turn = await briefly(self._transcript.turn_of, incoming.sender_id, incoming.key)
        kept = None if sealed_turn is None else self._opened(sealed_turn)
        if kept is not None and (talk is None or kept.text == HANDOVER_OVER):
            return kept, False
        return (prepared if talk is None else back_to_assistant(farewell(talk))), True

    def _opened(self, sealed_turn: str) -> Prepared:
        return Prepared(**json.loads(self._sealer.open(sealed_turn)))

    async def run_again(self, unanswered: Unanswered, run_turn: RunTurn) -> list[Message]:
        """Runs the turn of a message that was stored and not answered; raises as `handle` does."""
        sender, key = unanswered.sender_id, unanswered.key

        async def resume() -> _Begun:
            prepared, lease = self._opened(unanswered.sealed_turn), self._leases.new()
            talk, ending = await self._talks.of(sender), None
            if talk is not None and turn_ends_talk(prepared.text):
                # The process that kept it ended before its turn had begun.
                prepared = back_to_assistant(farewell(talk))
                ending = seal_turn(prepared, self._sealer)
            standing = await briefly(
                self._transcript.resume, sender, key, lease, self._now(), ending=ending
            )
            return _Begun(standing, lease, prepared, talk)

        return await self._once(sender, key, resume, run_turn)

    async def _once(
        self, sender: str, key: str, begin: Begin, run_turn: RunTurn, keep: Keep | None = None
    ) -> list[Message]:
        """Joins the turn of this message if it is running, else runs it in the sender's lane."""
        where = (sender, key)
        task = self._running.get(where)
        if task is None:
            go_on = partial(self._go_on, sender, key, run_turn)
            task = asyncio.create_task(self._in_lane(sender, key, begin, go_on, keep))
            self._running[where] = task
            task.add_done_callback(lambda done: self._forget(where, done))
        # The turn goes on when the customer's connection breaks: the answer is stored for later.
        done, _ = await asyncio.wait({task}, timeout=self._turn_timeout)
        if not done or task.cancelled():  # a turn that was stopped stops nobody who waits for it
            raise self.busy()
        return task.result()

    def _forget(self, where: tuple[str, str], task: asyncio.Task[list[Message]]) -> None:
        self._running.pop(where, None)
        if not task.cancelled():
            task.exception()  # nobody may be waiting any more; asyncio would complain

    def busy(self, kind: type[ChannelError] = ChannelError) -> ChannelError:
        return kind(503, "busy", texts.BUSY.format(**self._words), RETRY_AFTER_SECONDS)

    async def _in_lane(
        self, sender: str, key: str, begin: Begin, go_on: GoOn, keep: Keep | None
    ) -> list[Message]:
        with carrying(request_id(key)):
            try:
                return await self._watched(sender, begin, go_on, keep)
            except ChannelError:
                raise
            except BotError as exc:
                logger.error("turn failed: %s", exc.__class__.__name__)
                raise self.busy() from exc
            except Exception as exc:
                # The last resort of the edge: the customer gets a sentence, the log the kind of
                # error.
                logger.exception("turn failed unexpectedly")
                raise self.busy() from exc

    async def _watched(
        self, sender: str, begin: Begin, go_on: GoOn, keep: Keep | None
    ) -> list[Message]:
        lane = self._lanes.of(sender)
        channel, came = channel_of(sender), self._turns.clock()
        with self._turns.turn(channel) as watched:
            async with lane.turn(keep):
                self._turns.spent(Stage.LANE, came)
                async with lane.storing:
                    begun = await begin()
                messages = await go_on(begun)
        _log_turn(channel, watched)
        return messages

    def _prepare(self, masked: Masked, incoming: Incoming) -> Prepared:
        return Prepared(
            text=incoming.payload or _no_intent_syntax(masked.text),
            phones=phones_of(masked, self._sealer),
            refused=[finding.kind.value for finding in masked.refused],
            only_secrets=masked.only_secrets,
            opening=incoming.opening,
        )

    async def _go_on(
        self,
        sender: str,
        key: str,
        run_turn: RunTurn,
        begun: _Begun,
    ) -> list[Message]:
        standing, lease, prepared = begun.standing, begun.lease, begun.prepared
        if standing in (Standing.ANSWERED, Standing.WITH_OFFICER):
            exchange = await briefly(self._transcript.exchange, sender, key)
            if begun.talk is not None and _is_left_to_officer(begun, exchange):
                refusal = self._refusal(prepared) if prepared.refused else None
                await self._talks.heard(begun.talk, key, exchange[0].text, refusal)
            return exchange
        if standing is Standing.ELSEWHERE:
            raise self.busy(Elsewhere)
        if standing is not Standing.OURS:
            raise self.busy()
        try:
            turn = self._replies(sender, key, prepared, run_turn)
            replies = await self._leases.held(sender, key, lease, turn)
            return await briefly(self._transcript.answer, sender, key, replies, self._now())
        except Exception:
            await briefly(self._transcript.release, sender, key, self._owner)
            raise

    async def _replies(
        self, sender: str, key: str, prepared: Prepared, run_turn: RunTurn
    ) -> list[Reply]:
        if prepared.only_secrets:
            return [self._refusal(prepared), Reply(texts.ONLY_SECRET)]
        if not await self._is_ready():
            raise self.busy()
        with self._turns.within_rasa():
            replies = await run_turn(
                TurnInput(sender, key, prepared.text, {"phones": prepared.phones})
            )
        if prepared.opening:
            replies = [Reply(prepared.opening), *replies]
        if not replies and not prepared.may_be_silent:
            logger.error("a turn produced no reply")
            self._turns.fell_back(Fallback.SILENT)
            replies = [Reply(texts.FLOOR.format(**self._words))]
        return [self._refusal(prepared), *replies] if prepared.refused else replies

    def _refusal(self, prepared: Prepared) -> Reply:
        kinds = dict.fromkeys(texts.KIND_NAMES[kind] for kind in prepared.refused)
        return Reply(texts.SECRET_REFUSED.format(what="、".join(kinds), **self._words))


Begin = Callable[[], Awaitable[_Begun]]
GoOn = Callable[[_Begun], Awaitable[list[Message]]]


def _masked(incoming: Incoming) -> Masked:
    return Masked(incoming.text, ()) if incoming.payload else mask(incoming.text)


def _is_left_to_officer(begun: _Begun, exchange: list[Message]) -> bool:
    """Whether a message is an officer's to answer; also when it comes again because what must be
    said beside it was not said the first time."""
    is_theirs = begun.standing is Standing.WITH_OFFICER
    is_active = begun.talk is not None and begun.talk.state is State.ACTIVE
    return len(exchange) == 1 and (is_theirs or is_active)


def back_to_assistant(opening: str = "") -> Prepared:
    """The turn after a talk with a person: a form that was open asks its question again."""
    return Prepared(HANDOVER_OVER, [], [], only_secrets=False, opening=opening, may_be_silent=True)


def seal_turn(prepared: Prepared, sealer: Sealer) -> str:
    """What runs a turn later, fit to be stored with its message or note."""
    return sealer.seal(json.dumps(asdict(prepared)))


def _log_turn(channel: str, watched: Watched) -> None:
    """One line a turn, with milliseconds by stage."""
    stages = {stage.value: round(spent * 1000, 1) for stage, spent in watched.spent.items()}
    about = {"channel": channel, "outcome": watched.outcome.value, "stages": stages}
    ms = round(watched.seconds * 1000, 1)
    logger.info("turn over", extra={"fields": {**about, "ms": ms}})


def _no_intent_syntax(text: str) -> str:
    """Rasa reads `/intent{…}` from any channel: typed slashes become full-width ones."""
    stripped = text.lstrip()
    return "／" + stripped[1:] if stripped.startswith("/") else text
