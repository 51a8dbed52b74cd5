"""Everything this service refuses or fails with, in one tree.

CaseStoreError
├── Refused                    the caller asked for something it may not have
│   ├── Unauthorized           no client has this bearer token
│   ├── InvalidRequest         one or more fields are wrong
│   ├── IdempotencyKeyMissing
│   ├── IdempotencyKeyMismatch
│   ├── IdempotencyConflict    the key was used for another payload
│   ├── UnsupportedMediaType
│   ├── UnsupportedAttachment  neither a picture nor a PDF
│   ├── ChecksumMismatch       what arrived of an attachment is not what was sent
│   ├── NotInThisState         the case does not stand where this may be done
│   │   ├── CaseWithdrawn      the complaint was withdrawn
│   │   ├── NoReplyYet         the bank has not replied
│   │   └── ReviewTooLate      the reply is too old for a review
│   ├── CaseNotFound           unknown reference, or wrong proof: never told apart
│   ├── TooManyAttempts        try again after ``retry_after``
│   ├── SignInFailed           unknown user or wrong password: never told apart
│   ├── SignInNeeded           no live console session
│   └── ForgedRequest          a console form that was not sent from our own page
├── StorageError
│   ├── StoreUnavailable       the database did not answer or did not commit
│   └── FieldUnreadable        no configured key opens an encrypted field
└── ConfigurationError         the service must not start; the message is for the operator

What the world is told about each of them is decided at the edge (``casestore.edge.failures``).
"""

from collections.abc import Mapping
from datetime import timedelta


class CaseStoreError(Exception):
    """Base of every error of this package."""


class Refused(CaseStoreError):
    """The caller asked for something it may not have."""


class Unauthorized(Refused):
    """No client has this bearer token."""


class InvalidRequest(Refused):
    """One or more fields are wrong; ``fields`` maps a field's path to a plain Chinese reason."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(", ".join(sorted(fields)))
        self.fields = dict(fields)


class IdempotencyKeyMissing(Refused):
    """A filing or an act came without Idempotency-Key."""


class IdempotencyKeyMismatch(Refused):
    """Idempotency-Key is not the reference or id in the body."""


class IdempotencyConflict(Refused):
    """The reference or id was used before with another payload; the first one stays."""


class UnsupportedMediaType(Refused):
    """The body is not declared as JSON."""


class UnsupportedAttachment(Refused):
    """The attachment is declared as something else than the pictures and PDF we keep."""


class ChecksumMismatch(Refused):
    """The attachment's SHA-256 is not the one announced."""


class NotInThisState(Refused):
    """The case does not stand where this may be done."""


class CaseWithdrawn(NotInThisState):
    """The complaint was withdrawn; its procedure has ended."""


class NoReplyYet(NotInThisState):
    """The bank has not replied, so there is nothing to rate or to review."""


class ReviewTooLate(NotInThisState):
    """The last reply is more than 30 days old."""


class CaseNotFound(Refused):
    """Unknown reference, or wrong proof."""


class TooManyAttempts(Refused):
    """Too many wrong proofs or passwords; nothing is checked before ``retry_after`` is over."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(str(retry_after))
        self.retry_after = retry_after


class SignInFailed(Refused):
    """Unknown user or wrong password."""


class SignInNeeded(Refused):
    """There is no live console session."""


class ForgedRequest(Refused):
    """A console form did not come from our own page."""


class StorageError(CaseStoreError):
    """The data could not be read or written."""


class StoreUnavailable(StorageError):
    """The database did not answer or did not commit."""


class FieldUnreadable(StorageError):
    """No configured key opens an encrypted field."""


class ConfigurationError(CaseStoreError):
    """The service must not start; the message says what to set, in plain Chinese."""
