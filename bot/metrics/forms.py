"""How customers get through forms, field by field, and what the actions cost.

Who falls silent is seen in what was asked and never followed; a form that was cancelled or put
aside is counted with its field, and so is a draft that nobody came back for.
"""

from __future__ import annotations

from enum import Enum

from prometheus_client import CollectorRegistry, Counter, Summary


class Left(str, Enum):
    """How a form was left before its end."""

    CANCELLED = "cancelled"
    PUT_ASIDE = "put_aside"
    """For something else; it may be taken up again."""
    EXPIRED = "expired"
    """Nobody came back for its draft."""


class Forms:
    """Counts forms by the names of domain.yml and of their fields."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._asked = Counter(
            "xiaobao_form_asked",
            "Times a form came to a field",
            ["form", "field"],
            registry=registry,
        )
        self._completed = Counter(
            "xiaobao_form_completed", "Forms filled in to the end", ["form"], registry=registry
        )
        self._left = Counter(
            "xiaobao_form_left",
            "Forms left before their end, by the field asked last",
            ["form", "field", "how"],
            registry=registry,
        )

    def asked(self, form: str, field: str) -> None:
        self._asked.labels(form, field).inc()

    def completed(self, form: str) -> None:
        self._completed.labels(form).inc()

    def left(self, form: str, field: str, how: Left) -> None:
        self._left.labels(form, field, how.value).inc()


class Actions:
    """Times the actions by name. A summary has two series an action, a histogram would have
    sixteen."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Summary(
            "xiaobao_action_seconds", "Time an action took", ["action"], registry=registry
        )
        self._failures = Counter(
            "xiaobao_action_failures", "Actions that ended in an apology", registry=registry
        )

    def ran(self, action: str, seconds: float) -> None:
        self._seconds.labels(action).observe(seconds)

    def failed(self) -> None:
        self._failures.inc()
