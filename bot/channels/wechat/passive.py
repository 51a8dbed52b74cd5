"""What fits into the one text a message may be answered with (公众平台「被动回复用户消息」). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.transcript import Message
from bot.channels.wechat.numbering import spoken
from bot.channels.wechat.splitting import LONGEST_BYTES, split

SEAM = "\n\n"
ROOM = 160
"""Bytes kept free for a sentence of the channel's own."""


@dataclass(frozen=True)
class Bundle:
    """One reply: its text, the cursors of the messages that end in it, and of one that goes on.

    `left`: how many messages have more to come.
    """

    text: str
    whole: tuple[int, ...]
    begun: int | None = None
    left: int = 0


def pack(messages: Sequence[Message]) -> Bundle:
    """As many messages, in order, as one reply holds: all, else whole ones, else a part of one.

    `messages` is not empty. A reply that is not all leaves `ROOM` for saying so.
    """
    everything = _together(messages, LONGEST_BYTES)
    if everything is not None:
        return everything
    for count in range(len(messages) - 1, 0, -1):
        some = _together(messages[:count], LONGEST_BYTES - ROOM)
        if some is not None:
            return Bundle(some.text, some.whole, left=len(messages) - count)
    first = split(spoken(messages[:1]), LONGEST_BYTES - ROOM)[0]
    return Bundle(first, (), begun=messages[0].cursor, left=len(messages))


def _together(messages: Sequence[Message], limit: int) -> Bundle | None:
    text = spoken(messages)
    if len(text.encode()) > limit:
        return None
    return Bundle(text, tuple(message.cursor for message in messages))


def with_line(text: str, line: str) -> str:
    """`text` with a sentence of the channel's own under it, where there is room for it."""
    longer = f"{text}{SEAM}{line}"
    return longer if len(longer.encode()) <= LONGEST_BYTES else text
