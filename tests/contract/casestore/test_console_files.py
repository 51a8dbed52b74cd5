"""Officers add files to a case on its page."""

import re
from typing import Any

import pytest

from casestore.domain.attachment import LARGEST_ATTACHMENT
from casestore.domain.case import EventKind
from casestore.domain.staff import SYSTEM, StaffRole
from casestore.edge.middleware import LARGEST_UPLOAD
from casestore.edge.services import Services
from casestore.service.audit_ports import AuditQuery
from casestore.service.case_file import CaseFile
from tests.contract.casestore.browser_kit import OWN_PAGE, REFERENCE, page
from tests.contract.casestore.conftest import NewBrowser
from tests.contract.casestore.http_kit import PNG, file, withdraw
from tests.contract.casestore.kit import TestClient

CASE = f"/cases/{REFERENCE}"
FILES = f"{CASE}/attachments"
PDF = b"%PDF-1.7 a letter"
HTML = b"<html><script>alert(1)</script></html>"
ACTION = f'action="{FILES}"'

File = tuple[str, bytes]


@pytest.fixture(autouse=True)
def filed(bot: TestClient) -> TestClient:
    """The bot, with one case."""
    assert file(bot).status_code == 201
    return bot


def form_of(browser: TestClient) -> dict[str, str]:
    shown = page(browser, CASE)
    form = shown[shown.index(ACTION) :]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)[:2])


def send(browser: TestClient, *files: File, form: dict[str, str] | None = None, **more: str) -> Any:
    data = form_of(browser) if form is None else form
    parts = [("files", (name, content, "application/x-guess")) for name, content in files]
    headers = {**OWN_PAGE, "Accept": "text/html", **more}
    return browser.post(FILES, data=data, files=parts, headers=headers)


def case(services: Services) -> CaseFile:
    return services.desk.open_case(REFERENCE, SYSTEM)


def names(services: Services) -> list[str]:
    return sorted(attachment.filename for attachment in case(services).attachments)


def test_several_files_are_added_at_once_and_come_back_as_they_were(
    browser: TestClient, services: Services
) -> None:
    response = send(browser, ("来信.pdf", PDF), ("身份证.png", PNG))
    assert (response.status_code, response.headers["Location"]) == (303, f"{CASE}?done=attached")
    assert names(services) == ["来信.pdf", "身份证.png"]
    letter = next(each for each in case(services).attachments if each.filename == "来信.pdf")
    assert services.attachments.open(REFERENCE, letter.id, SYSTEM)[1] == PDF
    shown = page(browser, response.headers["Location"])
    assert f'href="{FILES}/{letter.id}"' in shown
    assert "已记录：" in shown


def test_who_added_a_file_stands_in_the_history_and_the_audit_log(
    browser: TestClient, services: Services
) -> None:
    send(browser, ("来信.pdf", PDF))
    event = case(services).events[-1]
    assert (event.kind, event.actor) == (EventKind.ATTACHED, "staff:admin")
    (entry,) = services.audit.page(AuditQuery(action="attachment_added")).entries
    assert (entry.actor, entry.subject) == ("staff:admin", REFERENCE)


def test_a_form_sent_twice_adds_its_files_once(browser: TestClient, services: Services) -> None:
    form = form_of(browser)
    for _ in range(2):
        assert send(browser, ("来信.pdf", PDF), form=form).status_code == 303
    assert names(services) == ["来信.pdf"]
    kinds = [event.kind for event in case(services).events]
    assert kinds.count(EventKind.ATTACHED) == 1


def test_another_file_from_the_same_page_is_another_file(
    browser: TestClient, services: Services
) -> None:
    form = form_of(browser)
    send(browser, ("来信.pdf", PDF), form=form)
    assert send(browser, ("照片.png", PNG), form=form).status_code == 303
    assert names(services) == ["来信.pdf", "照片.png"]


def test_content_decides_what_a_file_is(browser: TestClient, services: Services) -> None:
    assert send(browser, ("来信.exe", PDF)).status_code == 303
    (letter,) = case(services).attachments
    assert letter.media_type.value == "application/pdf"
    response = send(browser, ("照片.png", HTML))
    assert response.status_code == 422
    assert "“照片.png”不是图片" in response.text
    assert len(names(services)) == 1


def test_what_can_be_kept_is_kept_though_something_else_cannot(
    browser: TestClient, services: Services
) -> None:
    response = send(browser, ("好.pdf", PDF), ("空.pdf", b""), ("坏.docx", b"PK\3\4 words"))
    assert response.status_code == 422
    for words in ("添加附件 1 个", "“空.pdf”是空文件", "“坏.docx”不是图片"):
        assert words in response.text
    assert names(services) == ["好.pdf"]
    assert ACTION in response.text


def test_a_name_is_text(browser: TestClient) -> None:
    response = send(browser, ("<b>坏</b>.png", HTML))
    assert "<b>坏</b>" not in response.text
    assert "&lt;b&gt;坏" in response.text


