"""Reminders of quizzes on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from bot.campaigns.reminders import Reminder, SqlReminders, due_on
from tests.fakes import NOW

ME, OTHER = "web-1", "wechat-2"
DAY = timedelta(days=1)
MINE = Reminder(ME, "315-2027", "web", NOW, NOW - DAY)
THEIRS = Reminder(OTHER, "315-2027", "wechat", NOW + DAY, NOW)


@pytest.fixture
def reminders(database_url: str, connect: Callable[[str], Engine]) -> SqlReminders:
    return SqlReminders(connect(database_url))


def test_what_is_due_comes_with_the_earliest_first(reminders: SqlReminders) -> None:
    for reminder in (THEIRS, MINE):
        reminders.put(reminder)
    assert reminders.due(NOW - timedelta(seconds=1), 10) == []
    assert reminders.due(NOW, 10) == [MINE]
    assert reminders.due(NOW + DAY, 10) == [MINE, THEIRS]
    assert reminders.due(NOW + DAY, 1) == [MINE]


def test_a_campaign_has_one_reminder_a_customer(reminders: SqlReminders) -> None:
    later = replace(MINE, due_at=NOW + DAY, agreed_at=NOW)
    other = replace(MINE, campaign="elderly-2027")
    for reminder in (MINE, later, other):
        reminders.put(reminder)
    assert reminders.of_sender(ME) == [other, later]


def test_a_reminder_that_was_told_is_gone(reminders: SqlReminders) -> None:
    reminders.put(MINE)
    reminders.told(MINE)
    reminders.told(MINE)
    assert reminders.of_sender(ME) == []


def test_one_put_meanwhile_stays_when_the_earlier_one_was_told(reminders: SqlReminders) -> None:
    reminders.put(MINE)
    newer = replace(MINE, due_at=NOW + 3 * DAY)
    reminders.put(newer)
    reminders.told(MINE)
    assert reminders.of_sender(ME) == [newer]


def test_a_reminder_can_be_withdrawn(reminders: SqlReminders) -> None:
    for reminder in (MINE, THEIRS):
        reminders.put(reminder)
    reminders.withdraw(ME, "315-2027")
    reminders.withdraw(ME, "315-2027")
    assert reminders.due(NOW + DAY, 10) == [THEIRS]


def test_everything_of_a_customer_can_be_forgotten(reminders: SqlReminders) -> None:
    for reminder in (MINE, replace(MINE, campaign="elderly-2027"), THEIRS):
        reminders.put(reminder)
    assert reminders.forget_sender(ME) == 2
    assert reminders.due(NOW + DAY, 10) == [THEIRS]


def test_reminders_are_told_in_the_morning() -> None:
    moment = due_on(NOW.date())
    assert moment.isoformat().endswith("T10:00:00+08:00")
