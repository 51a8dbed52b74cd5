"""Who asked something in vain, and in which campaign: kept beside the question's words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.analytics.counting import VISIT_LASTS
from bot.analytics.fact import pseudonym


@dataclass(frozen=True)
class Asker:
    """`name` stands for a person among those who asked in vain in one campaign, and nowhere else:
    what somebody wrote cannot be laid beside the facts of what they did."""

    campaign: str
    name: str


def asker(
    visit: Mapping[str, Any] | None, sender_id: str, secret: bytes, at: datetime
) -> Asker | None:
    """Who asks at `at`; None for whoever did not come by a code within the last day."""
    if not visit or not visit["scene"]:
        return None
    if at - datetime.fromisoformat(str(visit["at"])) > VISIT_LASTS:
        return None
    campaign = str(visit["campaign"])
    return Asker(campaign, pseudonym(secret, f"asked in vain: {campaign}", sender_id))
