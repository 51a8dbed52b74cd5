"""Every exception of the assistant is one family and speaks plain Chinese."""

from __future__ import annotations

import re

import pytest

from bot import errors
from bot.errors import BotError, ChannelError

TREE = [v for v in vars(errors).values() if isinstance(v, type) and issubclass(v, Exception)]


def test_there_is_one_root() -> None:
    assert len(TREE) > 8
    assert all(issubclass(kind, BotError) for kind in TREE)


@pytest.mark.parametrize("kind", [k for k in TREE if k is not ChannelError])
def test_an_error_has_a_message_fit_to_be_shown(kind: type[BotError]) -> None:
    error = kind()
    assert re.fullmatch(r"[一-龥，。、]+。", error.message)
    assert str(error) == error.message
    assert kind("换一句。").message == "换一句。"


def test_a_channel_error_carries_status_code_and_when_to_come_back() -> None:
    error = ChannelError(503, "busy", "请稍候。", 3)
    assert (error.status, error.code, error.message, error.retry_after) == (
        503,
        "busy",
        "请稍候。",
        3,
    )
    assert ChannelError(400, "x", "y").retry_after is None
