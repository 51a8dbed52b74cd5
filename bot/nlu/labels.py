"""Names of labels that more than one part of the understanding speaks of (docs/labels.md). Pure."""

from __future__ import annotations

EMERGENCY = "emergency"
OUT_OF_SCOPE = "out_of_scope"
HANDOFF = "handoff"
SMALL_TALK = frozenset(
    {"greet", "goodbye", "thanks", "who_are_you", "help", "affirm", "deny", "cancel", "skip"}
    | {"correct", "why", "repeat", "start_over", "resume"}
    | {"step_back", "continue_elsewhere", "handover_cancel"}
)
"""Intents that are about no banking matter."""
