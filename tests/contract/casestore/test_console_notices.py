"""Telling customers by letter, phone and mouth on the console's pages, with proof."""

import re
from dataclasses import replace
from typing import Any

import pytest

from casestore.domain.case import Source
from casestore.domain.fingerprint import fingerprint
from casestore.domain.notice import NoticeKind, NoticeStatus
from casestore.domain.staff import StaffRole
from casestore.edge.services import Services
from casestore.service.ports import Store
from tests.contract.casestore.browser_kit import OWN_PAGE, REFERENCE, page
from tests.contract.casestore.kit import TestClient, make_case, make_id
from tests.contract.casestore.reply_kit import LI

NOTICES = f"/cases/{REFERENCE}/notices"


@pytest.fixture
def handler(office: Store, services: Services, browser_as: Any) -> TestClient:
    """The browser of who handles a case that came by letter and has a notice to deliver."""
    case = make_case(contact_preference="都可以")
    letter = replace(case.complaint, source=Source.LETTER)
    with office.transaction() as tx:
        tx.cases.add(replace(case, complaint=letter, client="console"), fingerprint(letter))
        tx.commit()
    services.notices.write(REFERENCE, NoticeKind.PROGRESS, "正在等监控录像。", LI, make_id(800))
    browser: TestClient = browser_as(StaffRole.HANDLER, username="li", name="李四")
    return browser


def hidden(browser: TestClient, path: str) -> dict[str, str]:
    """What the forms of a page carry unseen."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page(browser, path)))


def send(browser: TestClient, path: str, form: dict[str, str], **fields: str) -> Any:
    return browser.post(path, data={**form, **fields}, headers={**OWN_PAGE, "Accept": "text/html"})


def test_an_undelivered_notice_is_told_logged_and_gone(
    handler: TestClient, services: Services
) -> None:
    waiting = page(handler, "/notices")
    assert REFERENCE in waiting
    assert "请用邮寄信函告知客户并登记。" in waiting
    (notice,) = services.notices.of(REFERENCE)
    address = f"{NOTICES}/{notice.id}"
    shown = page(handler, address)
    assert "正在等监控录像。" in shown
    form = hidden(handler, address)
    for _ in range(2):  # the button pressed twice
        told = {"way": "phone", "sent_at": "2026-11-23T16:30", "proof": "录音 A1"}
        response = send(handler, address, form, **told)
        assert response.status_code == 303
        assert response.headers["location"] == f"{NOTICES}?done=1"
    (notice,) = services.notices.of(REFERENCE)
    assert notice.status is NoticeStatus.LOGGED
    assert notice.sent_at is not None
    assert notice.sent_at.isoformat() == "2026-11-23T08:30:00+00:00"
    assert "该告知的都送到了" in page(handler, "/notices")
    assert "凭证：录音 A1" in page(handler, NOTICES)
    assert "登记告知" not in page(handler, address)


def test_a_log_that_is_refused_comes_back_as_it_was_filled_in(
    handler: TestClient, services: Services
) -> None:
    (notice,) = services.notices.of(REFERENCE)
    address = f"{NOTICES}/{notice.id}"
    for fields, problem in (
        ({"way": "phone", "sent_at": "2026-11-23T18:30", "proof": "录音 A1"}, "不能晚于现在"),
        ({"way": "pigeon", "sent_at": "昨天", "proof": "录音 A1"}, "请填写"),
        ({"way": "phone", "sent_at": "2026-02-30T10:00", "proof": "录音 A1"}, "请填写"),
    ):
        response = send(handler, address, hidden(handler, address), **fields)
        assert response.status_code == 422
        assert problem in response.text
        assert "录音 A1" in response.text
    assert services.notices.of(REFERENCE)[0].status is NoticeStatus.PENDING


def test_an_officer_writes_to_the_customer_in_words_of_their_own(
    handler: TestClient, services: Services
) -> None:
    form = hidden(handler, NOTICES)
    refused = send(handler, NOTICES, form, kind="progress", text="请回复短信验证码")
    assert refused.status_code == 422
    assert "请回复短信验证码" in refused.text
    written = send(handler, NOTICES, form, kind="progress", text="已经拿到录像。")
    assert written.status_code == 303
    again = send(handler, NOTICES, form, kind="progress", text="后来改的话。")
    assert again.status_code == 422
    assert "后来改的话。" in again.text
    assert "已经拿到录像。" in [notice.text for notice in services.notices.of(REFERENCE)]


def test_unknown_notices_and_strangers_are_turned_away(
    handler: TestClient, services: Services, browser_as: Any
) -> None:
    headers = {"Accept": "text/html"}
    assert handler.get(f"{NOTICES}/{make_id(9)}", headers=headers).status_code == 404
    (notice,) = services.notices.of(REFERENCE)
    stranger = browser_as(StaffRole.SUPERVISOR, branch="0101")
    assert stranger.get(NOTICES, headers=headers).status_code == 404
    assert "该告知的都送到了" in page(stranger, "/notices")
    clerk = browser_as(StaffRole.CLERK)
    assert "另外告知" not in page(clerk, NOTICES)
    address = f"{NOTICES}/{notice.id}"
    assert send(clerk, address, hidden(clerk, address)).status_code == 403
    forged = handler.post(address, data={"proof": "x"}, headers=OWN_PAGE)
    assert forged.status_code == 403
