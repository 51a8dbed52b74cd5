"""Whether a customer wants to be asked again what was wrong in a quiz, and when."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions import services
from actions.conversation import Events, channel_of, now, payload_of
from actions.visit import today
from bot.campaigns import quiz_words as words
from bot.campaigns.campaign import Campaign
from bot.campaigns.quiz_progress import PROGRESS, Progress, progress_of, with_progress
from bot.campaigns.reminders import Reminder, due_on


def agreed(tracker: Tracker) -> bool:
    """What a button says; typed is only that no reminder is wanted (bot/nlu/campaign.py)."""
    return bool((payload_of(tracker) or {}).get("agree"))


async def settle(tracker: Tracker, campaign: Campaign, *, agree: bool) -> tuple[Events, str]:
    """Keeps a yes or a no; the events that remember it, and what to say. Raises StorageError."""
    slot = tracker.get_slot(PROGRESS)
    progress = replace(progress_of(slot, campaign.id), remind=agree)
    await keep(tracker, campaign, progress)
    day = words.reminder_day(campaign, progress.history, today())
    told = words.reminded(campaign, day, today(), agree=agree)
    return [SlotSet(PROGRESS, with_progress(slot, campaign.id, progress))], told


async def keep(tracker: Tracker, campaign: Campaign, progress: Progress) -> None:
    """Brings the reminder in line with the progress. Raises StorageError."""
    day = words.reminder_day(campaign, progress.history, today()) if progress.remind else None
    if day is None:
        await asyncio.to_thread(services.reminders().withdraw, tracker.sender_id, campaign.id)
        return
    reminder = Reminder(tracker.sender_id, campaign.id, channel_of(tracker), due_on(day), now())
    await asyncio.to_thread(services.reminders().put, reminder)


async def forget(sender_id: str) -> None:
    """Takes every reminder of a customer away. Raises StorageError."""
    await asyncio.to_thread(services.reminders().forget_sender, sender_id)
