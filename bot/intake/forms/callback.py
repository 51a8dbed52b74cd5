"""The form of a call-back: a phone, a subject, a time; then the promise is confirmed.

A booked call has its time beforehand, one that a campaign offers. It is chosen outside the form, on
buttons that know what is free; a time given to the form itself makes the call an ordinary one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from bot.intake import callback_fields as b
from bot.intake import fields as f
from bot.intake.commands import CALLBACK, fixed_command
from bot.intake.forms import table as t
from bot.intake.forms.engine import Form
from bot.intake.forms.table import FormState
from bot.intake.reading.call_times import is_any_time, read_call_time
from bot.intake.reading.corrections import Correction, read_correction, read_statement
from bot.intake.reading.people import read_name
from bot.intake.turn import Say, Step, Turn

SHORTEST_TOPIC = 2
LONGEST_BARE_WISH = 14
_ANOTHER_NUMBER = re.compile(r"换|别的|另外?一?个|其他|不是这|新(?:号|手机|电话)|改")
_NO_CALL = re.compile(
    r"(?:不用|不要|别|不必|不需要)(?:再)?(?:回电|回|打)?(?:电话)?(?:过来|给我)?了?"
)
_NO_BOOKING = re.compile(
    r"(?:算了|还是)?[,， ]?我?(?:想|要)?"
    r"(?:(?:(?:取消|退掉?|不要|不想要)(?:这个)?|不想?)预约了?|不想?约了吧?)"
)
_BOOKED = (b.BOOKING, b.TIME)
_ANSWERS_OF: Mapping[str, str] = {
    f.PHONE: b.PHONE,
    f.DETAIL: b.TOPIC,
    f.REASON: b.TOPIC,
    f.BUSINESS: b.TOPIC,
    f.DATE: b.TIME,
    f.CONTACT: b.TIME,
}
"""What the words for a complaint's fields mean here: 「时间改成明天」, 「电话错了」."""