def test_ten_megabytes_are_kept_and_one_byte_more_is_not(
    browser: TestClient, services: Services
) -> None:
    largest = PDF.ljust(LARGEST_ATTACHMENT, b" ")
    assert send(browser, ("大.pdf", largest)).status_code == 303
    response = send(browser, ("太大.pdf", largest + b" "))
    assert response.status_code == 422
    assert "“太大.pdf”超过 10 MB" in response.text
    assert names(services) == ["大.pdf"]


def test_a_form_that_is_too_large_is_refused_unread_with_a_plain_word(
    browser: TestClient, services: Services
) -> None:
    headers = {**OWN_PAGE, "Accept": "text/html", "Content-Length": str(LARGEST_UPLOAD + 1)}
    headers["Content-Type"] = "multipart/form-data; boundary=x"
    response = browser.post(FILES, content=b"--x--", headers=headers)
    assert response.status_code == 413
    assert "请分几次添加" in response.text
    assert names(services) == []


def test_other_forms_of_a_case_stay_small(browser: TestClient) -> None:
    form = {**form_of(browser), "text": "长" * 100_000}
    headers = {**OWN_PAGE, "Accept": "text/html"}
    assert browser.post(f"{CASE}/acts/noted", data=form, headers=headers).status_code == 413


@pytest.mark.parametrize(("count", "words"), [(0, "没有选文件"), (6, "一次最多 5 个文件")])
def test_one_to_five_files_at_once(
    browser: TestClient, services: Services, count: int, words: str
) -> None:
    chosen = [(f"{n}.pdf", PDF + bytes([n])) for n in range(count)] or [("", b"")]
    response = send(browser, *chosen)
    assert response.status_code == 422
    assert words in response.text
    assert names(services) == []


@pytest.mark.parametrize(
    ("changes", "headers", "expected"),
    [
        ({"form_token": "0" * 64}, {}, 403),
        ({"form_token": ""}, {}, 403),
        ({}, {"Sec-Fetch-Site": "cross-site"}, 403),
        ({"page_id": "x"}, {}, 422),
    ],
)
def test_files_are_taken_from_our_own_form_only(
    browser: TestClient,
    services: Services,
    changes: dict[str, str],
    headers: dict[str, str],
    expected: int,
) -> None:
    form = {**form_of(browser), **changes}
    assert send(browser, ("来信.pdf", PDF), form=form, **headers).status_code == expected
    assert names(services) == []


def test_a_body_is_not_read_for_strangers(anonymous: TestClient) -> None:
    headers = {"Accept": "text/html", "Content-Type": "multipart/form-data; boundary=x"}
    # Whoever read this body would answer 400: it is no form.
    response = anonymous.post(FILES, content=b"no form", headers=headers)
    assert (response.status_code, response.headers["Location"]) == (303, "/login")
    foreign = {**headers, "Sec-Fetch-Site": "cross-site"}
    assert anonymous.post(FILES, content=b"no form", headers=foreign).status_code == 403


def test_a_body_that_is_no_form_is_refused(browser: TestClient) -> None:
    headers = {**OWN_PAGE, "Content-Type": "multipart/form-data; boundary=x"}
    response = browser.post(FILES, content=b"no form", headers=headers)
    assert response.status_code == 400


def test_files_are_for_those_who_take_in_or_handle(
    browser_as: NewBrowser, services: Services
) -> None:
    clerk, approver = browser_as(StaffRole.CLERK), browser_as(StaffRole.EXECUTIVE)
    form = form_of(clerk)
    assert send(clerk, ("来信.pdf", PDF), form=form).status_code == 303
    assert ACTION not in page(approver, CASE)
    token = re.search(r'name="form_token" value="([^"]*)"', page(approver, CASE))
    assert token is not None
    other = {**form, "form_token": token.group(1)}
    assert send(approver, ("照片.png", PNG), form=other).status_code == 403
    assert names(services) == ["来信.pdf"]


def test_a_case_of_another_branch_is_not_there(browser_as: NewBrowser, services: Services) -> None:
    form = form_of(browser_as(StaffRole.CLERK))
    elsewhere = browser_as(StaffRole.HANDLER, branch="1002")
    token = re.search(r'name="form_token" value="([^"]*)"', page(elsewhere, "/cases"))
    assert token is not None
    other = {**form, "form_token": token.group(1)}
    assert send(elsewhere, ("来信.pdf", PDF), form=other).status_code == 404
    assert names(services) == []


def test_a_withdrawn_case_takes_no_more_files(
    filed: TestClient, browser: TestClient, services: Services
) -> None:
    form = form_of(browser)
    withdraw(filed)
    assert ACTION not in page(browser, CASE)
    response = send(browser, ("来信.pdf", PDF), form=form)
    assert "“来信.pdf”没有添加：这件投诉已经撤回" in response.text
    assert names(services) == []
