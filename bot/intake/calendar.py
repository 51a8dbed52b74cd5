"""China's one time zone."""

from __future__ import annotations

from datetime import timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""No summer time since 1991: a fixed offset needs no zone database."""