class CallbackForm(Form):
    """Advances the form; `new_id` mints the id of the call-back."""

    table = b.TABLE
    opening_intent = CALLBACK

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id

    def asked(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        return b.ASKED

    def show(self, name: str, value: Any) -> str:
        return b.show(name, value)

    def unknown(self, name: str) -> Any:
        return b.UNKNOWN.get(name)

    def may_ask(self, state: FormState, name: str) -> bool:
        return name in b.RECAP

    def may_choose(self, state: FormState, name: str, value: Any) -> bool:
        return name == b.TIME and value in b.TIMES

    def is_yes_or_no(self, name: str) -> bool:
        return name == b.CONFIRMED

    # -- the beginning -------------------------------------------------------------------------

    def start(self, state: FormState, turn: Turn) -> Step:
        """`state` holds what is known: a phone to offer, the subject, a name, a booked time.

        Of a booking that is moved also the phone itself, which the bank has already.
        """
        known = (b.PHONE, b.OFFERED, b.TOPIC, b.NAME, *_BOOKED)
        values: dict[str, Any] = {
            **dict.fromkeys(b.SLOTS),
            **{name: state.get(name) for name in known},
            b.BOOK: {"id": str(self._new_id())},
        }
        step = Step(values=values)
        if turn.choice is None:
            self._told(step, turn)
        return self.next(FormState({}, None), step)

    def _told(self, step: Step, turn: Turn) -> None:
        """「给我回个电话，138…，下午打，我姓王」 has told everything."""
        if turn.phones:
            step.values[b.PHONE] = turn.phones[-1]
            step.values[b.TIME] = _time_in_passing(turn.text)
        step.values[b.NAME] = _cut(b.NAME, read_name(turn.text)) or step.values[b.NAME]

    # -- answers -------------------------------------------------------------------------------

    def yes_or_no(self, state: FormState, turn: Turn, yes: bool) -> Step | None:
        offered = state.get(b.OFFERED)
        if state.requested == b.PHONE and offered is not None:
            if yes:
                return self.accept(state, b.PHONE, offered)
            return Step(values={b.OFFERED: None}, ask=b.PHONE)
        if state.requested != b.CONFIRMED:
            return None
        if yes:
            return self.next(state, Step(values={b.CONFIRMED: True}))
        return self._leave(state)

    def pressed(self, state: FormState, turn: Turn, name: str, value: Any) -> Step | None:
        if name == b.BOOKING:
            return self._booking_pressed(state, keeps=bool(value))
        if name not in (b.PHONE, b.CONFIRMED) or name != state.requested:
            return None
        return self.yes_or_no(state, turn, bool(value)) or Step(ask=state.requested)

    def pending(self, state: FormState, turn: Turn) -> Step | None:
        """「换个号码」 under the number offered, 「不用打了」 under the recap, 「取消预约」."""
        asks_phone = state.requested == b.PHONE and state.get(b.OFFERED) is not None
        if asks_phone and not turn.phones and _ANOTHER_NUMBER.search(turn.text):
            return Step(values={b.OFFERED: None}, ask=b.PHONE)
        if state.requested == b.CONFIRMED and _NO_CALL.fullmatch(turn.text.strip("。！!,， ")):
            return self._leave(state)
        if state.get(b.BOOKING) and _NO_BOOKING.fullmatch(turn.text.strip("。！!,， ")):
            return self.interlude(state, t.CANCEL)
        wishes = turn.intent == CALLBACK and len(turn.text) <= LONGEST_BARE_WISH
        if wishes and state.requested == b.TOPIC:  # once more, it is not what to talk about
            return Step(ask=b.TOPIC)
        return None

    def interlude(self, state: FormState, name: str, **notes: Any) -> Step:
        """Who does not want another time after all loses nothing by it, and is not asked twice."""
        if name == t.CANCEL and b.moving(state.get(b.BOOKING)):
            return self._leave(state)
        return super().interlude(state, name, **notes)

    def _leave(self, state: FormState) -> Step:
        """No call is wanted; of a booking that was to be moved, that it stays where it is."""
        stays = bool(b.moving(state.get(b.BOOKING)))
        return self.end("utter_booking_kept" if stays else f"utter_{b.TABLE.name}_cancelled")

    def _is_aside(self, state: FormState, turn: Turn, free_text: bool) -> bool:
        gives_phone = bool(turn.phones) and state.requested in (b.PHONE, b.CONFIRMED)
        gives_time = state.requested == b.TIME and read_call_time(turn.text) is not None
        return not (gives_phone or gives_time) and super()._is_aside(state, turn, free_text)

    def _booking_pressed(self, state: FormState, *, keeps: bool) -> Step:
        """Under the times of the campaign: the one booked stays, or none is wanted after all."""
        if not keeps and b.moving(state.get(b.BOOKING)):
            return self._leave(state)
        if not keeps:
            return self.next(state, Step(values=dict.fromkeys(_BOOKED)))
        return self._go_on(state)

    def accepted(self, state: FormState, step: Step, name: str, turn: Turn | None) -> None:
        if name == b.TIME:
            step.values[b.BOOKING] = None
        if name != b.PHONE or turn is None:
            return
        known = {**state.values, **step.values}
        passing = {
            b.TIME: None if state.get(b.BOOKING) else _time_in_passing(turn.text),
            b.NAME: _cut(b.NAME, read_name(turn.text)),
        }
        step.values.update({n: v for n, v in passing.items() if v and known.get(n) is None})

    def read(self, state: FormState, name: str, turn: Turn, text: str) -> Any:
        readers: Mapping[str, Callable[[], Any]] = {
            b.PHONE: lambda: _phone(turn, text),
            b.TOPIC: lambda: _topic(text),
            b.TIME: lambda: None if state.get(b.BOOKING) else _time(text),
        }
        return _cut(name, readers[name]()) if name in readers else None

    # -- correction ----------------------------------------------------------------------------

    def correction(self, state: FormState, turn: Turn) -> Correction | None:
        """At the recap naming a field and its value is a correction, too."""
        found = _ours(turn.text) or self._another_phone(state, turn)
        if found is None and state.requested == b.CONFIRMED:
            return _translated(read_statement(turn.text))
        return found

    @staticmethod
    def _another_phone(state: FormState, turn: Turn) -> Correction | None:
        """A number typed under the recap can only be the one to be called."""
        at_recap = state.requested == b.CONFIRMED and bool(turn.phones)
        return Correction(b.PHONE, turn.text) if at_recap else None

    def _corrected(self, state: FormState, turn: Turn, correction: Correction) -> Any:
        if correction.value_text is None and correction.field == b.PHONE and turn.phones:
            return turn.phones[-1]
        return super()._corrected(state, turn, correction)

    def missed(self, state: FormState, name: str, say: Say | None = None) -> Step:
        if name == b.TIME and state.get(b.BOOKING):
            say = say or Say("utter_help_booking_time")
        return super().missed(state, name, say)

    def _skip(self, state: FormState) -> Step | None:
        """Skipping the choice of another time keeps the one there is."""
        booking = state.get(b.BOOKING) if state.requested == b.TIME else None
        if booking and state.get(b.TIME):
            return self._go_on(state)
        return self._leave(state) if b.moving(booking) else super()._skip(state)

    def kept_on_restart(self, state: FormState) -> dict[str, Any]:
        booked = _BOOKED if state.get(b.BOOKING) else ()
        return {**super().kept_on_restart(state), **{name: state.get(name) for name in booked}}

    def ask_again(self, state: FormState, name: str) -> Step:
        step = super().ask_again(state, name)
        if name == b.PHONE:
            step.values[b.OFFERED] = None  # asked for anew, another number is meant
        return step


def _ours(text: str) -> Correction | None:
    return _translated(read_correction(text))


def _translated(found: Correction | None) -> Correction | None:
    name = _ANSWERS_OF.get(found.field) if found else None
    return replace(found, field=name) if found and name else None


def _phone(turn: Turn, text: str) -> Any:
    mentioned = [phone for phone in turn.phones if phone["shown"] in text]
    return mentioned[-1] if mentioned else None


def _topic(text: str) -> str | None:
    told = len(re.sub(r"\W", "", text)) >= SHORTEST_TOPIC and fixed_command(text) is None
    return text.strip() if told else None


def _time(text: str) -> str | None:
    return b.UNKNOWN[b.TIME] if is_any_time(text) else read_call_time(text)


def _time_in_passing(text: str) -> str | None:
    """The clause that names a time, beside a number and a name."""
    clauses = re.split(r"[，,。；;！!\s]+", text)
    return next((found for c in clauses if "*" not in c and (found := read_call_time(c))), None)


def _cut(name: str, value: Any) -> Any:
    return value[: b.LONGEST[name]] if name in b.LONGEST and isinstance(value, str) else value
