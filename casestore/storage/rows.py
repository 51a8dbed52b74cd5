"""Rows to cases and back, by hand: what is stored is what stands here."""

from typing import Any

from casestore.domain.attachment import Attachment, MediaType
from casestore.domain.case import (
    Act,
    Case,
    CaseEvent,
    CaseStanding,
    CaseState,
    CaseSummary,
    Classification,
    Complainant,
    Complaint,
    Consent,
    EventKind,
    Group,
    IncidentDate,
    Progress,
    Proposal,
    Role,
    Source,
)
from casestore.domain.deadlines import DueDates
from casestore.storage.keyring import Keyring

FINGERPRINT = "fingerprint"


def case_row(case: Case, fingerprint: str, keyring: Keyring) -> dict[str, Any]:
    """The row of a case; personal fields sealed, the fingerprint keyed.

    Keyed, because a plain hash would let a reader of the table test guesses of the phone.
    """
    reference = case.standing.reference
    return {
        "reference": reference,
        "fingerprint": keyring.sign(FINGERPRINT, fingerprint),
        "client": case.client,
        "recorded_at": case.recorded_at,
        **_standing_columns(case.standing),
        **_complaint_columns(case.complaint),
        **_complainant_columns(case.complaint.complainant, reference, keyring),
    }


def phone_tail_purpose(reference: str) -> str:
    """Bound to the case, so equal tails of two cases do not look equal in the table."""
    return f"phone-tail:{reference}"


def read_standing(row: Any) -> CaseStanding:
    """A row of ``cases`` to where the case stands."""
    return CaseStanding(
        reference=row.reference,
        progress=_read_progress(row),
        received_at=row.received_at,
        due=DueDates(row.promise_due, row.complex_due, row.legal_due, row.due_provisional),
    )


def read_summary(row: Any, keyring: Keyring) -> CaseSummary:
    """A row of ``cases`` to a line of a list. Raises FieldUnreadable."""
    return CaseSummary(
        standing=read_standing(row),
        business=row.business,
        name=keyring.open(row.name_sealed),
        phone=keyring.open(row.phone_sealed),
        group=_read_group(row),
    )


def read_case(row: Any, keyring: Keyring) -> Case:
    """A row of ``cases`` to the whole case. Raises FieldUnreadable."""
    return Case(
        standing=read_standing(row),
        complaint=_read_complaint(row, keyring),
        client=row.client,
        recorded_at=row.recorded_at,
    )


def event_row(event: CaseEvent) -> dict[str, Any]:
    """The row of an event."""
    return {
        "reference": event.reference,
        "kind": event.kind.value,
        "actor": event.actor,
        "happened_at": event.happened_at,
        **(_act_columns(event.act) if event.act else {}),
        **(progress_columns(event.progress) if event.progress else {}),
    }


def read_event(row: Any) -> CaseEvent:
    """A row of ``case_events`` to an event."""
    return CaseEvent(
        reference=row.reference,
        kind=EventKind(row.kind),
        actor=row.actor,
        happened_at=row.happened_at,
        act=_read_act(row),
        progress=_read_progress(row) if row.state else None,
    )


def progress_columns(progress: Progress) -> dict[str, Any]:
    """Where a case stands, in ``cases`` and ``case_events`` alike."""
    return {
        "state": progress.state.value,
        "review_due": progress.review_due,
        "ended_on": progress.ended_on,
    }


def attachment_row(attachment: Attachment, keyring: Keyring) -> dict[str, Any]:
    """The row of an attachment; people write names into file names, so those are sealed."""
    return {
        "id": attachment.id,
        "reference": attachment.reference,
        "filename_sealed": keyring.seal(attachment.filename),
        "media_type": attachment.media_type.value,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "received_at": attachment.received_at,
    }


def read_attachment(row: Any, keyring: Keyring) -> Attachment:
    """A row of ``attachments`` to an attachment. Raises FieldUnreadable."""
    return Attachment(
        id=row.id,
        reference=row.reference,
        filename=keyring.open(row.filename_sealed),
        media_type=MediaType(row.media_type),
        size=row.size,
        sha256=row.sha256,
        received_at=row.received_at,
    )


