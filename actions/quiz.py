"""The quiz of a campaign: opened, answered question by question, summed up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import drafts, quiz_reminder, services
from actions.complaint_form import return_to_form
from actions.conversation import Events, SafeAction, intent_of, say, turn_of
from actions.counted import counted, deed
from actions.visit import campaign_of, today
from bot.analytics.fact import FactKind, Outcome
from bot.campaigns import quiz_fields as q
from bot.campaigns import quiz_words as words
from bot.campaigns.buttons import button
from bot.campaigns.campaign import Campaign
from bot.campaigns.greeting import running
from bot.campaigns.menu import titles_of
from bot.campaigns.quiz_form import QuizForm, gone
from bot.campaigns.quiz_progress import PROGRESS, Progress, level_of, progress_of
from bot.campaigns.quiz_words import Ending
from bot.intake.forms.table import FormState

FORM = q.TABLE.name


class OpenQuiz(SafeAction):
    """Begins a round, or goes on with the quiz; a form that is open is put aside."""

    def name(self) -> str:
        return "action_open_quiz"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        campaign = campaign_of(tracker)
        if campaign is None or not campaign.quiz:
            _tell_where(dispatcher, campaign)
            return []
        rest = _rest_now(tracker, campaign)
        if rest is not None:
            progress = progress_of(tracker.get_slot(PROGRESS), campaign.id)
            _sum_up(dispatcher, campaign, progress, rest)
            return []
        is_open = (tracker.active_loop or {}).get("name") == FORM
        aside = [] if is_open else await drafts.put_aside(tracker, FORM)
        return [*(aside or drafts.closing(q.TABLE)), FollowupAction(FORM)]


def _tell_where(dispatcher: CollectingDispatcher, campaign: Campaign | None) -> None:
    """That there is no quiz here, and which campaigns have one now."""
    current = running(services.campaigns().campaigns(), today())
    offered = [c for c in current if c.quiz and c is not campaign]
    if offered:
        say(dispatcher, words.WHICH, titles_of(offered))
    else:
        say(dispatcher, words.NONE)


def _rest_now(tracker: Tracker, campaign: Campaign) -> Ending | None:
    """Why there is nothing to ask at the level this message opens the quiz with."""
    slots = {**dict.fromkeys(q.TABLE.slots), PROGRESS: tracker.get_slot(PROGRESS)}
    step = QuizForm(campaign, uuid4).advance(FormState(slots, None), turn_of(tracker))
    over = (step.values.get(q.BOOK) or {}).get("over")
    return Ending(over) if over in {ending.value for ending in words.ENDINGS.values()} else None


class ValidateQuizForm(SafeAction):
    """Reads one turn of the quiz; Rasa asks for the `requested_slot` this returns."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        state, campaign = _state(tracker), campaign_of(tracker)
        if campaign is None or not campaign.quiz:
            return await drafts.answer(dispatcher, tracker, q.TABLE, state, gone(state))
        step = QuizForm(campaign, uuid4).advance(state, turn_of(tracker))
        if step.aside:
            is_complaint = intent_of(tracker) == q.COMPLAINT
            return await drafts.put_aside(tracker, "complaint_form") if is_complaint else []
        before = progress_of(state.get(PROGRESS), campaign.id)
        after = progress_of({**state.values, **step.values}.get(PROGRESS), campaign.id)
        if after.remind and len(after.history) > len(before.history):
            await quiz_reminder.keep(tracker, campaign, after)
        events = await drafts.answer(dispatcher, tracker, q.TABLE, state, step)
        done = _deeds(tracker, campaign, before, after)
        return [*events, counted(*done)] if done else events


def _state(tracker: Tracker) -> FormState:
    state = drafts.state_of(tracker, q.TABLE)
    return replace(state, values={**state.values, PROGRESS: tracker.get_slot(PROGRESS)})


def _deeds(
    tracker: Tracker, campaign: Campaign, before: Progress, after: Progress
) -> list[dict[str, Any]]:
    """What this turn brought, to be counted."""
    done = []
    for answer in after.history[len(before.history) :]:
        question = campaign.question(answer.question_id)
        level = question.level if question else None
        done.append(
            deed(
                tracker,
                FactKind.QUIZ_ANSWERED,
                Outcome.RIGHT if answer.is_right else Outcome.WRONG,
                question=answer.question_id,
                level=level and level.value,
                number=after.answers_to(answer.question_id),
            )
        )
        if level and after.has_seen_all(campaign, level) > before.has_seen_all(campaign, level):
            done.append(deed(tracker, FactKind.QUIZ_FINISHED, level=level.value))
    if after.started != before.started and after.level:
        done.append(deed(tracker, FactKind.QUIZ_STARTED, level=after.level.value))
    return done


