"""Processes and the broker killed while customers of a campaign talk: the figures stay exact."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest

from bot.analytics.fact import pseudonym
from tests.crash.amqp_trap import trap
from tests.crash.kit import rows
from tests.rabbitmq import RabbitMq, running_rabbitmq
from tests.stack import START_SECONDS, Chat, Stack, wait_until

pytestmark = pytest.mark.rabbitmq

CAMPAIGN = "315-2027"
SCENE = "315-2027-renmin-hall"
QUESTION = "短信提醒要收费吗"
CUSTOMERS = 4
QUESTIONS = 15


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMq]:
    with running_rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as running:
        yield running


@pytest.fixture(scope="module")
def installation(broker: RabbitMq, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """What counting needs of the product; no case store."""
    extra = {"ANALYTICS_BROKER": broker.url}
    running = Stack(tmp_path_factory.mktemp("counting"), extra)
    try:
        yield running.start("actions", "relay", "counter", "rasa")
    finally:
        running.stop()


@pytest.fixture
def counting(installation: Stack, broker: RabbitMq) -> Iterator[Stack]:
    """The product with everything running and nothing on its way."""
    heal(installation, broker)
    wait_until(lambda: is_settled(installation), START_SECONDS, "everything is counted")
    yield installation
    heal(installation, broker)


def heal(stack: Stack, broker: RabbitMq) -> None:
    stack.env["ANALYTICS_BROKER"] = broker.url
    for name in ("relay", "counter"):
        if name not in stack.processes or stack.processes[name].poll() is not None:
            stack.launch(name)


def waiting(stack: Stack) -> int:
    return len(rows(stack.folder / "tracker.db", "SELECT 1 FROM fact_outbox"))


def half_a_minute_passes(stack: Stack) -> None:
    """Makes the leases of relays that died run out."""
    with closing(sqlite3.connect(stack.folder / "tracker.db", timeout=10)) as connection:
        connection.execute("UPDATE fact_outbox SET leased_until = NULL")
        connection.commit()


def is_settled(stack: Stack) -> bool:
    if waiting(stack):
        half_a_minute_passes(stack)
    return not waiting(stack)


def counted(stack: Stack, chats: list[Chat]) -> dict[str, int]:
    """How many facts of each kind these customers made; all others are left out."""
    secret = stack.env["ANALYTICS_SECRET"].encode()
    people = {pseudonym(secret, CAMPAIGN, chat.sender_id) for chat in chats}
    found = rows(stack.folder / "analytics.db", "SELECT kind, person FROM fact")
    kinds = [kind for kind, person in found if person in people]
    return {kind: kinds.count(kind) for kind in set(kinds)}


def visitor(stack: Stack) -> Chat:
    chat = stack.chat()
    chat.scan(SCENE)
    return chat


def test_a_relay_killed_between_publishing_and_taking_away_counts_nothing_twice(
    counting: Stack, broker: RabbitMq
) -> None:
    chat = visitor(counting)
    figures_become(counting, chat, scan=1)
    # What is counted already may not have been taken away yet.
    wait_until(lambda: not waiting(counting), START_SECONDS, "the scan is taken away")
    counting.kill("relay")
    chat.say(QUESTION)
    with trap(broker.url, lambda: strike(counting, "relay")) as address:
        counting.env["ANALYTICS_BROKER"] = address
        counting.launch("relay")
        dies(counting, "relay")
    figures_become(counting, chat, scan=1, consultation=1)
    assert waiting(counting) == 1, "published, and nobody noted it"
    heal(counting, broker)
    wait_until(lambda: is_settled(counting), START_SECONDS, "published once more")
    chat.say(QUESTION)
    figures_become(counting, chat, scan=1, consultation=2)


def test_a_counter_killed_between_storing_and_acknowledging_counts_nothing_twice(
    counting: Stack, broker: RabbitMq
) -> None:
    chat = visitor(counting)
    figures_become(counting, chat, scan=1)
    # In good order: the scan is stored but perhaps not acknowledged, and would spring the trap.
    counting.kill("counter", signal.SIGTERM)
    chat.say(QUESTION)
    wait_until(lambda: is_settled(counting), START_SECONDS, "published")
    with trap(broker.url, lambda: strike(counting, "counter")) as address:
        counting.env["ANALYTICS_BROKER"] = address
        counting.launch("counter")
        dies(counting, "counter")
    assert counted(counting, [chat]) == {"scan": 1, "consultation": 1}, "stored, and not told"
    heal(counting, broker)
    chat.say(QUESTION)
    figures_become(counting, chat, scan=1, consultation=2)


def figures_become(stack: Stack, chat: Chat, **expected: int) -> None:
    wait_until(lambda: counted(stack, [chat]) == expected, START_SECONDS, f"{expected}")


def test_the_figures_are_exact_whatever_is_killed_meanwhile(
    counting: Stack, broker: RabbitMq
) -> None:
    chats = [visitor(counting) for _ in range(CUSTOMERS)]
    with chaos(counting, broker), ThreadPoolExecutor(CUSTOMERS) as pool:
        list(pool.map(ask_many, chats))
    heal(counting, broker)
    wait_until(lambda: is_settled(counting), START_SECONDS, "everything is published")
    expected = {"scan": CUSTOMERS, "consultation": CUSTOMERS * QUESTIONS}
    wait_until(lambda: counted(counting, chats) == expected, START_SECONDS, f"{expected}")


def ask_many(chat: Chat) -> None:
    for _ in range(QUESTIONS):
        chat.say(QUESTION)


def strike(stack: Stack, name: str) -> None:
    os.killpg(stack.processes[name].pid, signal.SIGKILL)


def dies(stack: Stack, name: str) -> None:
    wait_until(
        lambda: stack.processes[name].poll() is not None, START_SECONDS, f"the death of {name}"
    )


@contextmanager
def chaos(stack: Stack, broker: RabbitMq) -> Iterator[None]:
    """The broker goes and comes, once killed and once in good order; relay and counter die."""
    over, moments = threading.Event(), random.Random(7)  # noqa: S311 - spreads the kills only

    def kill_and_restart() -> None:
        for end in (broker.kill, broker.stop):
            over.wait(moments.uniform(0.5, 1.0))
            for name in ("relay", "counter"):
                stack.kill(name)
                stack.launch(name)
            end()
            over.wait(moments.uniform(1.0, 2.0))
            broker.start()

    with ThreadPoolExecutor(1) as pool:
        killer = pool.submit(kill_and_restart)
        try:
            yield
        finally:
            over.set()
            killer.result()
