"""A customer talking to the complaint form alone: no Rasa, no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from bot.intake import fields as f
from bot.intake.answers import Reader
from bot.intake.forms.complaint import ComplaintForm
from bot.intake.forms.engine import Form
from bot.intake.forms.table import FormState
from bot.intake.reading.classification import load_table
from bot.intake.turn import Step, Turn
from bot.privacy.masking import mask
from bot.privacy.sealing import phones_of
from bot.settings import ROOT
from tests.fakes import NOW
from tests.samples import sealer

TODAY = date(2026, 11, 23)
INTAKE_ID = UUID("7d0b6a2e-0c1f-4b0e-8f0e-3a1f0c5d9b10")
STORY = "昨天在人民路支行排了两个小时队，柜员态度还很差，要求赔礼道歉"
FORM = ComplaintForm(
    Reader(load_table(ROOT / "data/knowledge/classification.yml")), "2026-11", lambda: INTAKE_ID
)


class Talk:
    """Applies each step of the form as Rasa does: slots set, then the field to ask for."""

    form: Form = FORM
    own: Sequence[str] = ()
    """References filed in this conversation."""

    def __init__(self, opening: str = "我要投诉") -> None:
        self.values: dict[str, Any] = {}
        self.requested: str | None = None
        self.step = self.say(opening, "complaint_file")

    def say(self, text: str, intent: str = "", confidence: float = 0.9) -> Step:
        masked = mask(text)
        phones = phones_of(masked, sealer())
        return self._advance(
            Turn(masked.text, intent, confidence, NOW, TODAY, None, phones, own=self.own)
        )

    def press(self, field: str, value: Any) -> Step:
        return self.send({"field": field, "value": value})

    def send(self, choice: dict[str, Any], intent: str = "answer") -> Step:
        """A button with this payload, whatever it holds."""
        return self._advance(Turn("", intent, 1.0, NOW, TODAY, choice, own=self.own))

    def come_back(self) -> Step:
        """The form's turn after a side question was answered."""
        return self._advance(Turn("什么是存款保险", "faq", 0.9, NOW, TODAY, resuming=True))

    def _advance(self, turn: Turn) -> Step:
        self.step = self.form.advance(FormState(self.values, self.requested), turn)
        self.apply(self.step)
        return self.step

    def apply(self, step: Step) -> None:
        """Sets the slots of a step, as Rasa does."""
        if not step.aside:
            self.values = {**self.values, **step.values}
            self.requested = step.ask

    @property
    def said(self) -> list[str]:
        """Names of the responses of the last step."""
        return [say.response for say in self.step.say]

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


def at(field: str) -> Talk:
    """A talk in which `field` is being asked."""
    talk = Talk()
    for name, act in _WAY:
        if talk.requested == field:
            return talk
        assert talk.requested == name, f"{talk.requested} asked, {name} expected"
        act(talk)
    assert talk.requested == field, f"{talk.requested} asked, {field} expected"
    return talk


_WAY = (
    (f.CONSENT, lambda talk: talk.press(f.CONSENT, True)),
    (f.DETAIL, lambda talk: talk.say("柜员说话太难听，还笑话我听不懂")),
    (f.BUSINESS, lambda talk: talk.press(f.BUSINESS, "借记卡")),
    (f.BRANCH, lambda talk: talk.say("人民路支行")),
    (f.DATE, lambda talk: talk.say("昨天上午")),
    (f.REQUEST, lambda talk: talk.say("希望当面道歉")),
    (f.NAME, lambda talk: talk.say("李建国")),
    (f.PHONE, lambda talk: talk.say("13800138000")),
)
