"""The same questions for both products, one customer after another and eight at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

QUESTIONS = (
    "银行卡丢了怎么办",
    "假币怎么辨别",
    "短信提醒要收费吗",
    "怎么判断是不是非法集资",
    "存款保险最多赔多少",
    "征信报告怎么查",
    "理财产品保本吗",
    "收到银行短信里的链接能点吗",
    "个人信息泄露了怎么办",
    "破了的钱在哪里换",
)
WARM_UP = 20
TURNS = 300
CUSTOMERS = 8
TURNS_PER_CUSTOMER = 50
TURNS_PER_CONVERSATION = 10


class Customer(Protocol):
    """A conversation over HTTP."""

    def say(self, text: str) -> list[str]:
        """Replies of the assistant; an empty list is a failure."""


def turn_times(new_customer: Callable[[], Customer]) -> list[float]:
    """Milliseconds of `TURNS` turns in conversations of ten, after a warm-up."""
    _talk(new_customer, WARM_UP)
    return _talk(new_customer, TURNS)


def throughput(new_customer: Callable[[], Customer]) -> float:
    """Messages a second with `CUSTOMERS` customers talking at the same time."""
    began = time.perf_counter()
    with ThreadPoolExecutor(CUSTOMERS) as pool:
        talks = [pool.submit(_talk, new_customer, TURNS_PER_CUSTOMER) for _ in range(CUSTOMERS)]
        for talk in talks:
            talk.result()
    return CUSTOMERS * TURNS_PER_CUSTOMER / (time.perf_counter() - began)


def _talk(new_customer: Callable[[], Customer], turns: int) -> list[float]:
    times = []
    customer = new_customer()
    for number in range(turns):
        if number % TURNS_PER_CONVERSATION == 0:
            customer = new_customer()
        began = time.perf_counter()
        replies = customer.say(QUESTIONS[number % len(QUESTIONS)])
        times.append((time.perf_counter() - began) * 1000)
        if not replies:
            raise RuntimeError("a turn was answered with silence")
    return times
