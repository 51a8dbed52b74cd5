"""What a customer may learn about a complaint: from the case store, or from the journal while it
has not been delivered yet."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.errors import NotFound, Retryable
from bot.intake.calendar import BEIJING
from bot.intake.case_store import CaseStore
from bot.intake.journal import DELIVERED, Entry, Journal


@dataclass(frozen=True)
class Status:
    """Public status; `state` is None while the complaint waits for delivery, `code` its name in the
    contract, `replied_at` when the bank last wrote."""

    reference: str
    state: str | None
    received: str
    promise_due: str = ""
    legal_due: str = ""
    last_message: str = ""
    code: str = ""
    replied_at: datetime | None = None

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


def standing(
    cases: CaseStore, journal: Journal, reference: str, phone_tail: str | None
) -> Status | None:
    """Where a case stands for someone who proves it by `phone_tail`.

    None as `phone_tail` when the complaint was filed in the same conversation. Returns None when
    the proof is good and the case store is away: later acts are journaled all the same.
    Raises NotFound, TooManyAttempts, Retryable, JournalUnavailable.
    """
    entry = journal.find(reference)
    if phone_tail is None and entry is not None:
        phone_tail = str(entry.payload["complainant_phone"])[-4:]
    try:
        return inquire(cases, journal, reference, phone_tail or "")
    except Retryable:
        if entry is None:
            raise
        if not _proves(entry, phone_tail or ""):
            raise NotFound() from None
        return None


REVIEW_DAYS = timedelta(days=30)
"""Within which a review may be asked for (投诉办法 article 20)."""


def not_now(act: str, status: Status | None, now: datetime) -> str | None:
    """The response that says why a later act makes no sense now; None when it does.

    `act` is a kind of the contract. An unknown standing (None) stops nothing: the case store
    decides when the act arrives.
    """
    if status is None or (act in ("supplement", "withdrawal") and status.code != "withdrawn"):
        return None
    if status.code == "withdrawn":
        return "utter_case_is_withdrawn"
    if status.replied_at is None:
        return f"utter_{act}_too_early"
    late = act == "review_request" and now - status.replied_at > REVIEW_DAYS
    return "utter_review_request_too_late" if late else None


def _proves(entry: Entry, phone_tail: str) -> bool:
    phone = str(entry.payload["complainant_phone"])
    return hmac.compare_digest(phone[-4:].encode(), phone_tail.encode())


def _from_case(body: dict[str, Any]) -> Status:
    message = body.get("last_message") or {}
    received = _moment(body["received_at"])
    provisional = "（暂定）" if body.get("due_provisional") else ""
    return Status(
        reference=body["reference"],
        state=body["state_label"],
        received=_day(received),
        promise_due=str(body["promise_due"]) + provisional,
        legal_due=str(body["legal_due"]),
        last_message=str(message.get("text") or ""),
        code=str(body.get("state") or ""),
        replied_at=_moment(message["sent_at"]) if message.get("sent_at") else None,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _day(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d")
