"""Rows to cases and back, by hand: what is stored is what stands here."""

from typing import Any

from casestore.domain.attachment import Attachment, MediaType
from casestore.domain.case import (
    Act,
    Case,
    CaseEvent,
    CaseSummary,
    Classification,
    Complainant,
    Complaint,
    Consent,
    EventKind,
    Forwarded,
    Group,
    IncidentDate,
    Proposal,
    Role,
    Source,
)
from casestore.domain.deadlines import local_date
from casestore.domain.phone import phone_key
from casestore.storage.keyring import Keyring
from casestore.storage.standing_rows import (
    progress_columns,
    read_event_progress,
    read_standing,
    standing_columns,
)

FINGERPRINT = "fingerprint"
PHONE = "phone"


def case_row(case: Case, fingerprint: str, keyring: Keyring) -> dict[str, Any]:
    """The row of a case; personal fields sealed, the fingerprint keyed.

    Keyed, because a plain hash would let a reader of the table test guesses of the phone.
    """
    return {
        "reference": case.standing.reference,
        "fingerprint": keyring.sign(FINGERPRINT, fingerprint),
        "client": case.client,
        "recorded_at": case.recorded_at,
        "received_at": case.standing.received_at,
        "received_on": local_date(case.standing.received_at),
        **standing_columns(case.standing),
        **content_columns(case.complaint, keyring),
    }


def content_columns(complaint: Complaint, keyring: Keyring) -> dict[str, Any]:
    """The complaint itself, as columns of ``cases``; personal fields sealed."""
    person = _complainant_columns(complaint.complainant, complaint.reference, keyring)
    return {**_complaint_columns(complaint), **person}


def phone_tail_purpose(reference: str) -> str:
    """Bound to the case, so equal tails of two cases do not look equal in the table."""
    return f"phone-tail:{reference}"


def phone_macs(phone: str, keyring: Keyring) -> list[str]:
    """What ``phone_mac`` may hold for a phone, whichever key of the ring signed it."""
    return keyring.signatures(PHONE, phone_key(phone))


def read_summary(row: Any, keyring: Keyring) -> CaseSummary:
    """A row of ``cases`` to a line of a list. Raises FieldUnreadable."""
    return CaseSummary(
        standing=read_standing(row),
        business=row.business,
        name=keyring.open(row.name_sealed),
        phone=keyring.open(row.phone_sealed),
        group=_read_group(row),
        branch=row.branch,
        source=Source(row.source),
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
        progress=read_event_progress(row),
    )


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
        "data": dict(act.data) or None,
    }


def _read_act(row: Any) -> Act | None:
    if row.act_id is None:
        return None
    return Act(row.act_id, row.submitted_at, row.text, row.rating, row.data or {})


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
        **_consent_columns(complaint),
        "group_size": complaint.group and complaint.group.size,
        "group_text": complaint.group and complaint.group.text,
        "linked_to": complaint.linked_to,
        "forwarded_number": complaint.forwarded and complaint.forwarded.number,
    }


def _consent_columns(complaint: Complaint) -> dict[str, Any]:
    """The columns were made when every complaint had a consent; an empty version says it has
    none."""
    consent = complaint.consent or Consent("", complaint.submitted_at)
    return {"consent_version": consent.version, "consent_given_at": consent.given_at}


def _complainant_columns(person: Complainant, reference: str, keyring: Keyring) -> dict[str, Any]:
    return {
        "name_sealed": keyring.seal(person.name),
        "phone_sealed": keyring.seal(person.phone),
        "phone_tail_mac": keyring.sign(phone_tail_purpose(reference), person.phone_tail),
        "phone_mac": keyring.sign(PHONE, phone_key(person.phone)),
        "id_number_sealed": keyring.seal(person.id_number) if person.id_number else None,
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
        classification=read_classification(row),
        branch=row.branch,
        staff=row.staff,
        incident=IncidentDate(row.incident_text, row.incident_start, row.incident_end),
        amount_fen=row.amount_fen,
        amount_text=row.amount_text,
        request=row.request,
        complainant=_read_complainant(row, keyring),
        attachments=tuple(row.attachments),
        consent=_read_consent(row),
        group=_read_group(row),
        linked_to=row.linked_to,
        forwarded=_read_forwarded(row),
    )


def _read_consent(row: Any) -> Consent | None:
    version = row.consent_version
    return Consent(version, row.consent_given_at) if version else None


def _read_forwarded(row: Any) -> Forwarded | None:
    """Its due date counts for the clock and is kept there."""
    number = row.forwarded_number
    return None if number is None else Forwarded(number, row.forwarded_due)


def _read_group(row: Any) -> Group | None:
    return None if row.group_text is None else Group(row.group_size, row.group_text)


def _read_complainant(row: Any, keyring: Keyring) -> Complainant:
    return Complainant(
        name=keyring.open(row.name_sealed),
        phone=keyring.open(row.phone_sealed),
        role=Role(row.role),
        contact_preference=row.contact_preference,
        id_number=keyring.open(row.id_number_sealed) if row.id_number_sealed else None,
    )


def read_classification(row: Any) -> Classification:
    """A row of ``cases`` to what the assistant proposed."""
    return Classification(
        business=_proposal(row.proposed_business, row.proposed_business_confidence),
        reason=_proposal(row.proposed_reason, row.proposed_reason_confidence),
    )


def _proposal(proposed: str | None, confidence: float | None) -> Proposal | None:
    if proposed is None or confidence is None:
        return None
    return Proposal(proposed, confidence)
