"""Small makers and doubles shared by the case store's tests."""

import warnings
from copy import deepcopy
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from stdnum.iso7064 import mod_37_36

from casestore.api.schemas import ComplaintIn
from casestore.domain.case import Case, CaseStanding, Complaint, Progress
from casestore.domain.clock import due_dates, opening_terms
from casestore.domain.deadlines import ServicePromise, local_date
from casestore.settings import Settings, load

with warnings.catch_warnings():
    # starlette 0.50 imports a name that anyio has renamed.
    warnings.simplefilter("ignore", DeprecationWarning)
    from starlette.testclient import TestClient

__all__ = ["Clock", "QuickPasswords", "TestClient", "make_case", "make_complaint", "make_payload"]

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
TOKEN = "test-token-0123456789-0123456789-0123456789"
FIELD_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
OTHER_FIELD_KEY = "YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI="
ADMIN_PASSWORD = "a-long-test-password"
NAME = "欧阳小雨"
PHONE = "13800001234"
TAIL = "1234"
PROMISE = ServicePromise(ordinary=2, complex=5)

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def settings_in(folder: Path) -> Settings:
    """Of a case store that keeps its files there."""
    environment = {
        "CASE_STORE_TOKEN": TOKEN,
        "CASE_STORE_FIELD_KEYS": FIELD_KEY,
        "CASE_STORE_FILES_DIR": str(folder / "files"),
    }
    return load(Settings, environment)


class Clock:
    """A clock that stands still until moved."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **duration: float) -> None:
        self.moment += timedelta(**duration)


class Ids:
    """UUIDs in a row, the same in every test."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self) -> str:
        self._count += 1
        return make_id(self._count)


class QuickPasswords:
    """Stands in for argon2, which is slow on purpose."""

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password_hash: str | None, password: str) -> bool:
        return password_hash == self.hash(password)


def make_reference(number: int = 0, day: str = "20261123") -> str:
    """A valid reference, another one for each number."""
    digits = []
    for _ in range(6):
        number, rest = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[rest])
    six = "".join(reversed(digits))
    return f"TS{day}-{six}{mod_37_36.calc_check_digit(day + six)}"


def make_id(number: int = 0) -> str:
    """A UUID of version 4, another one for each number."""
    return f"00000000-0000-4000-8000-{number:012x}"


def make_payload(**changes: Any) -> dict[str, Any]:
    """A filing as in the contract, with some fields changed."""
    payload = {
        "reference": make_reference(),
        "submitted_at": "2026-11-23T08:00:00+00:00",
        "source": "web_chat",
        "complaint_detail": "柜员说手续费免了，\n结果还是扣了 12.5 元。",
        "complaint_business": "个人储蓄",
        "complaint_reason": "定价收费",
        "classification": {
            "business": {"proposed": "个人储蓄", "confidence": 0.91},
            "reason": None,
        },
        "complaint_branch": "人民路支行",
        "complaint_staff": None,
        "complaint_date": {"text": "上周三下午", "start": "2026-11-18", "end": "2026-11-18"},
        "complaint_amount": 12.5,
        "complaint_request": "退还手续费",
        "complainant_name": NAME,
        "complainant_phone": PHONE,
        "complainant_role": "本人",
        "contact_preference": "电话，工作日白天",
        "attachments": ["att-1"],
        "consent": {"version": "2026-11", "given_at": "2026-11-23T07:50:00+00:00"},
    }
    return {**deepcopy(payload), **changes}


def make_complaint(**changes: Any) -> Complaint:
    """A complaint in the domain's words, with some fields of the contract changed."""
    return ComplaintIn(**make_payload(**changes)).to_domain()


def make_case(**changes: Any) -> Case:
    """A registered case, with some fields of the contract changed."""
    complaint = make_complaint(**changes)
    terms = opening_terms(local_date(complaint.submitted_at), PROMISE)
    standing = CaseStanding(
        reference=complaint.reference,
        progress=Progress(terms=terms),
        received_at=complaint.submitted_at,
        due=due_dates(terms),
    )
    return Case(standing, complaint, client="bot", recorded_at=NOW)


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table is one of ``tables.metadata``: the full-text index has tables of its own
    making on each kind of database, and SQLite its counters. For ``include_name`` of Alembic."""
    foreign = ("case_search", "sqlite_")
    return not (kind == "table" and str(name).startswith(foreign))
