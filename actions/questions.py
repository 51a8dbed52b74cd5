"""Education questions beyond the plain one: asked back, picked, two at once, leaning on the last."""

from __future__ import annotations

from itertools import islice
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.conversation import Events, SafeAction, payload_of, responses_by_turn
from actions.feedback import count_miss
from actions.handover import OFFERS, offer_in_distress, offer_person
from actions.topic import FAQ_PREFIX, INTENT_TITLES, answer_before
from bot.handover.talk import Why
from bot.knowledge.feedback import MissKind

ASKED_BACK = {"utter_clarify"}
MISSED = {"utter_out_of_scope", "utter_default", *OFFERS[Why.MISSES]}
"""Responses of a turn that answered nothing."""
SURE_WITHIN_THEME = 0.45
"""Probability within the theme just discussed from which a short question is answered."""


class Clarify(SafeAction):
    """Offers up to three titles, and a way out."""

    def name(self) -> str:
        return "action_clarify"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        labels = [str(candidate["label"]) for candidate in _understanding(tracker)["candidates"]]
        events = await ask_back(dispatcher, tracker, labels)
        await offer_in_distress(dispatcher, tracker)
        return events


class AnswerPicked(SafeAction):
    """Answers the question whose button was pressed."""

    def name(self) -> str:
        return "action_answer_picked"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        picked: dict[str, Any] = payload_of(tracker) or {}
        answer = services.catalogue().get(str(picked.get("faq_id")))
        response = "utter_out_of_scope" if answer is None else f"utter_faq/{answer.id}"
        dispatcher.utter_message(response=response)
        return []


class AnswerSeveral(SafeAction):
    """Answers two questions of one message, one after the other."""

    def name(self) -> str:
        return "action_answer_several"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        for label in _understanding(tracker)["questions"]:
            dispatcher.utter_message(response=f"utter_{label}")
        return []


class AnswerUpset(SafeAction):
    """Answers a question asked in anger or despair, and offers a person beside it."""

    def name(self) -> str:
        return "action_answer_upset"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        dispatcher.utter_message(response=f"utter_{_understanding(tracker)['label']}")
        await offer_in_distress(dispatcher, tracker)
        return []


class AnswerFollowUp(SafeAction):
    """Takes a question without a subject to be about the theme just discussed, or asks back."""

    def name(self) -> str:
        return "action_answer_follow_up"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        before = answer_before(tracker)
        if before is None:
            return await _without_subject(dispatcher, tracker)
        theme = before.split(".", 1)[0]
        likely = _understanding(tracker)["within"].get(theme, [])
        others = [scored for scored in likely if scored["label"] != before]
        if others and others[0]["confidence"] >= SURE_WITHIN_THEME:
            dispatcher.utter_message(response=f"utter_{others[0]['label']}")
            return []
        return await ask_back(dispatcher, tracker, [str(scored["label"]) for scored in others])


class SayUnknown(SafeAction):
    """Says that it does not know, and counts the question."""

    def name(self) -> str:
        return "action_say_unknown"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        await _say_unknown(dispatcher, tracker, MissKind.UNKNOWN)
        return []


class NoneOfThese(SafeAction):
    """None of the titles offered was the question."""

    def name(self) -> str:
        return "action_none_of_these"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        await _say_unknown(dispatcher, tracker, MissKind.NONE_OF_THESE)
        return []


async def _say_unknown(dispatcher: CollectingDispatcher, tracker: Tracker, kind: MissKind) -> None:
    """Says that it does not know; the second time in a row it offers a person instead."""
    offered = missed_before(tracker) and await offer_person(dispatcher, tracker, Why.MISSES)
    if not offered:
        dispatcher.utter_message(response="utter_out_of_scope")
    await count_miss(tracker, kind)


def missed_before(tracker: Tracker) -> bool:
    """True when the message before this one got no answer either.

    A question asked back is neither: what the customer chose there decides.
    """
    for said in islice(responses_by_turn(tracker), 1, None):
        if not said & ASKED_BACK:
            return bool(said & MISSED)
    return False


async def ask_back(dispatcher: CollectingDispatcher, tracker: Tracker, labels: list[str]) -> Events:
    """「您是想问」 with the titles of `labels`; says that it does not know when none has a title."""
    buttons = [button for label in labels if (button := title_button(label)) is not None]
    if not buttons:
        return await SayUnknown().act(dispatcher, tracker)
    none_of_these = {"title": "都不是", "payload": "/none_of_these"}
    dispatcher.utter_message(response="utter_clarify", buttons=[*buttons, none_of_these])
    return []


async def _without_subject(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """A short question at the beginning: what it would be without the short cut."""
    found = _understanding(tracker)
    label = str(found["label"])
    if found["band"] == "answer" and label in services.answerable():
        dispatcher.utter_message(response=f"utter_{label}")
        return []
    if found["band"] == "clarify":
        return await ask_back(dispatcher, tracker, [str(c["label"]) for c in found["candidates"]])
    dispatcher.utter_message(response="utter_which_matter")
    return []


def title_button(label: str) -> dict[str, str] | None:
    """A button that asks the question `label`; None when it has no title to show."""
    if label.startswith(FAQ_PREFIX):
        faq_id = label[len(FAQ_PREFIX) :]
        answer = services.catalogue().get(faq_id)
        payload = f'/pick_faq{{"faq_id": "{faq_id}"}}'
        return None if answer is None else {"title": answer.title, "payload": payload}
    title = INTENT_TITLES.get(label)
    return None if title is None else {"title": title, "payload": f"/{label}"}


def _understanding(tracker: Tracker) -> dict[str, Any]:
    """What the classifier found, see `bot.nlu.understanding.Understanding`."""
    found = tracker.latest_message.get("understanding") or {}
    return {"candidates": [], "questions": [], "within": {}, "band": "", "label": "", **found}
