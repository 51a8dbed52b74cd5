"""One message has one id, whoever makes it, and nothing of the customer is in it."""

from __future__ import annotations

import asyncio

import pytest
import requests
from requests.adapters import BaseAdapter

from bot.bank_api import BankApi
from bot.correlation import HEADER, LENGTH, carrying, current, request_id

KEY = "3f0c1a52-6f0e-4c35-9d37-0b3a0c8a3f11"


def test_the_id_is_the_same_for_the_same_message_and_another_for_another() -> None:
    assert request_id(KEY) == request_id(KEY)
    assert len({request_id(f"{KEY}{number}") for number in range(1000)}) == 1000
    assert len(request_id(KEY)) == LENGTH
    assert request_id("") == ""


def test_the_key_cannot_be_read_in_it() -> None:
    assert KEY[:8] not in request_id(KEY)


def test_it_holds_within_its_block() -> None:
    with carrying(request_id(KEY)):
        with carrying(request_id("other")):
            assert current() == request_id("other")
        assert current() == request_id(KEY)
    assert current() == ""


@pytest.mark.parametrize("odd", [None, "", "13800138000", "A" * 16, "0" * 17])
def test_what_is_no_id_is_none(odd: str | None) -> None:
    with carrying(odd):
        assert current() == ""


async def test_it_goes_along_into_tasks_and_threads() -> None:
    with carrying(request_id(KEY)):
        task = asyncio.create_task(asyncio.to_thread(current))
    assert await task == request_id(KEY)
    assert current() == ""


class Recorder(BaseAdapter):
    """Answers every request with nothing, and keeps it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[requests.PreparedRequest] = []

    def send(
        self, request: requests.PreparedRequest, *_: object, **__: object
    ) -> requests.Response:
        self.sent.append(request)
        answer = requests.Response()
        answer.status_code = 204
        return answer

    def close(self) -> None:
        """Nothing is open."""


def test_the_bank_gets_the_id_beside_the_headers_of_the_call() -> None:
    session, recorder = requests.Session(), Recorder()
    session.mount("http://", recorder)
    api = BankApi("http://bank.test", "t", session)
    with carrying(request_id(KEY)):
        api.send("PUT", "/backlog", (1, 1), headers={"Idempotency-Key": "k"})
    api.send("PUT", "/backlog", (1, 1))
    first, second = (request.headers for request in recorder.sent)
    assert (first[HEADER], first["Idempotency-Key"]) == (request_id(KEY), "k")
    assert HEADER not in second
