"""Runs the background jobs: each when it is due, in one process at a time, none harming another."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from casestore.domain.deadlines import CHINA_TIME
from casestore.domain.errors import CaseStoreError
from casestore.service.ports import Clock, Store

# Long enough for the slowest run; whoever dies with a job holds the others up no longer than this.
_LEASE = timedelta(minutes=30)
# What runs once a day is tried again the same day: it deletes what may be kept no longer.
_RETRY = timedelta(hours=1)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """``run`` does the work and says how much it did; ``every`` is the time between two runs.

    With ``not_before`` (China time of day) it runs once a day, at that time or later.
    """

    name: str
    every: timedelta
    run: Callable[[], int]
    not_before: time | None = None

    def is_due(self, worked_at: datetime | None, now: datetime) -> bool:
        """Whether it is time again; a failed run counts for nothing."""
        if self.not_before is None:
            return worked_at is None or now - worked_at >= self.every
        local = now.astimezone(CHINA_TIME)
        start = datetime.combine(local.date(), self.not_before, CHINA_TIME)
        return now >= start and (worked_at is None or worked_at < start)

    def retry_at(self, now: datetime) -> datetime:
        """When to try again what failed just now."""
        return now + min(self.every, _RETRY)


LABELS: Mapping[str, str] = {
    "assignment": "自动分派",
    "watch": "期限提醒和上报",
    "tasks": "整改任务提醒",
    "messenger": "提醒发到工作群",
    "alerts": "同类投诉预警",
    "notices": "没有送到的告知",
    "chats_kept": "人工对话和回电到期删除",
    "reminders_kept": "读过的提醒到期删除",
    "retention": "到期删除",
}
"""What the jobs are called where people read of them."""
# The watch looks every minute; a service that runs without its jobs shows here.
_STALE = timedelta(minutes=15)

Observe = Callable[[str, bool, float], None]
"""Called after every run with the job's name, whether it worked, and how many seconds it took."""


@dataclass(frozen=True)
class Tick:
    """How many jobs ran in one round, and how many of them failed."""

    ran: int
    failed: int


class JobRunner:
    """``holder`` names this process; ``observe`` counts the runs."""

    def __init__(
        self, store: Store, now: Clock, holder: str, jobs: Sequence[Job], observe: Observe
    ) -> None:
        self._store = store
        self._now = now
        self._holder = holder
        self._jobs = jobs
        self._observe = observe

    def tick(self) -> Tick:
        """Run every job that is due and that no other process has.

        A job that fails is noted and tried again as usual, at the latest after an hour; the
        others go on.
        """
        worked = [outcome for job in self._jobs if (outcome := self._run_if_due(job)) is not None]
        return Tick(ran=len(worked), failed=worked.count(False))

    def _run_if_due(self, job: Job) -> bool | None:
        """Whether the job worked; None if it did not run."""
        try:
            if not self._claim(job):
                return None
        except CaseStoreError as exc:
            _log.warning("job_not_claimed job=%s error=%s", job.name, type(exc).__name__)
            return None
        error = self._run(job)
        self._finish(job, error)
        return error is None

    def _claim(self, job: Job) -> bool:
        now = self._now()
        with self._store.transaction() as tx:
            state = tx.leases.state(job.name)
            if not job.is_due(state.worked_at if state else None, now):
                return False
            if not tx.leases.claim(job.name, self._holder, now, now + _LEASE):
                return False
            tx.commit()
        return True

    def _run(self, job: Job) -> str | None:
        """The kind of failure, None if it worked."""
        started = self._now()
        error = None
        try:
            count = job.run()
        except Exception as exc:  # one job's fault must not stop the others
            error = type(exc).__name__
            _log.exception("job_failed job=%s", job.name)
        else:
            if count:
                _log.info("job_done job=%s count=%d", job.name, count)
        seconds = (self._now() - started).total_seconds()
        self._observe(job.name, error is None, seconds)
        return error

    def _finish(self, job: Job, error: str | None) -> None:
        try:
            with self._store.transaction() as tx:
                if error is None:
                    tx.leases.finish(job.name, self._holder, self._now())
                else:
                    tx.leases.fail(job.name, self._holder, job.retry_at(self._now()), error)
                tx.commit()
        except CaseStoreError as exc:
            _log.warning("job_not_finished job=%s error=%s", job.name, type(exc).__name__)


def jobs_worked(store: Store) -> Mapping[str, datetime]:
    """When each job last worked, in whatever process; without those that never did.

    Raises StoreUnavailable.
    """
    with store.transaction() as tx:
        return tx.leases.worked()


def job_warnings(store: Store, now: datetime) -> Sequence[str]:
    """In plain Chinese, what of the background work is not done; empty if all is well, or where
    no job ever ran. Raises StoreUnavailable."""
    with store.transaction() as tx:
        failing, watch = tx.leases.failing(), tx.leases.state("watch")
    found = [
        f"后台任务“{LABELS.get(state.name, state.name)}”没有做成（{state.error}），"
        f"已连续 {state.failures} 次，最晚一小时后再试；原因见 casestore.log。"
        for state in failing
    ]
    # One that fails is no sign of jobs that stopped, and is told above.
    if watch and watch.worked_at and not watch.failures and now - watch.worked_at > _STALE:
        found.append("后台任务已经停了 15 分钟以上，到期提醒和自动分派都没有做，请重启受理系统。")
    return found
