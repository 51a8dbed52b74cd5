"""The fields of a call-back: whom the bank calls, about what, and when it suits them.

Names are the slot names of domain.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.intake.forms.table import CANCEL, PAUSE, WAY_OUT, Field, FormTable

PHONE = "callback_phone"
TOPIC = "callback_topic"
TIME = "callback_time"
CONFIRMED = "callback_confirmed"
NAME = "callback_name"
"""How to address the customer, when it was said; never asked for."""
OFFERED = "callback_offered"
"""A phone this conversation knows already, offered instead of asking for one."""
BOOKING = "callback_booking"
"""The campaign's time that is booked: `{"campaign": id, "slot": id}`, the slot None while another is
to be chosen; None for a call at any time. See `moving` for what it holds beside."""
INSTEAD, HELD = "instead", "held"
"""Of a booking that takes the place of another: the id of that call-back, and the slot it has."""
BOOK = "callback_intake"

FIELDS: tuple[Field, ...] = (
    Field(PHONE, "回电号码"),
    Field(TOPIC, "想说的事", optional=True, free_text=True),
    Field(TIME, "方便的时间", optional=True),
    Field(CONFIRMED, "确认回电"),
)
TABLE = FormTable(
    "callback_form",
    FIELDS,
    BOOK,
    others=(NAME, OFFERED, BOOKING),
    interludes=(CANCEL, WAY_OUT, PAUSE),
)
SLOTS = TABLE.slots
ASKED = tuple(field.name for field in FIELDS)
RECAP = (PHONE, TOPIC, TIME)
BOOKED_TIME = "预约时间"
"""What the time is called when it is booked."""
TIMES = ("上午", "下午")
"""Offered on buttons."""
UNKNOWN: Mapping[str, str] = {TOPIC: "电话里说", TIME: "上班时间都可以"}
"""What stands for a skipped field."""
LONGEST = {TOPIC: 200, TIME: 60, NAME: 40}
"""Characters that the bank's desk takes."""


def moving(booking: Mapping[str, Any] | None) -> dict[str, Any]:
    """The part of a booking that says which other one it takes the place of; empty for a new one."""
    return {name: booking[name] for name in (INSTEAD, HELD) if booking and name in booking}


def show(name: str, value: Any) -> str:
    """A field's value as the customer may read it (phone masked)."""
    return str(value["shown"]) if name == PHONE else " ".join(str(value).split())
