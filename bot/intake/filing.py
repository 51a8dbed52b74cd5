"""From the slots of a confirmed form to the fields of the case store's contract. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.intake import fields as f

_ONLY_WHEN_SAID = (f.GROUP, f.LINKED)


def contract_fields(values: Mapping[str, Any], open_sealed: Callable[[str], str]) -> dict[str, Any]:
    """Fields of `POST /api/v1/complaints`; `open_sealed` decrypts the phone.

    The attachments are ids of `bot.intake.evidence`.
    """
    book = values.get(f.INTAKE) or {}
    named = {
        name: values.get(name)
        for name in f.SLOTS
        if name not in (f.INTAKE, f.CONFIRMED, f.PHONE, f.ATTACHMENTS, *_ONLY_WHEN_SAID)
    }
    # Left out rather than null: most complaints have none, and their content stays what it was.
    said = {name: values[name] for name in _ONLY_WHEN_SAID if values.get(name) is not None}
    return {
        **named,
        **said,
        **_amount(values.get(f.AMOUNT)),
        f.PHONE: open_sealed(values[f.PHONE]["sealed"]),
        f.ATTACHMENTS: list(values.get(f.ATTACHMENTS) or []),
        "classification": {
            "business": _proposed(book.get("business")),
            "reason": _proposed(book.get("reason")),
        },
    }


def _amount(said: Mapping[str, Any] | float | None) -> dict[str, Any]:
    """The figure, and the customer's words where the figure says more than they did.

    A plain figure stands in conversations begun before the words were kept.
    """
    if not isinstance(said, Mapping):
        return {f.AMOUNT: said}
    words = {f"{f.AMOUNT}_text": said["text"]} if said["vague"] else {}
    return {f.AMOUNT: said["yuan"], **words}


def _proposed(proposals: list[dict[str, Any]] | None) -> dict[str, Any] | None:
    if not proposals:
        return None
    best = proposals[0]
    return {"proposed": best["name"], "confidence": round(float(best["confidence"]), 4)}
