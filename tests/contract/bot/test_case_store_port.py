"""The case store's port: kept by the double and by the real service over HTTP."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest

from bot.analytics.fact import FactKind, Outcome
from bot.analytics.report import Question, build, comparison
from bot.errors import NotFound, Permanent, Retryable, TooManyAttempts
from bot.intake.acts import ActKind
from bot.intake.bootstrap import mint_reference
from bot.intake.calendar import local_day
from bot.intake.case_store import CaseStore, Document, HttpCaseStore
from bot.knowledge import report
from bot.knowledge.feedback import Miss, MissKind
from casestore.domain.case import EventKind
from tests.bank import bank_staff
from tests.fakes import NOW, FakeCaseStore
from tests.samples import PDF, PHONE, TAIL, act, complaint
from tests.stack import PATIENCE_SECONDS, ROOT, Stack
from tests.unit.analytics.kit import CAMPAIGN, counted, description, people
from tests.unit.analytics.kit import answer as quiz_answer
from tests.unit.knowledge.kit import answer


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The real case store as a process of its own."""
    folder = tmp_path_factory.mktemp("case-store")
    stack = Stack(folder, {"CASE_STORE_FILES_DIR": str(folder / "files")})
    migrate = [sys.executable, "-m", "casestore", "migrate"]
    subprocess.run(migrate, cwd=ROOT, env=stack.env, check=True, capture_output=True)
    try:
        stack.launch("casestore")
        stack.wait_for_store()
        yield stack
    finally:
        stack.stop()


class Officer:
    """Somebody at the console of the real service."""

    def __init__(self, stack: Stack) -> None:
        self._store, self._env = stack.store, stack.env
        self._browser = stack.officers.sign_in(stack.officers.make())

    def reply(self, reference: str, text: str) -> None:
        with bank_staff(self._env) as staff:
            staff.reply(reference, text)

    def tell(self, reference: str, text: str) -> None:
        with bank_staff(self._env) as staff:
            staff.do(reference, EventKind.RESTARTED, text)

    def press_retry(self, reference: str) -> None:
        self._send("/deliveries", "/deliveries/retry", reference=reference)

    def _send(self, page: str, form: str, **fields: str) -> None:
        shown = self._browser.get(self._store + page, timeout=PATIENCE_SECONDS).text
        hidden = dict(re.findall(r'name="(form_token)" value="([^"]+)"', shown))
        sent = self._browser.post(
            self._store + form, data={**hidden, **fields}, timeout=PATIENCE_SECONDS
        )
        assert sent.status_code == 200, sent.text


class Bank:
    """A case store, and the people who work with it."""

    def __init__(self, cases: CaseStore, officer: FakeCaseStore | Officer) -> None:
        self.cases, self.officer = cases, officer

    def file(self) -> str:
        filed = payload()
        self.cases.file(filed)
        return str(filed["reference"])


class Double(FakeCaseStore):
    """Its staff replies today, as that of the service does: a review must be asked for soon after."""

    def reply(self, reference: str, text: str, at: datetime | None = None) -> None:
        super().reply(reference, text, at or datetime.now(timezone.utc))


@pytest.fixture(params=["double", "service"])
def bank(request: pytest.FixtureRequest) -> Bank:
    if request.param == "double":
        double = Double()
        return Bank(double, double)
    stack: Stack = request.getfixturevalue("service")
    return Bank(HttpCaseStore(stack.store, stack.token, 1.0, 10.0), Officer(stack))


@pytest.fixture
def cases(bank: Bank) -> CaseStore:
    return bank.cases


def payload(**changes: Any) -> dict[str, Any]:
    """A complaint under a reference of its own."""
    filed = replace(complaint(0, datetime.now(timezone.utc), **changes), intake_id=uuid4())
    return filed.payload(mint_reference(filed))


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


def said(kind: ActKind, **changes: Any) -> dict[str, Any]:
    """The body of an act of its own."""
    made = act(0, "", kind, datetime.now(timezone.utc), **changes)
    return replace(made, id=uuid4()).payload()


def document(content: bytes = PDF) -> Document:
    sha256 = hashlib.sha256(content).hexdigest()
    return Document(str(uuid4()), "转账 凭证/1.pdf", "application/pdf", sha256, content)


def newest(cases: CaseStore) -> int:
    """The cursor behind every event there is."""
    after = 0
    while (page := cases.events(after, 500)).events:
        after = page.cursor
    return after


def test_a_supplement_is_taken_once_under_its_id(bank: Bank) -> None:
    reference, body = bank.file(), said(ActKind.SUPPLEMENT)
    answer = bank.cases.act("supplement", reference, body)
    assert (answer["reference"], answer["id"]) == (reference, body["id"])
    assert answer["state"] == "registered"
    assert bank.cases.act("supplement", reference, body) == answer
    with pytest.raises(Permanent, match="HTTP 422 idempotency_conflict"):
        bank.cases.act("supplement", reference, {**body, "text": "说的是别的"})


