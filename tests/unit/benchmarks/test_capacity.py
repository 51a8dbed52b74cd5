"""The capacity paper is arithmetic on figures: worked out by hand here, and never stale."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.capacity import inputs, page
from benchmarks.capacity.measure import Counters, Idle, costs
from benchmarks.capacity.model import (
    Costs,
    case_needs,
    extrapolated,
    needs,
    uses,
)

PAPER = Path(__file__).resolve().parents[3] / "docs" / "capacity.md"
COSTS = Costs(
    cpu_ms={"rasa": 20.0, "actions": 5.0, "relay": 1.0, "casestore": 2.0, "postgresql": 6.0},
    transactions=10.0,
    log_bytes=5000.0,
    tables={"channel.message": 1000.0, "tracker.events": 3000.0},
    case_tables={"journal.intake": 2000.0, "casestore.cases": 4000.0},
    connections={"channel": 10.0, "tracker": 5.0},
    resident_mb={"rasa": 700.0, "actions": 100.0, "relay": 50.0, "casestore": 100.0},
    poll_ms={"rasa": 3.0, "postgresql": 1.0},
    loaded_bytes_a_case=5000.0,
    dump_mb_a_second=50.0,
    dump_share=0.2,
)
ASSUMED = {
    "seconds_between_messages": 25.0,
    "peak": 3.0,
    "busy": 0.5,
    "scaling": 1.0,
    "day_share": 0.5,
    "web_share": 0.5,
    "kilobytes_a_message": 10.0,
    "fast_query_days": 100.0,
    "case_years": 3.0,
    "cases_a_year": 7_200_000.0,
    "working_days": 250.0,
    "case_peak": 5.0,
    "cases_an_officer_a_day": 20.0,
    "pages_a_case": 10.0,
    "handling_factor": 2.0,
    "files_a_case": 0.5,
    "megabytes_a_file": 2.0,
}
MEASURED = {"page_ms": 50.0, "filings_a_second": 100.0}


def test_messages_come_from_customers_and_shards_from_messages_and_polls() -> None:
    of = needs(1_000, COSTS, ASSUMED)
    assert (of.messages, of.peak, of.polls) == (40.0, 120.0, 1500.0)
    # 120 × 20 ms and 1,500 × 3 ms are 6.9 seconds of work a second, half used: 13.8 processes.
    assert of.shards == 14
    assert of.for_polls == pytest.approx(4.5 / 6.9)
    assert of.postgresql_cores == pytest.approx((120 * 6 + 1500 * 1) / 1000 / 0.5)
    assert of.transactions == pytest.approx(120 * 10 + 1500 / 5)
    assert of.connections == 14 * 15
    assert of.memory_gb == pytest.approx((14 * 800 + 2 * 50) / 1000)
    assert of.network_mbit == pytest.approx(9.6)
    assert of.conversation_tb == pytest.approx(40 * 86_400 * 0.5 * 4000 * 100 / 1e12)


def test_shards_that_get_into_each_others_way_are_more() -> None:
    shared = needs(1_000, COSTS, {**ASSUMED, "scaling": 0.8})
    assert shared.shards == 17, "1 and 12.8 / 0.8"


def test_nothing_runs_alone_however_few_customers_there_are() -> None:
    of = needs(10, COSTS, ASSUMED)
    assert (of.shards, of.relays) == (2, 2)


def test_cases_of_a_year_are_spread_over_its_working_hours() -> None:
    of = case_needs(COSTS, MEASURED, ASSUMED)
    assert of.filings == pytest.approx(1.0)
    assert of.share_of_filing == pytest.approx(0.05)
    assert of.officers == pytest.approx(1440.0)
    assert of.processes == 2, "0.5 seconds of pages and 0.1 of filing a second, half used"
    assert of.rows == pytest.approx(4 * 7_200_000)
    assert of.case_tb == pytest.approx(of.rows * 10_000 / 1e12)
    assert of.journal_tb_a_year == pytest.approx(7_200_000 * 2000 / 1e12)
    assert of.file_tb == pytest.approx(of.rows * 1.0 / 1e6)


def test_beyond_what_was_measured_each_ten_times_costs_as_the_last_did() -> None:
    assert extrapolated(100, 200, 1e7) == pytest.approx(400)
    assert extrapolated(100, 200, 1e6) == pytest.approx(200)


def test_what_gives_way_first_stands_first() -> None:
    steps = [needs(customers, COSTS, ASSUMED) for customers in (1_000, 10_000)]
    found = uses(steps, {"network_mbit": 96.0, "log_mb_a_second": 60.0})
    assert [use.key for use in found] == ["network_mbit", "log_mb"]
    assert found[0].shares == pytest.approx((0.1, 1.0))


def test_costs_are_what_messages_and_cases_add_to_an_idle_product() -> None:
    before = Counters(0.0, 100, 10, {"rasa": 1.0}, 1000, 0, {"channel.message": 8192})
    after = Counters(
        50.0,
        600,
        20,
        {"rasa": 16.0},
        6000,
        500_000,
        {"channel.message": 508_192, "tracker.events": 1_000_000, "casestore.cases": 40_000},
    )
    found = costs(before, after, Idle({"rasa": 0.1}, transactions=20.0))
    assert found["messages_a_second"] == 10.0
    assert found["cpu_ms_a_message"] == {"rasa": 20.0}
    assert found["transactions_a_message"] == 8.0
    assert found["log_bytes_a_message"] == 1000
    assert found["bytes_a_message"] == {"channel.message": 1000, "tracker.events": 2000}
    assert found["bytes_a_case"] == {"casestore.cases": 4000}


def test_the_papers_tables_are_those_of_the_data_files() -> None:
    paper = PAPER.read_text(encoding="utf-8")
    assert page.filled(paper, page.tables(inputs.load())) == paper, (
        "run python -m benchmarks.capacity"
    )


def test_every_table_has_its_place_in_the_paper() -> None:
    made = page.tables(inputs.load())
    assert sorted(page.places(PAPER.read_text(encoding="utf-8"))) == sorted(made)


def test_a_new_figure_changes_the_tables() -> None:
    given = inputs.load()
    dearer = replace(given.costs, cpu_ms={**given.costs.cpu_ms, "rasa": 1000.0})
    assert page.tables(replace(given, costs=dearer))["客户"] != page.tables(given)["客户"]
