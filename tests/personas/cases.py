"""What the case store holds of a complaint, beside what the persona's words should have made."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any

from casestore.storage.keyring import Keyring
from tests.personas.days import span
from tests.stack import Stack

_COLUMNS = {
    "complaint_detail": "detail",
    "complaint_business": "business",
    "complaint_branch": "branch",
    "complaint_staff": "staff",
    "complaint_request": "request",
    "complainant_role": "role",
    "contact_preference": "contact_preference",
    "complaint_group": "group_size",
    "state": "state",
}
FIELDS = (
    *_COLUMNS,
    *("complaint_date", "complaint_amount", "complainant_name", "complainant_phone", "events"),
)


@dataclass(frozen=True)
class Finding:
    """One field of one case: what was `wanted`, what was `found`, and whether that is right."""

    persona: str
    field: str
    plainly: bool
    wanted: Any
    found: Any
    right: bool


def stored(stack: Stack, reference: str | None) -> dict[str, Any]:
    """Field → value in the case store's database; a date as first and last day, money in yuan.

    Empty without a reference.
    """
    if reference is None:
        return {}
    keyring = Keyring(stack.env["CASE_STORE_FIELD_KEYS"].split(","))
    with closing(sqlite3.connect(stack.folder / "casestore.db", timeout=10)) as database:
        database.row_factory = sqlite3.Row
        query = "SELECT * FROM {} WHERE reference = ?"
        row = dict(database.execute(query.format("cases"), (reference,)).fetchone())
        events = database.execute(query.format("case_events"), (reference,)).fetchall()
    days = (row["incident_start"], row["incident_end"])
    return {
        **{field: row[column] for field, column in _COLUMNS.items() if column in row},
        "complaint_date": tuple(date.fromisoformat(day) if day else None for day in days),
        "complaint_amount": None if row["amount_fen"] is None else row["amount_fen"] / 100,
        "complainant_name": keyring.open(row["name_sealed"]),
        "complainant_phone": keyring.open(row["phone_sealed"]),
        "events": [event["kind"] for event in events],
    }


def compared(
    persona: str, wanted: Mapping[str, Any], case: Mapping[str, Any], today: date, *, plainly: bool
) -> list[Finding]:
    """A finding per field `wanted`; `today` is the day the customer spoke."""
    return [
        Finding(persona, field, plainly, value, case.get(field), _right(field, value, case, today))
        for field, value in wanted.items()
    ]


def _right(field: str, wanted: Any, case: Mapping[str, Any], today: date) -> bool:
    if field not in case:
        return False
    if isinstance(wanted, list):
        return any(_right(field, each, case, today) for each in wanted)
    found = case[field]
    if isinstance(wanted, Mapping):
        kept = found or ""
        has = all(part in kept for part in wanted["has"])
        return has and not any(part in kept for part in wanted.get("lacks", ()))
    return bool(found == (span(wanted, today) if field == "complaint_date" else wanted))
