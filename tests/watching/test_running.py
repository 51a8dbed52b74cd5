"""What the rules and the dashboard ask for, asked of the running product after a short day of it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import requests
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics.deliveries import Counting
from tests.dialogue.kit import arrived, at_recap
from tests.stack import Stack, reference_in, wait_until
from tests.watching.files import Selector, expressions, grouped_by, selectors

PROMETHEUS_OWN = {"job", "instance", "alertname", "le"}
BOUNDED = 400
"""Series of one metric, buckets apart: labels are names of ours, never ids or texts."""

Samples = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def scraped(watched: Stack) -> Samples:
    """Metric → the labels of its series, of all processes together."""
    chat = watched.chat()
    chat.say("怎么辨别假币")
    chat.say("嗡嗡嗡啦啦啦")
    reference = reference_in((at_recap(chat), chat.press("确认提交"))[1])
    arrived(watched, reference, "5678")
    other = watched.chat()
    other.say("我要投诉")
    other.say("取消")
    other.say("是")
    texts = [requests.get(url, timeout=20).text for url in _running(watched)]
    counter = CollectorRegistry()
    Counting(counter)
    return _samples([*texts, generate_latest(counter).decode()])


def _running(stack: Stack) -> Iterable[str]:
    return (url for name, url in stack.metrics.items() if name in stack.processes)


def _samples(texts: Iterable[str]) -> Samples:
    found: Samples = {}
    for text in texts:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, []).append(dict(sample.labels))
    return found


def _is_there(selector: Selector, samples: Samples) -> bool:
    """True when the metric has series with these labels and, where they must be equal, values."""
    series = samples.get(selector.metric, [])
    return any(
        selector.labels - PROMETHEUS_OWN <= labels.keys()
        and all(labels[name] == value for name, value in selector.values)
        for labels in series
    )


@pytest.mark.parametrize("expression", expressions())
def test_every_metric_and_label_asked_for_is_there(expression: str, scraped: Samples) -> None:
    asked = list(selectors(expression))
    assert [selector for selector in asked if not _is_there(selector, scraped)] == []
    known = {name for s in asked for labels in scraped[s.metric] for name in labels}
    assert grouped_by(expression) - PROMETHEUS_OWN <= known


def test_no_label_grows_with_customers_or_cases(scraped: Samples) -> None:
    series = {
        name: len(found)
        for name, found in scraped.items()
        if not name.endswith(("_bucket", "_created"))
    }
    assert {name: count for name, count in series.items() if count > BOUNDED} == {}
    values = {value for found in scraped.values() for labels in found for value in labels.values()}
    for personal in ("web-", "TS20", "李", "王小红"):
        assert [value for value in values if value.startswith(personal)] == []


def test_the_day_was_counted_where_it_happened(scraped: Samples) -> None:
    assert {labels["stage"] for labels in scraped["xiaobao_turn_stage_seconds_count"]} >= {
        *("channel", "lane", "lock", "load", "parse", "policy", "action", "save")
    }
    (model,) = scraped["xiaobao_model_info"]
    assert model["model"].startswith("xiaobao-")
    left = {"form": "complaint_form", "field": "consent", "how": "cancelled"}
    assert left in scraped["xiaobao_form_left_total"]


def test_everything_that_is_done_again_and_again_has_an_age_and_a_rhythm(
    scraped: Samples,
) -> None:
    for metric, label, some in (
        ("xiaobao_errand", "errand", {"news of the case store", "purge of messages"}),
        ("casestore_job", "task", {"watch", "chats_kept", "reminders_kept", "retention"}),
    ):
        aged, paced = (
            {labels[label] for labels in scraped[f"{metric}_{what}"]}
            for what in ("worked_timestamp_seconds", "interval_seconds")
        )
        assert aged == paced
        assert aged >= some


@pytest.mark.parametrize("name", ["rasa", "actions", "relay", "casestore"])
def test_every_process_tells_when_it_was_started(watched: Stack, name: str) -> None:
    address = watched.metrics[name]
    wait_until(lambda: watched.answers(address), 30, f"metrics of {name}")
    text = requests.get(address, timeout=20).text
    assert "process_start_time_seconds" in text
    assert "process_open_fds" in text
    assert f'xiaobao_process_info{{process="{name}"}} 1.0' in text
