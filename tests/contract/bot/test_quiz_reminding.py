"""The errand that reminds of quizzes: everybody who agreed once, nobody else, killed or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from bot.campaigns.campaign import Campaigns
from bot.campaigns.reminders import Reminder, SqlReminders
from bot.channels import texts
from bot.channels.transcript import Message, Transcript
from bot.errors import JournalUnavailable
from bot.launcher.quiz_reminders import UNTIL_AFTER, QuizReminders
from tests.fakes import NOW
from tests.unit.campaigns.file import campaign

ME = "web-1"
DAY = timedelta(days=1)
FAIR = "315-2027"


class Forgetful(SqlReminders):
    """Dies once before a reminder that was told is taken away."""

    dies = False

    def told(self, reminder: Reminder) -> None:
        if self.dies:
            self.dies = False
            raise JournalUnavailable
        super().told(reminder)


class Surroundings:
    """The errand with its stores, on one database, and the campaigns it sees."""

    def __init__(self, engine: Engine, campaigns: Campaigns) -> None:
        self.reminders = Forgetful(engine)
        self.transcript = Transcript(engine)
        self.campaigns = campaigns
        self._errand = QuizReminders(self.reminders, self.transcript, lambda: self.campaigns)

    def agree(self, due: datetime, sender: str = ME, name: str = FAIR) -> None:
        self.reminders.put(Reminder(sender, name, sender.split("-")[0], due, due - DAY))

    def told(self, now: datetime, sender: str = ME) -> Sequence[Message]:
        """Runs the errand; everything said to the sender so far."""
        self._errand.tell_due(now)
        return self.transcript.after(sender, 0)


@pytest.fixture
def around(database_url: str, connect: Callable[[str], Engine], tmp_path: Path) -> Surroundings:
    days = {"first_day": f"{NOW - 9 * DAY:%Y-%m-%d}", "last_day": f"{NOW + DAY:%Y-%m-%d}"}
    found = campaign(tmp_path, **days)
    return Surroundings(connect(database_url), Campaigns({found.id: found}))


def test_who_agreed_is_reminded_with_a_way_on_and_a_way_out(around: Surroundings) -> None:
    around.agree(NOW)
    (message,) = around.told(NOW)
    assert message.text == texts.QUIZ_NOTICE
    assert [(b["title"], b["payload"]) for b in message.buttons] == [
        ("继续答题", "/quiz_open"),
        ("不再提醒", '/quiz_remind{"agree": false}'),
    ]


def test_nobody_is_reminded_before_the_time_or_twice(around: Surroundings) -> None:
    around.agree(NOW)
    assert around.told(NOW - timedelta(minutes=1)) == []
    for _ in range(3):
        assert len(around.told(NOW)) == 1
    assert around.reminders.of_sender(ME) == []


def test_killed_in_between_the_reminder_is_neither_lost_nor_said_again(
    around: Surroundings,
) -> None:
    around.agree(NOW)
    around.reminders.dies = True
    with pytest.raises(JournalUnavailable):
        around.told(NOW)
    assert len(around.told(NOW)) == 1
    assert around.reminders.of_sender(ME) == []


def test_another_wrong_answer_later_is_reminded_of_again(around: Surroundings) -> None:
    around.agree(NOW)
    around.told(NOW)
    around.agree(NOW + 3 * DAY)
    assert len(around.told(NOW + 3 * DAY)) == 2


def test_a_campaign_that_vanished_or_is_long_over_is_not_spoken_of(around: Surroundings) -> None:
    around.agree(NOW, name="gone-2027")
    around.agree(NOW)
    assert around.told(NOW + DAY + UNTIL_AFTER + DAY) == []
    assert around.reminders.of_sender(ME) == []


def test_shortly_after_its_end_a_campaign_still_reminds(around: Surroundings) -> None:
    around.agree(NOW)
    assert len(around.told(NOW + DAY + UNTIL_AFTER)) == 1


def test_who_has_cleared_the_conversation_hears_nothing(around: Surroundings) -> None:
    around.agree(NOW)
    around.transcript.end_session(ME, NOW)
    assert around.told(NOW) == []
    assert around.reminders.of_sender(ME) == []
