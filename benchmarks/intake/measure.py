"""Talks to the whole product over HTTP and takes the times."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count, cycle, islice
from pathlib import Path
from uuid import uuid4

import requests

from benchmarks.intake.figures import Figures
from benchmarks.load import QUESTIONS
from tests.stack import Chat, Stack, reference_in

COMPLAINTS = 200
COMPLAINTS_PER_CONVERSATION = 8
PAIRS = 200
PAIRS_PER_CONVERSATION = 10
CONVERSATIONS = 6
CONFIRM = "确认提交"
EARLY, LATE = 10, 200

_numbers = count()


@dataclass
class Times:
    """Milliseconds around one turn number, by kind of turn."""

    faq: list[float] = field(default_factory=list)
    form: list[float] = field(default_factory=list)


def measure(folder: Path) -> Figures:
    """Starts everything in `folder`, measures, stops everything."""
    product = Stack(folder)
    try:
        product.start()
        confirm_times(product, COMPLAINTS_PER_CONVERSATION)  # the first turns load what is lazy
        up = confirm_times(product, COMPLAINTS)
        single, second = burst_times(product)
        early, late = Times(), Times()
        for _ in range(CONVERSATIONS):
            talk(product.chat(), early, late)
        product.kill("casestore")
        down = confirm_times(product, COMPLAINTS)
    finally:
        product.stop()
    return Figures(down, up, single, second, early.faq, early.form, late.faq, late.form)


def complaint() -> tuple[str, ...]:
    """What a customer says to file a complaint, the last turn confirms; each of another phone."""
    number = next(_numbers)
    phone = f"13{number // 10000}{number % 10000:04d}8000"
    opening = "我要投诉，昨天在人民路支行排了两个小时队，柜员态度还很差，要求赔礼道歉"
    return f"{opening}。我叫李建国，电话{phone}", "同意", "借记卡", CONFIRM


def confirm_times(product: Stack, complaints: int) -> list[float]:
    """From 「确认提交」 to the reference."""
    times = []
    chat = product.chat()
    for number in range(complaints):
        if number % COMPLAINTS_PER_CONVERSATION == 0:
            chat = product.chat()
        *before, confirm = complaint()
        for text in before:
            chat.say(text)
        took, replies = timed(chat, confirm)
        reference_in(replies)
        times.append(took)
    return times


def burst_times(product: Stack) -> tuple[list[float], list[float]]:
    """One message alone, then two at once of which the later answered counts; again and again."""
    single: list[float] = []
    second: list[float] = []
    questions, pages = cycle(QUESTIONS), one_customer_twice(product)
    with ThreadPoolExecutor(2) as pool:
        for number in range(PAIRS):
            if number % PAIRS_PER_CONVERSATION == 0:
                pages = one_customer_twice(product)
            took, _ = timed(pages[0], next(questions))
            single.append(took)
            began = time.perf_counter()
            sent = [pool.submit(answered_after, page, next(questions), began) for page in pages]
            second.append(max(each.result() for each in sent))
    return single, second


def one_customer_twice(product: Stack) -> tuple[Chat, Chat]:
    """Two connections of one conversation."""
    chat, other = product.chat(), product.chat()
    other.http.headers["Authorization"] = chat.http.headers["Authorization"]
    return chat, other


def answered_after(chat: Chat, text: str, began: float) -> float:
    answer: requests.Response = chat.post({"id": str(uuid4()), "text": text})
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"a message of a burst got HTTP {answer.status_code}")
    return took


def script() -> Iterator[tuple[str, str]]:
    """Kind and text of the turns of a long conversation: rounds of questions and a complaint."""
    questions = cycle(QUESTIONS)
    while True:
        yield from (("faq", next(questions)) for _ in range(2))
        yield from (("form", text) for text in complaint())
        yield from (("faq", next(questions)) for _ in range(2))


ROUND = 8
"""Turns of a round of the script: windows of this length hold the same kinds of turns."""


def talk(chat: Chat, early: Times, late: Times) -> None:
    """One long conversation; adds the times of one round around turn `EARLY` and turn `LATE`."""
    windows = {
        turn: times
        for middle, times in ((EARLY, early), (LATE, late))
        for turn in range(middle - ROUND // 2, middle + ROUND // 2)
    }
    for turn, (kind, text) in enumerate(islice(script(), max(windows)), start=1):
        took, replies = timed(chat, text)
        if text == CONFIRM:
            reference_in(replies)
        if turn in windows:
            getattr(windows[turn], kind).append(took)


def timed(chat: Chat, text: str) -> tuple[float, list[str]]:
    """Milliseconds and replies; RuntimeError when there is no reply."""
    began = time.perf_counter()
    replies = chat.say(text)
    took = (time.perf_counter() - began) * 1000
    if not replies:
        raise RuntimeError("a turn was answered with silence")
    return took, replies
