"""Whatever the network before the case store does: one case each, in time, and nobody waits for it."""

from __future__ import annotations

import time
from functools import partial
from statistics import median

import pytest

from tests.crash.kit import (
    TAIL,
    an_hour_passes,
    at_recap,
    cases,
    delivered,
    journal,
    new_phone,
    rows,
)
from tests.network.conftest import CONNECT_TIMEOUT, READ_TIMEOUT, Wired
from tests.network.proxy import Fault
from tests.stack import Stack, reference_in, wait_until

COMPLAINTS = 2
ONE_ATTEMPT = CONNECT_TIMEOUT + READ_TIMEOUT
SLACK = 15.0
"""Seconds a busy machine may need on top."""
FAULTS = [fault for fault in Fault if fault not in (Fault.NONE, Fault.LATENCY)]
COMMITTED = {Fault.ANSWER_LOST, Fault.ANSWER_CUT, Fault.BAD_GATEWAY}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.lower())
def test_complaints_wait_are_tried_in_time_and_arrive_once(wired: Wired, fault: Fault) -> None:
    stack, proxy = wired.stack, wired.proxy
    proxy.fault = fault
    chats = [at_recap(stack) for _ in range(COMPLAINTS)]
    filed = {reference_in(chat.press("确认提交")) for chat in chats}
    longest = COMPLAINTS * ONE_ATTEMPT + SLACK
    for times in (1, 2):
        wait_until(partial(tried, stack, filed, times), longest, f"attempt {times} at each")
        an_hour_passes(stack)
    assert all(journal(stack)[reference] == "pending" for reference in filed)
    arrived = COMPLAINTS if fault in COMMITTED else 0
    assert len(filed & set(cases(stack))) == arrived
    wired.mend()
    assert all(journal(stack)[reference] == "delivered" for reference in filed)
    assert all(cases(stack).count(reference) == 1 for reference in filed)
    for chat in chats:
        assert sum("已送达" in message["text"] for message in chat.history()) == 1


def test_a_slow_network_only_delays(wired: Wired) -> None:
    wired.proxy.fault, wired.proxy.latency = Fault.LATENCY, READ_TIMEOUT / 8
    reference = wired.stack.chat().file_complaint(new_phone())
    wait_until(lambda: delivered(wired.stack, {reference}), ONE_ATTEMPT + SLACK, "delivery")
    assert attempts(wired.stack)[reference] == 1
    assert cases(wired.stack).count(reference) == 1


@pytest.mark.parametrize("fault", [Fault.BLACK_HOLE, Fault.LATENCY], ids=["black_hole", "latency"])
def test_no_turn_of_a_customer_waits_for_the_case_store(wired: Wired, fault: Fault) -> None:
    wired.proxy.fault, wired.proxy.latency = fault, READ_TIMEOUT / 4
    took = []
    for _ in range(3):
        chat = at_recap(wired.stack)
        began = time.monotonic()
        reference_in(chat.press("确认提交"))
        took.append(time.monotonic() - began)
    # Of three, so that a machine that halts for a moment in one of them says nothing.
    assert median(took) < READ_TIMEOUT, "a turn that asked the case store would take longer"


def test_an_inquiry_into_a_black_hole_ends_and_says_so(wired: Wired) -> None:
    chat = wired.stack.chat()
    reference = chat.file_complaint(new_phone())
    wait_until(lambda: delivered(wired.stack, {reference}), 20, "delivery")
    wired.proxy.fault = Fault.BLACK_HOLE
    began = time.monotonic()
    (reply,) = chat.say(f"{reference} {TAIL}")
    assert time.monotonic() - began < ONE_ATTEMPT + SLACK
    assert "暂时连不上" in reply
    wired.mend()
    (reply,) = chat.say(f"{reference} {TAIL}")
    assert "法定期限" in reply


def attempts(stack: Stack) -> dict[str, int]:
    """Reference → attempts at delivery that are over or under way."""
    return dict(rows(stack.folder / "journal.db", "SELECT reference, attempts FROM intake"))


def tried(stack: Stack, references: set[str], times: int) -> bool:
    """True when each was tried so often, and each try has come to its end."""
    query = "SELECT reference, attempts, last_error, lease_owner FROM intake"
    ended = {
        reference
        for reference, count, error, owner in rows(stack.folder / "journal.db", query)
        if count >= times and error and owner is None
    }
    return references <= ended
