"""Tells the case store how the answers stand, so that staff see what to write and to review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from bot.intake.bootstrap import case_store
from bot.intake.calendar import local_day
from bot.intake.case_store import CaseStore
from bot.knowledge import report
from bot.knowledge.answer import Answers
from bot.knowledge.catalogue import load_catalogue
from bot.knowledge.feedback import Feedback, Miss
from bot.knowledge.files import FAQ
from bot.settings import Settings
from bot.storage.engine import shared_engine

AT_LEAST = timedelta(days=1)
"""Sent this often even if nothing has changed; the case store shows a longer silence."""


class KnowledgeReport:
    """Sends the report when it has changed, else once a day.

    `misses` gives the questions nobody could answer since a moment, oldest first; `answers` the
    governed answers. What was grouped stays until there are other misses: grouping is the slow part.
    """

    def __init__(
        self,
        case_store: CaseStore,
        misses: Callable[[datetime], Sequence[Miss]],
        answers: Callable[[], Answers],
    ) -> None:
        self._case_store = case_store
        self._misses = misses
        self._answers = answers
        self._grouped: tuple[Sequence[Miss], report.Questions] | None = None
        self._sent: dict[str, Any] | None = None
        self._sent_at: datetime | None = None

    def send_if_needed(self, now: datetime) -> None:
        """Raises BotError; a report that fails is sent at the next call."""
        body = {
            **self._questions(now),
            **report.standing(self._answers(), local_day(now)),
        }
        if body == self._sent and self._sent_at is not None and now - self._sent_at < AT_LEAST:
            return
        self._case_store.report_knowledge(body)
        self._sent, self._sent_at = body, now

    def _questions(self, now: datetime) -> report.Questions:
        misses = self._misses(now - timedelta(days=report.DAYS))
        if self._grouped is None or self._grouped[0] != misses:
            self._grouped = misses, report.questions(misses, self._answers())
        return self._grouped[1]


def open_knowledge_report(config: Settings) -> KnowledgeReport:
    """The report of this installation. Answers are read when first needed, so that a file that
    cannot be read stops nothing but this; they change with a restart only."""
    feedback = Feedback(shared_engine(config.database_url("knowledge"), durable=False))
    return KnowledgeReport(case_store(config), feedback.misses, cache(lambda: load_catalogue(FAQ)))
