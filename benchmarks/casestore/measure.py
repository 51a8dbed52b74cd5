"""Asks a running case store and takes the time."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from http.client import HTTPConnection
from random import Random
from secrets import token_bytes
from typing import Any
from urllib.parse import urlsplit

import requests

from benchmarks.casestore.server import BRANCH_OFFICER, OFFICER, Installation
from casestore.demo.stories import StoryTeller
from casestore.domain.case import Complaint, Source
from casestore.domain.deadlines import local_date
from casestore.domain.period import PeriodUnit, period_of
from casestore.domain.reference import mint

CLIENTS = 8
FILED_BY_EACH = 250
CASE_PAGES = 60
ROUNDS = 6
BULLETINS = 4
_TIMEOUT = 60


@dataclass(frozen=True)
class Stage:
    """What one size of the database came to: seconds of each request by what was asked for, and
    cases a second of loading and filing."""

    cases: int
    seconds: Mapping[str, Sequence[float]]
    loaded: float
    filed: float

    def quantile(self, name: str, percent: int) -> float:
        """The time below which that many in a hundred requests lie, in ms."""
        return statistics.quantiles(self.seconds[name], n=100)[percent - 1] * 1000


def measure(at: Installation, cases: int, loaded: float) -> Stage:
    """Everything at one size, with the server running."""
    head, branch = at.browser(OFFICER), at.browser(BRANCH_OFFICER)
    address = at.addresses[0]
    seconds = {
        "投诉页": [
            _asked(head, f"{address}/cases/{reference}")
            for reference in at.some_references(CASE_PAGES)
        ],
        "投诉列表（各种筛选）": list(_lists(head, address)),
        "投诉列表（分行人员）": list(_lists(branch, address)),
        "我的工作": [_asked(head, f"{address}/") for _ in range(4 * ROUNDS)],
        "季度通报": [_asked(head, _bulletin(address)) for _ in range(BULLETINS)],
    }
    return Stage(cases, seconds, loaded, _filing(at))


def filters(today: date) -> list[dict[str, str]]:
    """What officers look for; full text with words that are common, rare and nowhere."""
    month = {"received_from": f"{today - timedelta(days=30)}", "received_to": f"{today}"}
    return [
        {},
        {"sort": "due"},
        {"due": "overdue", "sort": "due"},
        {"states": "investigating", "unit": "DQ"},
        {"businesses": "信用卡", **month},
        {"reasons": "因定价收费引起的投诉", "sources": "regulator", "grades": "complex"},
        {"assignee": "load.h017", "pending": "1"},
        {"branch": "人民路支行", "states": "closed"},
        {"branch": "DQ03", "businesses": "外汇", "priorities": "urgent"},
        {"text": "手续费"},
        {"text": "短信费 涨价", "businesses": "其他中间业务"},
        {"text": "父亲去世 存款", "sources": "letter"},
        {"text": "从来没有人说过的话"},
        {"phone": "17000012345"},
        {"settled_from": f"{today - timedelta(days=400)}", "pending": "0", "channels": "短信渠道"},
    ]


def _lists(session: requests.Session, address: str) -> Iterator[float]:
    for _ in range(ROUNDS):
        for query in filters(local_date(datetime.now(timezone.utc))):
            yield _asked(session, f"{address}/cases", query)


def _bulletin(address: str) -> str:
    """The last whole quarter's."""
    today = local_date(datetime.now(timezone.utc))
    before = period_of(PeriodUnit.QUARTER, today).previous
    return f"{address}/reports/preview?kind=quarter&period={before.text}"


def _asked(session: requests.Session, url: str, query: dict[str, str] | None = None) -> float:
    started = time.perf_counter()
    answer = session.get(url, params=query, timeout=_TIMEOUT, allow_redirects=False)
    taken = time.perf_counter() - started
    if answer.status_code != requests.codes.ok:
        raise RuntimeError(f"{answer.status_code} for {answer.url}")
    return taken


def _filing(at: Installation) -> float:
    """Cases a second that so many clients file together, each over a connection of its own.

    What they send is written beforehand, so that the clients cost the machine as little as can be.
    """
    drafts = [_bodies(number, FILED_BY_EACH) for number in range(CLIENTS)]
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda number: _file_all(at, number, drafts[number]), range(CLIENTS)))
    return CLIENTS * FILED_BY_EACH / (time.perf_counter() - started)


def _file_all(at: Installation, number: int, bodies: Sequence[tuple[str, bytes]]) -> None:
    address = urlsplit(at.addresses[number % len(at.addresses)])
    connection = HTTPConnection(address.hostname or "", address.port, timeout=_TIMEOUT)
    headers = {"Authorization": f"Bearer {at.token}", "Content-Type": "application/json"}
    for reference, body in bodies:
        own = {**headers, "Idempotency-Key": reference}
        connection.request("POST", "/api/v1/complaints", body, own)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != requests.codes.created:
            raise RuntimeError(f"{answer.status}: {text!r}")
    connection.close()


def _bodies(number: int, count: int) -> list[tuple[str, bytes]]:
    """References and filings of new customers."""
    rng = Random(time.time_ns() + number)  # noqa: S311  # new customers each time
    teller = StoryTeller(rng)
    now = datetime.now(timezone.utc)
    references = [mint(local_date(now), token_bytes) for _ in range(count)]
    return [
        (
            reference,
            json.dumps(
                _payload(teller.draw(reference, now, source=Source.WEB_CHAT).complaint)
            ).encode(),
        )
        for reference in references
    ]


def _payload(complaint: Complaint) -> dict[str, Any]:
    """The complaint as the assistant sends it."""
    person, now = complaint.complainant, complaint.submitted_at.isoformat()
    return {
        "reference": complaint.reference,
        "submitted_at": now,
        "source": complaint.source.value,
        "complaint_detail": complaint.detail,
        "complaint_business": complaint.business,
        "complaint_reason": complaint.reason,
        "classification": {"business": None, "reason": None},
        "complaint_branch": complaint.branch,
        "complaint_staff": complaint.staff,
        "complaint_date": {"text": complaint.incident.text, "start": None, "end": None},
        "complaint_amount": None,
        "complaint_request": complaint.request,
        "complainant_name": person.name,
        "complainant_phone": person.phone,
        "complainant_role": person.role.value,
        "contact_preference": person.contact_preference,
        "attachments": [],
        "consent": {"version": "2026-11", "given_at": now},
    }
