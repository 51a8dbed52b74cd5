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
│   ├── NotAllowed             none of the officer's roles allows it
│   ├── Recused                the officer must keep away from this complaint (回避)
│   ├── NeedsAnother           the rule wants a second person, not the same one
│   ├── StaleCase              somebody changed the case since the officer looked
│   ├── NotInThisState         the case does not stand where this may be done
│   │   ├── WrongState         this act belongs to another state
│   │   ├── NotReady           something must be done first; says what
│   │   ├── CaseClosed         the case was closed
│   │   ├── CaseMerged         the case goes on as part of another one
│   │   ├── CaseWithdrawn      the complaint was withdrawn
│   │   ├── NoReplyYet         the bank has not replied
│   │   └── ReviewTooLate      the reply is too old for a review
│   ├── CaseNotFound           unknown reference, or wrong proof: never told apart
│   ├── TaskNotFound           no such task, or one of another branch: never told apart
│   ├── NoticeNotFound         no such notice, or not this client's: never told apart
│   ├── IncompleteReply        a reply that lacks something cannot be submitted; says what
│   ├── ReportNotFound         no such report, or not one this officer may see
│   ├── ReportDoesNotReconcile the counts contradict each other, so nobody may sign them
│   ├── ReportAlreadySigned    a signed report never changes
│   ├── ReportChanged          the frozen figures are not those that were frozen
│   ├── AlertNotFound          no such early warning, or not one this officer may see
│   ├── ChatNotFound           no such talk, or not one this client or officer may see
│   ├── ChatClosed             the talk has ended
│   ├── ChatTaken              a colleague leads the talk; says who
│   ├── CallbackNotFound       no such wish for a call, or not one this officer may see
│   ├── CampaignNotFound       no figures of such a campaign, or not this client's
│   ├── TooManyAttempts        try again after ``retry_after``
│   ├── NameTaken              another account has this name
│   ├── AccountNotFound        there is no account of this name
│   ├── AccountGuarded         this may not be done to this account; says why
│   ├── BranchNotFound         there is no branch with this code
│   ├── SignInFailed           unknown user or wrong password: never told apart
│   ├── SignInNeeded           no live console session
│   ├── SecondFactorNeeded     the password was right, the one-time code is still to come
│   └── ForgedRequest          a console form that was not sent from our own page
├── StorageError
│   ├── StoreUnavailable       the database did not answer or did not commit
│   ├── StoreTooNew            a newer version of the program has migrated the database
│   └── FieldUnreadable        no configured key opens an encrypted field
└── ConfigurationError         the service must not start; the message is for the operator

What the world is told about each of them is decided at the edge (``casestore.edge.failures``).
"""

from collections.abc import Mapping, Sequence
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


class NotAllowed(Refused):
    """None of the officer's roles allows it; ``reason`` says more, in Chinese, where there is more
    to say than that."""

    def __init__(self, reason: str = "") -> None:
        super().__init__()
        self.reason = reason


class Recused(Refused):
    """The officer must keep away from this complaint; ``reason`` says why, in Chinese.

    投诉办法 article 17: nobody with an interest in the matter examines it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class NeedsAnother(Refused):
    """A second person must do this; ``reason`` says who may not, in Chinese."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class StaleCase(Refused):
    """Somebody changed the case since the officer looked at it."""


class NotInThisState(Refused):
    """The case does not stand where this may be done."""


class WrongState(NotInThisState):
    """This act belongs to another state."""


class NotReady(NotInThisState):
    """Something must be done first; ``reason`` says what, in Chinese."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class CaseClosed(NotInThisState):
    """The case was closed."""


class CaseMerged(NotInThisState):
    """The case was merged into another one and goes on there."""


class CaseWithdrawn(NotInThisState):
    """The complaint was withdrawn; its procedure has ended."""


class NoReplyYet(NotInThisState):
    """The bank has not replied, so there is nothing to rate or to review."""


class ReviewTooLate(NotInThisState):
    """The last reply is more than 30 days old."""


class CaseNotFound(Refused):
    """Unknown reference, or wrong proof."""


class TaskNotFound(Refused):
    """No such task, or one of another branch."""


class ReportNotFound(Refused):
    """There is no such report, or it is not one this officer may see."""


class ReportDoesNotReconcile(Refused):
    """The counts contradict each other; ``problems`` says how, in plain Chinese."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class ReportAlreadySigned(Refused):
    """A signed report never changes."""


class ReportChanged(Refused):
    """The figures or cases of a frozen report are not those that were frozen."""


class AlertNotFound(Refused):
    """There is no such early warning, or it is not one this officer may see."""


class ChatNotFound(Refused):
    """No such talk, or not one this client or officer may see."""


class ChatClosed(Refused):
    """The talk has ended."""


class ChatTaken(Refused):
    """A colleague leads the talk; ``reason`` says who, in Chinese."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class CallbackNotFound(Refused):
    """No such wish for a call, or not one this officer may see."""


class CampaignNotFound(Refused):
    """No client, or not this one, has sent figures of such a campaign."""


class NoticeNotFound(Refused):
    """No such notice, or it was not given to this client."""


class IncompleteReply(Refused):
    """The reply cannot be submitted yet; ``missing`` says what it lacks, in Chinese."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__()
        self.missing = tuple(missing)


class TooManyAttempts(Refused):
    """Too many wrong proofs or passwords; nothing is checked before ``retry_after`` is over."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(str(retry_after))
        self.retry_after = retry_after


class NameTaken(Refused):
    """Another account has this name."""


class AccountNotFound(Refused):
    """There is no account of this name."""


class AccountGuarded(Refused):
    """This may not be done to this account; ``reason`` says why, in Chinese."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class BranchNotFound(Refused):
    """There is no branch with this code."""


class SignInFailed(Refused):
    """Unknown user or wrong password."""


class SignInNeeded(Refused):
    """There is no live console session."""


class SecondFactorNeeded(Refused):
    """The session opens no page before the second factor was shown."""


class ForgedRequest(Refused):
    """A console form did not come from our own page."""


class StorageError(CaseStoreError):
    """The data could not be read or written."""


class StoreUnavailable(StorageError):
    """The database did not answer or did not commit."""


class StoreTooNew(StorageError):
    """A newer version of the program has migrated the database."""


class FieldUnreadable(StorageError):
    """No configured key opens an encrypted field."""


class ConfigurationError(CaseStoreError):
    """The service must not start; the message says what to set, in plain Chinese."""
