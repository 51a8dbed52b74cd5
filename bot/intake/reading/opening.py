"""Everything one message already tells about a complaint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.intake.reading.amounts import AmountReading, read_amount
from bot.intake.reading.branches import read_branch
from bot.intake.reading.dates import DateReading, read_date
from bot.intake.reading.narrative import read_narrative
from bot.intake.reading.people import (
    read_contact_preference,
    read_name,
    read_role,
    read_staff,
)
from bot.intake.reading.requests import read_request


@dataclass(frozen=True)
class Opening:
    """What was found in the text; None for everything it does not say."""

    detail: str | None = None
    branch: str | None = None
    staff: str | None = None
    date: DateReading | None = None
    amount: AmountReading | None = None
    request: str | None = None
    name: str | None = None
    role: str | None = None
    contact_preference: str | None = None


def read_opening(text: str, today: date) -> Opening:
    """Reads `text` with every reader; a name, a wish or a call-back time is not read as a date."""
    name = read_name(text)
    preference = read_contact_preference(text)
    request = read_request(_without(text, preference))
    return Opening(
        detail=read_narrative(text),
        branch=read_branch(text),
        staff=read_staff(_without(text, name)),
        date=_past(read_date(_without(text, name, request, preference), today)),
        amount=read_amount(_without(text, request)) or read_amount(text),
        request=request,
        name=name,
        role=read_role(text),
        contact_preference=preference,
    )


def _without(text: str, *spans: str | None) -> str:
    """`text` with each span cut out; a comma keeps the two halves apart."""
    for span in spans:
        if span:
            text = text.replace(span, "，")
    return text


def _past(reading: DateReading | None) -> DateReading | None:
    """A day to come is a deadline, not the day of the event."""
    return None if reading is None or reading.future else reading
