"""The form of the later acts: supplement, withdrawal, satisfaction, request for review."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from bot.intake import case_fields as c
from bot.intake import reference
from bot.intake.commands import fixed_command
from bot.intake.forms.engine import Form
from bot.intake.forms.table import FormState
from bot.intake.proof import tail_in
from bot.intake.reading.ratings import read_rating
from bot.intake.turn import Say, Step, Turn

SHORTEST_TEXT = 2
OWN_INTENTS = {
    c.SUPPLEMENT: "complaint_supplement",
    c.WITHDRAWAL: "complaint_withdraw",
    c.REVIEW: "complaint_review",
    c.RATE: "complaint_rate",
}
"""The intent that opens each act."""
_TOLD = re.compile(
    r".{0,14}?(?:补充|加上?|材料|情况|不满意|核查)[^，,。：:]{0,6}[，,。：:]\s*(.+)", re.S
)
_SHORTEST_TOLD = 6


class CaseForm(Form):
    """Advances the form; `new_id` mints the id of the act."""

    table = c.TABLE

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id

    def advance(self, state: FormState, turn: Turn) -> Step:
        """As every form, but what opened this act, or proves whose case it is, is an answer."""
        own = turn.intent == OWN_INTENTS.get(str(state.get(c.ACT)))
        other = turn.intent in OWN_INTENTS.values() and not own
        proving = state.requested in (c.REFERENCE, c.PROOF) and _proves(turn.text) and not other
        if state.requested is not None and (proving or own):
            turn = replace(turn, intent="")
        return super().advance(state, turn)

    def asked(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        return c.ASKED_FOR[str(values.get(c.ACT))]

    def show(self, name: str, value: Any) -> str:
        return c.show(name, value)

    def may_ask(self, state: FormState, name: str) -> bool:
        return name in self.asked(state.values) and name != c.CONFIRMED

    def may_choose(self, state: FormState, name: str, value: Any) -> bool:
        if name == c.REFERENCE:
            return isinstance(value, str) and reference.find(value) == value
        rating = type(value) is int and 1 <= value <= 5
        return name == c.RATING and rating and state.requested == c.RATING

    def is_yes_or_no(self, name: str) -> bool:
        return name == c.CONFIRMED

    # -- the beginning -------------------------------------------------------------------------

    def start(self, state: FormState, turn: Turn) -> Step:
        """`turn.own` are the references this conversation has filed, the likeliest first."""
        act = str(state.get(c.ACT))
        values: dict[str, Any] = {**dict.fromkeys(c.SLOTS), c.ACT: act}
        values[c.BOOK] = {"id": str(self._new_id())}
        values[c.RATING] = state.get(c.RATING)
        step = Step(values=values)
        named = self._named(turn)
        if named:
            step.values[c.REFERENCE] = named
            step.values[c.PROOF] = _proof(named, turn, turn.text)
        if named and named in turn.own and reference.find(turn.text) is None:
            step.say.append(Say("utter_case_meant", {"reference": named}))
        self._told(step, act, turn)
        return self.next(FormState({}, None), step)

    @staticmethod
    def _named(turn: Turn) -> str | None:
        chosen = str((turn.choice or {}).get("reference") or "")
        if chosen:
            return reference.find(chosen)
        return reference.find(turn.text) or (turn.own[0] if len(turn.own) == 1 else None)

    @staticmethod
    def _told(step: Step, act: str, turn: Turn) -> None:
        """「补充一点：柜员姓王」 says already what is to be added."""
        told = _TOLD.fullmatch(turn.text.strip())
        text = told.group(1).strip() if told else ""
        if act in c.LONGEST and len(text) >= _SHORTEST_TOLD and reference.find(text) is None:
            step.values[c.TEXT] = text
        if act == c.RATE and step.values[c.RATING] is None:
            step.values[c.RATING] = read_rating(turn.text)

    def refuse(self, state: FormState, step: Step) -> Step:
        """What to say when reference and proof do not fit; which of the two is never told."""
        cleared: dict[str, Any] = {c.REFERENCE: None, c.PROOF: None}
        values = {**state.values, **step.values, **cleared}
        said = Say("utter_status_not_found")
        missed = self.missed(FormState(values, c.REFERENCE), c.REFERENCE, said)
        return replace(missed, values={**step.values, **cleared, **missed.values})

    # -- answers -------------------------------------------------------------------------------

    def yes_or_no(self, state: FormState, turn: Turn, yes: bool) -> Step | None:
        if state.requested != c.CONFIRMED:
            return None
        if yes:
            return self.next(state, Step(values={c.CONFIRMED: True}))
        return self.end(f"utter_{c.TABLE.name}_cancelled")

    def pressed(self, state: FormState, turn: Turn, name: str, value: Any) -> Step | None:
        return self.yes_or_no(state, turn, bool(value)) if name == c.CONFIRMED else None

    def accepted(self, state: FormState, step: Step, name: str, turn: Turn | None) -> None:
        if name == c.REFERENCE and turn is not None:
            step.values[c.PROOF] = _proof(step.values[name], turn, turn.text)

    def read(self, state: FormState, name: str, turn: Turn, text: str) -> Any:
        readers: Mapping[str, Callable[[], Any]] = {
            c.REFERENCE: lambda: reference.find(text),
            c.PROOF: lambda: _tail(text),
            c.TEXT: lambda: self._text(state, text),
            c.RATING: lambda: read_rating(text),
        }
        return readers[name]() if name in readers else None

    @staticmethod
    def _text(state: FormState, text: str) -> str | None:
        told = len(re.sub(r"\W", "", text)) >= SHORTEST_TEXT and fixed_command(text) is None
        return text[: c.LONGEST[str(state.get(c.ACT))]] if told else None


def _proves(text: str) -> bool:
    return reference.find(text) is not None or tail_in(text) is not None


def _proof(named: str, turn: Turn, text: str) -> dict[str, str] | None:
    if named in turn.own:
        return {"by": "conversation"}
    return _tail(text)


def _tail(text: str) -> dict[str, str] | None:
    tail = tail_in(text)
    return {"tail": tail} if tail else None
