"""An officer signs in, reads a case, answers it, looks after what is stuck, signs out."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.contract.casestore.kit import make_payload, make_reference
from tests.e2e import layout
from tests.e2e.conftest import NewVisitor
from tests.e2e.console_page import ConsolePage
from tests.e2e.visitor import DESKTOP, SMALL_PHONE, Visitor
from tests.e2e.visitor import PHONE as SMALL_SCREEN
from tests.stack import ROOT, Stack, wait_until

PHONE, MASKED = "13800130301", "138****0301"
CASE, STUCK = make_reference(11), make_reference(12)
# A picture of one red pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


class Office:
    """The case store alone, and the assistant's side of its API."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {stack.token}"

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        url = f"{self.stack.store}/api/v1/{path}"
        answer = self.http.request(method, url, timeout=10, **options)
        assert answer.ok, answer.text
        return answer

    def file(self, reference: str) -> None:
        """A complaint as the assistant files it; the same again is the same."""
        body = make_payload(reference=reference)
        self.call("POST", "complaints", json=body, headers={"Idempotency-Key": reference})

    def attach(self, reference: str, name: str, content: bytes) -> None:
        digest = hashlib.sha256(content).hexdigest()
        headers = {"Content-Type": "image/png", "X-Filename": quote(name)}
        path = f"complaints/{reference}/attachments/{digest[:20]}"
        self.call("PUT", path, data=content, headers={**headers, "X-Content-SHA256": digest})

    def report_stuck(self, reference: str) -> None:
        item = {
            "reference": reference,
            "kind": "complaint",
            "status": "parked",
            "attempts": 3,
            "waiting_since": "2026-11-23T06:00:00+00:00",
            "last_error": "HTTP 422 invalid_request",
        }
        body = {"pending": 2, "parked": 1, "oldest_seconds": 7_500, "items": [item]}
        self.call("PUT", "backlog", json=body)

    def news(self) -> list[dict[str, Any]]:
        return list(self.call("GET", "events?after=0&limit=500").json()["events"])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """No assistant runs here, so nobody but the test reports a backlog."""
    folder = tmp_path_factory.mktemp("office")
    stack = Stack(folder, extra={"CASE_STORE_FILES_DIR": str(folder / "files")})
    migrate = [sys.executable, "-m", "casestore", "migrate"]
    subprocess.run(migrate, cwd=ROOT, env=stack.env, check=True, timeout=60)
    try:
        stack.launch("casestore")
        wait_until(lambda: stack.answers(f"{stack.store}/health"), 30, "health of the case store")
        office = Office(stack)
        office.file(CASE)
        yield office
    finally:
        stack.stop()


@pytest.fixture
def officer(new_visitor: NewVisitor, office: Office) -> ConsolePage:
    """Signed in at the office."""
    return ConsolePage.signed_in(new_visitor(office.stack), office.stack)


def test_an_officer_answers_a_customer_and_the_assistant_is_told(
    officer: ConsolePage, office: Office
) -> None:
    officer.show(CASE)
    officer.reply("您好，\n手续费 12.5 元已退还。")
    expect(officer.state()).to_have_text("已答复")
    expect(officer.history().last).to_contain_text("答复客户")
    expect(officer.history().last).to_contain_text("手续费 12.5 元已退还。")
    replies = [event for event in office.news() if event["kind"] == "replied"]
    assert [(event["reference"], event["text"]) for event in replies] == [
        (CASE, "您好，\n手续费 12.5 元已退还。")
    ]


def test_an_officer_looks_at_a_picture_and_saves_it(
    new_visitor: NewVisitor, office: Office
) -> None:
    visitor = new_visitor(office.stack)
    # The picture has an origin of its own, from which not even our icon can be had.
    visitor.expect_trouble(r"^console: .*ERR_BLOCKED_BY_RESPONSE.NotSameOrigin$")
    officer = ConsolePage.signed_in(visitor, office.stack)
    office.attach(CASE, "小票.png", PNG)
    officer.show(CASE)
    with officer.page.expect_download() as download:
        officer.page.get_by_role("link", name="下载 小票.png").click()
    assert download.value.suggested_filename == "小票.png"
    assert download.value.path().read_bytes() == PNG
    officer.page.get_by_role("link", name="小票.png", exact=True).click()
    size = officer.page.evaluate("() => [document.images[0].naturalWidth, document.contentType]")
    assert size == [1, "image/png"]


