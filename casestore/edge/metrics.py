"""Counters for Prometheus; one registry per application, so tests do not share figures."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from casestore.domain.exchange import BacklogReport
from casestore.domain.reminder import ReminderKind

_LIMITS = {
    ReminderKind.PROMISE_SOON: ("promise", "soon"),
    ReminderKind.PROMISE_OVERDUE: ("promise", "overdue"),
    ReminderKind.LEGAL_SOON: ("legal", "soon"),
    ReminderKind.LEGAL_OVERDUE: ("legal", "overdue"),
    ReminderKind.REVIEW_SOON: ("review", "soon"),
    ReminderKind.REVIEW_OVERDUE: ("review", "overdue"),
}


class Metrics:
    """What the case store counts. Labels never carry personal data or references."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.filings = self._counter("casestore_filings", "Complaints registered")
        self.repeats = self._counter("casestore_filing_repeats", "Filings repeated unchanged")
        self.conflicts = self._counter(
            "casestore_filing_conflicts", "Filings refused: reference used for another payload"
        )
        self.proof_failures = self._counter(
            "casestore_proof_failures", "Status requests refused for reference, proof or limit"
        )
        self.acts = Counter(
            "casestore_acts", "Later acts recorded", ["kind"], registry=self.registry
        )
        self.backlog_pending = self._gauge(
            "casestore_backlog_pending", "Undelivered at the client, tried again by itself"
        )
        self.backlog_parked = self._gauge(
            "casestore_backlog_parked", "Undelivered at the client, waiting for a person"
        )
        self.backlog_oldest = self._gauge(
            "casestore_backlog_oldest_seconds", "Age of the client's oldest undelivered item"
        )
        self.backlog_age = self._gauge(
            "casestore_backlog_report_age_seconds", "Time since the client's last backlog report"
        )
        self._job_runs = Counter(
            "casestore_job_runs",
            "Runs of background jobs",
            ["task", "outcome"],
            registry=self.registry,
        )
        self._job_seconds = Histogram(
            "casestore_job_seconds", "Time a background job took", ["task"], registry=self.registry
        )
        self._job_worked = Gauge(
            "casestore_job_worked_timestamp_seconds",
            "When a background job last worked in any process, or this process began",
            ["task"],
            registry=self.registry,
        )
        self._job_interval = Gauge(
            "casestore_job_interval_seconds",
            "Time between two runs of a background job",
            ["task"],
            registry=self.registry,
        )
        self._intervals: Mapping[str, timedelta] = {}
        self._limits = Gauge(
            "casestore_limits",
            "Cases by the limit that is near or passed; each case under every such limit",
            ["limit", "state"],
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        # The assistant's processes have the same one, so that a rule finds all of them by it.
        info = Gauge(
            "xiaobao_process_info", "A process of Xiaobao", ["process"], registry=self.registry
        )
        info.labels("casestore").set(1)
        self.requests = Histogram(
            "casestore_request_seconds",
            "Time to answer a request",
            ["method", "route", "status"],
            registry=self.registry,
        )

    def show_backlogs(self, reports: Sequence[BacklogReport], now: datetime) -> None:
        """Set the gauges to what clients reported last; a client that never did has none."""
        for gauge in self._gauges:
            gauge.clear()
        for report in reports:
            backlog, client = report.backlog, report.client
            self.backlog_pending.labels(client).set(backlog.pending)
            self.backlog_parked.labels(client).set(backlog.parked)
            self.backlog_oldest.labels(client).set(backlog.oldest_seconds)
            age = (now - report.reported_at).total_seconds()
            self.backlog_age.labels(client).set(age)

    def show_limits(self, limits: Mapping[ReminderKind, int]) -> None:
        """Set the gauges to how many cases have each of these warnings due now."""
        for kind, (limit, state) in _LIMITS.items():
            self._limits.labels(limit, state).set(limits[kind])

    def hide_limits(self) -> None:
        """They are not known, which is no zero."""
        self._limits.clear()

    def expect_jobs(self, intervals: Mapping[str, timedelta], now: datetime) -> None:
        """Name the jobs as this process begins: one that never works has to have an age as well."""
        self._intervals = intervals
        for job, every in intervals.items():
            self._job_interval.labels(job).set(every.total_seconds())
            self._job_worked.labels(job).set(now.timestamp())
            for outcome in ("ok", "failed"):
                self._job_runs.labels(job, outcome)

    def show_jobs(self, worked: Mapping[str, datetime]) -> None:
        """Set when each job last worked; one that never did keeps the beginning of this process."""
        for job in worked.keys() & self._intervals.keys():
            self._job_worked.labels(job).set(worked[job].timestamp())

    def job_ended(self, job: str, worked: bool, seconds: float) -> None:
        """Count a run of a background job. Its label is ``task``: ``job`` is Prometheus' own."""
        good, bad = self._job_runs.labels(job, "ok"), self._job_runs.labels(job, "failed")
        (good if worked else bad).inc()
        self._job_seconds.labels(job).observe(seconds)

    def text(self) -> bytes:
        """The Prometheus text exposition."""
        return generate_latest(self.registry)

    @property
    def _gauges(self) -> tuple[Gauge, ...]:
        return self.backlog_pending, self.backlog_parked, self.backlog_oldest, self.backlog_age

    def _gauge(self, name: str, documentation: str) -> Gauge:
        return Gauge(name, documentation, ["client"], registry=self.registry)

    def _counter(self, name: str, documentation: str) -> Counter:
        return Counter(name, documentation, registry=self.registry)
