"""What the case store and its clients tell each other: news for customers, and what still waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# A client reports every minute or so; after this long its silence is itself news.
REPORT_GOES_STALE = timedelta(minutes=5)


class NewsKind(str, Enum):
    """What a client is told; stored as text."""

    REPLIED = "replied"
    RETRY = "retry"
    NOTICE = "notice"


@dataclass(frozen=True)
class News:
    """Something a client must act on: ``replied`` with the reply's text, ``notice`` with a text to
    show as it is, or ``retry`` because an officer (``actor``) wants what is undelivered under the
    reference to be tried again."""

    client: str
    reference: str
    kind: NewsKind
    text: str | None
    actor: str
    happened_at: datetime


@dataclass(frozen=True)
class FeedEntry:
    """News with its place in the order of all news; places only grow.

    ``notice`` is the id of the notice whose delivery the client has to confirm, None if none.
    """

    cursor: int
    news: News
    notice: str | None = None


class ItemKind(str, Enum):
    """What a client may have failed to deliver so far."""

    COMPLAINT = "complaint"
    SUPPLEMENT = "supplement"
    WITHDRAWAL = "withdrawal"
    SATISFACTION = "satisfaction"
    REVIEW_REQUEST = "review_request"
    ATTACHMENT = "attachment"
    CALLBACK = "callback"
    CALLBACK_CANCEL = "callback_cancel"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return _ITEM_LABELS[self]


_ITEM_LABELS = {
    ItemKind.COMPLAINT: "投诉",
    ItemKind.SUPPLEMENT: "补充",
    ItemKind.WITHDRAWAL: "撤回",
    ItemKind.SATISFACTION: "评价",
    ItemKind.REVIEW_REQUEST: "核查申请",
    ItemKind.ATTACHMENT: "附件",
    ItemKind.CALLBACK: "回电预约",
    ItemKind.CALLBACK_CANCEL: "取消回电",
}


class ItemStatus(str, Enum):
    """Whether a client still tries by itself (pending) or waits for a person (parked)."""

    PENDING = "pending"
    PARKED = "parked"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return "搁置" if self is ItemStatus.PARKED else "等待"


@dataclass(frozen=True)
class BacklogItem:
    """One thing a client has not delivered yet."""

    reference: str
    kind: ItemKind
    status: ItemStatus
    attempts: int
    waiting_since: datetime
    last_error: str | None


@dataclass(frozen=True)
class Backlog:
    """Everything a client has not delivered; ``items`` may be only the oldest of it."""

    pending: int
    parked: int
    oldest_seconds: int
    items: Sequence[BacklogItem]


@dataclass(frozen=True)
class BacklogReport:
    """A client's last word about its backlog."""

    client: str
    reported_at: datetime
    backlog: Backlog

    def is_stale(self, now: datetime) -> bool:
        """Whether the client has been silent for too long."""
        return now - self.reported_at > REPORT_GOES_STALE

    def has_parked(self, reference: str) -> bool:
        """Whether something under this reference waits for a person."""
        return any(
            item.reference == reference and item.status is ItemStatus.PARKED
            for item in self.backlog.items
        )