def _act_columns(act: Act) -> dict[str, Any]:
    return {
        "act_id": act.id,
        "submitted_at": act.submitted_at,
        "text": act.text,
        "rating": act.rating,
    }


def _read_act(row: Any) -> Act | None:
    if row.act_id is None:
        return None
    return Act(row.act_id, row.submitted_at, row.text, row.rating)


def _read_progress(row: Any) -> Progress:
    return Progress(CaseState(row.state), row.review_due, row.ended_on)


def _standing_columns(standing: CaseStanding) -> dict[str, Any]:
    return {
        **progress_columns(standing.progress),
        "received_at": standing.received_at,
        "promise_due": standing.due.promise,
        "complex_due": standing.due.complex,
        "legal_due": standing.due.legal,
        "due_provisional": standing.due.provisional,
    }


def _complaint_columns(complaint: Complaint) -> dict[str, Any]:
    business, reason = complaint.classification.business, complaint.classification.reason
    return {
        "source": complaint.source.value,
        "detail": complaint.detail,
        "business": complaint.business,
        "reason": complaint.reason,
        "proposed_business": business and business.proposed,
        "proposed_business_confidence": business and business.confidence,
        "proposed_reason": reason and reason.proposed,
        "proposed_reason_confidence": reason and reason.confidence,
        "branch": complaint.branch,
        "staff": complaint.staff,
        "incident_text": complaint.incident.text,
        "incident_start": complaint.incident.start,
        "incident_end": complaint.incident.end,
        "amount_fen": complaint.amount_fen,
        "amount_text": complaint.amount_text,
        "request": complaint.request,
        "attachments": list(complaint.attachments),
        "consent_version": complaint.consent.version,
        "consent_given_at": complaint.consent.given_at,
        "group_size": complaint.group and complaint.group.size,
        "group_text": complaint.group and complaint.group.text,
        "linked_to": complaint.linked_to,
    }


def _complainant_columns(person: Complainant, reference: str, keyring: Keyring) -> dict[str, Any]:
    return {
        "name_sealed": keyring.seal(person.name),
        "phone_sealed": keyring.seal(person.phone),
        "phone_tail_mac": keyring.sign(phone_tail_purpose(reference), person.phone_tail),
        "role": person.role.value,
        "contact_preference": person.contact_preference,
    }


def _read_complaint(row: Any, keyring: Keyring) -> Complaint:
    return Complaint(
        reference=row.reference,
        submitted_at=row.received_at,
        source=Source(row.source),
        detail=row.detail,
        business=row.business,
        reason=row.reason,
        classification=_read_classification(row),
        branch=row.branch,
        staff=row.staff,
        incident=IncidentDate(row.incident_text, row.incident_start, row.incident_end),
        amount_fen=row.amount_fen,
        amount_text=row.amount_text,
        request=row.request,
        complainant=_read_complainant(row, keyring),
        attachments=tuple(row.attachments),
        consent=Consent(row.consent_version, row.consent_given_at),
        group=_read_group(row),
        linked_to=row.linked_to,
    )


def _read_group(row: Any) -> Group | None:
    return None if row.group_text is None else Group(row.group_size, row.group_text)


def _read_complainant(row: Any, keyring: Keyring) -> Complainant:
    return Complainant(
        name=keyring.open(row.name_sealed),
        phone=keyring.open(row.phone_sealed),
        role=Role(row.role),
        contact_preference=row.contact_preference,
    )


def _read_classification(row: Any) -> Classification:
    return Classification(
        business=_proposal(row.proposed_business, row.proposed_business_confidence),
        reason=_proposal(row.proposed_reason, row.proposed_reason_confidence),
    )


def _proposal(proposed: str | None, confidence: float | None) -> Proposal | None:
    if proposed is None or confidence is None:
        return None
    return Proposal(proposed, confidence)
