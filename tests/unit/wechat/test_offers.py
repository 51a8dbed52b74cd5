"""Which buttons a customer has before them."""

from __future__ import annotations

from datetime import datetime, timezone

from bot.channels.transcript import BOT, CUSTOMER, Button, Message
from bot.channels.wechat.choices import offered_last

NOW = datetime(2026, 11, 26, tzinfo=timezone.utc)


def said(cursor: int, key: str, reply_to: str | None = None, *titles: str) -> Message:
    author = CUSTOMER if "/" not in key else BOT
    buttons = [Button(title=title, payload=f"/{title}") for title in titles]
    return Message(cursor, author, key, reply_to, "…", buttons, True, NOW)


def titles(messages: list[Message], key: str = "now") -> list[str]:
    return [button["title"] for button in offered_last(messages, key)]


ASKED = [said(1, "k1"), said(2, "k1/0", "k1", "甲"), said(3, "k1/1", "k1", "乙", "丙")]


def test_what_one_answer_offers_is_numbered_through() -> None:
    assert titles(ASKED) == ["甲", "乙", "丙"]


def test_an_answer_without_buttons_takes_the_offer_away() -> None:
    assert titles([*ASKED, said(4, "k2"), said(5, "k2/0", "k2")]) == []


def test_what_is_said_unasked_after_it_comes_first_when_it_offers_something() -> None:
    assert titles([*ASKED, said(4, "push/1", None, "满意")]) == ["满意"]
    assert titles([*ASKED, said(4, "push/1", None, "满意"), said(5, "push/2")]) == ["满意"]
    assert titles([*ASKED, said(4, "push/1")]) == ["甲", "乙", "丙"]


def test_the_message_itself_and_its_answer_do_not_count() -> None:
    again = [*ASKED, said(4, "now"), said(5, "now/0", "now", "丁")]
    assert titles(again) == ["甲", "乙", "丙"]


def test_a_welcome_nobody_asked_for_counts_as_well() -> None:
    assert titles([said(1, "push/0", None, "甲")]) == ["甲"]
    assert titles([]) == []