def test_an_officer_has_a_stuck_complaint_tried_again(officer: ConsolePage, office: Office) -> None:
    office.report_stuck(STUCK)
    expect(officer.waiting()).to_contain_text("等待 2 件，搁置 1 件，最久的等了 2 小时 5 分钟")
    officer.try_again(STUCK)
    expect(officer.page.get_by_text("已请机器人再试")).to_be_visible()
    retries = [event["reference"] for event in office.news() if event["kind"] == "retry"]
    assert retries == [STUCK]


def test_the_console_with_everything_on_it_fits_and_can_be_read(
    officer: ConsolePage, office: Office
) -> None:
    office.attach(CASE, "一张名字很长的小票" * 8 + ".png", PNG + b"2")
    office.report_stuck(STUCK)
    for name, visit in (
        ("console-waiting", lambda: officer.waiting()),
        ("console-answered", lambda: officer.show(CASE)),
    ):
        visit()
        for width, height in (SMALL_PHONE, SMALL_SCREEN, DESKTOP):
            officer.page.set_viewport_size({"width": width, "height": height})
            for colours in ("light", "dark"):
                officer.page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]  # one of both
                layout.picture(officer.page, f"{name}-{colours}")
                assert layout.defects(officer.page) == [], (name, width, colours)


@pytest.fixture
def reference(stack: Stack) -> str:
    """A case that has reached the case store."""
    chat = stack.chat()
    filed = chat.file_complaint(PHONE)
    wait_until(lambda: "已送达" in str(chat.history()), 15, f"{filed} in the case store")
    return filed


def test_an_officer_reads_a_filed_case_masked(
    visitor: Visitor, stack: Stack, reference: str
) -> None:
    console = ConsolePage.signed_in(visitor, stack)
    row = console.cases_of(MASKED).filter(has_text=reference)
    expect(row).to_contain_text("已登记")
    expect(row).to_contain_text("李**")
    console.open_case(reference)
    assert console.fact("网点") == "人民路支行"
    assert console.fact("来源") == "网站对话"
    expect(console.page.get_by_text("排了两个小时队")).to_be_visible()
    assert PHONE not in console.page.content()
    assert "李建国" not in console.page.content()


def test_after_signing_out_nothing_can_be_read(
    visitor: Visitor, stack: Stack, reference: str
) -> None:
    console = ConsolePage.signed_in(visitor, stack)
    console.cases_of(MASKED)
    console.open_case(reference)
    console.page.get_by_role("button", name="退出").click()
    expect(console.heading("登录")).to_be_visible()
    console.page.go_back()
    expect(console.heading("登录")).to_be_visible()
    console.page.goto(f"{stack.store}/cases/{reference}")
    expect(console.heading("登录")).to_be_visible()


def test_a_wrong_password_is_told_and_lets_nobody_in(visitor: Visitor, stack: Stack) -> None:
    visitor.expect_trouble(r"status of 40[13]")
    console = ConsolePage(visitor.open(stack.store), stack.store)
    console.sign_in("not-the-password")
    expect(console.page.get_by_role("alert")).to_be_visible()
    expect(console.heading("登录")).to_be_visible()


@pytest.mark.parametrize("place", ["chat", "console"])
def test_a_page_lets_no_foreign_content_in(visitor: Visitor, stack: Stack, place: str) -> None:
    """Also shows that the other tests would notice a violation of the content policy."""
    visitor.expect_trouble(
        r"Content Security Policy|^console: CSP img-src|^request: https://foreign.invalid/"
    )
    page = visitor.open(stack.web if place == "chat" else stack.store)
    assert _loads_foreign_picture(page) is False
    assert any(trouble.startswith("console: CSP img-src") for trouble in visitor.troubles)


def _loads_foreign_picture(page: Page) -> bool:
    loaded = page.evaluate(
        """() => new Promise(done => {
             const picture = new Image();
             picture.onload = () => done(true);
             picture.onerror = () => done(false);
             picture.src = "https://foreign.invalid/picture.png";
           })"""
    )
    return bool(loaded)
