"""A customer asking for a call, before the form alone: no Rasa, no database."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from bot.intake import callback_fields as b
from bot.intake.forms.callback import CallbackForm
from bot.privacy.masking import mask
from bot.privacy.sealing import Sealed, phones_of
from tests.samples import sealer
from tests.unit.talk import Talk

CALLBACK_ID = UUID("4d1f6c0e-91f4-4a2f-9d0a-6b7a0d8f2e22")
CALLBACK_FORM = CallbackForm(lambda: CALLBACK_ID)


def sealed(phone: str) -> Sealed:
    return phones_of(mask(phone), sealer())[0]


class CallbackTalk(Talk):
    """The same talk with the other form; `known` is what the conversation has told before."""

    form = CALLBACK_FORM

    def __init__(self, opening: str = "给我回个电话", **known: Any) -> None:
        self.values: dict[str, Any] = known
        self.requested: str | None = None
        self.step = self.say(opening, "callback_request")


def at_recap() -> CallbackTalk:
    talk = CallbackTalk()
    for answer in ("13812348000", "退货的钱没到账", "明天下午三点以后"):
        talk.say(answer)
    assert talk.requested == b.CONFIRMED
    return talk
