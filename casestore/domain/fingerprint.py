"""One short value that tells two filings under the same reference apart."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timezone
from functools import lru_cache
from typing import Any

from casestore.domain.case import Complaint


def fingerprint(complaint: Complaint) -> str:
    """SHA-256 (hex) of the canonical complaint: sorted keys, moments in UTC, nothing empty.

    What is None is left out, so a field added later does not change the value of old filings,
    and a moment written with another offset is the same moment.
    """
    canonical = json.dumps(
        _canonical(complaint),
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
        default=_plain,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    """Dataclasses as dictionaries without what is None. (``dataclasses.asdict`` copies every value
    deeply, which was a fifth of the work of a filing.)"""
    if not is_dataclass(value):
        return value
    kind: Any = type(value)
    items = ((name, getattr(value, name)) for name in _names(kind))
    return {name: _canonical(item) for name, item in items if item is not None}


@lru_cache(maxsize=50)
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: date) -> str:
    """JSON for the only types of a complaint that JSON does not know."""
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat()
    return value.isoformat()
