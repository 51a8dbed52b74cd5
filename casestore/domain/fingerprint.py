"""One short value that tells two filings under the same reference apart."""

import hashlib
import json
from dataclasses import asdict
from datetime import date, datetime, timezone
from typing import Any

from casestore.domain.case import Complaint


def fingerprint(complaint: Complaint) -> str:
    """SHA-256 (hex) of the canonical complaint: sorted keys, moments in UTC, nothing empty.

    What is None is left out, so a field added later does not change the value of old filings,
    and a moment written with another offset is the same moment.
    """
    canonical = json.dumps(
        _without_none(asdict(complaint)),
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
        default=_plain,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return value


def _plain(value: date) -> str:
    """JSON for the only types of a complaint that JSON does not know."""
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat()
    return value.isoformat()
