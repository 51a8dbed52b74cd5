"""Which button a customer means who sends a number, a title, or clicks a choice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from bot.channels.transcript import CUSTOMER, Button, Message, Transcript
from bot.channels.wechat.message import WeChatMessage
from bot.channels.wechat.numbering import buttons_of, choice

LOOK_BACK = 40
"""Messages; more are never said at one go."""
_MENU_CHOICE = re.compile(r"m(?P<message>[0-9]{1,18})\.(?P<number>[0-9]{1,3})")


class Choices:
    """Reads choices against what was said to the customer last. Blocks; raises StorageError."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript

    def button(self, sender_id: str, message: WeChatMessage) -> Button | None:
        """The button meant, None when the message is just words."""
        if message.menu_choice is not None:
            return self._clicked(sender_id, message.menu_choice)
        said = self._transcript.latest(sender_id, LOOK_BACK)
        return choice(message.text, offered_last(said, message.key))

    def _clicked(self, sender_id: str, menu_choice: str) -> Button | None:
        found = _MENU_CHOICE.fullmatch(menu_choice)
        if found is None:
            return None
        message = self._transcript.one(sender_id, int(found["message"]))
        buttons = buttons_of([message]) if message is not None else []
        number = int(found["number"])
        return buttons[number - 1] if 1 <= number <= len(buttons) else None


def offered_last(said: Sequence[Message], key: str) -> list[Button]:
    """The buttons the customer has before them who now sends the message `key`. Pure.

    Those of the answer to their message before, or of what was said unasked after it. What is said
    together is numbered together; the last that offers anything counts.
    """
    before = [m for m in said if key not in (m.key, m.reply_to)]
    last = max((n for n, m in enumerate(before) if m.author == CUSTOMER), default=-1)
    together = [list(group) for _, group in groupby(before[last + 1 :], key=_said_with)]
    offers = [buttons for group in together if (buttons := buttons_of(group))]
    return offers[-1] if offers else []


def _said_with(message: Message) -> str:
    """The same for messages that were said in one answer."""
    return message.reply_to or message.key
