"""A visit: by which campaign a customer came, and when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Visit:
    """The campaign a customer came by last, at an aware moment.

    `scene` is "" when it was chosen in the chat: served like any other, counted for no stand.
    """

    campaign: str
    scene: str
    at: datetime

    def as_slot(self) -> dict[str, str]:
        """The value of the slot `campaign_visit`."""
        return {"campaign": self.campaign, "scene": self.scene, "at": self.at.isoformat()}

    @classmethod
    def read(cls, slot: Mapping[str, Any] | None) -> Visit | None:
        """The visit in the slot; None when there was none."""
        if not slot:
            return None
        at = datetime.fromisoformat(str(slot["at"]))
        return cls(str(slot["campaign"]), str(slot["scene"]), at)
