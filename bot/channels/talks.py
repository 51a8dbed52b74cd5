"""What a talk with a person changes about a customer's message, the same for every channel.

While an officer is talking no turn is run; what the customer must hear all the same is said here:
not to send secrets, and whom to call when there is danger right now.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.channels import texts
from bot.channels.transcript import Reply, Transcript
from bot.handover.store import Handovers
from bot.handover.talk import State, Talk
from bot.nlu.emergency import Danger, danger_by_rule
from bot.nlu.text import normalise
from bot.storage.brief import briefly

logger = logging.getLogger(__name__)

Suggest = Callable[[str], Awaitable[list[str]]]
"""Ids of the answers that fit a text, the likeliest first."""

SUGGEST_SECONDS = 3.0
"""How long an officer waits for suggestions; with less, a machine that halts would take them away."""
CANCEL = "/handover_cancel"
_NOTHING_SAID = re.compile(r"[\W_]+")
_PLEASE = r"(?:那|好的?|算了|请|麻烦|帮我|给我|我|就|先|现在|想|要)*"
_ENDS = re.compile(
    rf"{_PLEASE}(?:"
    r"(?:结束|退出|关闭)人工(?:客服|服务|对话|聊天)?"
    r"|(?:不用|不要|不需要|取消)(?:转|找|等)?(?:人工|真人)(?:客服|服务)?"
    r"|(?:回到|返回|转回|换回|切回|还是找|还是用|叫)小保"
    r"|不(?:想|用)?(?:再)?等|(?:不|别)转"
    r")(?:了|吧|啦)*"
)
"""The whole of what is said, without blanks and marks."""


def ends_talk(text: str, payload: str | None) -> bool:
    """Whether a message ends a talk with a person: the button for it, or words that say it alone."""
    if payload is not None:
        return payload == CANCEL
    return _ENDS.fullmatch(_NOTHING_SAID.sub("", normalise(text))) is not None


def turn_ends_talk(turn: str) -> bool:
    """The same of what the assistant was to get, which has been stored."""
    return turn == CANCEL or ends_talk(turn, None)


class Talks:
    """Looks after customers who are talking with a person, or are waiting to."""

    def __init__(
        self,
        handovers: Handovers,
        transcript: Transcript,
        *,
        hotline: str,
        now: Callable[[], datetime],
    ) -> None:
        self._handovers = handovers
        self._transcript = transcript
        self._hotline = hotline
        self._now = now
        self._suggest: Suggest | None = None

    def suggest_with(self, suggest: Suggest) -> None:
        """From now on officers get suggestions; `suggest` needs the model, which is loaded late."""
        self._suggest = suggest

    async def of(self, sender_id: str) -> Talk | None:
        """The open talk of a customer. Raises StorageError."""
        return await briefly(self._handovers.of, sender_id)

    async def suggestions(self, text: str) -> list[str]:
        """Ids of answers for the officer who reads `text`; none when the model is not at hand."""
        if self._suggest is None:
            return []
        try:
            return await asyncio.wait_for(self._suggest(text), SUGGEST_SECONDS)
        except Exception as exc:
            # Whatever is the matter with the model, the officer gets the customer's words.
            logger.warning("no suggestions: %s", type(exc).__name__)
            return []

    async def heard(self, talk: Talk, key: str, text: str, refusal: Reply | None) -> None:
        """A customer's message is left to the officer; says what must be said beside it.

        `refusal` asks not to send secrets. Raises StorageError; again, nothing is said twice.
        """
        if refusal is not None:
            await self._say(talk, f"{key}/refused", refusal)
        danger = danger_by_rule(normalise(text))
        if danger is not None:
            # Once a talk: the officer is there, but may be reading something else right now.
            words = texts.LIFE_AT_STAKE if danger is Danger.LIFE else texts.DANGER_NOW
            await self._say(
                talk, f"desk/{talk.id}/danger", Reply(words.format(hotline=self._hotline))
            )

    async def _say(self, talk: Talk, key: str, reply: Reply) -> None:
        await asyncio.to_thread(self._transcript.push, talk.sender_id, key, reply, self._now())


def farewell(talk: Talk) -> str:
    """What a customer reads who ends a talk."""
    return texts.TALK_ENDED if talk.state is State.ACTIVE else texts.WAITING_ENDED
