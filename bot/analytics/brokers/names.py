"""What facts are kept under at a broker."""

from __future__ import annotations

QUEUE = "xiaobao.facts"
REFUSED = ".refused"
"""Ending of the queue or topic that holds what was no fact."""
