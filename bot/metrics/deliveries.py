"""What the relay delivers and does beside it, and what the counter stores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

AGES = (1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 21600.0, 86400.0)
"""Seconds; the relay tries again after 5 s at first and after 15 minutes at last."""


DELIVERED = "delivered"
OUTCOMES = (DELIVERED, "postponed", "parked")


class Deliveries:
    """`outcome` is one of OUTCOMES, `kind` one of `kinds`. Every series is there from the start:
    Prometheus sees no increase in one that begins with its first event."""

    def __init__(self, registry: CollectorRegistry, kinds: Iterable[str]) -> None:
        self._attempts = Counter(
            "xiaobao_deliveries",
            "Attempts at the case store",
            ["kind", "outcome"],
            registry=registry,
        )
        self._age = Histogram(
            "xiaobao_delivery_seconds",
            "Time from a customer's word to the case store",
            ["kind"],
            buckets=AGES,
            registry=registry,
        )
        for kind in kinds:
            self._age.labels(kind)
            for outcome in OUTCOMES:
                self._attempts.labels(kind, outcome)

    def attempted(self, kind: str, outcome: str, age: timedelta) -> None:
        self._attempts.labels(kind, outcome).inc()
        if outcome == DELIVERED:
            self._age.labels(kind).observe(age.total_seconds())


class ErrandRuns:
    """Counts runs of the relay's errands by name, and says when each last worked.

    What was never done since the process began has to have an age as well, so `expect` them all.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._runs = Counter(
            "xiaobao_errand_runs",
            "Runs of what the relay does beside deliveries",
            ["errand", "outcome"],
            registry=registry,
        )
        self._worked_at = Gauge(
            "xiaobao_errand_worked_timestamp_seconds",
            "When an errand last worked, or the process began",
            ["errand"],
            registry=registry,
        )
        self._interval = Gauge(
            "xiaobao_errand_interval_seconds",
            "Time between two runs of an errand",
            ["errand"],
            registry=registry,
        )

    def expect(self, rhythms: Mapping[str, timedelta], now: datetime) -> None:
        """Names the errands of a process that begins now, and how often each is to be done."""
        for errand, every in rhythms.items():
            self._interval.labels(errand).set(every.total_seconds())
            self._worked_at.labels(errand).set(now.timestamp())
            for outcome in ("ok", "failed"):
                self._runs.labels(errand, outcome)

    def ran(self, errand: str, worked: bool, now: datetime) -> None:
        good, bad = self._runs.labels(errand, "ok"), self._runs.labels(errand, "failed")
        (good if worked else bad).inc()
        if worked:
            self._worked_at.labels(errand).set(now.timestamp())


class Counting:
    """Counts what the counter takes from the broker."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._stored = Counter("xiaobao_facts_stored", "Facts that were new", registry=registry)
        self._refused = Counter(
            "xiaobao_facts_refused", "Messages that are no facts", registry=registry
        )
        self._failures = Counter(
            "xiaobao_counting_failures", "Batches that have to wait", registry=registry
        )

    def took(self, stored: int, refused: int) -> None:
        self._stored.inc(stored)
        self._refused.inc(refused)

    def waits(self) -> None:
        self._failures.inc()
