"""Passive replies: questions of WeChat followers, encrypted and signed as the platform does it."""

from __future__ import annotations

import secrets
import time
from itertools import count
from urllib.parse import urlsplit

from benchmarks.customers import Unanswered
from benchmarks.load import QUESTIONS, TURNS_PER_CONVERSATION
from benchmarks.progress import Steps
from benchmarks.wire import Connection
from bot.channels.wechat.texts import STILL_WORKING
from wechatsim import Account, packets, posting
from wechatsim.packets import Sent
from wechatsim.replies import read

_numbers = count(7_400_000_000_000_000)


def passive_replies(account: Account, turns: int, steps: Steps, what: str) -> list[float]:
    """Ms from a delivery to its passive reply, one follower after another, ten questions each.

    Raises Unanswered when a delivery gets no reply of its own.
    """
    connection = Connection(account.server_url)
    return [
        _ask(connection, account, f"o{number // TURNS_PER_CONVERSATION}", number)
        for number in steps.over(range(turns), what)
    ]


def _ask(connection: Connection, account: Account, openid: str, number: int) -> float:
    sent = Sent(openid, account.original_id, int(time.time()))
    packet = packets.text(sent, QUESTIONS[number % len(QUESTIONS)], next(_numbers))
    nonce, salt = secrets.token_hex(5), secrets.token_bytes(16)
    request = posting(account, packet, int(time.time()), nonce, salt)
    query = urlsplit(request.url).query
    answer = connection.send("POST", f"?{query}", request.body, {"Content-Type": "text/xml"})
    reply = read(answer.body, account, openid) if answer.status == 200 else None
    if reply is None or reply.text in ("", STILL_WORKING):
        raise Unanswered(f"HTTP {answer.status} without a passive reply")
    return answer.ms
