"""When staff are told how the answers stand: at changes, else once a day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.errors import Retryable
from bot.knowledge.answer import Answers
from bot.knowledge.feedback import Miss, MissKind
from bot.launcher.knowledge_report import KnowledgeReport
from tests.fakes import NOW, FakeCaseStore
from tests.unit.knowledge.kit import ID, answer

TEN_MINUTES = timedelta(minutes=10)


class Rig:
    """Questions of customers, an answer, and the bank they are reported to."""

    def __init__(self) -> None:
        self.misses: list[Miss] = []
        self.since: list[datetime] = []
        self.cases = FakeCaseStore()
        self.answers: Answers = {ID: answer()}
        self.report = KnowledgeReport(self.cases, self._since, lambda: self.answers)

    def _since(self, moment: datetime) -> list[Miss]:
        self.since.append(moment)
        return [miss for miss in self.misses if miss.at >= moment]

    def ask(self, text: str, at: datetime) -> None:
        self.misses.append(Miss(MissKind.UNKNOWN, text, "out_of_scope", at))

    def run(self, rounds: int, start: int = 0) -> list[int]:
        """Calls it every ten minutes; the rounds in which something was sent."""
        sent = []
        for number in range(start, start + rounds):
            before = len(self.cases.knowledge)
            self.report.send_if_needed(NOW + number * TEN_MINUTES)
            sent += [number] * (len(self.cases.knowledge) - before)
        return sent


def test_it_is_sent_at_once_and_again_after_a_day_if_nothing_changed() -> None:
    assert Rig().run(6 * 24 * 2) == [0, 144]


def test_a_new_question_is_reported_at_the_next_round() -> None:
    rig = Rig()
    rig.run(3)
    rig.ask("数字人民币钱包怎么开", NOW)
    assert rig.run(3, start=3) == [3]
    assert rig.cases.knowledge[-1]["missed"] == 1


def test_a_question_of_more_than_a_month_ago_is_no_longer_reported() -> None:
    rig = Rig()
    rig.ask("数字人民币钱包怎么开", NOW - timedelta(days=31))
    rig.run(1)
    assert rig.cases.knowledge[-1]["missed"] == 0
    assert rig.since == [NOW - timedelta(days=30)]


def test_a_review_that_comes_near_is_reported_without_any_question() -> None:
    rig = Rig()
    rig.answers = {ID: answer(review_due="2027-02-22")}  # 91 days from NOW
    assert rig.run(6 * 24 + 1)[0] == 0
    assert [body["due_total"] for body in rig.cases.knowledge] == [0, 1]


def test_a_report_that_failed_is_sent_at_the_next_round() -> None:
    rig = Rig()
    rig.cases.failures = [Retryable("HTTP 503")]
    with pytest.raises(Retryable):
        rig.report.send_if_needed(NOW)
    assert rig.run(2, start=1) == [1]
