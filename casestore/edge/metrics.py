"""Counters for Prometheus; one registry per application, so tests do not share figures."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest


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
        self.requests = Histogram(
            "casestore_request_seconds",
            "Time to answer a request",
            ["method", "route", "status"],
            registry=self.registry,
        )

    def text(self) -> bytes:
        """The Prometheus text exposition."""
        return generate_latest(self.registry)

    def _counter(self, name: str, documentation: str) -> Counter:
        return Counter(name, documentation, registry=self.registry)
