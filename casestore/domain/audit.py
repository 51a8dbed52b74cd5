"""The audit log: who did or saw what, in a chain that shows every later change.

Each entry's digest covers the entry and the digest before it, so whoever changes, removes or puts
in one entry has to rewrite all that follow; what was written down of the end of the chain elsewhere
(``Head``) then no longer fits.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone

GENESIS = hashlib.sha256(b"xiaobao casestore audit v1").hexdigest()
"""What stands in place of a digest before the first entry."""

ANONYMOUS = "anonymous"
"""The actor where nobody is known to have been signed in."""

LONGEST_ACTOR, LONGEST_ACTION, LONGEST_SUBJECT, LONGEST_DETAIL = 100, 50, 200, 2_000


@dataclass(frozen=True)
class AuditEntry:
    """One line; ``number`` counts from 1 without gaps, ``previous`` and ``digest`` are hex."""

    number: int
    happened_at: datetime
    actor: str
    action: str
    subject: str
    detail: str
    previous: str
    digest: str


@dataclass(frozen=True)
class Head:
    """The end of the chain: the number and digest of its last entry (0 and GENESIS if empty)."""

    number: int = 0
    digest: str = GENESIS


@dataclass(frozen=True)
class ChainReport:
    """What verifying found; ``broken`` is the number of the first entry that does not fit."""

    head: Head
    broken: int | None = None


def account_subject(username: str) -> str:
    """An account as the subject of an entry; cases stand there by their bare reference."""
    return f"account:{username}"


def next_entry(
    head: Head, moment: datetime, actor: str, action: str, subject: str, detail: str
) -> AuditEntry:
    """The entry that follows ``head``; texts are cut to what the log holds."""
    entry = AuditEntry(
        number=head.number + 1,
        happened_at=moment.astimezone(timezone.utc),
        actor=actor[:LONGEST_ACTOR],
        action=action[:LONGEST_ACTION],
        subject=subject[:LONGEST_SUBJECT],
        detail=detail[:LONGEST_DETAIL],
        previous=head.digest,
        digest="",
    )
    return AuditEntry(**{**vars(entry), "digest": digest_of(entry)})


def digest_of(entry: AuditEntry) -> str:
    """SHA-256 (hex) of the entry's canonical JSON: sorted keys, no spaces, UTC to microseconds."""
    content = {
        "number": entry.number,
        "at": entry.happened_at.astimezone(timezone.utc).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
        "previous": entry.previous,
    }
    canonical = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def verify(entries: Iterable[AuditEntry], expected: Head | None = None) -> ChainReport:
    """Walk the whole chain from its first entry.

    With ``expected``, a head noted earlier, the entry of that number must still have that digest:
    this shows that the end was cut off or everything was written anew.
    """
    head = Head()
    for entry in entries:
        if not _follows(entry, head, expected):
            return ChainReport(head, broken=head.number + 1)
        head = Head(entry.number, entry.digest)
    if expected is not None and expected.number > head.number:
        return ChainReport(head, broken=head.number + 1)
    return ChainReport(head)


def _follows(entry: AuditEntry, head: Head, expected: Head | None) -> bool:
    fits = entry.number == head.number + 1 and entry.previous == head.digest
    if expected is not None and entry.number == expected.number:
        fits = fits and entry.digest == expected.digest
    return fits and entry.digest == digest_of(entry)
