"""Addresses that messages for the staff can be posted to."""

from urllib.parse import urlsplit


def is_webhook_url(url: str) -> bool:
    """Whether a text is such an address: http or https, and a host."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
