"""From the slots of a confirmed form to the fields of the case store's contract. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.intake import fields as f


def contract_fields(values: Mapping[str, Any], open_sealed: Callable[[str], str]) -> dict[str, Any]:
    """Fields of `POST /api/v1/complaints`; `open_sealed` decrypts the phone."""
    book = values.get(f.INTAKE) or {}
    named = {
        name: values.get(name)
        for name in f.SLOTS
        if name not in (f.INTAKE, f.CONFIRMED, f.PHONE, f.ATTACHMENTS)
    }
    return {
        **named,
        f.PHONE: open_sealed(values[f.PHONE]["sealed"]),
        f.ATTACHMENTS: list(values.get(f.ATTACHMENTS) or []),
        "classification": {
            "business": _proposed(book.get("business")),
            "reason": _proposed(book.get("reason")),
        },
    }


def _proposed(proposals: list[dict[str, Any]] | None) -> dict[str, Any] | None:
    if not proposals:
        return None
    best = proposals[0]
    return {"proposed": best["name"], "confidence": round(float(best["confidence"]), 4)}
