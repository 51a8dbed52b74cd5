"""Deletes what is personal of cases whose time of keeping is over, and says what it did."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import islice

from casestore.domain.case import EventKind
from casestore.domain.deadlines import local_date
from casestore.domain.errors import CaseStoreError, Refused
from casestore.domain.reminder import ReminderKind
from casestore.domain.retention import ORPHAN_AGE, Expired, RetentionReport, kept_from
from casestore.domain.staff import SYSTEM
from casestore.domain.watch import Level, line_of
from casestore.service.acting import Deed, perform
from casestore.service.ports import Clock, Store
from casestore.service.retention_ports import FileRoom

_BATCH = 200
_NOTHING = RetentionReport(cases=0, files=0, orphans=0, held=0)

_log = logging.getLogger(__name__)


class Retention:
    """``years`` are the bank's own, three at least (``domain.retention``)."""

    def __init__(self, store: Store, files: FileRoom, now: Clock, years: int) -> None:
        self._store = store
        self._files = files
        self._now = now
        self._years = years

    def preview(self) -> tuple[Sequence[Expired], RetentionReport]:
        """The cases that would go now and the report as it would be; nothing is deleted."""
        before = self._before()
        cases = list(self._expired(before))
        orphans = sum(1 for _ in self._orphans())
        return cases, RetentionReport(len(cases), files=0, orphans=orphans, held=self._held(before))

    def erase_due(self) -> int:
        """Delete what is due; how many cases that were. See ``run``."""
        return self.run().cases

    def run(self) -> RetentionReport:
        """Delete what is due: one transaction and one audit entry per case, then its files.

        What fails is left for the next run. Supervisors of the head office are told what was
        done. Raises StoreUnavailable.
        """
        before = self._before()
        report = replace(_NOTHING, held=self._held(before))
        for expired in self._expired(before):
            files = self._erase(expired)
            if files is not None:
                deleted = sum(self._delete(name) for name in files)
                report = replace(report, cases=report.cases + 1, files=report.files + deleted)
        orphans = sum(self._delete(name) for name in self._orphans())
        report = replace(report, orphans=orphans)
        if not report.is_empty:
            self._tell(report)
        return report

    def _before(self) -> date:
        return kept_from(local_date(self._now()), self._years)

    def _held(self, before: date) -> int:
        with self._store.transaction() as tx:
            return tx.archive.held(before)

    def _expired(self, before: date) -> Iterator[Expired]:
        after = ""
        while True:
            with self._store.transaction() as tx:
                found = tx.archive.expired(before, after, _BATCH)
            yield from found
            if len(found) < _BATCH:
                return
            after = found[-1].reference

    def _erase(self, expired: Expired) -> Sequence[str] | None:
        """The names of the case's files; None if it was held, reopened or erased since we looked."""
        now, reference = self._now(), expired.reference
        try:
            with self._store.transaction() as tx:
                deed = Deed(EventKind.ERASED, f"e:{reference}:{local_date(now):%Y%m%d}")
                if not perform(tx, reference, deed, SYSTEM, now).created:
                    return None  # another process was faster
                files = tx.archive.erase(reference, now)
                tx.search.drop(reference)
                closed = f"办结日 {expired.closed_on}"
                tx.audit.append(SYSTEM.actor, "case_erased", reference, closed, now)
                tx.commit()
        except Refused as exc:
            _log.info("not_erased reference=%s reason=%s", reference, type(exc).__name__)
            return None
        return files

    def _delete(self, name: str) -> bool:
        """A file that cannot be deleted now is an orphan from tomorrow on."""
        try:
            return self._files.delete(name)
        except CaseStoreError as exc:
            _log.warning("file_not_deleted error=%s", type(exc).__name__)
            return False

    def _orphans(self) -> Iterator[str]:
        names = self._files.names(self._now() - ORPHAN_AGE)
        while batch := list(islice(names, _BATCH)):
            with self._store.transaction() as tx:
                named = tx.archive.named_files(batch)
            yield from (name for name in batch if name not in named)

    def _tell(self, report: RetentionReport) -> None:
        now = self._now()
        _log.info(
            "retention cases=%d files=%d orphans=%d held=%d",
            report.cases,
            report.files,
            report.orphans,
            report.held,
        )
        text = summary(report)
        with self._store.transaction() as tx:
            people = line_of(Level.HEAD_OFFICE, None, None, tx.staff.accounts(), [])
            for username in people:
                key = f"retention:{_stamp(now)}"
                tx.reminders.put(username, ReminderKind.RETENTION, None, text, key, now)
            tx.commit()


def summary(report: RetentionReport) -> str:
    """The report in words."""
    return (
        f"保存期满：删除 {report.cases} 件投诉的个人信息和内容、{report.files} 个附件，"
        f"清理 {report.orphans} 个没有投诉的文件；因保全保留 {report.held} 件。"
    )


def _stamp(now: datetime) -> str:
    return f"{now:%Y%m%d%H%M%S}"
