"""The case store's port: kept by the double and by the real service over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timezone
from typing import Any

import pytest

from bot.errors import NotFound, Permanent, Retryable, TooManyAttempts
from bot.intake.bootstrap import mint_reference
from bot.intake.case_store import CaseStore, HttpCaseStore
from tests.fakes import FakeCaseStore
from tests.samples import PHONE, TAIL, complaint
from tests.stack import Stack, wait_until


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The real case store as a process of its own."""
    stack = Stack(tmp_path_factory.mktemp("case-store"))
    try:
        stack.start("casestore")
        wait_until(lambda: stack.answers(f"{stack.store}/health"), 30, "health of the case store")
        yield stack
    finally:
        stack.stop()


@pytest.fixture(params=["double", "service"])
def cases(request: pytest.FixtureRequest) -> CaseStore:
    if request.param == "double":
        return FakeCaseStore()
    stack: Stack = request.getfixturevalue("service")
    return HttpCaseStore(stack.store, stack.token, 1.0, 10.0)


def payload(**changes: Any) -> dict[str, Any]:
    """A complaint under a reference of its own."""
    moment = datetime.now(timezone.utc)
    return complaint(0, moment, **changes).payload(mint_reference(moment))


def test_a_complaint_is_filed_and_has_its_dates(cases: CaseStore) -> None:
    filed = payload()
    answer = cases.file(filed)
    assert answer["reference"] == filed["reference"]
    assert (answer["state"], answer["state_label"]) == ("registered", "已登记")
    assert date.fromisoformat(answer["promise_due"]) <= date.fromisoformat(answer["legal_due"])
    assert datetime.fromisoformat(answer["received_at"]).utcoffset() is not None


def test_the_same_again_is_the_same_case(cases: CaseStore) -> None:
    filed = payload()
    assert cases.file(filed) == cases.file(filed) == cases.file(dict(reversed(filed.items())))


def test_other_content_under_the_same_reference_is_refused_for_good(cases: CaseStore) -> None:
    filed = payload()
    cases.file(filed)
    with pytest.raises(Permanent, match="HTTP 422 idempotency_conflict"):
        cases.file({**filed, "complaint_detail": "说的是另一件事"})
    assert cases.file(filed)["reference"] == filed["reference"]


def test_two_complaints_are_two_cases(cases: CaseStore) -> None:
    first, second = payload(), payload()
    cases.file(first)
    cases.file(second)
    for each in (first, second):
        assert cases.status(each["reference"], TAIL)["reference"] == each["reference"]


def test_the_status_is_told_to_who_knows_the_phone(cases: CaseStore) -> None:
    filed = payload()
    answer = cases.file(filed)
    status = cases.status(filed["reference"], TAIL)
    assert {name: status[name] for name in answer} == answer
    assert status["last_message"] is None
    assert PHONE not in str(status)


def test_a_wrong_proof_looks_like_an_unknown_reference(cases: CaseStore) -> None:
    filed = payload()
    cases.file(filed)
    with pytest.raises(NotFound):
        cases.status(filed["reference"], "0000")
    with pytest.raises(NotFound):
        cases.status(payload()["reference"], TAIL)
    assert cases.status(filed["reference"], TAIL)


def test_after_five_wrong_proofs_even_the_right_one_waits(cases: CaseStore) -> None:
    filed = payload()
    cases.file(filed)
    for _ in range(5):
        with pytest.raises(NotFound):
            cases.status(filed["reference"], "0000")
    with pytest.raises(TooManyAttempts):
        cases.status(filed["reference"], TAIL)


def test_a_wrong_token_keeps_the_complaint_for_later(service: Stack) -> None:
    stranger = HttpCaseStore(service.store, "not-the-token-" * 3, 1.0, 10.0)
    with pytest.raises(Retryable, match="HTTP 401"):
        stranger.file(payload())


@pytest.mark.parametrize(
    "changes",
    [
        {"complainant_phone": "01088886666"},
        {"complaint_date": {"text": "记不清", "start": None, "end": None}},
        {"complaint_date": {"text": "春节前", "start": None, "end": "2026-02-16"}},
        {"complaint_amount": None},
        {"complaint_amount": 0.01},
        {"complaint_staff": "柜员小李", "attachments": ["a1"]},
        {"complaint_detail": "长" * 5000, "complaint_request": "长" * 1000},
        {"complainant_name": "买买提·艾力", "complainant_role": "继承人"},
        {
            "classification": {
                "business": None,
                "reason": {"proposed": "其他（原因）", "confidence": 0},
            }
        },
    ],
)
def test_what_the_form_can_yield_the_service_takes(service: Stack, changes: dict[str, Any]) -> None:
    filed = payload(**changes)
    assert HttpCaseStore(service.store, service.token, 1.0, 10.0).file(filed)["reference"]
