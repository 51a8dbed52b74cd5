"""Everything is killed at random moments while customers file: nothing lost, nothing double.

`CRASH_SECONDS=600 pytest tests/crash/test_under_load.py` for the long run; `CRASH_SEED` for other
moments.
"""

from __future__ import annotations

import os
import statistics
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.crash.kit import all_delivered, cases, conversation_of, heal, journal, strays, told
from tests.crash.load import Conversation, Customer, killings
from tests.stack import Stack, wait_until

SECONDS = float(os.environ.get("CRASH_SECONDS", "30"))
SEED = int(os.environ.get("CRASH_SEED", "20261123"))
CUSTOMERS = 6
LEAST_KILLS = 6


@pytest.mark.timeout(SECONDS + 420)
def test_what_was_acknowledged_is_journaled_and_becomes_one_case(
    fragile: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    before, apart = journal(fragile).keys(), strays(fragile)
    customers = [Customer(fragile, number, SEED) for number in range(CUSTOMERS)]
    kills = under_fire(fragile, customers)
    conversations = [each for customer in customers for each in customer.conversations]
    with capsys.disabled():
        sys.stdout.write(f"\n{figures(customers, kills)}\n")
    assert sum(kills.values()) >= LEAST_KILLS
    assert set(kills) == {"rasa", "actions", "relay", "casestore"}

    acknowledged = [ref for each in conversations for ref in each.filed.values()]
    assert len(acknowledged) == len(set(acknowledged)) >= CUSTOMERS
    assert journal(fragile).keys() - before == set(acknowledged)
    wait_until(lambda: all_delivered(fragile), 180, "delivery of all")
    assert Counter(cases(fragile)) == Counter([*journal(fragile), *apart])
    details = told(fragile)
    for conversation in conversations:
        check_cases(details, conversation)
        check_order(fragile, conversation)


def under_fire(stack: Stack, customers: Sequence[Customer]) -> Counter[str]:
    """Lets them file for SECONDS while processes are killed, then finish in peace."""
    over = threading.Event()
    with ThreadPoolExecutor(len(customers)) as pool:
        filing = [pool.submit(customer.file_until, over) for customer in customers]
        try:
            with killings(stack, SECONDS, SEED) as kills:
                over.wait(SECONDS)
        finally:
            over.set()
        heal(stack)
        for each in filing:
            each.result()
    return kills


def check_cases(details: dict[str, str], conversation: Conversation) -> None:
    """Every complaint told is one case, the one whose reference the customer got."""
    for mark, reference in conversation.filed.items():
        assert [each for each, detail in details.items() if mark in detail] == [reference]


def check_order(stack: Stack, conversation: Conversation) -> None:
    """Every message is stored and answered once, in the order sent, with what was heard."""
    stored = conversation_of(stack, conversation.sent[0])
    exchanged = [line for line in stored if line.about]
    expected = [(key, text) for key in conversation.sent for text in conversation.heard[key]]
    assert [(line.about, line.text) for line in exchanged if line.author == "bot"] == expected
    assert list(dict.fromkeys(line.about for line in exchanged)) == conversation.sent
    assert [line.about for line in exchanged if line.author == "customer"] == conversation.sent
    for reference in conversation.filed.values():
        notices = [line for line in stored if not line.about and reference in line.text]
        assert len(notices) == 1, f"{len(notices)} notices of delivery for {reference}"


def figures(customers: Sequence[Customer], kills: Counter[str]) -> str:
    conversations = [each for customer in customers for each in customer.conversations]
    complaints = sum(len(each.filed) for each in conversations)
    repeats = sum(each.repeats for each in conversations)
    confirmed = [moment for customer in customers for moment in customer.confirmed]
    killed = ", ".join(f"{name} {count}" for name, count in sorted(kills.items()))
    return (
        f"{SECONDS:.0f} s, seed {SEED}: {complaints} complaints,"
        f" {sum(kills.values())} kills ({killed}), {repeats} repeats absorbed,"
        f" confirm to reference {spread([took for took, _ in confirmed])},"
        f" answered at the first try {spread([took for took, once in confirmed if once])}"
    )


def spread(seconds: Sequence[float]) -> str:
    if len(seconds) < 2:
        return "not measured"
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
