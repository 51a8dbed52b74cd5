"""Somebody came by the code of a campaign: the turn that opens it, the same for every channel."""

from __future__ import annotations

import json
from typing import Any

from bot.campaigns.reading import ID
from bot.channels.inbound import Incoming


def is_scene(value: Any) -> bool:
    """Whether `value` can be the id of a scene; whether there is one the assistant finds out."""
    return isinstance(value, str) and ID.fullmatch(value) is not None


def opening_turn(sender_id: str, key: str, scene: str, text: str, opening: str = "") -> Incoming:
    """The turn of somebody who came by the code of `scene`; `text` is shown as what they did.

    `opening` is said before the campaign's own greeting.
    """
    payload = f"/campaign_open{json.dumps({'scene': scene})}"
    return Incoming(sender_id, key, text, payload, opening)
