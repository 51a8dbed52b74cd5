"""Sender ids tell the channel they belong to. Nothing of a customer's own is in them."""

from __future__ import annotations

WEB, WECHAT = "web", "wechat"


def channel_of(sender_id: str) -> str:
    """The channel of a sender id: `wechat` or `web`."""
    return WECHAT if sender_id.startswith(f"{WECHAT}-") else WEB


def has_to_be_brought(sender_id: str) -> bool:
    """Whether what is said to this customer must be sent; on the website they come and fetch it."""
    return channel_of(sender_id) == WECHAT
