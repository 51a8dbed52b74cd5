"""Drives the whole product as the platform and as browsers do, and takes the times."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from benchmarks.channels import widget
from benchmarks.channels.figures import Figures, Load, Replay
from benchmarks.load import QUESTIONS
from bot.channels.wechat.texts import STILL_WORKING
from tests.stack import Stack
from tests.wechat import official_account, wechat_settings
from wechatsim import Account, packets, posting
from wechatsim.packets import Sent
from wechatsim.replies import Reply, read

PER_SECOND = 20
SECONDS = 60
CUSTOMERS = 120
WARM_UP = 60
FIVE_SECONDS = aiohttp.ClientTimeout(total=5)
REPLAYED = 1000
DELIVERIES = 3
AT_ONCE = 24
"""Deliveries on their way at the same time while replaying."""

NOT_YET = ("", STILL_WORKING)
"""What a delivery is answered whose turn has not ended in time."""

_numbers = count(7_300_000_000_000_000)

Ask = Callable[[int], Awaitable[bool]]
"""Sends the message with this number; whether there was an answer."""


def measure(folder: Path) -> Figures:
    """Starts everything in `folder`, measures, stops everything."""
    (folder / "load").mkdir()
    (folder / "replay").mkdir()
    with official_account(folder / "load") as (product, sim):
        alone, both = asyncio.run(_loads(product, sim.platform.account))
        page = widget.measure(product.web)
    return Figures(alone, *both, replay=replay(folder / "replay"), widget=page)


# -- load --------------------------------------------------------------------------------------


async def _loads(product: Stack, account: Account) -> tuple[Load, tuple[Load, Load]]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=FIVE_SECONDS, connector=connector) as http:
        on_wechat, on_web = _follower(http, account), await _visitor(http, product.web)
        await _at_rate(on_wechat, WARM_UP, PER_SECOND / 2)
        alone = await _at_rate(on_wechat, PER_SECOND * SECONDS, PER_SECOND)
        half, messages = PER_SECOND / 2, PER_SECOND * SECONDS // 2
        both = await asyncio.gather(
            _at_rate(on_wechat, messages, half), _at_rate(on_web, messages, half)
        )
        return alone, (both[0], both[1])


async def _at_rate(ask: Ask, messages: int, rate: float) -> Load:
    """Sends at a steady rate whatever the answers take, as customers do."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def one(number: int) -> tuple[float, bool]:
        sent = loop.time()
        answered = await ask(number)
        return (loop.time() - sent) * 1000, answered

    tasks = []
    for number in range(messages):
        await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
        tasks.append(asyncio.create_task(one(number)))
    took = loop.time() - began
    ended = await asyncio.gather(*tasks)
    silent = sum(not answered for _, answered in ended)
    return Load([duration for duration, _ in ended], silent, (messages - 1) / took)


def _follower(http: aiohttp.ClientSession, account: Account) -> Ask:
    async def ask(number: int) -> bool:
        question = QUESTIONS[number % len(QUESTIONS)]
        reply = await deliver(http, account, packet(account, f"o{number % CUSTOMERS}", question))
        return reply is not None

    return ask


async def _visitor(http: aiohttp.ClientSession, web: str) -> Ask:
    tokens = []
    for _ in range(CUSTOMERS):
        async with http.post(f"{web}session", json={}) as answer:
            tokens.append((await answer.json())["token"])

    async def ask(number: int) -> bool:
        body = {"id": str(uuid4()), "text": QUESTIONS[number % len(QUESTIONS)]}
        headers = {"Authorization": f"Bearer {tokens[number % CUSTOMERS]}"}
        try:
            async with http.post(f"{web}messages", json=body, headers=headers) as answer:
                return answer.status == 200 and len((await answer.json())["messages"]) > 1
        except asyncio.TimeoutError:
            return False

    return ask


def packet(account: Account, openid: str, text: str) -> packets.Packet:
    sent = Sent(openid, account.original_id, int(time.time()))
    return packets.text(sent, text, next(_numbers))


async def deliver(
    http: aiohttp.ClientSession, account: Account, message: packets.Packet
) -> Reply | None:
    """One delivery; None without an answer in five seconds."""
    nonce, salt = secrets.token_hex(5), secrets.token_bytes(16)
    request = posting(account, message, int(time.time()), nonce, salt)
    try:
        async with http.post(request.url, data=request.body) as answer:
            body = await answer.read()
    except (asyncio.TimeoutError, aiohttp.ClientError):
        return None
    return read(body, account, message.openid) if answer.status == 200 else None


# -- replay ------------------------------------------------------------------------------------


def replay(folder: Path) -> Replay:
    """Delivers every message three times, in no order, to two processes on one database."""
    # Nobody listens for customer-service messages: every delivery waits for its answer.
    account = replace(Account.generated(), customer_service=False)
    settings = wechat_settings(account, "http://127.0.0.1:9")
    first = Stack(folder, settings)
    second = Stack(folder, {**settings, **_shared(first)})
    try:
        first.start()
        second.start("rasa")
        servers = [product.web.replace("/web/", "/wechat/") for product in (first, second)]
        answers = asyncio.run(_replay([replace(account, server_url=url) for url in servers]))
    finally:
        second.stop()
        first.stop()
    return Replay(
        messages=REPLAYED,
        deliveries=REPLAYED * DELIVERIES,
        turns=_turns(folder / "tracker.db"),
        differing=sum(len(set(given) - set(NOT_YET)) > 1 for given in answers),
    )


def _shared(first: Stack) -> dict[str, str]:
    """What two processes of one installation have in common."""
    names = (
        "FIELD_KEYS",
        "WEB_SESSION_SECRET",
        "CASE_STORE_URL",
        "CASE_STORE_TOKEN",
        "ACTIONS_PORT",
    )
    return {name: first.env[name] for name in names}


async def _replay(accounts: Sequence[Account]) -> list[list[str]]:
    """What the deliveries of each message were answered."""
    random = secrets.SystemRandom()
    messages = [
        packet(accounts[0], f"o{number % CUSTOMERS}", QUESTIONS[number % len(QUESTIONS)])
        for number in range(REPLAYED)
    ]
    # A customer's messages keep their order as far as the platform keeps it: in groups.
    group = CUSTOMERS // 2
    answers: list[list[str]] = [[] for _ in messages]
    room = asyncio.Semaphore(AT_ONCE)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as http:

        async def one(number: int, account: Account) -> None:
            async with room:
                reply = await deliver(http, account, messages[number])
            answers[number].append("" if reply is None else reply.text)

        for start in range(0, REPLAYED, group):
            round_ = [
                (number, accounts[(number + again) % len(accounts)])
                for number in range(start, min(start + group, REPLAYED))
                for again in range(DELIVERIES)
            ]
            random.shuffle(round_)
            await asyncio.gather(*(one(*each) for each in round_))
    return answers


def _turns(tracker: Path) -> int:
    """Turns the assistant has run, over all conversations."""
    query = "SELECT count(*) FROM events WHERE type_name = 'user'"
    with closing(sqlite3.connect(tracker)) as database:
        found: Any = database.execute(query).fetchone()
    return int(found[0])
