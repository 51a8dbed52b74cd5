"""A customer talking to the form of the later acts alone: no Rasa, no database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from bot.intake import case_fields as c
from bot.intake.forms.case import CaseForm
from bot.intake.forms.table import FormState
from bot.intake.turn import Step, Turn
from bot.privacy.masking import mask
from bot.privacy.sealing import phones_of
from tests.fakes import NOW
from tests.samples import sealer
from tests.unit.talk import TODAY

ACT_ID = UUID("3c0f6c0e-91f4-4a2f-9d0a-6b7a0d8f2e11")
REFERENCE = "TS20261123-7K3QF8K"
CASE_FORM = CaseForm(lambda: ACT_ID)


class CaseTalk:
    """Applies each step as Rasa does; `own` are the references filed in the conversation."""

    def __init__(self, act: str, opening: str = "", own: Sequence[str] = ()) -> None:
        self.own = own
        self.values: dict[str, Any] = {c.ACT: act}
        self.requested: str | None = None
        self.step = self.say(opening)

    def say(self, text: str, intent: str = "", confidence: float = 0.9) -> Step:
        masked = mask(text)
        phones = phones_of(masked, sealer())
        turn = Turn(masked.text, intent, confidence, NOW, TODAY, None, phones, own=self.own)
        return self._advance(turn)

    def press(self, field: str, value: Any) -> Step:
        choice = {"field": field, "value": value}
        return self._advance(Turn("", "answer", 1.0, NOW, TODAY, choice, own=self.own))

    def _advance(self, turn: Turn) -> Step:
        self.step = CASE_FORM.advance(FormState(self.values, self.requested), turn)
        self.apply(self.step)
        return self.step

    def apply(self, step: Step) -> None:
        if not step.aside:
            self.values = {**self.values, **step.values}
            self.requested = step.ask

    @property
    def said(self) -> list[str]:
        return [say.response for say in self.step.say]

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)
