"""How messages reach followers on WeChat, by the rung of the ladder that was tried."""

from __future__ import annotations

from enum import Enum

from prometheus_client import CollectorRegistry, Counter

RUNGS = ("passive", "service", "continue", "template", "sms")


class Brought(str, Enum):
    """What became of an attempt."""

    SENT = "sent"
    WAITS = "waits"
    """For the follower to speak."""
    POSTPONED = "postponed"
    FAILED = "failed"


class Followers:
    """Every series is there from the start, also where there is no WeChat account."""

    def __init__(self, registry: CollectorRegistry) -> None:
        outbound = Counter(
            "xiaobao_wechat_outbound",
            "Attempts to reach a follower",
            ["rung", "outcome"],
            registry=registry,
        )
        self._outbound = {
            (rung, brought): outbound.labels(rung, brought.value)
            for rung in RUNGS
            for brought in Brought
        }

    def tried(self, rung: str, brought: Brought) -> None:
        self._outbound[rung, brought].inc()
