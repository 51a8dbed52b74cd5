"""The relay killed at any moment: every acknowledged complaint becomes exactly one case."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from tests.crash.kit import (
    OPENING,
    TAIL,
    all_delivered,
    cases,
    delivered,
    heal,
    journal,
    new_phone,
    strays,
)
from tests.stack import PATIENCE_SECONDS, START_SECONDS, Chat, Stack, reference_in, wait_until

COMPLAINTS = 96
CUSTOMERS = 4


def test_all_acknowledged_complaints_become_one_case_each(fragile: Stack) -> None:
    before, apart = journal(fragile).keys(), strays(fragile)
    chats = [fragile.chat() for _ in range(CUSTOMERS)]
    with chaos(fragile), ThreadPoolExecutor(CUSTOMERS) as pool:
        filed = list(pool.map(file_many, chats))
    heal(fragile)
    acknowledged = [reference for references in filed for reference in references]
    assert len(acknowledged) == len(set(acknowledged)) == COMPLAINTS
    assert journal(fragile).keys() - before == set(acknowledged)
    wait_until(lambda: all_delivered(fragile), START_SECONDS, "delivery of all")
    assert Counter(cases(fragile)) == Counter([*journal(fragile), *apart])
    assert all(fragile.case(reference, TAIL).status_code == 200 for reference in acknowledged)
    for chat, references in zip(chats, filed, strict=True):
        told = [m["text"] for m in chat.history() if "已送达" in m["text"]]
        assert Counter(r for r in references for text in told if r in text) == Counter(references)


def file_many(chat: Chat) -> list[str]:
    return [file_one(chat) for _ in range(COMPLAINTS // CUSTOMERS)]


def file_one(chat: Chat) -> str:
    chat.say(f"{OPENING}。我叫李建国，电话{new_phone()}")
    chat.say("同意")
    chat.say("借记卡")
    return reference_in(chat.say("确认提交"))


@contextmanager
def chaos(stack: Stack) -> Iterator[None]:
    """Kills the relay at random moments, every other time the case store with it."""
    over, moments = threading.Event(), random.Random(11)  # noqa: S311 - spreads the kills only

    def kill_and_restart() -> None:
        kills = 0
        while not over.wait(moments.uniform(1.0, 2.0)):
            kills += 1
            names = ["relay", "casestore"][: 1 + kills % 2]
            for name in names:
                stack.kill(name)
            for name in names:
                stack.launch(name)
        assert kills >= 3, "too little happened to prove anything"

    with ThreadPoolExecutor(1) as pool:
        killer = pool.submit(kill_and_restart)
        try:
            yield
        finally:
            over.set()
            killer.result()


def test_a_relay_killed_between_delivery_and_marking_delivers_no_second_case(
    fragile: Stack,
) -> None:
    fragile.kill("relay")
    chat = fragile.chat()
    reference = chat.file_complaint(new_phone())
    with deadly_case_store(fragile) as address:
        fragile.env["CASE_STORE_URL"] = address
        fragile.launch("relay")
        wait_until(lambda: fragile.processes["relay"].poll() is not None, START_SECONDS, "the kill")
    fragile.env["CASE_STORE_URL"] = fragile.store
    assert cases(fragile).count(reference) == 1, "it was delivered"
    assert journal(fragile)[reference] == "pending", "and nobody noted it"
    heal(fragile)
    wait_until(lambda: delivered(fragile, {reference}), START_SECONDS, "the second delivery")
    assert cases(fragile).count(reference) == 1
    assert fragile.case(reference, TAIL).status_code == 200
    assert sum("已送达" in m["text"] for m in chat.history()) == 1


@contextmanager
def deadly_case_store(stack: Stack) -> Iterator[str]:
    """The address of a case store that files what it gets and kills the relay before answering."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            names = ("Authorization", "Idempotency-Key", "Content-Type")
            headers = {name: self.headers[name] for name in names}
            answer = requests.post(
                stack.store + self.path, body, headers=headers, timeout=PATIENCE_SECONDS
            )
            assert answer.status_code == 201, answer.text
            os.killpg(stack.processes["relay"].pid, signal.SIGKILL)

        def log_message(self, *_args: object) -> None:
            """Says nothing on the screen."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
