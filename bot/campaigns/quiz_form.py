"""The quiz as a form: a level, then one question after the other until a rest or a pause. Pure.

What was answered is not among the form's slots but in the progress (quiz_progress.py), so that it
stays whatever becomes of the form. The form's notes hold the question as it was shown: a campaign
file that changes meanwhile cannot make a right answer wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from bot.campaigns import quiz_words as words
from bot.campaigns.campaign import Campaign, Level
from bot.campaigns.quiz import Rest, next_question, place_today
from bot.campaigns.quiz_answers import (
    asks_for_a_prize,
    is_no_idea,
    meant,
    named_exactly,
    said_yes,
    shares_little,
    wants_another_level,
    wants_pause,
    wished_level,
)
from bot.campaigns.quiz_fields import (
    ANSWER,
    BOOK,
    COMPLAINT,
    LEVEL,
    OPENING,
    PAUSE,
    QUESTION,
    REMIND,
    TABLE,
)
from bot.campaigns.quiz_progress import PROGRESS, Progress, level_of, progress_of, with_progress
from bot.campaigns.quiz_words import Ending
from bot.intake.commands import Command, command_of, is_emergency
from bot.intake.forms.engine import Form
from bot.intake.forms.table import FormState
from bot.intake.turn import Say, Step, Turn

_ENDS_ROUND: Mapping[str, Ending] = {
    **dict.fromkeys(("emergency", "emergency_life", "emergency_coercion"), Ending.LEFT),
    **dict.fromkeys(("emergency_card", "upset_question", "handoff"), Ending.LEFT),
    "campaign_menu": Ending.LEFT,
    **dict.fromkeys(("complaint_status", "status_tail", "goodbye"), Ending.SET_ASIDE),
}
"""What the customer turns to instead: the question is not asked again after it."""
_VAGUE = ("nlu_fallback", "out_of_scope", "follow_up")
_SHORTEST_QUESTION = 8
"""Characters from which something vague is rather a question than an answer."""
_SHORTEST_COMPLAINT = 5
"""Characters from which the classifier is believed that a complaint is made."""
_SURE = 0.55
_BY_SHAPE = 0.99
_NO_ANSWER = (Command.SKIP, Command.AFFIRM, Command.DENY)
"""Words that may as well be part of an option: 「没有」, 「可以」."""


class QuizForm(Form):
    """Advances the quiz of one campaign; `new_id` mints the id of a round.

    The state holds the slots of TABLE and PROGRESS.
    """

    table = TABLE
    opening_intent = OPENING

    def __init__(self, campaign: Campaign, new_id: Callable[[], UUID]) -> None:
        self._campaign = campaign
        self._new_id = new_id

    def advance(self, state: FormState, turn: Turn) -> Step:
        """As every form, but what may be an answer is one: 「不可以」 is an option here."""
        if state.requested is None or turn.resuming:
            return super().advance(state, turn)
        if state.requested == REMIND:
            return self._about_reminding(state, turn)
        own = self._typed(self.at_field(state), turn) if turn.choice is None else None
        return own or super().advance(state, turn)

    def asked(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        return (LEVEL, ANSWER)

    def read(self, state: FormState, name: str, turn: Turn, text: str) -> Any:
        return None  # `_typed` and `noted` have read it

    def show(self, name: str, value: Any) -> str:
        return str(value)

    def may_ask(self, state: FormState, name: str) -> bool:
        return name == LEVEL

    def may_choose(self, state: FormState, name: str, value: Any) -> bool:
        return False  # `pressed` takes every button

    # -- the beginning -------------------------------------------------------------------------

    def start(self, state: FormState, turn: Turn) -> Step:
        """A round: at the level wished for, or the one of the last round, or else asked for."""
        told = turn.choice or {}
        progress = self._progress(state)
        level = level_of(told.get("level")) or wished_level(turn.text) or progress.level
        step = Step(values={**dict.fromkeys(TABLE.slots), BOOK: {"id": str(self._new_id())}})
        begun = FormState({PROGRESS: state.get(PROGRESS), **step.values}, ANSWER)
        if told.get("field") == LEVEL:
            return self._at_level(begun, level_of(told.get("value")), turn.today)
        if told.get("field") == ANSWER:
            return self._answered_late(begun, level, told.get("value"), turn)
        opened = self._at_level(begun, level, turn.today)
        opened.say = [*self._intro(progress, level, turn), *opened.say]
        return opened

    def _intro(self, progress: Progress, level: Level | None, turn: Turn) -> list[Say]:
        lines = [words.outside(self._campaign, turn.today)]
        if level is not None and progress.history:
            lines.append(f"好的，接着答“{words.LEVELS[level]}”的题。")
        told = "\n".join(line for line in lines if line)
        return [_told(told)] if told else []

    def _at_level(self, state: FormState, level: Level | None, today: date) -> Step:
        """The first question at a level; without one, the level is asked for."""
        progress = replace(self._progress(state), level=level)
        if level is not None:
            return self._onward(state, Step(), progress, today, may_change=True)
        book = {**self.book(state), "levels": [level.value for level in self._levels(progress)]}
        return Step(values={**state.values, LEVEL: None, BOOK: book}, ask=LEVEL)

    def _answered_late(self, state: FormState, level: Level | None, value: Any, turn: Turn) -> Step:
        """A button of an earlier round: an answer, where its question is still the next one."""
        opened = self._at_level(state, level, turn.today)
        if opened.ask != ANSWER:
            return opened
        now = FormState({**state.values, **opened.values}, ANSWER)
        step = self.pressed(now, turn, ANSWER, value) or opened
        return replace(step, values={**opened.values, **step.values})

    def _levels(self, progress: Progress) -> list[Level]:
        """The levels that have something new; all of them when none has."""
        new = [level for level in Level if not progress.has_seen_all(self._campaign, level)]
        return new or list(Level)

    # -- answers -------------------------------------------------------------------------------

    def _typed(self, state: FormState, turn: Turn) -> Step | None:
        """The step for typed words that only a quiz understands."""
        options = self._options(state)
        place = named_exactly(turn.text, options)
        if place is not None:
            return self._answered(state, options[place], turn.today)
        if wants_pause(turn.text):
            return self._over(state, Step(), self._progress(state), Ending.PAUSED, turn.today)
        if wants_another_level(turn.text):
            return self._another_level(state, wished_level(turn.text), turn.today)
        if asks_for_a_prize(turn.text):
            return Step(say=[_told(words.PRIZE)], ask=state.requested)
        if turn.intent == OPENING:
            level = wished_level(turn.text)
            return self._at_level(state, level, turn.today) if level else Step(ask=state.requested)
        level = self._named_level(state, turn.text) if state.requested == LEVEL else None
        if level is not None:
            return self._at_level(state, level, turn.today)
        if self._complains(turn, options):
            return Step(aside=True)
        return self._typed_words(state, turn, options) if state.requested == ANSWER else None

    def _another_level(self, state: FormState, level: Level | None, today: date) -> Step:
        """The level wished for; who finds the easiest too hard is told that nothing is easier."""
        has_it = level is self._progress(state).level and state.requested == ANSWER
        if level is not None and has_it:
            told = words.SAME_LEVEL.format(level=words.LEVELS[level])
            return Step(say=[_told(told)], ask=ANSWER)
        return self._at_level(state, level, today)

    def _typed_words(self, state: FormState, turn: Turn, options: Sequence[str]) -> Step | None:
        """「没有」 may be part of an option, before it is taken for a wish to skip the question."""
        place = meant(turn.text, options) if command_of(turn) in _NO_ANSWER else None
        if place is not None:
            return self._answered(state, options[place], turn.today)
        return self._answered(state, None, turn.today) if is_no_idea(turn.text) else None

    @staticmethod
    def _complains(turn: Turn, options: Sequence[str]) -> bool:
        if turn.intent != COMPLAINT or turn.confidence >= _BY_SHAPE:
            return turn.intent == COMPLAINT
        told = len(turn.text) >= _SHORTEST_COMPLAINT and turn.confidence >= _SURE
        return told and meant(turn.text, options) is None

    def noted(self, state: FormState, turn: Turn) -> Step | None:
        """Words near enough to one option, where they ask nothing."""
        place = meant(turn.text, options := self._options(state))
        if place is None or self._asks(turn, options[place]):
            return None
        return self._answered(state, options[place], turn.today)

    @staticmethod
    def _asks(turn: Turn, option: str) -> bool:
        """「残币兑换」 is a question even where one option speaks of 兑换."""
        is_question = turn.intent == QUESTION and turn.confidence >= _SURE
        return is_question and shares_little(turn.text, option)

    def pressed(self, state: FormState, turn: Turn, name: str, value: Any) -> Step | None:
        if name == LEVEL:
            return self._at_level(state, level_of(value), turn.today)
        if name != ANSWER:
            return Step(ask=state.requested)
        if value == PAUSE:
            return self._over(state, Step(), self._progress(state), Ending.PAUSED, turn.today)
        asked, _, place = str(value).rpartition("/")
        options = self._options(state)
        if asked != self.book(state).get("asked"):
            return Step(say=[_told(words.PASSED_BY)], ask=state.requested)
        if not place.isdecimal() or int(place) >= len(options):
            return Step(ask=state.requested)
        return self._answered(state, options[int(place)], turn.today)

    def _chosen(self, state: FormState, turn: Turn, choice: Mapping[str, Any]) -> Step:
        level = level_of(choice.get("level")) if turn.intent == OPENING else None
        if level is not None:
            return self._at_level(state, level, turn.today)
        return super()._chosen(state, turn, choice)

    def _answered(self, state: FormState, option: str | None, today: date) -> Step:
        """What is said to an answer, and the next question; `option` None for 「不知道」."""
        progress = self._progress(state)
        question = self._campaign.question(str(self.book(state).get("question")))
        if question is None:  # taken out of the file meanwhile
            return self._onward(state, Step(), progress, today)
        place = question.options.index(option) if option in question.options else None
        if option is not None and place is None:  # its options were changed meanwhile
            return self._onward(state, Step(say=[_told(words.PASSED_BY)]), progress, today)
        step = Step(say=[_told(words.verdict(question, place))])
        progress = progress.with_answer(question.id, today, is_right=place == question.right)
        return self._onward(state, step, progress, today)

    def _onward(
        self,
        state: FormState,
        step: Step,
        progress: Progress,
        today: date,
        *,
        may_change: bool = False,
    ) -> Step:
        """Completes a step with the next question, or ends the round."""
        skipped = list(self.book(state).get("skipped") or ())
        level = progress.level or Level.EASY
        found = next_question(self._without(skipped), level, progress.history, today)
        if isinstance(found, Rest):
            return self._over(state, step, progress, words.ENDINGS[found], today)
        number, left = place_today(self._campaign, found, progress.history, today)
        book = {
            "id": self.book(state)["id"],
            "skipped": skipped,
            "question": found.id,
            # On the buttons: another campaign may have a question of the same id.
            "asked": f"{self._campaign.id}/{found.id}",
            "shown": words.asked(found, number, left),
            "options": list(found.options),
            "may_change": may_change and bool(progress.history),
        }
        progress = replace(progress, level=level, started=today)
        step.values |= {**self._kept(state, progress), LEVEL: level.value, BOOK: book}
        step.ask = ANSWER
        return step

    # -- pausing, skipping, the end ------------------------------------------------------------

    def _command(self, state: FormState, turn: Turn, command: Command) -> Step | None:
        if command is Command.CANCEL:
            return self._over(state, Step(), self._progress(state), Ending.PAUSED, turn.today)
        if command is Command.SKIP:
            return self._skipped(state, turn)
        if command in (Command.BACK, Command.CORRECT, Command.RESTART):
            return Step(say=[_told(words.NO_WAY_BACK)], ask=state.requested)
        return super()._command(state, turn, command)

    def _settle_cancel(self, state: FormState, yes: bool) -> Step:
        """「再看一遍题」; the buttons that cancel another form mean nothing here."""
        return Step(ask=state.requested)

    def _skipped(self, state: FormState, turn: Turn) -> Step:
        """A question left out for this round; a level that is not chosen is the easy one."""
        if state.requested == LEVEL:
            return self._at_level(state, Level.EASY, turn.today)
        book = self.book(state)
        book["skipped"] = [*(book.get("skipped") or ()), book.get("question")]
        state = replace(state, values={**state.values, BOOK: book})
        said = Step(say=[_told(words.SKIPPED)])
        return self._onward(state, said, self._progress(state), turn.today)

    def _over(
        self, state: FormState, step: Step, progress: Progress, ending: Ending, today: date
    ) -> Step:
        """Ends the round; before that, once a campaign, the offer to ask again what was wrong."""
        book = {"id": self.book(state)["id"], "over": ending.value}
        step.values |= {**self._kept(state, progress), BOOK: book}
        is_wrong = words.reminder_day(self._campaign, progress.history, today) is not None
        asks = ending not in (Ending.SET_ASIDE, Ending.LEFT) and progress.remind is None
        step.ask = REMIND if is_wrong and asks else None
        if step.ask == REMIND:
            step.say.append(_told(words.summary(self._campaign, progress, ending, today)))
        return step

    def _about_reminding(self, state: FormState, turn: Turn) -> Step:
        """The answer to that offer; anything else is left to the rules, and the quiz is over."""
        agreed = (turn.choice or {}).get("agree") if turn.intent == REMIND else said_yes(turn)
        if not isinstance(agreed, bool):
            return Step(aside=True)
        return Step(values={BOOK: {**self.book(state), "agreed": agreed}}, ask=None)

    def _come_back(self, state: FormState, interlude: str, turn: Turn) -> Step:
        """After a side question the same question again, unless the customer has left the quiz."""
        ending = _ENDS_ROUND.get(turn.intent)
        if interlude == REMIND or is_emergency(turn):
            ending = Ending.LEFT
        if ending is None:
            return Step(ask=state.requested)
        return self._over(state, Step(), self._progress(state), ending, turn.today)

    def aside_or_missed(self, state: FormState, turn: Turn) -> Step:
        """Short words nobody understands are a bad answer rather than a question."""
        if turn.intent in _VAGUE and len(turn.text) < _SHORTEST_QUESTION:
            return self.missed(state, str(state.requested))
        return super().aside_or_missed(state, turn)

    # -- reading the state ---------------------------------------------------------------------

    def _progress(self, state: FormState) -> Progress:
        return progress_of(state.get(PROGRESS), self._campaign.id)

    def _kept(self, state: FormState, progress: Progress) -> dict[str, Any]:
        kept = with_progress(state.get(PROGRESS), self._campaign.id, progress)
        return {ANSWER: None, PROGRESS: kept}

    def _options(self, state: FormState) -> Sequence[str]:
        """The options as they were shown."""
        if state.requested != ANSWER:
            return ()
        return [str(option) for option in self.book(state).get("options") or ()]

    def _named_level(self, state: FormState, text: str) -> Level | None:
        offered = [level for level in map(level_of, self.book(state).get("levels") or ()) if level]
        place = meant(text, [words.LEVELS[level] for level in offered])
        return wished_level(text) if place is None else offered[place]

    def _without(self, skipped: Sequence[Any]) -> Campaign:
        left = tuple(question for question in self._campaign.quiz if question.id not in skipped)
        return replace(self._campaign, quiz=left)


def gone(state: FormState) -> Step:
    """Ends a round whose campaign, or its quiz, is no longer there."""
    book = {**dict(state.get(BOOK) or {}), "over": Ending.GONE.value}
    return Step(values={BOOK: book}, ask=None)


def _told(text: str) -> Say:
    return Say("utter_campaign", {"told": text})
