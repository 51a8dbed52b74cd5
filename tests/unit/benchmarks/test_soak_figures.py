"""A soak is judged by its figures: what grows is found, what only moves about is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone

import pytest

from benchmarks.aims import Row
from benchmarks.soak.figures import (
    MB,
    MOST_CONNECTIONS,
    MOST_FILES,
    MOST_MB_PER_10K,
    MOST_THREADS,
    Process,
    Sample,
    Soak,
    bytes_a_message,
    growth,
    quarter,
    rows,
    slope,
)
from benchmarks.soak.page import page

EVERY = 10.0
MESSAGES_EACH = 120


def process(own: float = 500.0, files: int = 20, connections: int = 3, threads: int = 9) -> Process:
    return Process(own + 80, own, files, connections, threads, cpu_seconds=0.0)


def sample(number: int, of: Process, wal_mb: float = 4.0, ms: float = 20.0) -> Sample:
    sizes = {"channel.db": number * 1000, "channel.db-wal": round(wal_mb * MB), "rasa.log": 500}
    return Sample(number * EVERY, number * MESSAGES_EACH, {"rasa": of}, sizes, [ms, ms, 2 * ms])


def soak(
    made: Callable[[int], Sample] = lambda number: sample(number, process()),
    after: Process | None = None,
    troubles: int = 0,
) -> Soak:
    steady = [made(number) for number in range(1, 41)]
    rests: Sequence[Sample] = [sample(0, process(files=21)), sample(0, process())]
    return Soak(
        warm_up=[sample(0, process())],
        steady=steady,
        rest_before=rests,
        rest_after=[sample(41, after or process())],
        conversations=1000,
        pages=60,
        resent=0,
        troubles={"ClientError": troubles} if troubles else {},
    )


def failed(of: Soak) -> list[str]:
    return [row.name for row in rows(of) if row.most is not None and row.value > row.most]


def test_a_run_in_which_nothing_grows_passes() -> None:
    assert failed(soak()) == []
    assert growth(soak(), "rasa").flat


def test_memory_that_grows_with_the_messages_is_found() -> None:
    leak = MOST_MB_PER_10K * 3 / 10_000

    def leaking(number: int) -> Sample:
        return sample(number, process(own=500 + leak * number * MESSAGES_EACH))

    assert growth(soak(leaking), "rasa").mb_per_10k == pytest.approx(3.0)
    assert growth(soak(leaking), "rasa").mb_per_hour == pytest.approx(3.0 * 4.32)
    assert failed(soak(leaking)) == ["rasa：内存增长"]


def test_memory_that_goes_up_and_down_is_flat() -> None:
    swinging = soak(lambda number: sample(number, process(own=500 + 5 * (number % 2))))
    assert failed(swinging) == []


@pytest.mark.parametrize(
    ("after", "named"),
    [
        (process(files=20 + MOST_FILES + 1), "rasa：打开的文件，多出"),
        (process(connections=3 + MOST_CONNECTIONS + 1), "rasa：TCP 连接，多出"),
        (process(threads=9 + MOST_THREADS + 1), "rasa：线程，多出"),
    ],
)
def test_more_than_pools_keep_open_at_rest_is_found(after: Process, named: str) -> None:
    assert failed(soak(after=after)) == [named]


def test_a_pool_that_fills_late_is_no_leak() -> None:
    assert failed(soak(after=process(files=20 + MOST_FILES, threads=9 + MOST_THREADS))) == []


def test_a_log_that_is_never_written_back_is_found() -> None:
    growing = soak(lambda number: sample(number, process(), wal_mb=float(number)))
    assert failed(growing) == ["channel.db-wal：最大"]


def test_answers_that_become_slower_and_answers_that_do_not_come_are_found() -> None:
    assert failed(soak(lambda number: sample(number, process(), ms=10.0 + number))) == [
        "最后四分之一的 p95 是开头的"
    ]
    assert failed(soak(troubles=1)) == ["没有回答或答得不对"]


def test_a_slope_is_that_of_the_line_with_the_least_squares() -> None:
    assert slope([0, 1, 2, 3], [1, 3, 2, 4]) == pytest.approx(0.8)
    assert slope([5, 5], [1, 2]) == 0.0


def test_quarters_hold_what_was_answered_in_them() -> None:
    steady = soak(lambda number: sample(number, process(), ms=float(number))).steady
    assert quarter(steady, 0)[0] == 1.0
    assert max(quarter(steady, 3)) == 80.0


def test_disk_is_counted_by_the_message() -> None:
    assert bytes_a_message(soak()) == {
        "channel.db": pytest.approx(1000 / MESSAGES_EACH),
        "rasa.log": 0.0,
    }


def test_the_page_of_a_short_run_says_so() -> None:
    now = datetime(2026, 11, 26, tzinfo=timezone.utc)
    assert "试跑" in page(soak(), 5, "abc", "picture.svg", now)
    assert "试跑" not in page(soak(), 30, "abc", "picture.svg", now)


def test_verdicts_are_rows_as_of_the_other_benchmarks() -> None:
    assert all(isinstance(row, Row) for row in rows(soak()))
