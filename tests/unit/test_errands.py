"""Small jobs beside the deliveries: each in its rhythm, none in the way of another."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pytest

from bot.errors import Retryable
from bot.intake.errands import Errand, Errands
from tests.fakes import NOW, Clock


class Job:
    """Notes when it was done; fails as long as there is `trouble`."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.trouble: Exception | None = None

    def __call__(self, now: datetime) -> None:
        self.done.append(int((now - NOW).total_seconds()))
        if self.trouble is not None:
            raise self.trouble


def run(errands: Errands, clock: Clock, seconds: int) -> None:
    for _ in range(seconds):
        errands.run_due()
        clock.forward(seconds=1)


def test_every_errand_has_its_own_rhythm_and_begins_at_once() -> None:
    clock, often, seldom = Clock(), Job(), Job()
    errands = Errands(
        [
            Errand("often", timedelta(seconds=2), often),
            Errand("seldom", timedelta(seconds=5), seldom),
        ],
        clock,
        clock.steady,
    )
    run(errands, clock, 7)
    assert often.done == [0, 2, 4, 6]
    assert seldom.done == [0, 5]


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_is_set_changes_no_rhythm(hours: int) -> None:
    clock, job = Clock(), Job()
    errands = Errands([Errand("news", timedelta(seconds=2), job)], clock, clock.steady)
    run(errands, clock, 1)
    clock.moment += timedelta(hours=hours)
    run(errands, clock, 3)
    assert job.done == [0, 2 + hours * 3600], "what is done goes by the clock as it is"


@pytest.mark.parametrize("trouble", [Retryable("HTTP 503"), KeyError("a mistake of ours")])
def test_a_failing_errand_stops_neither_the_next_nor_itself(trouble: Exception) -> None:
    clock, failing, other = Clock(), Job(), Job()
    failing.trouble = trouble
    errands = Errands(
        [
            Errand("failing", timedelta(seconds=2), failing),
            Errand("other", timedelta(seconds=2), other),
        ],
        clock,
        clock.steady,
    )
    run(errands, clock, 3)
    assert failing.done == other.done == [0, 2]


def test_trouble_is_logged_when_it_comes_and_goes_and_without_its_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, job = Clock(), Job()
    errands = Errands([Errand("news", timedelta(seconds=1), job)], clock, clock.steady)
    job.trouble = ValueError("李建国 13800138000")
    with caplog.at_level(logging.INFO):
        run(errands, clock, 5)
        job.trouble = None
        run(errands, clock, 5)
    assert [record.message for record in caplog.records] == [
        "news fails: ValueError",
        "news works again",
    ]


def test_every_run_is_told_with_its_end() -> None:
    clock, job, told = Clock(), Job(), []
    errands = Errands(
        [Errand("news", timedelta(seconds=1), job)],
        clock,
        clock.steady,
        lambda *run: told.append(run),
    )
    errands.run_due()
    job.trouble = Retryable("HTTP 503")
    clock.forward(seconds=1)
    errands.run_due()
    assert told == [("news", True, NOW), ("news", False, NOW + timedelta(seconds=1))]


def test_what_is_to_be_done_is_known_before_it_is_done() -> None:
    hourly = timedelta(hours=1)
    errands = Errands([Errand("news", hourly, Job())], Clock(), Clock().steady)
    assert errands.rhythms == {"news": hourly}


def test_it_stops_when_told() -> None:
    clock, job = Clock(), Job()
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        clock.forward(seconds=seconds)
        return len(waited) == 4

    Errands([Errand("job", timedelta(seconds=1), job)], clock, clock.steady).run(wait)
    assert len(job.done) == 2
    assert waited == [0.5] * 4
