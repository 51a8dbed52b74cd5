"""Every kind of what must reach the case store: the kinds of the contract's backlog."""

from __future__ import annotations

from bot.intake.acts import ActKind
from bot.intake.callbacks import CALLBACK
from bot.intake.cancellations import CALLBACK_CANCEL
from bot.intake.evidence import ATTACHMENT
from bot.intake.intake_table import COMPLAINT

KINDS = (COMPLAINT, CALLBACK, CALLBACK_CANCEL, *(kind.value for kind in ActKind), ATTACHMENT)
