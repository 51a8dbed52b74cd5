"""A customer talking to the form of the later acts alone: no Rasa, no database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from bot.intake import case_fields as c
from bot.intake.forms.case import CaseForm
from tests.unit.talk import Talk

ACT_ID = UUID("3c0f6c0e-91f4-4a2f-9d0a-6b7a0d8f2e11")
REFERENCE = "TS20261123-7K3QF8K"
CASE_FORM = CaseForm(lambda: ACT_ID)


class CaseTalk(Talk):
    """The same talk with the other form; `own` are the references filed in the conversation."""

    form = CASE_FORM

    def __init__(self, act: str, opening: str = "", own: Sequence[str] = ()) -> None:
        self.own = own
        self.values: dict[str, Any] = {c.ACT: act}
        self.requested: str | None = None
        self.step = self.say(opening)
