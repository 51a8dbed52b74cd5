"""What a complaint is on its way from the confirmed form to the case store. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

SOURCES = {"web": "web_chat", "wechat": "wechat_chat"}
"""Channel name → source code of the case store."""


@dataclass(frozen=True)
class Complaint:
    """A confirmed complaint.

    `intake_id` is minted when the form starts: repeats of one form are one complaint.
    `fields` holds the values of the form under their slot names, as the case store's contract
    (docs/contract/case-store.openapi.json) wants them, phone in clear.
    """

    intake_id: UUID
    channel: str
    sender_id: str
    submitted_at: datetime
    fields: Mapping[str, Any]

    def payload(self, reference: str) -> dict[str, Any]:
        """Body of `POST /api/v1/complaints`."""
        return {
            "reference": reference,
            "submitted_at": self.submitted_at.isoformat(),
            "source": SOURCES[self.channel],
            **self.fields,
        }

    def fingerprint(self) -> str:
        """SHA-256 of the content, without the time: a repeat has the same fingerprint."""
        canonical = json.dumps(self.fields, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True)
class Receipt:
    """What the customer may be told once the journal has committed."""

    reference: str
    first_time: bool
