"""Calls that are booked, for tests of seats and of cancellations."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from bot.intake.callbacks import Callback
from tests.fakes import NOW

HOUR = timedelta(hours=1)
ENDS = NOW + timedelta(days=3)
"""The end of the slot."""


def wish(number: int, **changes: Any) -> Callback:
    """The call-back of customer `number`, who wants a seat."""
    asked = Callback(
        id=UUID(int=number + 1),
        channel="web",
        sender_id=f"web-{number}",
        asked_at=NOW,
        promised_by=ENDS,
        phone="13812348000",
        name=None,
        topic="理财赎回",
        preferred="3月15日 9:00—10:00（活动预约）",
    )
    return replace(asked, **changes)
