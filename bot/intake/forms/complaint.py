"""The complaint form: consent first, then the story and what is missing in it, then the recap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from bot.intake import fields as f
from bot.intake import reference
from bot.intake.answers import Reader, fill_from_opening, fill_from_passing, links, read_answer
from bot.intake.commands import CALLBACK, Command, is_aside
from bot.intake.forms import table as t
from bot.intake.forms.engine import Form
from bot.intake.forms.table import FormState
from bot.intake.reading.choices import read_choice
from bot.intake.reading.corrections import Correction, read_statement
from bot.intake.reading.people import looks_like_name, read_name
from bot.intake.turn import Say, Step, Turn

PROPOSALS = 3
SHORTEST_ALARMING_STORY = 16
_AROUND_A_NAME = 4
"""Characters of 「我叫…」, 「我是…啊」 around a name."""
_HEARD_OF = {f.ROLES[1]: "utter_role_agent", f.ROLES[2]: "utter_role_heir"}


class ComplaintForm(Form):
    """Advances the form; `new_id` mints the intake id, `reader` understands answers."""

    table = f.TABLE
    opening_intent = "complaint_file"

    def __init__(self, reader: Reader, consent_version: str, new_id: Callable[[], UUID]) -> None:
        self._reader = reader
        self._consent_version = consent_version
        self._new_id = new_id

    def asked(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        return f.ASKED

    def show(self, name: str, value: Any) -> str:
        return f.show(name, value)

    def unknown(self, name: str) -> Any:
        return self._reader.unknown(name)

    def may_ask(self, state: FormState, name: str) -> bool:
        return name in f.RECAP and state.get(f.CONSENT) is not None

    def may_choose(self, state: FormState, name: str, value: Any) -> bool:
        consented = state.get(f.CONSENT) is not None
        return name in f.CHOSEN and isinstance(value, str) and consented

    def is_yes_or_no(self, name: str) -> bool:
        return name in (f.CONSENT, f.CONFIRMED)

    def advance(self, state: FormState, turn: Turn) -> Step:
        """As every form, but 「撤回投诉」 without a reference means the one being filled in."""
        if turn.intent == "complaint_withdraw" and reference.find(turn.text) is None:
            turn = replace(turn, intent=Command.CANCEL.value)
        if links(turn.text):  # a reference alone would be an inquiry
            turn = replace(turn, intent="")
        return super().advance(state, turn)

    # -- the beginning -------------------------------------------------------------------------

    def start(self, state: FormState, turn: Turn) -> Step:
        """What the opening tells is kept; `state` holds the evidence sent before."""
        values: dict[str, Any] = {**dict.fromkeys(f.SLOTS), **_usual()}
        values[f.INTAKE] = {"id": str(self._new_id())}
        values[f.ATTACHMENTS] = list(state.get(f.ATTACHMENTS) or ())
        step = Step(values=values)
        if turn.choice is None and turn.text:
            self._understand(step, turn)
        return self.next(FormState({}, None), step)

    def _understand(self, step: Step, turn: Turn) -> None:
        found = fill_from_opening(self._reader, turn)
        step.values.update(found)
        if found.get(f.DETAIL):
            self._propose(step, found[f.DETAIL])
            step.say.append(_thanks(found))
        _explain(step, found)

    def _propose(self, step: Step, detail: str) -> None:
        business, reason = self._reader.propose(detail)
        book = dict(step.values.get(f.INTAKE) or {})
        book["business"] = [vars(p) for p in business[:PROPOSALS]]
        book["reason"] = [vars(p) for p in reason[:PROPOSALS]]
        step.values[f.INTAKE] = book
        step.values[f.REASON] = reason[0].name if reason else f.OTHER_REASON

    def kept_on_restart(self, state: FormState) -> dict[str, Any]:
        kept = {f.CONSENT: state.get(f.CONSENT), f.ATTACHMENTS: state.get(f.ATTACHMENTS) or []}
        return {**_usual(), **super().kept_on_restart(state), **kept}

    # -- consent and confirmation --------------------------------------------------------------

    def yes_or_no(self, state: FormState, turn: Turn, yes: bool) -> Step | None:
        if state.requested == f.CONSENT:
            return self._consent(state, turn, yes)
        return self._confirm(state, yes) if state.requested == f.CONFIRMED else None

    def pressed(self, state: FormState, turn: Turn, name: str, value: Any) -> Step | None:
        if name == f.CONSENT:
            return self._consent(state, turn, bool(value))
        if name == f.CONFIRMED:
            return self._confirm(state, bool(value))
        return self._settle_same(state, bool(value)) if name == f.SAME else None

    def _consent(self, state: FormState, turn: Turn, given: bool) -> Step:
        if not given:
            return self.end("utter_form_consent_refused")
        value = {"version": self._consent_version, "given_at": turn.now.isoformat()}
        return self.next(state, Step(values={f.CONSENT: value}))

    def _confirm(self, state: FormState, yes: bool) -> Step:
        if state.requested != f.CONFIRMED:
            return Step(ask=state.requested)
        if yes:
            return self.next(state, Step(values={f.CONFIRMED: True}))
        return self.interlude(state, t.EDIT)

    # -- the same matter -----------------------------------------------------------------------

    def ask_same(self, state: FormState, step: Step, reference: str) -> Step:
        """Asks at the recap whether the complaint belongs to the case `reference`; once only."""
        values = {**state.values, **step.values}
        book = {**dict(values.get(f.INTAKE) or {}), "return_to": f.CONFIRMED, "same": reference}
        return replace(step, values={**step.values, f.INTAKE: book}, ask=f.SAME)

    def settle(
        self, interlude: str, state: FormState, turn: Turn, command: Command | None
    ) -> Step | None:
        if interlude == f.SAME and command in (Command.AFFIRM, Command.DENY):
            return self._settle_same(state, command is Command.AFFIRM)
        return super().settle(interlude, state, turn, command)

    def _settle_same(self, state: FormState, yes: bool) -> Step:
        """Yes ends the form: what was told goes to the earlier case as a supplement."""
        book = self.book(state)
        if not yes or not book.get("same"):
            return Step(ask=state.requested)
        return Step(values={f.INTAKE: {**book, "joins": book["same"]}}, ask=None)

    # -- correction ----------------------------------------------------------------------------

    def correction(self, state: FormState, turn: Turn) -> Correction | None:
        """At the recap naming a field and its value is a correction, too."""
        found = super().correction(state, turn)
        if found is None and state.requested == f.CONFIRMED:
            return read_statement(turn.text)
        return found

    def correct_what(self, state: FormState) -> Step | None:
        return self.interlude(state, t.EDIT) if state.requested == f.CONFIRMED else None

    def _corrected(self, state: FormState, turn: Turn, correction: Correction) -> Any:
        if correction.value_text is None and correction.field == f.PHONE and turn.phones:
            return self.read(state, f.PHONE, turn, turn.text)
        return super()._corrected(state, turn, correction)

    def retold(self, turn: Turn, correction: Correction) -> Turn | None:
        """A story told anew may say what the first one left out."""
        retold = correction.field == f.DETAIL and correction.value_text
        return replace(turn, text=str(correction.value_text)) if retold else None

    def ask_again(self, state: FormState, name: str) -> Step:
        step = super().ask_again(state, name)
        if self.may_ask(state, name):
            step.values[f.CONFIRMED] = None
        return step

    # -- answers -------------------------------------------------------------------------------

    def read(self, state: FormState, name: str, turn: Turn, text: str) -> Any:
        if name == f.BUSINESS and text in self._reader.table.business_names:
            return text  # before a title on the buttons of which it is only a part
        offered = self._offered(state).get(name, ())
        index = read_choice(text, offered) if offered and text == turn.text else None
        if index is not None:  # 「第二个」 counts the buttons
            return offered[index]
        return read_answer(self._reader, name, turn, text)

    def _offered(self, state: FormState) -> dict[str, tuple[str, ...]]:
        book = self.book(state)
        return {f.BUSINESS: f.offered_business(book), f.REASON: f.offered_reasons(book)}

    def pending(self, state: FormState, turn: Turn) -> Step | None:
        if state.requested == f.CONSENT:
            return self._early_story(state, turn)
        if state.requested == f.CONFIRMED:
            corrects = self.correction(state, turn) is not None
            step = self._correct(state, turn) if corrects else None
            return step or self.aside_or_missed(state, turn)
        name = state.requested or ""
        if turn.text in self._offered(state).get(name, ()):
            return self.accept(state, name, turn.text)  # a button's title, typed
        if name == f.NAME and _is_name_only(turn.text):
            return self.accept(state, name, self.read(state, name, turn, turn.text), turn)
        return None

    def _is_aside(self, state: FormState, turn: Turn, free_text: bool) -> bool:
        gives_phone = bool(turn.phones) and state.requested in (f.NAME, f.PHONE)
        wants_call = turn.intent == CALLBACK and state.requested in (f.REQUEST, f.CONTACT)
        return not (gives_phone or wants_call) and super()._is_aside(state, turn, free_text)

    def _early_story(self, state: FormState, turn: Turn) -> Step:
        """A story told instead of the consent asked for is kept, so that nobody tells it twice."""
        found = fill_from_opening(self._reader, turn)
        asks = is_aside(turn, free_text=True)
        if asks or f.DETAIL not in found or state.get(f.DETAIL) is not None:
            return self.aside_or_missed(state, turn)
        step = Step(values={f.INTAKE: self.book(state)}, ask=f.CONSENT)
        self._understand(step, turn)
        return step

    def told_in_alarm(self, state: FormState, turn: Turn) -> Step | None:
        """What happened, told at length, need not be told again once the worst is over."""
        tells = state.requested == f.DETAIL and len(turn.text) >= SHORTEST_ALARMING_STORY
        if not tells or turn.intent not in ("emergency", "emergency_card"):
            return None
        return self.accept(state, f.DETAIL, turn.text, turn)

    def noted(self, state: FormState, turn: Turn) -> Step | None:
        """Kept, so that nobody types it twice."""
        found = fill_from_passing(self._reader, turn, state.values)
        if not found:
            return None
        return Step(
            values={**found, f.INTAKE: {**self.book(state), "misses": 0}},
            say=[Say("utter_form_noted", {"noted": _summary(found)})],
            ask=state.requested,
        )

    def accepted(self, state: FormState, step: Step, name: str, turn: Turn | None) -> None:
        if turn is not None and name not in f.CHOSEN:
            known = {**state.values, **step.values}
            passing = fill_from_passing(self._reader, turn, known, story=name == f.DETAIL)
            step.values.update(passing)
            if name == f.DETAIL and state.get(f.DETAIL) is None:
                step.say.append(_thanks(passing))
        if name == f.DETAIL:
            self._propose(step, str(step.values[name]))
        _explain(step, step.values)


def _is_name_only(text: str) -> bool:
    """「我是许志远」: a name, whatever else a classifier takes it for."""
    name = read_name(text, asked=True)
    return name is not None and len(text) <= len(name) + _AROUND_A_NAME and looks_like_name(name)


def _usual() -> dict[str, Any]:
    return {f.ROLE: f.ROLES[0], f.CONTACT: f.USUAL_CONTACT}


def _explain(step: Step, found: Mapping[str, Any]) -> None:
    """What else is needed of somebody who speaks for others (投诉办法 articles 12 and 14)."""
    if found.get(f.ROLE) in _HEARD_OF:
        step.say.append(Say(_HEARD_OF[found[f.ROLE]]))
    if found.get(f.GROUP):
        step.say.append(Say("utter_group"))


def _summary(found: Mapping[str, Any]) -> str:
    """What was understood, for people: 「涉及网点或渠道：人民路支行；发生时间：昨天」."""
    told = [name for name in f.TOLD if found.get(name) is not None]
    return "；".join(f"{f.BY_NAME[name].label}：{f.show(name, found[name])}" for name in told)


def _thanks(found: Mapping[str, Any]) -> Say:
    """The answer to a story: sorry for the trouble, and what was understood of it."""
    summary = _summary(found)
    response = "utter_form_understood" if summary else "utter_form_sorry"
    return Say(response, {"understood": summary})
