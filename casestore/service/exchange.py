"""What clients are told, and what they report as undelivered."""

from collections.abc import Sequence
from dataclasses import dataclass

from casestore.domain.errors import CaseNotFound
from casestore.domain.exchange import Backlog, BacklogReport, FeedEntry, News, NewsKind
from casestore.service.ports import Clock, Store


@dataclass(frozen=True)
class Waiting:
    """A client's report, and the references it was asked to try again since."""

    report: BacklogReport
    retried: frozenset[str]


class Exchange:
    """The feed of news and the backlog reports. ``now`` gives aware moments."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def news(self, client: str, after: int, limit: int) -> Sequence[FeedEntry]:
        """Up to ``limit`` news for a client that follow the place ``after``."""
        with self._store.transaction() as tx:
            return tx.feed.after(client, after, limit)

    def report(self, client: str, backlog: Backlog) -> None:
        """Note what a client has not delivered yet, in place of its last word."""
        with self._store.transaction() as tx:
            tx.backlogs.put(BacklogReport(client, self._now(), backlog))
            tx.commit()

    def reports(self) -> Sequence[BacklogReport]:
        """The last report of each client."""
        with self._store.transaction() as tx:
            return tx.backlogs.all()

    def waiting(self) -> Sequence[Waiting]:
        """The same with what officers have asked for since."""
        with self._store.transaction() as tx:
            return [
                Waiting(report, tx.feed.retried_since(report.client, report.reported_at))
                for report in tx.backlogs.all()
            ]

    def retry(self, reference: str, username: str) -> None:
        """Ask the client that has parked something under a reference to try again.

        Raises CaseNotFound if no client says so any more, StoreUnavailable.
        """
        now = self._now()
        with self._store.transaction() as tx:
            holders = [report for report in tx.backlogs.all() if report.has_parked(reference)]
            if not holders:
                raise CaseNotFound
            for report in holders:
                actor = f"staff:{username}"
                news = News(report.client, reference, NewsKind.RETRY, None, actor, now)
                tx.feed.publish(news)
            tx.commit()
