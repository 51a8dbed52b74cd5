"""Registering what customers tell an officer."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from casestore.domain.case import CaseState, EventKind, Source
from casestore.domain.errors import StoreUnavailable
from casestore.domain.filters import CaseFilter, Sort
from casestore.domain.staff import SYSTEM, StaffRole
from casestore.edge.services import Services
from casestore.service.assignment import Assignment
from casestore.service.case_file import CaseFile
from casestore.service.ports import Store
from tests.contract.casestore.browser_kit import OWN_PAGE, REFERENCE, page
from tests.contract.casestore.conftest import NewBrowser
from tests.contract.casestore.kit import NAME, PHONE, Clock, TestClient, make_complaint

NEW = "/cases/new"
CALL = {
    "name": NAME,
    "phone": "138 0000 1234",
    "detail": "排队两个小时，没有人解释",
    "request": "道歉",
    "business": "借记卡",
    "reason": "因定价收费引起的投诉",
    "branch": "人民路支行",
}


def blank(browser: TestClient) -> dict[str, str]:
    """What the empty form already says."""
    shown = page(browser, NEW)
    found = {}
    for name in ("form_token", "registration_id", "received_at", "contact"):
        value = re.search(rf'name="{name}"[^>]*value="([^"]+)"', shown)
        assert value is not None, name
        found[name] = value.group(1)
    return {**found, "source": "phone", "role": "本人"}


def send(browser: TestClient, form: dict[str, str]) -> Any:
    return browser.post(NEW, data=form, headers={**OWN_PAGE, "Accept": "text/html"})


def registered(services: Services, answer: Any) -> CaseFile:
    """The case the answer leads to."""
    assert answer.status_code == 303, re.findall(r'class="wrong".*', answer.text)
    found = re.fullmatch(r"/cases/([^?]+)\?done=\w+", answer.headers["Location"])
    assert found is not None
    return services.desk.open_case(found.group(1), SYSTEM)


def count(services: Services) -> int:
    return services.listing.page(CaseFilter(), Sort.NEWEST, None, 20, SYSTEM).total


def test_a_phone_call_becomes_a_case_with_a_number_to_read_out(
    browser: TestClient, services: Services
) -> None:
    answer = send(browser, {**blank(browser), **CALL})
    case = registered(services, answer).case
    assert case.complaint.source is Source.PHONE
    assert case.complaint.complainant.phone == PHONE
    shown = page(browser, answer.headers["Location"])
    for expected in ("请把编号读给客户", case.standing.reference, "2026-11-25", "2026-12-08"):
        assert expected in shown
    assert "admin" in shown.partition('<ol class="history">')[2]


def test_a_registered_case_has_its_handler_at_once(
    browser_as: NewBrowser, services: Services
) -> None:
    clerk = browser_as(StaffRole.CLERK)
    browser_as(StaffRole.HANDLER, username="li", businesses=frozenset({"借记卡"}))
    answer = send(clerk, {**blank(clerk), **CALL})
    standing = registered(services, answer).case.standing
    assert standing.progress.state is CaseState.ASSIGNED
    name = services.reception.directory().person(standing.handling.assignee)
    assert f"已分派给 <strong>{name}</strong>" in page(clerk, answer.headers["Location"])


def test_after_registering_the_page_offers_to_add_files(browser: TestClient) -> None:
    answer = send(browser, {**blank(browser), **CALL})
    shown = page(browser, answer.headers["Location"])
    assert 'href="#attachments"' in shown
    assert 'enctype="multipart/form-data"' in shown


class NoAssignment(Assignment):
    """The database goes away right after the case was registered."""

    def assign_automatically(
        self,
        reference: str,  # noqa: ARG002  # as the service is called
        now: datetime | None = None,  # noqa: ARG002
    ) -> str | None:
        raise StoreUnavailable


def test_a_case_is_registered_though_nobody_could_be_found_for_it(
    browser: TestClient, services: Services, office: Store, clock: Clock
) -> None:
    broken = NoAssignment(office, clock, services.new_id, is_automatic=True)
    browser.app.state.services = replace(services, assignment=broken)  # type: ignore[attr-defined]  # our FastAPI application
    case = registered(services, send(browser, {**blank(browser), **CALL})).case
    assert case.standing.progress.state is CaseState.REGISTERED


def test_where_people_assign_a_registered_case_waits_for_them(
    browser: TestClient, services: Services, office: Store, clock: Clock
) -> None:
    by_hand = Assignment(office, clock, services.new_id, is_automatic=False)
    browser.app.state.services = replace(services, assignment=by_hand)  # type: ignore[attr-defined]  # our FastAPI application
    case = registered(services, send(browser, {**blank(browser), **CALL})).case
    assert case.standing.progress.state is CaseState.REGISTERED


def test_the_form_starts_with_the_time_in_china(browser: TestClient) -> None:
    assert blank(browser)["received_at"] == "2026-11-23T17:00"


def test_a_form_sent_twice_is_one_case(browser: TestClient, services: Services) -> None:
    form = {**blank(browser), **CALL, "same": "new"}
    first, again = send(browser, form), send(browser, form)
    assert first.headers["Location"] == again.headers["Location"]
    assert count(services) == 1


def test_mistakes_come_back_beside_their_fields_with_everything_typed(
    browser: TestClient, services: Services
) -> None:
    response = send(browser, {**blank(browser), **CALL, "phone": "12", "amount": "很多"})
    assert response.status_code == 422
    for name in ("phone", "amount"):
        assert f'id="{name}-problem"' in response.text
        assert f'href="#{name}"' in response.text
    for typed in (CALL["detail"], 'value="很多"', '<option value="借记卡" selected>', NAME):
        assert typed in response.text
    assert count(services) == 0


def test_what_is_typed_is_text(browser: TestClient) -> None:
    script = "<script>alert(1)</script>"
    response = send(browser, {**blank(browser), **CALL, "phone": "12", "detail": script})
    assert script not in response.text
    assert "&lt;script&gt;" in response.text


def test_the_same_customer_again_is_asked_about(browser: TestClient, services: Services) -> None:
    services.desk.file(make_complaint(), "bot")
    form = {**blank(browser), **CALL}
    response = send(browser, form)
    assert response.status_code == 422
    assert "同一客户已有 1 件投诉" in response.text
    assert f'name="same" value="{REFERENCE}"' in response.text
    assert count(services) == 1
    assert registered(services, send(browser, {**form, "same": "new"})).case.client == "console"
    assert count(services) == 2


def test_a_call_about_an_earlier_case_is_written_into_it(
    browser: TestClient, services: Services
) -> None:
    services.desk.file(make_complaint(), "bot")
    form = {**blank(browser), **CALL, "same": REFERENCE}
    file = registered(services, send(browser, form))
    assert file.case.standing.reference == REFERENCE
    last = file.events[-1]
    assert last.kind is EventKind.SUPPLEMENTED
    assert last.act is not None
    assert last.act.text == "（电话）排队两个小时，没有人解释\n客户要求：道歉"
    assert count(services) == 1


def test_a_supplement_that_cannot_be_taken_loses_nothing(
    browser: TestClient, services: Services
) -> None:
    services.desk.file(make_complaint(), "bot")
    long = {"detail": "长" * 5000, "same": REFERENCE}
    response = send(browser, {**blank(browser), **CALL, **long})
    assert response.status_code == 422
    assert "长" * 5000 in response.text
    assert "same-problem" in response.text


def test_an_unknown_earlier_case_is_refused_with_everything_kept(browser: TestClient) -> None:
    response = send(browser, {**blank(browser), **CALL, "same": "nonsense"})
    assert response.status_code == 422
    assert CALL["detail"] in response.text


def test_a_case_of_the_regulator_keeps_its_number_and_deadline(
    browser: TestClient, services: Services
) -> None:
    regulator = {
        "source": "regulator",
        "forwarded_number": "金监转 12 号",
        "forwarded_due": "2026-12-01",
    }
    file = registered(services, send(browser, {**blank(browser), **CALL, **regulator}))
    assert file.case.standing.due.legal.isoformat() == "2026-12-01"
    shown = page(browser, f"/cases/{file.case.standing.reference}")
    assert "金监转 12 号，要求 2026-12-01 前办结" in shown
    assert "监管关注" in shown


def test_why_it_is_registered_late_stands_in_the_history(
    browser: TestClient, services: Services, clock: Clock
) -> None:
    form = {**blank(browser), **CALL, "received_at": "2026-10-01T09:00"}
    assert 'id="late_reason-problem"' in send(browser, form).text
    file = registered(services, send(browser, {**form, "late_reason": "信压在收发室"}))
    assert file.events[0].act is not None
    assert file.events[0].act.text == "补登原因：信压在收发室"
    assert clock() > file.case.standing.received_at


def test_a_clerk_registers_and_an_auditor_does_not(browser_as: NewBrowser) -> None:
    clerk = browser_as(StaffRole.CLERK)
    assert send(clerk, {**blank(clerk), **CALL}).status_code == 303
    assert browser_as(StaffRole.AUDITOR).get(NEW).status_code == 403


def test_a_clerk_of_a_branch_sees_what_they_registered(browser_as: NewBrowser) -> None:
    clerk = browser_as(StaffRole.CLERK, branch="1002")
    answer = send(clerk, {**blank(clerk), **CALL})
    assert "请把编号读给客户" in page(clerk, answer.headers["Location"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"form_token": "0" * 64}, 403), ({"registration_id": "x"}, 422)],
)
def test_registering_needs_our_own_form(
    browser: TestClient, services: Services, changes: dict[str, str], expected: int
) -> None:
    form = {**blank(browser), **CALL, **changes}
    assert send(browser, form).status_code == expected
    assert count(services) == 0


def test_a_form_that_was_used_for_something_else_is_not_used_again(
    browser: TestClient, services: Services
) -> None:
    form = {**blank(browser), **CALL, "same": "new"}
    assert send(browser, form).status_code == 303
    response = send(browser, {**form, "detail": "另一件事"})
    assert response.status_code == 422
    assert "另一件事" in response.text
    assert count(services) == 1
