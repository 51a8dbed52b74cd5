"""Buttons where there are none: numbered lines, and reading the number a customer sends back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.channels.transcript import OFFICER, Button, Message

CHOOSE = "回复数字选择"
OFFER = "您可以选："
_OWN_NUMBERS = re.compile(r"^\s*[0-9]{1,2}[.、．]", re.MULTILINE)
_KEYCAP = str.maketrans("", "", "\ufe0f\u20e3")
_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_CHINESE = "[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]"
# After NFKC, which turns ２ and ② into 2, ⒉ into "2." and ⑵ into (2).
_BARE = re.compile(r"\(?(?P<number>[1-9][0-9]?)[.、。,)]?")
_NAMED = re.compile(rf"(?:选?第|选)(?P<number>[1-9][0-9]?|{_CHINESE})(?:个|项|条)?[.。]?")


def spoken(messages: Sequence[Message], first: int = 1) -> str:
    """What is said in `messages` as one text, the buttons numbered on from `first`.

    What an officer says stands under their name. Where a text numbers its own lines, steps of an
    advice for instance, the choices are set off from them.
    """
    paragraphs, number = [], first
    for message in messages:
        lines = [_said(message)]
        if message.buttons and _OWN_NUMBERS.search(message.text):
            lines += ["", OFFER]
        for button in message.buttons:
            lines.append(f"{number}. {button['title']}")
            number += 1
        paragraphs.append("\n".join(lines))
    if number > first:
        paragraphs.append(CHOOSE)
    return "\n\n".join(paragraphs)


def _said(message: Message) -> str:
    if message.author == OFFICER and message.author_name:
        return f"{message.author_name}：\n{message.text}"
    return message.text


def buttons_of(messages: Sequence[Message]) -> list[Button]:
    """The buttons of `messages` in the order `spoken` numbers them."""
    return [button for message in messages for button in message.buttons]


def choice(text: str, buttons: Sequence[Button]) -> Button | None:
    """The button meant by the whole of `text`: its number or its title; else None.

    A title that is there twice means the one said last.
    """
    plain = _plain(text)
    by_title = {_plain(button["title"]): button for button in buttons}
    if plain in by_title:
        return by_title[plain]
    found = _BARE.fullmatch(plain) or _NAMED.fullmatch(plain)
    number = _value(found["number"]) if found else 0
    return buttons[number - 1] if 1 <= number <= len(buttons) else None


def _plain(text: str) -> str:
    normal = unicodedata.normalize("NFKC", text.translate(_KEYCAP))
    return "".join(normal.split()).casefold()


def _value(number: str) -> int:
    if number.isdigit():
        return int(number)
    tens, ten, ones = number.rpartition("十")
    if not ten:
        return _DIGITS[number]
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)
