"""Files of cases: taken in once, shown to officers."""

import hashlib
from dataclasses import dataclass

from casestore.domain.attachment import Attachment, MediaType, is_attachment_id
from casestore.domain.case import CaseEvent, CaseStanding, EventKind
from casestore.domain.errors import CaseNotFound, ChecksumMismatch, IdempotencyConflict, NotAllowed
from casestore.domain.handling import rule_for
from casestore.domain.reference import is_reference
from casestore.domain.staff import Officer
from casestore.service.access import check_access
from casestore.service.acting import carry_out
from casestore.service.ports import Clock, Files, Store, Transaction


@dataclass(frozen=True)
class Delivery:
    """A file as it is handed in; ``sha256`` (hex) is what the sender computed."""

    id: str
    reference: str
    filename: str
    media_type: MediaType
    sha256: str
    content: bytes


@dataclass(frozen=True)
class Kept:
    """The file as it is kept; ``created`` is False for a repeat."""

    attachment: Attachment
    created: bool


class AttachmentRoom:
    """Keeps files sealed outside the database and what is known of them inside."""

    def __init__(self, store: Store, files: Files, now: Clock) -> None:
        self._store = store
        self._files = files
        self._now = now

    def keep(self, delivery: Delivery, client: str) -> Kept:
        """Take in a file once, however often it is sent.

        Raises ChecksumMismatch, CaseNotFound, CaseWithdrawn, IdempotencyConflict if the id was
        used for another file or case, StoreUnavailable.
        """
        return self._keep(delivery, f"client:{client}", None)

    def add(self, delivery: Delivery, officer: Officer) -> Kept:
        """The same for what an officer adds (a scan of a letter, a copy of an ID); noted in the
        audit log. Raises as ``keep``, CaseNotFound also for a case of another branch, NotAllowed.
        """
        return self._keep(delivery, officer.actor, officer)

    def _keep(self, delivery: Delivery, actor: str, officer: Officer | None) -> Kept:
        if hashlib.sha256(delivery.content).hexdigest() != delivery.sha256:
            raise ChecksumMismatch
        arrived = self._arrived(delivery)
        with self._store.transaction() as tx:
            standing = _locked(tx, arrived, officer)
            if (before := _known(tx, standing, arrived)) is not None:
                return Kept(before, created=False)
        # The file is safe before any row speaks of it, and no lock is held while it is written.
        self._files.put(arrived.stored_name, delivery.content)
        with self._store.transaction() as tx:
            standing = _locked(tx, arrived, officer)
            if (before := _known(tx, standing, arrived)) is not None:
                return Kept(before, created=False)
            if not tx.attachments.add(arrived):
                raise IdempotencyConflict  # taken on another case since we looked
            carry_out(tx, standing, _attached(arrived, actor), officer, arrived.received_at)
            if officer is not None:
                _note_added(tx, arrived, officer)
            tx.commit()
        return Kept(arrived, created=True)

    def open(
        self, reference: str, attachment_id: str, officer: Officer
    ) -> tuple[Attachment, bytes]:
        """A file of a case with its content; who looked is noted in the audit log.

        Raises CaseNotFound (also for a case of another branch), FieldUnreadable, StoreUnavailable
        (also if the file is gone).
        """
        if not is_attachment_id(attachment_id):
            raise CaseNotFound
        with self._store.transaction() as tx:
            standing = tx.cases.standing(reference)
            found = tx.attachments.get(attachment_id)
            if standing is None or found is None or found.reference != reference:
                raise CaseNotFound
            check_access(tx, standing, officer)
            tx.audit.append(
                officer.actor, "attachment_opened", reference, attachment_id, self._now()
            )
            tx.commit()
        return found, self._files.get(found.stored_name)

    def _arrived(self, delivery: Delivery) -> Attachment:
        if not is_reference(delivery.reference):
            raise CaseNotFound
        return Attachment(
            id=delivery.id,
            reference=delivery.reference,
            filename=delivery.filename,
            media_type=delivery.media_type,
            size=len(delivery.content),
            sha256=delivery.sha256,
            received_at=self._now(),
        )


def _locked(tx: Transaction, arrived: Attachment, officer: Officer | None) -> CaseStanding:
    """The case, locked. Raises CaseNotFound, also where the officer may not see it; NotAllowed."""
    standing = tx.cases.lock(arrived.reference)
    if standing is None:
        raise CaseNotFound
    if officer is not None:
        check_access(tx, standing, officer)
        rights = rule_for(EventKind.ATTACHED, standing.progress.state).rights
        if not any(officer.may(right) for right in rights):
            raise NotAllowed
    return standing


def _note_added(tx: Transaction, arrived: Attachment, officer: Officer) -> None:
    moment = arrived.received_at
    tx.audit.append(officer.actor, "attachment_added", arrived.reference, arrived.id, moment)


def _known(tx: Transaction, standing: CaseStanding, arrived: Attachment) -> Attachment | None:
    """The same file if it is here already. Raises as ``AttachmentRoom.keep``."""
    before = tx.attachments.get(arrived.id)
    if before is None:
        rule_for(EventKind.ATTACHED, standing.progress.state)
        return None
    if (before.reference, before.sha256) != (arrived.reference, arrived.sha256):
        raise IdempotencyConflict
    return before


def _attached(arrived: Attachment, actor: str) -> CaseEvent:
    return CaseEvent(
        reference=arrived.reference,
        kind=EventKind.ATTACHED,
        actor=actor,
        happened_at=arrived.received_at,
    )