# -- questions ---------------------------------------------------------------------------------


class AskQuizLevel(SafeAction):
    """Asks how hard it may be, of the levels that have something new."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{q.LEVEL}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        campaign = campaign_of(tracker)
        offered = map(level_of, _book(tracker).get("levels") or ())
        buttons = [
            button(words.LEVELS[level], "answer", field=q.LEVEL, value=level.value)
            for level in offered
            if level is not None
        ]
        say(dispatcher, words.ask_level(campaign) if campaign else words.GONE, buttons)
        return []


class AskQuizAnswer(SafeAction):
    """Asks the question as the form's notes have it, with its options as buttons."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{q.ANSWER}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        book = _book(tracker)
        titles = [(title, f"{book['asked']}/{n}") for n, title in enumerate(book["options"])]
        titles.append((words.PAUSE, q.PAUSE))
        buttons = [button(title, "answer", field=q.ANSWER, value=value) for title, value in titles]
        if book.get("may_change"):
            buttons.append(button(words.CHANGE_LEVEL, "answer", field=q.LEVEL, value=""))
        say(dispatcher, str(book["shown"]), buttons)
        return []


class AskQuizRemind(SafeAction):
    """Asks whether what was wrong may be asked again on a later day."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{q.REMIND}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        campaign = campaign_of(tracker)
        if campaign is None:
            return []
        progress = progress_of(tracker.get_slot(PROGRESS), campaign.id)
        buttons = [
            button(words.REMIND_ME, q.REMIND, agree=True),
            button(words.NO_REMINDER, q.REMIND, agree=False),
        ]
        say(dispatcher, words.ask_to_remind(campaign, progress, today()), buttons)
        return []


def _book(tracker: Tracker) -> dict[str, Any]:
    return dict(tracker.get_slot(q.BOOK) or {})


# -- the end -----------------------------------------------------------------------------------


class QuizOver(SafeAction):
    """Sums a round up and says where to go on; then back to what the quiz has interrupted."""

    def name(self) -> str:
        return "action_quiz_over"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        book = _book(tracker)
        if not book:  # put aside for a complaint
            say(dispatcher, words.KEPT)
            return [FollowupAction("complaint_form")]
        ending = Ending(book["over"])
        events = [*self.after_failure(), *await _closed(dispatcher, tracker, ending)]
        if ending in (Ending.LEFT, Ending.SET_ASIDE):  # the customer has turned to something else
            return events
        return [*events, *await return_to_form(dispatcher, tracker)]

    def after_failure(self) -> Events:
        return [SlotSet(name, None) for name in q.TABLE.slots]


async def _closed(dispatcher: CollectingDispatcher, tracker: Tracker, ending: Ending) -> Events:
    campaign, agreed = campaign_of(tracker), _book(tracker).get("agreed")
    if campaign is None:
        say(dispatcher, words.GONE)
        return []
    progress = progress_of(tracker.get_slot(PROGRESS), campaign.id)
    if agreed is None:
        _sum_up(dispatcher, campaign, progress, ending)
        return []
    events, told = await quiz_reminder.settle(tracker, campaign, agree=agreed)
    say(dispatcher, told, words.buttons_after(campaign, progress, ending))
    return events


def _sum_up(
    dispatcher: CollectingDispatcher, campaign: Campaign, progress: Progress, ending: Ending
) -> None:
    told = words.summary(campaign, progress, ending, today())
    if told:
        say(dispatcher, told, words.buttons_after(campaign, progress, ending))


class QuizRemind(SafeAction):
    """A yes or a no to be reminded, given outside of the quiz: by a late button, or typed."""

    def name(self) -> str:
        return "action_quiz_remind"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        campaign = campaign_of(tracker)
        agree = quiz_reminder.agreed(tracker)
        if campaign is None:
            await quiz_reminder.forget(tracker.sender_id)
            say(dispatcher, words.GONE if agree else words.NOT_REMINDED)
            return []
        events, told = await quiz_reminder.settle(tracker, campaign, agree=agree)
        say(dispatcher, told)
        return events