def test_an_act_about_a_case_that_is_not_there_yet_is_tried_again(cases: CaseStore) -> None:
    reference = mint_reference(complaint(0, datetime.now(timezone.utc)))
    with pytest.raises(Retryable, match="HTTP 404"):
        cases.act("supplement", reference, said(ActKind.SUPPLEMENT))
    with pytest.raises(Retryable, match="HTTP 404"):
        cases.attach(reference, document())


def test_a_withdrawn_case_ends_that_day_and_takes_nothing_more(bank: Bank) -> None:
    reference, body = bank.file(), said(ActKind.WITHDRAWAL, reason="已经解决")
    answer = bank.cases.act("withdrawal", reference, body)
    today = local_day(datetime.fromisoformat(body["submitted_at"])).isoformat()
    assert (answer["state"], answer["state_label"]) == ("withdrawn", "已撤回")
    assert answer["ended_on"] == today
    assert bank.cases.act("withdrawal", reference, body) == answer
    assert bank.cases.act("withdrawal", reference, said(ActKind.WITHDRAWAL))["ended_on"] == today
    assert bank.cases.status(reference, TAIL)["ended_on"] == today
    for kind in (ActKind.SUPPLEMENT, ActKind.SATISFACTION, ActKind.REVIEW_REQUEST):
        with pytest.raises(Permanent, match="HTTP 409 case_withdrawn"):
            bank.cases.act(kind.value, reference, said(kind))
    with pytest.raises(Permanent, match="HTTP 409 case_withdrawn"):
        bank.cases.attach(reference, document())


@pytest.mark.parametrize("kind", [ActKind.SATISFACTION, ActKind.REVIEW_REQUEST])
def test_without_a_reply_there_is_nothing_to_rate_or_to_review(bank: Bank, kind: ActKind) -> None:
    reference = bank.file()
    with pytest.raises(Permanent, match="HTTP 409 no_reply_yet"):
        bank.cases.act(kind.value, reference, said(kind))


def test_a_reply_is_an_event_and_the_last_message_of_the_case(bank: Bank) -> None:
    reference, before = bank.file(), newest(bank.cases)
    bank.officer.reply(reference, "手续费已经退回。\n请您查收。")
    page = bank.cases.events(before, 100)
    (event,) = page.events
    assert (event.reference, event.kind) == (reference, "replied")
    assert "手续费已经退回。\n请您查收。" in (event.text or "")
    assert before < event.cursor == page.cursor
    assert datetime.fromisoformat(event.happened_at.replace("Z", "+00:00")).utcoffset() is not None
    assert bank.cases.events(before, 100) == page, "what is not noted comes again"
    after = bank.cases.events(page.cursor, 100)
    assert (list(after.events), after.cursor) == ([], page.cursor)
    status = bank.cases.status(reference, TAIL)
    assert (status["state"], status["state_label"]) == ("notified", "已答复")
    assert status["last_message"]["text"] == event.text


def test_events_come_page_by_page_in_order(bank: Bank) -> None:
    reference, before = bank.file(), newest(bank.cases)
    for number in range(3):
        bank.officer.reply(reference, f"第{number}次答复")
    seen, cursor = [], before
    while (page := bank.cases.events(cursor, 2)).events:
        assert len(page.events) <= 2
        seen += page.events
        cursor = page.cursor
    replies = [event.text or "" for event in seen if event.kind == "replied"]
    assert len(replies) == 3
    assert all(f"第{number}次答复" in text for number, text in enumerate(replies))


def test_what_the_customer_must_be_told_is_confirmed_under_its_id(bank: Bank) -> None:
    reference, before = bank.file(), newest(bank.cases)
    bank.officer.tell(reference, "客户补交了新的凭证")
    (event,) = bank.cases.events(before, 100).events
    assert (event.reference, event.kind) == (reference, "notice")
    assert "客户补交了新的凭证" in (event.text or "")
    assert event.notice is not None
    now = datetime.now(timezone.utc)
    for failure in ("对话已经结束", None, None):
        bank.cases.confirm(event.notice, now, failure)
    with pytest.raises(Permanent, match="notice_not_found"):
        bank.cases.confirm("unknown", now, None)


def test_a_reply_can_be_rated_again_and_reviewed(bank: Bank) -> None:
    reference = bank.file()
    bank.officer.reply(reference, "已经整改")
    for rating in (2, 5):
        rated = said(ActKind.SATISFACTION, rating=rating, comment="态度好")
        assert bank.cases.act("satisfaction", reference, rated)["state"] == "notified"
    body = said(ActKind.REVIEW_REQUEST)
    answer = bank.cases.act("review_request", reference, body)
    due = local_day(datetime.fromisoformat(body["submitted_at"])) + timedelta(days=30)
    assert (answer["state"], answer["state_label"]) == ("under_review", "核查中")
    assert answer["review_due"] == due.isoformat()
    assert bank.cases.status(reference, TAIL)["review_due"] == due.isoformat()


