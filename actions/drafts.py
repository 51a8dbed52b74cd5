"""Drafts of forms: saved with every accepted answer, put aside, taken up again."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import counting, services
from actions.conversation import Events, channel_of, now
from bot.campaigns import quiz_fields as q
from bot.errors import StorageError
from bot.intake import callback_fields as b
from bot.intake import case_fields as c
from bot.intake import fields as f
from bot.intake.drafts import Draft
from bot.intake.forms.table import FormState, FormTable
from bot.intake.turn import Step

logger = logging.getLogger(__name__)

TABLES = {table.name: table for table in (f.TABLE, c.TABLE, b.TABLE, q.TABLE)}


def values_of(tracker: Tracker, table: FormTable) -> dict[str, Any]:
    """The form's slots."""
    return {name: tracker.get_slot(name) for name in table.slots}


def state_of(tracker: Tracker, table: FormTable) -> FormState:
    """The form as it stands.

    One that has not begun asks for nothing, whatever slot some other form left requested.
    """
    values = values_of(tracker, table)
    begun = values[table.book] is not None
    return FormState(values, tracker.get_slot("requested_slot") if begun else None)


async def save(
    tracker: Tracker,
    table: FormTable,
    values: dict[str, Any],
    requested: str,
    interrupted_by: str | None = None,
) -> bool:
    """Keeps the form as it stands; False when the disk does not take it.

    Before consent only one that is put aside is kept, and so it is with one that is not drafted. The
    tracker holds the same answers, so that a draft that cannot be written is no reason to stop.
    """
    book = values.get(table.book)
    agreed = table is not f.TABLE or values.get(f.CONSENT) is not None
    if not book or not ((table.drafted and agreed) or interrupted_by):
        return True
    draft = Draft(
        id=str(book["id"]),
        form=table.name,
        sender_id=tracker.sender_id,
        channel=channel_of(tracker),
        values=values,
        requested=requested,
        interrupted_by=interrupted_by,
        updated_at=now(),
    )
    try:
        await asyncio.to_thread(services.drafts().save, draft, now())
    except StorageError as exc:
        logger.error("draft not saved: %s", exc.__cause__.__class__.__name__)
        return False
    return True


async def forget(draft_id: str) -> None:
    """Deletes a draft that became a complaint or was given up."""
    try:
        await asyncio.to_thread(services.drafts().forget, draft_id)
    except StorageError as exc:
        logger.error("draft not deleted: %s", exc.__cause__.__class__.__name__)


async def answer(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    table: FormTable,
    state: FormState,
    step: Step,
) -> Events:
    """Says and keeps what a step of a form brought; the events that set its slots."""
    counting.count_step(counting.forms(), table, state, step)
    for say in step.say:
        dispatcher.utter_message(response=say.response, **say.variables)
    values, begun = {**state.values, **step.values}, state.get(table.book)
    if step.ask is not None:
        await save(tracker, table, values, step.ask)
    elif values.get(table.book) is None and begun is not None:
        await forget(str(begun["id"]))  # cancelled, or consent refused
    # Rasa takes a form that sets no slot for one that did not understand, and asks the rules.
    changed = {table.book: begun, **step.values}
    slots = [SlotSet(name, value) for name, value in changed.items()]
    return [*slots, SlotSet("requested_slot", step.ask)]


async def put_aside(tracker: Tracker, for_form: str) -> Events:
    """Keeps the open form for later and closes it; the events that do so.

    Raises StorageError when it cannot be kept: it stays open then, and nothing is lost.
    """
    table = TABLES.get(str((tracker.active_loop or {}).get("name")))
    if table is None:
        return []
    requested = str(tracker.get_slot("requested_slot") or table.fields[0].name)
    values = values_of(tracker, table)
    if not await save(tracker, table, values, requested, interrupted_by=for_form):
        raise StorageError()
    counting.count_put_aside(counting.forms(), table, FormState(values, requested))
    return closing(table)


def closing(table: FormTable) -> Events:
    """Events that close a form and forget its answers."""
    forget_answers = [SlotSet(name, None) for name in table.slots]
    return [*forget_answers, SlotSet("requested_slot", None), ActiveLoop(None)]


async def take_up(tracker: Tracker, draft: Draft) -> Events:
    """Events that open the form of `draft` at the question where it stopped."""
    table = TABLES[draft.form]
    await save(tracker, table, dict(draft.values), draft.requested)
    if not table.drafted:
        await forget(draft.id)
    return [
        *(SlotSet(name, draft.values.get(name)) for name in table.slots),
        ActiveLoop(table.name),
        SlotSet("requested_slot", draft.requested),
        FollowupAction(table.name),
    ]


async def put_aside_before(tracker: Tracker) -> Draft | None:
    """The form that was interrupted last, if one was."""
    try:
        drafts = await asyncio.to_thread(services.drafts().of_sender, tracker.sender_id)
    except StorageError:
        return None  # nothing is lost: 「继续填写」 finds it later
    return next((draft for draft in drafts if draft.interrupted_by), None)


async def offer(dispatcher: CollectingDispatcher, draft: Draft) -> None:
    """Says that a form that is not drafted waits: it is nothing to be thrown back into."""
    dispatcher.utter_message(response=f"utter_{draft.form}_waits")
    await forget(draft.id)
