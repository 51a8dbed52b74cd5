"""The complaint form as a pure function: state and turn in, step out.

One mechanism serves every field: commands first (cancel, correct, skip, why, repeat, restart),
then the field's own reader, then side questions; a field misunderstood gets its help text, and
after two misses a way out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bot.intake import fields as f
from bot.intake.answers import Reader, fill_from_opening, fill_from_passing, read_answer
from bot.intake.commands import Command, command_of, is_aside, may_be_aside
from bot.intake.reading.choices import read_choice
from bot.intake.reading.corrections import Correction, read_correction, read_statement
from bot.intake.turn import Say, Step, Turn

MISSES_BEFORE_WAY_OUT = 2
OPENING = "complaint_file"
"""The intent that opens the form; said again inside, it changes nothing."""


@dataclass(frozen=True)
class FormState:
    """Slots of the form and the field or interlude being asked (None before the form starts)."""

    values: Mapping[str, Any]
    requested: str | None

    def get(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def book(self) -> dict[str, Any]:
        return dict(self.values.get(f.INTAKE) or {})

    def back_at_field(self) -> FormState:
        """The state as if the interlude had not been asked."""
        if self.requested not in f.INTERLUDES:
            return self
        return FormState(self.values, str(self.book.get("return_to", f.DETAIL)))


class ComplaintForm:
    """Advances the form; `new_id` mints the intake id, `reader` understands answers."""

    def __init__(self, reader: Reader, consent_version: str, new_id: Callable[[], UUID]) -> None:
        self._reader = reader
        self._consent_version = consent_version
        self._new_id = new_id

    def advance(self, state: FormState, turn: Turn) -> Step:
        """The next step for a turn."""
        if state.requested is None:
            return self._start(turn)
        if turn.resuming:
            return Step(ask=state.requested)
        interlude, state = state.requested, state.back_at_field()
        if turn.choice is not None:
            return self._chosen(state, turn, turn.choice)
        command = command_of(turn)
        if interlude == f.CANCEL and command in (Command.AFFIRM, Command.CANCEL, Command.DENY):
            return self._settle_cancel(state, command is not Command.DENY)
        if interlude == f.EDIT and (step := self._edit(state, turn, command)):
            return step
        step = self._command(state, turn, command) if command else None
        return step or self._answer(state, turn)

    # -- beginning and end ---------------------------------------------------------------------

    def _start(self, turn: Turn) -> Step:
        values: dict[str, Any] = dict.fromkeys(f.SLOTS)
        values.update({f.ROLE: f.ROLES[0], f.CONTACT: f.USUAL_CONTACT, f.ATTACHMENTS: []})
        values[f.INTAKE] = {"id": str(self._new_id())}
        step = Step(values=values)
        if turn.choice is None and turn.text:
            self._understand_opening(step, turn)
        return self._next(FormState({}, None), step)

    def _understand_opening(self, step: Step, turn: Turn) -> None:
        found = fill_from_opening(self._reader, turn)
        step.values.update(found)
        if found.get(f.DETAIL):
            self._propose(step, found[f.DETAIL])
            step.say.append(_thanks(found))

    def _propose(self, step: Step, detail: str) -> None:
        business, reason = self._reader.propose(detail)
        book = dict(step.values.get(f.INTAKE) or {})
        book["business"] = [vars(p) for p in business[:3]]
        book["reason"] = [vars(p) for p in reason[:1]]
        step.values[f.INTAKE] = book
        step.values[f.REASON] = reason[0].name if reason else f.OTHER_REASON

    def _next(self, state: FormState, step: Step) -> Step:
        """Completes a step with the next field that has no value yet."""
        values = {**state.values, **step.values}
        step.ask = next((name for name in f.ASKED if values.get(name) is None), None)
        return step

    # -- buttons and commands ------------------------------------------------------------------

    def _chosen(self, state: FormState, turn: Turn, choice: Mapping[str, Any]) -> Step:
        if "field" not in choice:  # a button of another conversation: 「转人工」, 「没解决」
            return Step(ask=state.requested) if turn.intent == OPENING else Step(aside=True)
        name, value = str(choice.get("field")), choice.get("value")
        if name == f.CANCEL:
            return self._settle_cancel(state, bool(value))
        if name == f.EDIT:
            return self._ask_again(state, str(value))
        if name in ("ask_cancel", "ask_skip"):
            command = Command.CANCEL if name == "ask_cancel" else Command.SKIP
            return self._command(state, turn, command) or Step(ask=state.requested)
        if name == f.CONSENT:
            return self._consent(state, turn, bool(value))
        if name == f.CONFIRMED:
            return self._confirm(state, bool(value))
        if name not in f.CHOSEN or not isinstance(value, str) or state.get(f.CONSENT) is None:
            return Step(ask=state.requested)
        return self._accept(state, name, value)

    def _command(self, state: FormState, turn: Turn, command: Command) -> Step | None:
        name = state.requested or ""
        handlers: dict[Command, Callable[[], Step | None]] = {
            Command.CANCEL: lambda: self._interlude(state, f.CANCEL),
            Command.WHY: lambda: Step(say=[Say(f"utter_why_{name}")], ask=name),
            Command.REPEAT: lambda: Step(ask=name),
            Command.RESUME: lambda: Step(ask=name),
            Command.RESTART: lambda: self._restart(state),
            Command.SKIP: lambda: self._skip(state),
            Command.CORRECT: lambda: self._correct(state, turn),
            Command.AFFIRM: lambda: self._yes_or_no(state, turn, yes=True),
            Command.DENY: lambda: self._yes_or_no(state, turn, yes=False),
        }
        return handlers[command]()

    def _yes_or_no(self, state: FormState, turn: Turn, *, yes: bool) -> Step | None:
        if state.requested == f.CONSENT:
            return self._consent(state, turn, yes)
        if state.requested == f.CONFIRMED:
            return self._confirm(state, yes)
        return None

    def _consent(self, state: FormState, turn: Turn, given: bool) -> Step:
        if not given:
            return self._end("utter_form_consent_refused")
        value = {"version": self._consent_version, "given_at": turn.now.isoformat()}
        return self._next(state, Step(values={f.CONSENT: value}))

    def _confirm(self, state: FormState, yes: bool) -> Step:
        if state.requested != f.CONFIRMED:
            return Step(ask=state.requested)
        if yes:
            return self._next(state, Step(values={f.CONFIRMED: True}))
        return self._interlude(state, f.EDIT)

    def _interlude(self, state: FormState, name: str, **notes: Any) -> Step:
        """Asks about the form itself and remembers where to return to."""
        book = {**state.book, "return_to": state.requested, **notes}
        return Step(values={f.INTAKE: book}, ask=name)

    def _settle_cancel(self, state: FormState, yes: bool) -> Step:
        if yes:
            return self._end("utter_form_cancelled")
        return Step(say=[Say("utter_form_kept")], ask=state.requested)

    def _end(self, response: str) -> Step:
        return Step(values=dict.fromkeys(f.SLOTS), say=[Say(response)], ask=None)

    def _restart(self, state: FormState) -> Step:
        keep = {f.CONSENT: state.get(f.CONSENT), f.INTAKE: {"id": state.book["id"]}}
        values = {**dict.fromkeys(f.SLOTS), f.ROLE: f.ROLES[0], f.CONTACT: f.USUAL_CONTACT, **keep}
        step = Step(values={**values, f.ATTACHMENTS: []}, say=[Say("utter_form_restarted")])
        return self._next(FormState({}, state.requested), step)

    def _skip(self, state: FormState) -> Step | None:
        field = f.BY_NAME[state.requested or ""]
        if field.name in (f.CONSENT, f.CONFIRMED):
            return None
        if not field.optional:
            return Step(say=[Say("utter_form_not_optional")], ask=field.name)
        return self._accept(state, field.name, self._reader.unknown(field.name))

    # -- correction ----------------------------------------------------------------------------

    def _correct(self, state: FormState, turn: Turn) -> Step | None:
        correction = _meant(state, turn)
        if correction is None:
            at_recap = state.requested == f.CONFIRMED
            return self._interlude(state, f.EDIT) if at_recap else None
        if correction.field == state.requested and correction.value_text is None:
            return None
        value = None
        if correction.value_text or (correction.field == f.PHONE and turn.phones):
            value = read_answer(
                self._reader, correction.field, turn, correction.value_text or turn.text
            )
        if value is None:
            return self._ask_again(state, correction.field)
        step = self._accept(state, correction.field, value)
        shown = {
            "field": f.BY_NAME[correction.field].label,
            "value": f.show(correction.field, value),
        }
        step.say.insert(0, Say("utter_form_corrected", shown))
        return step

    def _edit(self, state: FormState, turn: Turn, command: Command | None) -> Step | None:
        """The answer to 「您想改哪一项？」; a mere yes or no there must not file the complaint."""
        if _meant(state, turn) is None and (named := read_correction("改一下" + turn.text)):
            return self._ask_again(state, named.field)
        return Step(ask=state.requested) if command in (Command.AFFIRM, Command.DENY) else None

    def _ask_again(self, state: FormState, name: str) -> Step:
        """Asks for a field anew; the old value stays until there is another."""
        if name not in f.RECAP or state.get(f.CONSENT) is None:
            return Step(ask=state.requested)
        return Step(values={f.CONFIRMED: None}, ask=name)

    # -- answers -------------------------------------------------------------------------------

    def _answer(self, state: FormState, turn: Turn) -> Step:
        name = state.requested or ""
        if name == f.CONFIRMED or name == f.CONSENT:
            return self._correction_or_aside(state, turn)
        free_text = name in (f.DETAIL, f.REQUEST)
        gives_phone = bool(turn.phones) and name in (f.NAME, f.PHONE)
        if not gives_phone and is_aside(turn, free_text=free_text):
            return Step(aside=True)
        value = self._read(state, name, turn)
        if value is not None:
            return self._accept(state, name, value, turn)
        correction = self._correct(state, turn) if read_correction(turn.text) else None
        return (
            correction or self._noted(state, turn) or self._aside_or_missed(state, turn, free_text)
        )

    def _noted(self, state: FormState, turn: Turn) -> Step | None:
        """An answer to another question than the one asked: kept, so that nobody types it twice."""
        found = fill_from_passing(self._reader, turn, state.values)
        if not found:
            return None
        return Step(
            values={**found, f.INTAKE: {**state.book, "misses": 0}},
            say=[Say("utter_form_noted", {"noted": _summary(found)})],
            ask=state.requested,
        )

    def _read(self, state: FormState, name: str, turn: Turn) -> Any:
        if name == f.BUSINESS:  # 「第二个」 counts the buttons
            offered = f.offered_business(state.book)
            index = read_choice(turn.text, offered)
            if index is not None:
                return offered[index]
        return read_answer(self._reader, name, turn, turn.text)

    def _correction_or_aside(self, state: FormState, turn: Turn) -> Step:
        corrects = state.requested == f.CONFIRMED and _meant(state, turn)
        if corrects and (step := self._correct(state, turn)):
            return step
        if state.requested == f.CONSENT:
            return self._early_story(state, turn)
        return self._aside_or_missed(state, turn, free_text=False)

    def _early_story(self, state: FormState, turn: Turn) -> Step:
        """A story told instead of the consent asked for is kept, so that nobody tells it twice."""
        found = fill_from_opening(self._reader, turn)
        asks = is_aside(turn, free_text=True)
        if asks or f.DETAIL not in found or state.get(f.DETAIL) is not None:
            return self._aside_or_missed(state, turn, free_text=False)
        step = Step(values={f.INTAKE: state.book}, ask=f.CONSENT)
        self._understand_opening(step, turn)
        return step

    def _aside_or_missed(self, state: FormState, turn: Turn, free_text: bool) -> Step:
        if not free_text and (is_aside(turn, free_text=False) or may_be_aside(turn)):
            return Step(aside=True)
        if not free_text and turn.intent == OPENING:
            # No rule can open a form that is open; the customer is told what is still needed.
            return Step(ask=state.requested)
        return self._missed(state, state.requested or "")

    def _accept(self, state: FormState, name: str, value: Any, turn: Turn | None = None) -> Step:
        step = Step(values={name: value, f.INTAKE: {**state.book, "misses": 0}})
        if turn is not None and name != f.BUSINESS:
            known = {**state.values, **step.values}
            passing = fill_from_passing(self._reader, turn, known, story=name == f.DETAIL)
            step.values.update(passing)
            if name == f.DETAIL:
                step.say.append(_thanks(passing))
        if name == f.DETAIL:
            self._propose(step, str(value))
        return self._next(state, step)

    def _missed(self, state: FormState, name: str) -> Step:
        misses = int(state.book.get("misses", 0)) + 1
        if misses >= MISSES_BEFORE_WAY_OUT and state.book.get("way_out") == name:
            return self._leave_open(state, name)
        if misses >= MISSES_BEFORE_WAY_OUT:
            return self._interlude(state, f.WAY_OUT, misses=0, way_out=name)
        book = {**state.book, "misses": misses}
        return Step(values={f.INTAKE: book}, say=[Say(f"utter_help_{name}")], ask=name)

    def _leave_open(self, state: FormState, name: str) -> Step:
        """After the way out an optional field no longer holds the complaint up."""
        if not f.BY_NAME[name].optional:
            return self._interlude(state, f.WAY_OUT, misses=0, way_out=name)
        step = self._accept(state, name, self._reader.unknown(name))
        step.say.insert(0, Say("utter_form_left_open", {"field": f.BY_NAME[name].label}))
        return step


def _summary(found: Mapping[str, Any]) -> str:
    """What was understood, for people: 「涉及网点或渠道：人民路支行；发生时间：昨天」."""
    told = [name for name in f.TOLD if found.get(name) is not None]
    return "；".join(f"{f.BY_NAME[name].label}：{f.show(name, found[name])}" for name in told)


def _thanks(found: Mapping[str, Any]) -> Say:
    """The answer to a story: sorry for the trouble, and what was understood of it."""
    summary = _summary(found)
    response = "utter_form_understood" if summary else "utter_form_sorry"
    return Say(response, {"understood": summary})


def _meant(state: FormState, turn: Turn) -> Correction | None:
    """The correction in a message; at the recap naming a field and its value is one, too."""
    found = read_correction(turn.text)
    if found is None and state.requested == f.CONFIRMED:
        return read_statement(turn.text)
    return found
