"""The one mechanism behind every form and every field.

A turn is looked at in this order: a button; a command (cancel, correct, back, skip, why, repeat,
restart); a question of the form about itself; a side question, left to the rules; the field's own
reader; a correction of another field. A field misunderstood gets its help text, and after two
misses a way out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.intake.commands import (
    Command,
    command_of,
    is_aside,
    is_emergency,
    leads_elsewhere,
    may_be_aside,
)
from bot.intake.forms import table as t
from bot.intake.forms.table import FormState, FormTable
from bot.intake.reading.corrections import Correction, read_correction
from bot.intake.turn import Say, Step, Turn

MISSES_BEFORE_WAY_OUT = 2
AFTER_TALK = "handover_over"
"""Said for the customer when a talk with a person has ended: the form asks on."""
COMMAND_BUTTONS = {
    "ask_cancel": Command.CANCEL,
    "ask_skip": Command.SKIP,
    "ask_back": Command.BACK,
}
"""Buttons that say what could be typed as well."""


class Form(ABC):
    """Advances a form by one turn; what the fields are and mean is the subclass's."""

    table: FormTable
    opening_intent: str | None = None
    """Said again inside the form, it changes nothing."""

    def advance(self, state: FormState, turn: Turn) -> Step:
        """The next step for a turn."""
        if state.requested is None:
            return self.start(state, turn)
        state = self._known(state)
        interlude, state = str(state.requested), self.at_field(state)
        if is_emergency(turn) and turn.text == self.book(state).get("alarm"):
            turn = replace(turn, intent="")  # said again after the alarm, it is the answer
        if turn.resuming or turn.intent == AFTER_TALK:
            return self._come_back(state, interlude, turn)
        if turn.choice is not None:
            return self._chosen(state, turn, turn.choice)
        command = command_of(turn)
        if interlude in self.table.interludes:
            settled = self.settle(interlude, state, turn, command)
            if settled is not None:
                return settled
        step = self._command(state, turn, command) if command else None
        return step or self._answer(state, turn)

    # -- what a form must say about itself -----------------------------------------------------

    @abstractmethod
    def start(self, state: FormState, turn: Turn) -> Step:
        """The first step: what the opening message already fills."""

    @abstractmethod
    def asked(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The fields to ask for, in their order; may depend on what is known."""

    @abstractmethod
    def read(self, state: FormState, name: str, turn: Turn, text: str) -> Any:
        """The value for field `name` in `text`; None if there is none."""

    @abstractmethod
    def show(self, name: str, value: Any) -> str:
        """A value as the customer may read it."""

    @abstractmethod
    def may_ask(self, state: FormState, name: str) -> bool:
        """True when `name` may be asked for again out of its order."""

    @abstractmethod
    def may_choose(self, state: FormState, name: str, value: Any) -> bool:
        """True when a button may set the field `name` to `value`."""

    def unknown(self, name: str) -> Any:
        """What is stored when an optional field is skipped."""
        return None

    def yes_or_no(self, state: FormState, turn: Turn, yes: bool) -> Step | None:
        """The step for yes or no where the field asked for is such a question."""
        return None

    def accepted(self, state: FormState, step: Step, name: str, turn: Turn | None) -> None:
        """Adds to `step` what follows from the new value of `name`."""

    def pending(self, state: FormState, turn: Turn) -> Step | None:
        """The step for an answer that the field's own reader must not see."""
        return None

    def noted(self, state: FormState, turn: Turn) -> Step | None:
        """The step for an answer to another question than the one asked."""
        return None

    def correction(self, state: FormState, turn: Turn) -> Correction | None:
        """What the message corrects; only fields of this form."""
        found = read_correction(turn.text)
        return found if found and found.field in self.table.by_name else None

    def kept_on_restart(self, state: FormState) -> dict[str, Any]:
        """Values that starting over does not forget."""
        return {self.table.book: {"id": self.book(state)["id"]}}

    # -- reading the state ---------------------------------------------------------------------

    def book(self, state: FormState) -> dict[str, Any]:
        """The form's notes: id, misses, proposals, the field to return to, the way taken."""
        return dict(state.get(self.table.book) or {})

    def _known(self, state: FormState) -> FormState:
        """The state with a question of today: a conversation may be older than the form."""
        if state.requested in (*self.table.by_name, *self.table.interludes):
            return state
        return replace(
            state, requested=self.next(state, Step()).ask or self.asked(state.values)[-1]
        )

    def at_field(self, state: FormState) -> FormState:
        """The state as if no interlude had been asked."""
        if state.requested not in self.table.interludes:
            return state
        first = self.asked(state.values)[0]
        return replace(state, requested=str(self.book(state).get("return_to", first)))

    def next(self, state: FormState, step: Step) -> Step:
        """Completes a step with the next field that has no value yet."""
        values = {**state.values, **step.values}
        asked = self.asked(values)
        step.ask = next((name for name in asked if values.get(name) is None), None)
        return step

    # -- coming back, buttons, commands --------------------------------------------------------

    def _come_back(self, state: FormState, interlude: str, turn: Turn) -> Step:
        """After an emergency the form waits until it is asked for; else it asks on."""
        if not is_emergency(turn):
            return Step(ask=interlude)
        told = self.told_in_alarm(state, turn)
        if told is None:
            return self.interlude(state, t.PAUSE, alarm=turn.text)
        book = {**self.book(FormState(told.values, None)), "return_to": told.ask}
        return replace(told, values={**told.values, self.table.book: book}, ask=t.PAUSE)

    def told_in_alarm(self, state: FormState, turn: Turn) -> Step | None:
        """The step for a message that was an alarm and an answer at once."""
        return None

    def _chosen(self, state: FormState, turn: Turn, choice: Mapping[str, Any]) -> Step:
        if "field" not in choice:  # a button of another conversation: 「转人工」, 「没解决」
            opens = turn.intent == self.opening_intent
            return Step(ask=state.requested) if opens else Step(aside=True)
        name, value = str(choice.get("field")), choice.get("value")
        if name == t.CANCEL:
            return self._settle_cancel(state, bool(value))
        if name == t.EDIT:
            return self.ask_again(state, str(value))
        if name in COMMAND_BUTTONS:
            command = COMMAND_BUTTONS[name]
            return self._command(state, turn, command) or Step(ask=state.requested)
        step = self.pressed(state, turn, name, value)
        if step is not None:
            return step
        return (
            self.accept(state, name, value)
            if self.may_choose(state, name, value)
            else Step(ask=state.requested)
        )

    def pressed(self, state: FormState, turn: Turn, name: str, value: Any) -> Step | None:
        """The step for a button that does more than set a field."""
        return None

    def settle(
        self, interlude: str, state: FormState, turn: Turn, command: Command | None
    ) -> Step | None:
        """The answer to an interlude; None when the message is something else."""
        answers = (Command.AFFIRM, Command.CANCEL, Command.DENY, Command.RESUME)
        if interlude == t.CANCEL and command in answers:
            return self._settle_cancel(state, command in (Command.AFFIRM, Command.CANCEL))
        if interlude == t.PAUSE and command in (Command.RESUME, Command.AFFIRM):
            return Step(ask=state.requested)
        if interlude == t.EDIT:
            return self._edit(state, turn, command)
        return None

    def _command(self, state: FormState, turn: Turn, command: Command) -> Step | None:
        name = state.requested or ""
        handlers: dict[Command, Callable[[], Step | None]] = {
            Command.CANCEL: lambda: self.interlude(state, t.CANCEL),
            Command.WHY: lambda: Step(say=[Say(f"utter_why_{name}")], ask=name),
            Command.REPEAT: lambda: Step(ask=name),
            Command.RESUME: lambda: self._go_on(state),
            Command.RESTART: lambda: self._restart(state),
            Command.BACK: lambda: self._back(state),
            Command.SKIP: lambda: self._skip(state),
            Command.CORRECT: lambda: self._correct(state, turn),
            Command.AFFIRM: lambda: self.yes_or_no(state, turn, True),
            Command.DENY: lambda: self.yes_or_no(state, turn, False),
        }
        return handlers[command]()

    def interlude(self, state: FormState, name: str, **notes: Any) -> Step:
        """Asks about the form itself and remembers where to return to."""
        book = {**self.book(state), "return_to": state.requested, **notes}
        return Step(values={self.table.book: book}, ask=name)

    def _settle_cancel(self, state: FormState, yes: bool) -> Step:
        if yes:
            return self.end(f"utter_{self.table.name}_cancelled")
        return Step(say=[Say("utter_form_kept")], ask=state.requested)

    def end(self, response: str) -> Step:
        """Leaves the form and forgets its answers."""
        return Step(values=dict.fromkeys(self.table.slots), say=[Say(response)], ask=None)

    def _restart(self, state: FormState) -> Step:
        values = {**dict.fromkeys(self.table.slots), **self.kept_on_restart(state)}
        step = Step(values=values, say=[Say("utter_form_restarted")])
        return self.next(FormState({}, state.requested), step)

    def _go_on(self, state: FormState) -> Step:
        """「继续」: the same question, or the next one where this one has an answer already."""
        if state.get(state.requested or "") is None:
            return Step(ask=state.requested)
        return self.next(state, Step())

    def _back(self, state: FormState) -> Step:
        """One question back; what was answered stays until there is another answer."""
        trail = [name for name in self._trail(state) if name != state.requested]
        while trail:
            name = trail.pop()
            if self.may_ask(state, name):
                step = self.ask_again(state, name)
                step.values[self.table.book] = {**self.book(state), "trail": trail}
                return step
        return Step(say=[Say("utter_form_first")], ask=state.requested)

    def _trail(self, state: FormState) -> list[str]:
        return list(self.book(state).get("trail") or ())

    def _skip(self, state: FormState) -> Step | None:
        field = self.table.by_name[state.requested or ""]
        if self.is_yes_or_no(field.name):
            return None
        if not field.optional:
            return Step(say=[Say("utter_form_not_optional")], ask=field.name)
        return self.accept(state, field.name, self.unknown(field.name))

    def is_yes_or_no(self, name: str) -> bool:
        """True when the field is answered by yes or no alone."""
        return False

    # -- correction ----------------------------------------------------------------------------

    def _correct(self, state: FormState, turn: Turn) -> Step | None:
        correction = self.correction(state, turn)
        if correction is None:
            return self.correct_what(state)
        if correction.field == state.requested and correction.value_text is None:
            return None
        if not self.may_ask(state, correction.field):
            return None
        value = self._corrected(state, turn, correction)
        if value is None:
            return self.ask_again(state, correction.field)
        step = self.accept(state, correction.field, value, self.retold(turn, correction))
        shown = {
            "field": self.table.by_name[correction.field].label,
            "value": self.show(correction.field, value),
        }
        step.say.insert(0, Say("utter_form_corrected", shown))
        return step

    def _corrected(self, state: FormState, turn: Turn, correction: Correction) -> Any:
        if correction.value_text is None:
            return None
        return self.read(state, correction.field, turn, correction.value_text)

    def retold(self, turn: Turn, correction: Correction) -> Turn | None:
        """The turn as if the corrected value were an answer, where other fields may stand in it."""
        return None

    def correct_what(self, state: FormState) -> Step | None:
        """The step for 「我想改一下」, which names no field."""
        return None

    def _edit(self, state: FormState, turn: Turn, command: Command | None) -> Step | None:
        """The answer to 「您想改哪一项？」; a mere yes or no there must not confirm anything."""
        if self.correction(state, turn) is None and (
            named := read_correction("改一下" + turn.text)
        ):
            return self.ask_again(state, named.field)
        return Step(ask=state.requested) if command in (Command.AFFIRM, Command.DENY) else None

    def ask_again(self, state: FormState, name: str) -> Step:
        """Asks for a field anew; the old value stays until there is another."""
        return Step(ask=name if self.may_ask(state, name) else state.requested)

    # -- answers -------------------------------------------------------------------------------

    def _answer(self, state: FormState, turn: Turn) -> Step:
        name = state.requested or ""
        # 「换个手机继续填」 corrects no phone; the form's own opening, said again, leads nowhere.
        if turn.intent != self.opening_intent and leads_elsewhere(turn):
            return Step(aside=True)
        pending = self.pending(state, turn)
        if pending is not None:
            return pending
        free_text = self.table.by_name[name].free_text
        if self._is_aside(state, turn, free_text):
            return Step(aside=True)
        value = self.read(state, name, turn, turn.text)
        if value is not None:
            return self.accept(state, name, value, turn)
        correction = self._correct(state, turn) if self.correction(state, turn) else None
        return correction or self.noted(state, turn) or self.aside_or_missed(state, turn)

    def _is_aside(self, state: FormState, turn: Turn, free_text: bool) -> bool:
        return turn.intent != self.opening_intent and is_aside(turn, free_text=free_text)

    def aside_or_missed(self, state: FormState, turn: Turn) -> Step:
        """The step for a message that is no answer."""
        name = state.requested or ""
        free_text = self.table.by_name[name].free_text
        if not free_text and turn.intent == self.opening_intent:
            # No rule can open a form that is open; the customer is told what is still needed.
            return Step(ask=name)
        if not free_text and (is_aside(turn, free_text=False) or may_be_aside(turn)):
            return Step(aside=True)
        return self.missed(state, name)

    def accept(self, state: FormState, name: str, value: Any, turn: Turn | None = None) -> Step:
        """Takes `value` for `name` and asks for what is still missing."""
        trail = [*(passed for passed in self._trail(state) if passed != name), name]
        book = {**self.book(state), "misses": 0, "trail": trail}
        step = Step(values={name: value, self.table.book: book})
        self.accepted(state, step, name, turn)
        return self.next(state, step)

    def missed(self, state: FormState, name: str, say: Say | None = None) -> Step:
        """Help with the field, a way out after two misses; `say` instead of the usual help."""
        misses = int(self.book(state).get("misses", 0)) + 1
        told = [say] if say else []
        if misses >= MISSES_BEFORE_WAY_OUT:
            step = self._way_out(state, name)
            return replace(step, say=[*told, *step.say])
        book = {**self.book(state), "misses": misses}
        help_text = told or [Say(f"utter_help_{name}")]
        return Step(values={self.table.book: book}, say=help_text, ask=name)

    def _way_out(self, state: FormState, name: str) -> Step:
        """Other ways to go on; afterwards an optional field no longer holds the form up."""
        optional = self.table.by_name[name].optional
        if self.book(state).get("way_out") != name or not optional:
            return self.interlude(replace(state, requested=name), t.WAY_OUT, misses=0, way_out=name)
        step = self.accept(state, name, self.unknown(name))
        step.say.insert(0, Say("utter_form_left_open", {"field": self.table.by_name[name].label}))
        return step
