"""What the relay tells customers unasked. Every notice has a key of its own: told again, it is one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.channels import texts
from bot.channels.senders import has_to_be_brought
from bot.channels.transcript import About, Button, Reply, Transcript
from bot.intake.case_store import Event
from bot.intake.evidence import EvidenceStore
from bot.intake.journal import Journal
from bot.intake.news import REPLIED, Told
from bot.intake.outbox import Entry
from bot.privacy.masking import Kind, mask

ACT_NOTICES = {
    "supplement": texts.SUPPLEMENT_NOTICE,
    "withdrawal": texts.WITHDRAWAL_NOTICE,
    "satisfaction": texts.SATISFACTION_NOTICE,
    "review_request": texts.REVIEW_NOTICE,
}


class Notices:
    """Puts notices into the conversations they belong to. Raises StorageError when that fails."""

    def __init__(
        self,
        transcript: Transcript,
        journal: Journal,
        evidence: EvidenceStore,
        *,
        hotline: str,
        hotline_hours: str,
        now: Callable[[], datetime],
    ) -> None:
        self._transcript = transcript
        self._journal = journal
        self._evidence = evidence
        self._call = {"hotline": hotline, "hotline_hours": hotline_hours}
        self._now = now

    def complaint_delivered(self, entry: Entry, answer: dict[str, Any]) -> None:
        """Tells the dates that were promised; an empty `answer` knows none, and nothing is told."""
        if not answer:
            return
        text = texts.FILED_NOTICE.format(
            reference=entry.reference,
            promise_due=answer["promise_due"],
            legal_due=answer["legal_due"],
        )
        self._push(entry.sender_id, f"filed/{entry.reference}", Reply(text), About(entry.reference))

    def act_delivered(self, entry: Entry, answer: dict[str, Any]) -> None:
        text = ACT_NOTICES[entry.kind].format(
            reference=entry.reference, review_due=answer.get("review_due")
        )
        self._push(entry.sender_id, f"delivered/{entry.id}", Reply(text), About(entry.reference))

    def document_delivered(self, entry: Entry, _answer: dict[str, Any]) -> None:
        """One notice for all documents of a complaint, when the last of them has arrived."""
        if self._evidence.is_last(entry):
            text = texts.ATTACHMENT_NOTICE.format(reference=entry.reference)
            about = About(entry.reference)
            self._push(entry.sender_id, f"delivered/{entry.id}", Reply(text), about)

    def parked(self, entry: Entry, error: str) -> None:
        """Tells that something was refused for good, why, and whom to call; `error` ends in a code."""
        why = texts.REFUSAL_REASONS.get(error.split(" ")[-1], texts.REFUSED_ANYHOW)
        text = texts.PARKED_NOTICE.format(
            what=texts.SENT_NAMES[entry.kind], reference=entry.reference, why=why, **self._call
        )
        self._push(entry.sender_id, f"parked/{entry.id}", Reply(text), About(entry.reference))

    def told_by_bank(self, event: Event) -> Told:
        """Passes on what the bank tells a customer to the conversation the complaint was made in.

        Where it has to be brought to the customer, it is on its way (bot/launcher/receipts.py).
        """
        sender_id = self._journal.sender_of(event.reference)
        if sender_id is None:
            return Told(texts.NO_CONVERSATION)
        if self._transcript.has_ended(sender_id):
            return Told(texts.CONVERSATION_ENDED)
        about = About(event.reference, event.notice)
        if event.kind == REPLIED:
            self._replied(sender_id, event, about)
        else:
            key = f"notice/{event.notice or _digest(event)}"
            self._push(sender_id, key, Reply(fit_to_store(event.text or "")), about)
        return Told(is_on_its_way=has_to_be_brought(sender_id))

    def _replied(self, sender_id: str, event: Event, about: About) -> None:
        text = texts.REPLIED_NOTICE.format(
            reference=event.reference, text=fit_to_store(event.text or "")
        )
        subject = json.dumps({"reference": event.reference})
        buttons = (
            Button(title=texts.SATISFIED, payload=f"/answer_satisfied{subject}"),
            Button(title=texts.DISSATISFIED, payload=f"/answer_dissatisfied{subject}"),
        )
        # Not by the cursor: a case store restored from a backup may give it to another reply.
        key = f"replied/{event.reference}/{_digest(event)}"
        self._push(sender_id, key, Reply(text, buttons), about)

    def _push(self, sender_id: str, key: str, reply: Reply, about: About) -> None:
        self._transcript.push(sender_id, key, reply, self._now(), about)


def _digest(event: Event) -> str:
    return hashlib.sha256(f"{event.happened_at}\n{event.text}".encode()).hexdigest()[:16]


def fit_to_store(text: str) -> str:
    """A reply without card and identity numbers; the phone it may tell to call stays."""
    for finding in reversed(mask(text).findings):
        if finding.kind is not Kind.PHONE:
            text = text[: finding.start] + finding.shown + text[finding.end :]
    return text
