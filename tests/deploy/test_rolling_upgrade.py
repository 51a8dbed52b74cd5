"""Shards are replaced one after the other while customers fill in a complaint; nobody notices."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.deploy.nginx import running_nginx
from tests.ports import free_ports
from tests.stack import PATIENCE_SECONDS, START_SECONDS, Chat, Stack, reference_in, wait_until

pytestmark = pytest.mark.nginx

CUSTOMERS = 4
OF_ITS_OWN = {"RASA_PORT", "ACTIONS_PORT"}


class PatientChat(Chat):
    """Sends a message again as the chat page does, when the assistant says that it is busy."""

    def post(self, body: dict[str, Any], path: str = "messages") -> requests.Response:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = super().post(body, path)
            if answer.status_code != 503 or time.monotonic() > deadline:
                return answer


@pytest.fixture
def shards(tmp_path: Path) -> Iterator[list[Stack]]:
    """One installation with two shards: the second has a Rasa and an action server only."""
    first = Stack(tmp_path / "first", extra={"WEB_TRUSTED_PROXIES": "1"})
    shared = {name: value for name, value in first.env.items() if name not in OF_ITS_OWN}
    second = Stack(tmp_path / "second", extra=shared)
    for folder in ("first", "second", "nginx"):
        (tmp_path / folder).mkdir()
    with ExitStack() as running:
        for shard in (first, second):
            running.callback(shard.stop)
        yield [first.start(), second.start("actions", "rasa")]


def replace(shard: Stack, customers: list[PatientChat], words: str) -> None:
    """Stops a shard, has every customer go on meanwhile, and starts it anew."""
    for name in ("rasa", "actions"):
        shard.kill(name, signal.SIGTERM)
    for customer in customers:
        customer.say(words)
    for name in ("actions", "rasa"):
        shard.launch(name)
    wait_until(lambda: shard.answers(shard.web + "ready"), START_SECONDS, "the shard is back")


def test_complaints_go_on_through_the_replacement_of_every_shard(
    shards: list[Stack], tmp_path: Path
) -> None:
    ports = [int(shard.env["RASA_PORT"]) for shard in shards]
    with running_nginx(tmp_path / "nginx", ports, free_ports(1)[0]) as nginx:
        customers = [PatientChat(f"{nginx.customers}/webhooks/web/") for _ in range(CUSTOMERS)]
        for number, customer in enumerate(customers):
            customer.say(f"我要投诉，昨天在人民路支行{number}号窗口排了两个小时队，要求赔礼道歉")
            customer.press("同意，开始登记")
        replace(shards[0], customers, "借记卡")
        for number, customer in enumerate(customers):
            customer.say(f"我叫李建国，电话1380013800{number}")
        replace(shards[1], customers, "你好")
        references = [reference_in(customer.press("确认提交")) for customer in customers]
        # Asking for a case that has not arrived would count as guessing.
        wait_until(lambda: _waiting(shards[0]) == 0, PATIENCE_SECONDS, "everything has arrived")
    assert len(set(references)) == CUSTOMERS
    for number, reference in enumerate(references):
        case = shards[0].case(reference, f"800{number}")
        assert case.status_code == 200, case.text


def _waiting(installation: Stack) -> int:
    """What the case store does not have yet."""
    health = requests.get(f"{installation.web}health", timeout=PATIENCE_SECONDS)
    return int(health.json()["waiting"]["pending"])
