"""The table `outbound`: what is said to followers, and how far it has come.

`Transcript` makes a row in the commit that stores the message.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.channels.wechat.ladder import State
from bot.storage.engine import UtcDateTime

LONGEST_ERROR = 200
WAITING = (State.PENDING.value, State.PARKED.value)
CANNOT_BE_BROUGHT = (State.PARKED.value, State.GIVEN_UP.value)
OVER = (State.SENT.value, State.PASSIVE.value, State.GIVEN_UP.value)

outbound = sa.Table(
    "outbound",
    sa.MetaData(),
    sa.Column("message_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sender_id", sa.String(128), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("rung", sa.String(16)),
    sa.Column("chars_sent", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    # When it is looked at again: pending, to be sent; else, to call the follower. Empty: never.
    sa.Column("next_attempt_at", UtcDateTime),
    sa.Column("leased_until", UtcDateTime),
    sa.Column("lease_owner", sa.String(64)),
    sa.Column("error_code", sa.Integer),
    sa.Column("error", sa.String(LONGEST_ERROR)),
    sa.Column("proof", sa.String(80)),
    sa.Column("reference", sa.String(18)),
    sa.Column("notice", sa.String(64)),
    sa.Column("confirmed", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
)
FREE: dict[str, Any] = {"leased_until": None, "lease_owner": None}
"""The columns of a row nobody holds."""


def is_unleased(now: datetime) -> Any:
    """SQL condition: no process is at work on the row now."""
    return sa.or_(outbound.c.leased_until.is_(None), outbound.c.leased_until <= now)


def is_not_being_sent(now: datetime) -> Any:
    """SQL condition: a request may take the row along; of what is parked, others at most call."""
    return sa.or_(outbound.c.state == State.PARKED.value, is_unleased(now))
