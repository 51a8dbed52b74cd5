"""The port of a process without a server of its own: there, off, or taken by another."""

from __future__ import annotations

import urllib.request
from datetime import timedelta

import pytest

from bot.metrics.deliveries import Counting, Deliveries, ErrandRuns
from bot.metrics.process import process_registry, served
from tests.fakes import NOW
from tests.ports import free_ports
from tests.unit.metrics.scrape import counted, figures


def test_what_is_counted_is_read_at_the_port() -> None:
    registry, (port,) = process_registry("relay"), free_ports(1)
    counting = Counting(registry)
    counting.took(stored=3, refused=1)
    with served(registry, "127.0.0.1", port) as is_served:
        assert is_served
        text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
    assert "xiaobao_facts_stored_total 3.0" in text
    assert "process_start_time_seconds" in text
    assert 'xiaobao_process_info{process="relay"} 1.0' in text


def test_port_zero_is_none() -> None:
    with served(process_registry("relay"), "127.0.0.1", 0) as is_served:
        assert not is_served


def test_a_port_that_is_taken_keeps_nobody_from_working(caplog: pytest.LogCaptureFixture) -> None:
    (port,) = free_ports(1)
    with (
        served(process_registry("relay"), "127.0.0.1", port),
        served(process_registry("relay"), "127.0.0.1", port) as is_served,
    ):
        assert not is_served
    assert f"no metrics, port {port} cannot be used" in caplog.text


def test_the_age_of_what_arrived_is_kept_and_of_what_did_not_is_not() -> None:
    registry = process_registry("relay")
    deliveries = Deliveries(registry, ["complaint"])
    assert ("xiaobao_deliveries_total", "complaint", "parked") in figures(registry)
    deliveries.attempted("complaint", "postponed", timedelta(seconds=5))
    deliveries.attempted("complaint", "delivered", timedelta(seconds=7))
    found = counted(registry)
    assert found["xiaobao_deliveries_total", "complaint", "postponed"] == 1
    assert found["xiaobao_deliveries_total", "complaint", "delivered"] == 1
    assert found["xiaobao_delivery_seconds_sum", "complaint"] == 7


def test_an_errand_that_never_worked_has_an_age_since_the_process_began() -> None:
    registry = process_registry("relay")
    runs = ErrandRuns(registry)
    runs.expect({"news": timedelta(seconds=2)}, NOW)
    runs.ran("news", False, NOW.replace(year=2030))
    found = figures(registry)
    assert found["xiaobao_errand_worked_timestamp_seconds", "news"] == NOW.timestamp()
    assert found["xiaobao_errand_interval_seconds", "news"] == 2
    assert found["xiaobao_errand_runs_total", "news", "ok"] == 0


def test_when_an_errand_last_worked_stays_when_it_fails() -> None:
    registry = process_registry("relay")
    runs = ErrandRuns(registry)
    runs.ran("news", True, NOW)
    runs.ran("news", False, NOW.replace(year=2030))
    found = counted(registry)
    assert found["xiaobao_errand_runs_total", "news", "ok"] == 1
    assert found["xiaobao_errand_runs_total", "news", "failed"] == 1
    assert found["xiaobao_errand_worked_timestamp_seconds", "news"] == NOW.timestamp()