def test_a_document_is_taken_once_under_its_id(bank: Bank) -> None:
    reference, sent = bank.file(), document()
    for _ in range(2):
        bank.cases.attach(reference, sent)
    other = replace(document(PDF + b"%"), id=sent.id)
    with pytest.raises(Permanent, match="HTTP 422 idempotency_conflict"):
        bank.cases.attach(reference, other)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"media_type": "text/html"}, "HTTP 415"),
        ({"content": PDF + b"%"}, "HTTP 422 checksum_mismatch"),
        ({"name": "x" * 201}, "HTTP 422"),
    ],
)
def test_the_service_refuses_a_document_it_cannot_keep(
    service: Stack, changes: dict[str, Any], refusal: str
) -> None:
    cases = HttpCaseStore(service.store, service.token, 1.0, 10.0)
    reference = Bank(cases, FakeCaseStore()).file()
    with pytest.raises(Permanent, match=refusal):
        cases.attach(reference, replace(document(), **changes))


def test_the_largest_document_fits(service: Stack) -> None:
    cases = HttpCaseStore(service.store, service.token, 1.0, 10.0)
    reference = Bank(cases, FakeCaseStore()).file()
    cases.attach(reference, document(PDF.ljust(10 * 1024 * 1024, b"\0")))
    with pytest.raises(Permanent, match="HTTP 413"):
        cases.attach(reference, document(PDF.ljust(10 * 1024 * 1024 + 1, b"\0")))


def test_an_officer_sees_what_waits_and_can_have_it_tried_again(bank: Bank) -> None:
    reference = bank.file()
    kinds = ("complaint", *(kind.value for kind in ActKind), "attachment")
    item = {
        "reference": reference,
        "status": "parked",
        "attempts": 1,
        "waiting_since": datetime.now(timezone.utc).isoformat(),
        "last_error": "HTTP 422 invalid_request",
    }
    items = [{**item, "kind": kind} for kind in kinds]
    report = {"pending": 0, "parked": len(items), "oldest_seconds": 0, "items": items}
    bank.cases.report(report)
    before = newest(bank.cases)
    bank.officer.press_retry(reference)
    (event,) = bank.cases.events(before, 10).events
    assert (event.reference, event.kind, event.text) == (reference, "retry", None)


@pytest.mark.parametrize(
    "changes",
    [
        {"complaint_group": {"size": 23, "text": "我们23位储户"}},
        {"complaint_group": {"size": None, "text": "和邻居一起"}},
        {"linked_to": "TS20261123-7K3QF8K"},
        {"attachments": [str(uuid4())]},
    ],
)
def test_what_may_go_along_with_a_complaint_is_taken(
    service: Stack, changes: dict[str, Any]
) -> None:
    filed = payload(**changes)
    assert HttpCaseStore(service.store, service.token, 1.0, 10.0).file(filed)["reference"]


def test_a_report_on_the_answers_as_the_relay_makes_it_is_taken(cases: CaseStore) -> None:
    answers = {
        f"fees.{n}": answer(f"fees.{n}", review_due="2026-11-25", valid_until="2026-12-31")
        for n in range(report.MOST_ANSWERS + 1)
    }
    misses = [
        Miss(MissKind.UNKNOWN, chr(0x4E00 + n) * 500, "faq/fees.1", NOW)
        for n in range(report.MOST_QUESTIONS + 1)
    ]
    body = {**report.questions(misses, answers), **report.standing(answers, local_day(NOW))}
    cases.report_knowledge(body)


def _campaign_body() -> dict[str, Any]:
    """A report as the relay makes it, with small numbers, questions and a campaign before."""
    before = build(description(id="315-2026"), counted(people(9, FactKind.SCAN)), {}, [], None)
    previous = comparison(description(), [{**before, "campaign": _of_last_year(before)}])
    facts = [
        *people(8, FactKind.SCAN),
        *people(2, FactKind.COMPLAINT, channel="wechat"),
        *people(6, FactKind.CONSULTATION, topic="faq/fees.sms", outcome=Outcome.ANSWERED),
        *people(5, FactKind.SCAN, scene="taken-down"),
        *[quiz_answer(f"p{n}", "q1", Outcome.RIGHT) for n in range(5)],
    ]
    titles, asked = {"faq/fees.sms": "短信费"}, [Question("数字人民币怎么开", 2)]
    body = build(description(), counted(facts), titles, asked, previous)
    assert None not in (body["previous"], *body["most_asked"])
    return {"counted_at": NOW.isoformat(), **body}


def _of_last_year(body: dict[str, Any]) -> dict[str, Any]:
    return {**body["campaign"], "first_day": "2026-03-01", "last_day": "2026-03-31"}


def test_the_report_on_a_campaign_is_taken_and_can_be_had_as_files(cases: CaseStore) -> None:
    body = _campaign_body()
    for _ in range(2):
        cases.report_campaign(CAMPAIGN, body)
    for suffix in ("docx", "xlsx"):
        assert cases.campaign_report_file(CAMPAIGN, suffix).startswith(b"PK")


def test_a_report_on_another_campaign_than_it_says_is_refused_for_good(cases: CaseStore) -> None:
    with pytest.raises(Permanent, match="HTTP 422"):
        cases.report_campaign("another", _campaign_body())


def test_of_a_campaign_never_told_of_there_is_no_file(cases: CaseStore) -> None:
    with pytest.raises(NotFound):
        cases.campaign_report_file("never-told", "docx")
