"""A button as Rasa's messages have it: what stands on it, and the intent it sends. Pure."""

from __future__ import annotations

import json

Button = dict[str, str]
"""`title` and `payload`."""


def button(title: str, intent: str, **arguments: str | int) -> Button:
    """A button that sends `/intent{arguments}`."""
    said = json.dumps(arguments, ensure_ascii=False) if arguments else ""
    return {"title": title, "payload": f"/{intent}{said}"}
