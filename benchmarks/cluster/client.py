"""Web customers as one process of their own, so that the load is cheap and its cost is known.

`python -m benchmarks.cluster.client ADDRESS KIND CUSTOMERS SECONDS` prints one line of JSON: a
`Load` (`figures.py`). Everybody sends the next message as soon as the last one is answered, on
connections that stay open.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import count, cycle, islice
from uuid import uuid4

import aiohttp

from benchmarks.cluster.figures import Kind, Load
from benchmarks.load import QUESTIONS, TURNS_PER_CONVERSATION

ANSWERS = (
    *("我要投诉", "同意", "柜员态度很差，骂了我", "借记卡", "人民路支行"),
    *("昨天下午", "赔礼道歉", "赵敏", "13812340001"),
)
"""A complaint question by question, up to the summary that is read back."""
PATIENCE = aiohttp.ClientTimeout(total=60)
_ANSWERED = b'"bot"'
"""In the body of an exchange with an answer. Reading all of it would cost more than it tells."""


def main(address: str, kind: str, customers: str, seconds: str) -> None:
    load = asyncio.run(play(address, Kind(kind), int(customers), float(seconds)))
    sys.stdout.write(json.dumps(asdict(load)) + "\n")


async def play(address: str, kind: Kind, customers: int, seconds: float) -> Load:
    """So many customers at the same time for so long; the last turns are waited for."""
    load = Load([], 0, 0.0, 0.0)
    began, used = time.perf_counter(), time.process_time()
    over = began + seconds
    connector = aiohttp.TCPConnector(limit=customers)
    async with aiohttp.ClientSession(connector=connector, timeout=PATIENCE) as http:
        talks = (_customer(http, address, kind, number, over, load) for number in range(customers))
        await asyncio.gather(*talks)
    load.seconds = time.perf_counter() - began
    load.client_cpu = time.process_time() - used
    return load


async def _customer(
    http: aiohttp.ClientSession, address: str, kind: Kind, number: int, over: float, load: Load
) -> None:
    """Conversation after conversation; `number` lets everybody begin elsewhere in the questions."""
    for start in count(number):
        async with http.post(f"{address}session", json={}) as opened:
            token = (await opened.json())["token"]
        for text in _texts(kind, start):
            if time.perf_counter() >= over:
                return
            began = time.perf_counter()
            answered = await _is_answered(http, address, token, text)
            load.times.append((time.perf_counter() - began) * 1000)
            load.failures += not answered


def _texts(kind: Kind, start: int) -> Iterator[str]:
    said: Sequence[str] = QUESTIONS if kind is Kind.FAQ else ANSWERS
    if kind is Kind.FAQ:
        first = start % len(said)
        return islice(cycle(said), first, first + TURNS_PER_CONVERSATION)
    return iter(said)


async def _is_answered(http: aiohttp.ClientSession, address: str, token: str, text: str) -> bool:
    body, headers = {"id": str(uuid4()), "text": text}, {"Authorization": f"Bearer {token}"}
    async with http.post(f"{address}messages", json=body, headers=headers) as answer:
        return answer.status == 200 and _ANSWERED in await answer.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
