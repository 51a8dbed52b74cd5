"""From the assistant to a person: a talk is opened or offered, or, with nobody there, a call in its
place. How a talk goes on and ends is `bot.channels` and the relay's."""

from __future__ import annotations

import asyncio
import logging

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.bank import ask_bank
from actions.conversation import (
    Events,
    SafeAction,
    channel_of,
    message_id_of,
    now,
    payload_of,
    uttered_lately,
)
from actions.handover_file import file_of
from bot.errors import BotError, CaseStoreError, StorageError
from bot.handover.desk import Standing
from bot.handover.talk import ClosedBy, State, Talk, Why, talk_id
from bot.intake.calendar import local_day, show_moment
from bot.intake.promises import provisional

logger = logging.getLogger(__name__)

OFFERS = {
    Why.MISSES: ("utter_offer_person_misses", "utter_offer_call_misses"),
    Why.DISTRESS: ("utter_offer_person_distress", "utter_offer_call_distress"),
}
"""What is said when a person is offered: with somebody on duty, and with nobody."""


class Handoff(SafeAction):
    """「转人工」: opens a talk when somebody is on duty, else says when people are there."""

    def name(self) -> str:
        return "action_handoff"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        talk = await asyncio.to_thread(services.handovers().of, tracker.sender_id)
        if talk is not None:
            _say_where_it_stands(dispatcher, talk)
            return []
        standing = await _person_there()
        if standing is None:
            dispatcher.utter_message(response="utter_handoff", **when_people_are_there())
            return []
        await _open(tracker, _why(tracker))
        dispatcher.utter_message(response="utter_handover_opened", ahead=_ahead(standing.waiting))
        return []


class RiskHandover(SafeAction):
    """After the answer to an emergency: who is in danger should not have to press a button.

    It says nothing when nobody is there: the answer itself names whom to call.
    """

    def name(self) -> str:
        return "action_risk_handover"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        if payload_of(tracker) is not None:  # 「紧急处理步骤」 read under an answer
            return []
        try:
            await self._open(dispatcher, tracker)
        except BotError as exc:
            # The answer stands whatever becomes of this.
            logger.error("risk not handed over: %s", type(exc).__name__)
        return []

    @staticmethod
    async def _open(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        talk = await asyncio.to_thread(services.handovers().of, tracker.sender_id)
        if talk is not None or await _person_there() is None:
            return
        await _open(tracker, Why.RISK)
        dispatcher.utter_message(response="utter_handover_risk")


async def offer_person(dispatcher: CollectingDispatcher, tracker: Tracker, why: Why) -> bool:
    """Offers a person, or a call while nobody is there; False when one is coming already.

    That it fails must not spoil the answer it stands beside.
    """
    try:
        talk = await asyncio.to_thread(services.handovers().of, tracker.sender_id)
    except StorageError as exc:
        logger.error("no person offered: %s", exc.__cause__.__class__.__name__)
        return False
    if talk is not None:
        return False
    with_person, without = OFFERS[why]
    if await _person_there() is not None:
        dispatcher.utter_message(response=with_person)
    else:
        dispatcher.utter_message(response=without, **when_people_are_there())
    return True


async def offer_in_distress(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    """Beside the answer to somebody angry or desperate: a person, offered once in a while."""
    found = tracker.latest_message.get("understanding") or {}
    if found.get("distress") and not uttered_lately(tracker, OFFERS[Why.DISTRESS]):
        await offer_person(dispatcher, tracker, Why.DISTRESS)


async def waiting_talk(sender_id: str) -> Talk | None:
    """The talk a customer waits for. Raises StorageError."""
    talk = await asyncio.to_thread(services.handovers().of, sender_id)
    return talk if talk is not None and talk.state is State.WAITING else None


async def close_waiting(sender_id: str) -> None:
    """Ends the talk a customer waits for, who will be called instead. Raises StorageError."""
    talk = await waiting_talk(sender_id)
    if talk is not None:
        await asyncio.to_thread(services.handovers().close, talk.id, ClosedBy.CUSTOMER, now())


def when_people_are_there() -> dict[str, str]:
    """Variables `when` and `call_by`: when somebody is at work, and by when a call is promised."""
    hours, moment = services.office_hours(), now()
    opens = hours.next_open(moment)
    called = services.call_by(moment)
    today = local_day(moment)
    when = "现在暂时没有工作人员能在这里接待您"
    if opens > moment:
        when = f"现在不是工作时间，工作人员{show_moment(opens, today)}上班{provisional(opens)}"
    return {"when": when, "call_by": f"{show_moment(called, today)}{provisional(called)}"}


async def _person_there() -> Standing | None:
    """How the desk stands when somebody there has room for a talk; None when nobody has.

    The desk knows its office hours and who is at the screen. One that does not answer is empty.
    """
    try:
        standing = await ask_bank(services.chat_desk().standing)
    except CaseStoreError as exc:
        logger.warning("the desk does not answer: %s", exc)
        return None
    return standing if standing.open else None


async def _open(tracker: Tracker, why: Why) -> Talk:
    """Raises StorageError. The same message opens the same talk."""
    return await asyncio.to_thread(
        services.handovers().open,
        talk_id(tracker.sender_id, message_id_of(tracker)),
        tracker.sender_id,
        channel_of(tracker),
        why,
        await file_of(tracker),
        now(),
    )


def _say_where_it_stands(dispatcher: CollectingDispatcher, talk: Talk) -> None:
    active = talk.state is State.ACTIVE
    response = "utter_handover_active" if active else "utter_handover_waiting"
    dispatcher.utter_message(response=response)


def _ahead(waiting: int) -> str:
    return f"前面还有{waiting}位客户" if waiting else "前面没有别的客户在等"


def _why(tracker: Tracker) -> Why:
    """The reason a button names, else the word itself."""
    named = (payload_of(tracker) or {}).get("why")
    return Why(named) if named in {why.value for why in OFFERS} else Why.WORD
