"""Files of cases: taken in once, shown to officers."""

import hashlib
from dataclasses import dataclass

from casestore.domain.attachment import Attachment, MediaType, is_attachment_id
from casestore.domain.case import CaseEvent, EventKind
from casestore.domain.deadlines import local_date
from casestore.domain.errors import CaseNotFound, ChecksumMismatch, IdempotencyConflict
from casestore.domain.handling import progress_after
from casestore.domain.reference import is_reference
from casestore.service.ports import Clock, Files, Store, Transaction


@dataclass(frozen=True)
class Delivery:
    """A file as a client hands it in; ``sha256`` (hex) is what the client computed."""

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
        if hashlib.sha256(delivery.content).hexdigest() != delivery.sha256:
            raise ChecksumMismatch
        arrived = self._arrived(delivery)
        with self._store.transaction() as tx:
            if (before := _known(tx, arrived)) is not None:
                return Kept(before, created=False)
        # The file is safe before any row speaks of it, and no lock is held while it is written.
        self._files.put(arrived.stored_name, delivery.content)
        with self._store.transaction() as tx:
            if (before := _known(tx, arrived)) is not None:
                return Kept(before, created=False)
            if not tx.attachments.add(arrived):
                raise IdempotencyConflict  # taken on another case since we looked
            tx.cases.record(_attached(arrived, client))
            tx.commit()
        return Kept(arrived, created=True)

    def open(self, reference: str, attachment_id: str) -> tuple[Attachment, bytes]:
        """A file of a case with its content. Raises CaseNotFound, FieldUnreadable,
        StoreUnavailable (also if the file is gone)."""
        if not is_attachment_id(attachment_id):
            raise CaseNotFound
        with self._store.transaction() as tx:
            found = tx.attachments.get(attachment_id)
        if found is None or found.reference != reference:
            raise CaseNotFound
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


def _known(tx: Transaction, arrived: Attachment) -> Attachment | None:
    """The same file if it is here already. Raises as ``AttachmentRoom.keep``; locks the case."""
    standing = tx.cases.lock(arrived.reference)
    if standing is None:
        raise CaseNotFound
    before = tx.attachments.get(arrived.id)
    if before is None:
        day = local_date(arrived.received_at)
        progress_after(standing.progress, EventKind.ATTACHED, day, replied_on=None)
        return None
    if (before.reference, before.sha256) != (arrived.reference, arrived.sha256):
        raise IdempotencyConflict
    return before


def _attached(arrived: Attachment, client: str) -> CaseEvent:
    return CaseEvent(
        reference=arrived.reference,
        kind=EventKind.ATTACHED,
        actor=f"client:{client}",
        happened_at=arrived.received_at,
    )
