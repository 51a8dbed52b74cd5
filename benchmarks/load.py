"""What the customers of every contestant say and do, and the times it takes; the same for all."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from threading import Barrier
from typing import TypeVar

from benchmarks.customers import Customer, NewCustomer, Said, Unanswered
from benchmarks.progress import Steps

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
CUSTOMERS = 8
AT_ONCE = 50
IN_A_ROW = 5
TURNS_PER_CONVERSATION = 10
LONGEST_TALK = 405
"""Turns of a long conversation: up to five after turn 400."""

T = TypeVar("T")
_REFERENCE = re.compile(r"TS\d{8}-[0-9A-Z]{7}")
_numbers = count()


@dataclass(frozen=True)
class Crowd:
    """Ms of every turn, and messages a second of all customers together."""

    times: Sequence[float]
    messages_per_second: float


@dataclass(frozen=True)
class Filled:
    """Ms of the turns that answer a question of the complaint form, and of those that file it."""

    form: Sequence[float]
    filing: Sequence[float]


def faq(new_customer: NewCustomer, turns: int, steps: Steps, what: str) -> list[Said]:
    """One customer after another asks, ten questions in each conversation."""
    customers = _customers(new_customer, turns)
    numbers = steps.over(range(turns), what)
    return [_ask(customers[number // TURNS_PER_CONVERSATION], number) for number in numbers]


def crowd(new_customer: NewCustomer, turns: int) -> Crowd:
    """`CUSTOMERS` customers at the same time, each with one question after another."""
    talks = [_customers(new_customer, turns) for _ in range(CUSTOMERS)]

    def talk(which: int) -> list[float]:
        numbers = range(turns)
        return [_ask(talks[which][n // TURNS_PER_CONVERSATION], n).ms for n in numbers]

    ended, took = _together(CUSTOMERS, talk)
    times = [ms for each in ended for ms in each]
    return Crowd(times, len(times) / took)


def at_once(new_customer: NewCustomer, rounds: int, steps: Steps, what: str) -> list[float]:
    """`AT_ONCE` customers send in the same instant: ms until the last of them has the answer."""
    return [
        _last_answer([new_customer() for _ in range(AT_ONCE)])
        for _ in steps.over(range(rounds), what)
    ]


def in_a_row(new_customer: NewCustomer, rounds: int, steps: Steps, what: str) -> list[float]:
    """One customer sends `IN_A_ROW` messages without waiting: ms until the last answer."""
    times = []
    for _ in steps.over(range(rounds), what):
        customer = new_customer()
        times.append(_last_answer([customer, *(customer.twin() for _ in range(IN_A_ROW - 1))]))
    return times


def long_talk(customer: Customer, most_seconds: float, steps: Steps, what: str) -> list[float]:
    """Ms of the turns of one conversation, in order; shorter when `most_seconds` are over."""
    began = time.perf_counter()
    times: list[float] = []
    for number in steps.over(range(LONGEST_TALK), what):
        if time.perf_counter() - began > most_seconds:
            break
        times.append(_ask(customer, number).ms)
    return times


def fill_in(new_customer: NewCustomer, complaints: int, steps: Steps, what: str) -> Filled:
    """Complaints filled in question by question and filed, each of another phone.

    Raises Unanswered when a complaint ends without a reference.
    """
    form: list[float] = []
    filing: list[float] = []
    for _ in steps.over(range(complaints), what):
        customer = new_customer()
        *answers, confirm = _complaint()
        form += [customer.say(answer).ms for answer in answers]
        filed = customer.say(confirm)
        if not any(map(_REFERENCE.search, filed.texts)):
            raise Unanswered(f"no reference in {filed.texts}")
        filing.append(filed.ms)
    return Filled(form, filing)


def around(times: Sequence[float], turn: int) -> float | None:
    """Median of the ten turns around `turn`, each question once; None if it was not reached."""
    window = times[turn - TURNS_PER_CONVERSATION // 2 : turn + TURNS_PER_CONVERSATION // 2]
    return statistics.median(window) if len(window) == TURNS_PER_CONVERSATION else None


def _complaint() -> tuple[str, ...]:
    """What a customer answers from the wish to complain to the confirmation that files it."""
    phone = f"138{next(_numbers):04d}8000"
    story = "昨天在柜台排了两个小时队，柜员态度还很差"
    return (
        *("我要投诉", "同意", story, "借记卡", "人民路支行", "赔礼道歉", "李建国", phone),
        "确认提交",
    )


def _customers(new_customer: NewCustomer, turns: int) -> list[Customer]:
    """Made before the clock runs: opening a session is no turn."""
    return [new_customer() for _ in range(0, turns, TURNS_PER_CONVERSATION)]


def _ask(customer: Customer, number: int) -> Said:
    return customer.say(QUESTIONS[number % len(QUESTIONS)])


def _last_answer(customers: Sequence[Customer]) -> float:
    _, took = _together(len(customers), lambda which: _ask(customers[which], which))
    return took * 1000


def _together(number: int, act: Callable[[int], T]) -> tuple[list[T], float]:
    """What `act` returns for 0, 1, …, all begun in the same instant; seconds until the last."""
    began: list[float] = []
    ready = Barrier(number, action=lambda: began.append(time.perf_counter()))

    def when_ready(which: int) -> tuple[T, float]:
        ready.wait()
        return act(which), time.perf_counter()

    with ThreadPoolExecutor(number) as pool:
        ended = list(pool.map(when_ready, range(number)))
    return [result for result, _ in ended], max(at for _, at in ended) - began[0]
