"""The loads: who says what, together or in turn, and which times are kept."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from threading import Barrier, Lock

import pytest
from rich.console import Console

from benchmarks import load
from benchmarks.customers import Customer, Said, Unanswered
from benchmarks.progress import Steps

REFERENCE = "您的投诉已登记，编号：TS20261126-7K3QF9X"


class Crowd:
    """Customers that are answered after as many ms as they have said things."""

    def __init__(self, confirmation: str = REFERENCE, together: int = 1) -> None:
        self.heard: Counter[str] = Counter()
        self.conversations = 0
        self.confirmation = confirmation
        self.lock = Lock()
        self.together = Barrier(together, timeout=10)

    def join(self) -> Customer:
        with self.lock:
            self.conversations += 1
        return Visitor(self)


class Visitor:
    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.turns = crowd, 0

    def say(self, text: str) -> Said:
        self.crowd.together.wait()
        self.turns += 1
        with self.crowd.lock:
            self.crowd.heard[text] += 1
        words = self.crowd.confirmation if text == "确认提交" else "好"
        return Said(float(self.turns), (words,), 100)

    def twin(self) -> Customer:
        return Visitor(self.crowd)


@pytest.fixture
def steps() -> Iterator[Steps]:
    with Steps(Console(file=io.StringIO())) as shown:
        yield shown


def test_ten_questions_make_a_conversation(steps: Steps) -> None:
    crowd = Crowd()
    said = load.faq(crowd.join, 25, steps, "问答")
    assert crowd.conversations == 3
    assert [each.ms for each in said] == [*map(float, range(1, 11))] * 2 + [1, 2, 3, 4, 5]


def test_all_customers_of_a_crowd_talk_at_the_same_time() -> None:
    crowd = Crowd(together=load.CUSTOMERS)  # each waits until all have said something
    found = load.crowd(crowd.join, 20)
    assert len(found.times) == sum(crowd.heard.values()) == load.CUSTOMERS * 20
    assert found.messages_per_second > 0


def test_a_burst_is_sent_before_anybody_is_answered(steps: Steps) -> None:
    everybody = Crowd(together=load.AT_ONCE)
    assert len(load.at_once(everybody.join, 2, steps, "齐发")) == 2
    assert everybody.conversations == 2 * load.AT_ONCE
    one = Crowd(together=load.IN_A_ROW)
    assert len(load.in_a_row(one.join, 1, steps, "连发")) == 1
    assert (one.conversations, len(one.heard)) == (1, load.IN_A_ROW)


def test_filing_is_kept_apart_from_the_questions_of_the_form(steps: Steps) -> None:
    crowd = Crowd()
    filled = load.fill_in(crowd.join, 2, steps, "投诉")
    assert len(filled.filing) == 2
    assert max(filled.form) < min(filled.filing)
    assert len([text for text in crowd.heard if text.startswith("138")]) == 2


def test_a_complaint_without_a_reference_is_no_figure(steps: Steps) -> None:
    with pytest.raises(Unanswered):
        load.fill_in(Crowd(confirmation="系统正忙").join, 1, steps, "投诉")


def test_a_talk_that_takes_too_long_is_cut(steps: Steps) -> None:
    assert len(load.long_talk(Crowd().join(), 60.0, steps, "长谈")) == load.LONGEST_TALK
    assert load.long_talk(Crowd().join(), -1.0, steps, "长谈") == []


def test_the_ten_turns_around_a_turn() -> None:
    times = [*map(float, range(405))]
    assert load.around(times, 10) == 9.5
    assert load.around(times, 400) == 399.5
    assert load.around(times[:400], 400) is None
