"""Tells those who agreed that what was wrong in a quiz may be answered again.

First the words are put into the conversation, then the wish is taken away: killed in between, the
same words come again under the same key, and the conversation has them already.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

from bot.campaigns.buttons import button
from bot.campaigns.campaign import Campaign, Campaigns
from bot.campaigns.files import open_shelf
from bot.campaigns.quiz_words import GO_ON
from bot.campaigns.reminders import Reminder, Reminders, SqlReminders
from bot.channels import texts
from bot.channels.transcript import WAITS, Button, Reply, Transcript
from bot.intake.calendar import local_day
from bot.settings import Settings
from bot.storage.engine import shared_engine

AT_ONCE = 200
"""Reminders told in one round; the next round takes the rest."""
UNTIL_AFTER = timedelta(days=30)
"""How long after its last day a campaign's quiz is still reminded of."""


class QuizReminders:
    """An errand of the relay. `campaigns` gives those of now; raises StorageError."""

    def __init__(
        self, reminders: Reminders, transcript: Transcript, campaigns: Callable[[], Campaigns]
    ) -> None:
        self._reminders = reminders
        self._transcript = transcript
        self._campaigns = campaigns

    def tell_due(self, now: datetime) -> None:
        """Tells what is due; what nobody can use any more is taken away unsaid."""
        for reminder in self._reminders.due(now, AT_ONCE):
            campaign = self._campaigns().by_id.get(reminder.campaign)
            if campaign is not None and self._is_wanted(reminder, campaign, now):
                self._tell(reminder, now)
            self._reminders.told(reminder)

    def _is_wanted(self, reminder: Reminder, campaign: Campaign, now: datetime) -> bool:
        over = local_day(now) > campaign.days.last + UNTIL_AFTER
        return (
            bool(campaign.quiz) and not over and not self._transcript.has_ended(reminder.sender_id)
        )

    def _tell(self, reminder: Reminder, now: datetime) -> None:
        key = f"{WAITS}quiz/{reminder.campaign}/{local_day(reminder.due_at):%Y%m%d}"
        buttons = (
            _button(GO_ON, "quiz_open"),
            _button(texts.NO_QUIZ_NOTICE, "quiz_remind", agree=False),
        )
        reply = Reply(texts.QUIZ_NOTICE, buttons)
        self._transcript.push(reminder.sender_id, key, reply, now)


def _button(title: str, intent: str, **arguments: bool) -> Button:
    made = button(title, intent, **arguments)
    return Button(title=made["title"], payload=made["payload"])


def open_quiz_reminders(config: Settings, now: Callable[[], datetime]) -> QuizReminders:
    """Campaigns are not read before the first reminder is due."""
    shelf = lru_cache(maxsize=1)(lambda: open_shelf(config.campaigns_dir, lambda: local_day(now())))
    return QuizReminders(
        SqlReminders(shared_engine(config.database_url("journal"))),
        Transcript(shared_engine(config.database_url("channel"), durable=False)),
        lambda: shelf().campaigns(),
    )
