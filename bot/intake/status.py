"""What a customer may learn about a complaint: from the case store, or from the journal while it
has not been delivered yet."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.errors import NotFound
from bot.intake.calendar import BEIJING
from bot.intake.case_store import CaseStore
from bot.intake.journal import DELIVERED, Entry, Journal


@dataclass(frozen=True)
class Status:
    """Public status; `state` is None while the complaint waits for delivery."""

    reference: str
    state: str | None
    received: str
    promise_due: str = ""
    legal_due: str = ""
    last_message: str = ""

    def variables(self) -> dict[str, str]:
        """Variables of the responses `utter_status` and `utter_status_pending`."""
        return {
            "reference": self.reference,
            "state": self.state or "",
            "received": self.received,
            "promise_due": self.promise_due,
            "legal_due": self.legal_due,
            "last_message": self.last_message or "暂时没有新的答复",
        }


def inquire(cases: CaseStore, journal: Journal, reference: str, phone_tail: str) -> Status:
    """Raises NotFound (unknown or wrong proof), TooManyAttempts, Retryable, JournalUnavailable.

    The case store is not asked for what still waits in the journal: it may be unreachable, and it
    would count the question as a guess.
    """
    entry = journal.find(reference)
    if entry is None or entry.status == DELIVERED:
        return _from_case(cases.status(reference, phone_tail))
    if not _proves(entry, phone_tail):
        raise NotFound()
    return Status(reference, None, _day(entry.created_at))


def _proves(entry: Entry, phone_tail: str) -> bool:
    phone = str(entry.payload["complainant_phone"])
    return hmac.compare_digest(phone[-4:].encode(), phone_tail.encode())


def _from_case(body: dict[str, Any]) -> Status:
    message = body.get("last_message") or {}
    received = datetime.fromisoformat(body["received_at"].replace("Z", "+00:00"))
    provisional = "（暂定）" if body.get("due_provisional") else ""
    return Status(
        reference=body["reference"],
        state=body["state_label"],
        received=_day(received),
        promise_due=str(body["promise_due"]) + provisional,
        legal_due=str(body["legal_due"]),
        last_message=str(message.get("text") or ""),
    )


def _day(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d")
