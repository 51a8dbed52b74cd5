"""What the console shows of later acts, and what officers can do there."""

import re
from typing import Any

import pytest

from casestore.bootstrap import build_app
from casestore.edge.services import Services
from tests.contract.casestore.browser_kit import OWN_PAGE, REFERENCE, form_token, login, page
from tests.contract.casestore.http_kit import (
    BACKLOG,
    EVENTS,
    PNG,
    file,
    make_backlog,
    put_attachment,
    rate,
    request_review,
    supplement,
    withdraw,
)
from tests.contract.casestore.kit import (
    Clock,
    TestClient,
    make_complaint,
    make_id,
    make_payload,
    make_reference,
)

CASE = f"/cases/{REFERENCE}"
PARKED = make_reference(7)
SCRIPT = "<script>alert(1)</script>"
_REPLY_ID = re.compile(r'name="reply_id" value="([^"]+)"')


@pytest.fixture
def filed(bot: TestClient) -> TestClient:
    """The bot, with one case."""
    assert file(bot).status_code == 201
    return bot


def reply(browser: TestClient, text: str = "已退还 12.5 元", **changes: str) -> Any:
    """Sends the form of the case's page."""
    found = _REPLY_ID.search(page(browser, CASE))
    assert found is not None
    form = {
        "form_token": form_token(browser, CASE),
        "reply_id": found.group(1),
        "text": text,
        **changes,
    }
    headers = {**OWN_PAGE, "Accept": "text/html"}
    return browser.post(f"{CASE}/reply", data=form, headers=headers)


def retry(browser: TestClient, reference: str = PARKED, **changes: str) -> Any:
    form = {"form_token": form_token(browser, "/"), "reference": reference, **changes}
    return browser.post("/backlog/retry", data=form, headers={**OWN_PAGE, "Accept": "text/html"})


# Acts


def test_acts_are_shown_in_order_with_their_words(
    filed: TestClient, browser: TestClient, services: Services
) -> None:
    supplement(filed, "还有一笔\n30 元")
    services.casework.reply(REFERENCE, make_id(50), "已退还", "admin")
    rate(filed, 2, "太慢")
    request_review(filed, "金额不对")
    shown = page(browser, CASE)
    words = ("客户补充", "还有一笔\n30 元", "答复客户", "已退还", "客户评价", "2 分", "太慢")
    places = [
        shown.index(word, shown.index("办理记录")) for word in (*words, "客户申请核查", "金额不对")
    ]
    assert places == sorted(places)
    assert "核查中" in shown
    assert "核查期限" in shown
    assert "2026-12-23" in shown


def test_what_customers_write_later_is_text(filed: TestClient, browser: TestClient) -> None:
    supplement(filed, SCRIPT)
    bad_item = {**make_backlog()["items"][0], "last_error": SCRIPT}
    filed.put(BACKLOG, json=make_backlog(items=[bad_item]))
    put_attachment(filed, X_Filename="%3Cscript%3E.png")
    for path in (CASE, "/"):
        shown = page(browser, path)
        assert "<script" not in shown
        assert "&lt;script&gt;" in shown
    assert "_script_.png" in page(browser, CASE)


def test_a_withdrawn_case_shows_its_end_and_takes_no_reply(
    filed: TestClient, browser: TestClient
) -> None:
    withdraw(filed, "已经解决")
    shown = page(browser, CASE)
    for expected in ("已撤回", "撤回日期", "处理终止", "已经解决"):
        assert expected in shown
    assert "发出答复" not in shown


@pytest.mark.parametrize("end", ["withdrawn", "answered"])
def test_no_clock_runs_any_more_once_a_case_is_withdrawn_or_answered(
    filed: TestClient, browser: TestClient, services: Services, clock: Clock, end: str
) -> None:
    if end == "withdrawn":
        withdraw(filed)
    else:
        services.casework.reply(REFERENCE, make_id(50), "已退还", "admin")
    for days in (1, 2, 12, 5, 30):
        clock.forward(days=days)
        login(browser)
        for path in ("/", CASE):
            shown = page(browser, path)
            assert "已超期" not in shown
            assert "将到期" not in shown


@pytest.mark.parametrize(
    ("days", "mark"), [(26, ""), (27, "将到期"), (30, "将到期"), (31, "已超期")]
)
def test_the_end_of_a_review_is_marked(
    filed: TestClient,
    browser: TestClient,
    services: Services,
    clock: Clock,
    days: int,
    mark: str,
) -> None:
    services.casework.reply(REFERENCE, make_id(50), "已退还", "admin")
    request_review(filed)
    clock.forward(days=days)
    login(browser)
    shown = page(browser, CASE)
    assert [word for word in ("将到期", "已超期") if word in shown] == ([mark] if mark else [])


def test_the_complex_promise_is_shown(filed: TestClient, browser: TestClient) -> None:  # noqa: ARG001
    shown = page(browser, CASE)
    assert "承诺答复（复杂）" in shown
    assert "2026-11-30" in shown


@pytest.mark.parametrize(("size", "major"), [(19, False), (20, True), (None, False)])
def test_a_major_group_is_marked(
    browser: TestClient, services: Services, size: int | None, major: bool
) -> None:
    group = {"size": size, "text": "同单位的同事"}
    services.desk.file(make_complaint(complaint_group=group), "bot")
    shown = page(browser, CASE)
    assert "同单位的同事" in shown
    assert (f"{size} 人" if size else "人数不详") in shown
    assert ("重大" in shown) is major
    assert ("重大" in page(browser)) is major


def test_linked_cases_are_shown_both_ways(browser: TestClient, services: Services) -> None:
    second, away = make_reference(1), make_reference(2)
    services.desk.file(make_complaint(), "bot")
    services.desk.file(make_complaint(reference=second, linked_to=REFERENCE), "bot")
    third = make_reference(3)
    services.desk.file(make_complaint(reference=third, linked_to=away), "bot")
    assert f'href="/cases/{REFERENCE}"' in page(browser, f"/cases/{second}")
    assert f'href="/cases/{second}"' in page(browser, CASE)
    lonely = page(browser, f"/cases/{third}")
    assert away in lonely
    assert f'href="/cases/{away}"' not in lonely
    assert "还没有收到" in lonely


# Replies


def test_a_reply_is_recorded_shown_and_told_to_the_bot(
    filed: TestClient, browser: TestClient, services: Services
) -> None:
    response = reply(browser, " 第一行\r\n第二行 \r\n")
    assert (response.status_code, response.headers["Location"]) == (303, CASE)
    shown = page(browser, CASE)
    assert "已答复" in shown
    assert "第一行\n第二行" in shown
    (event,) = filed.get(EVENTS).json()["events"]
    assert (event["kind"], event["text"]) == ("replied", "第一行\n第二行")
    assert services.desk.open_case(REFERENCE).events[-1].actor == "staff:admin"


def test_a_form_sent_twice_is_one_reply(filed: TestClient, browser: TestClient) -> None:
    form = {"form_token": form_token(browser, CASE), "reply_id": make_id(9), "text": "已退还"}
    for _ in range(2):
        response = browser.post(f"{CASE}/reply", data=form, headers=OWN_PAGE)
        assert response.status_code == 303
    assert len(filed.get(EVENTS).json()["events"]) == 1
    response = browser.post(f"{CASE}/reply", data={**form, "text": "别的"}, headers=OWN_PAGE)
    assert response.status_code == 422


@pytest.mark.parametrize("text", ["", " \r\n ", "长" * 5001, "空\0"])
def test_a_reply_that_cannot_be_sent_comes_back_to_be_mended(
    filed: TestClient, browser: TestClient, text: str
) -> None:
    response = reply(browser, text)
    assert response.status_code == 422
    assert "答复没有发出" in response.text
    assert text.strip().replace("\0", "")[:50] in response.text
    assert filed.get(EVENTS).json()["events"] == []


def test_line_ends_do_not_count_twice(filed: TestClient, browser: TestClient) -> None:  # noqa: ARG001
    assert reply(browser, "行\r\n" * 2499 + "行行").status_code == 303


def test_half_a_character_comes_back_as_a_mistake(
    filed: TestClient,  # noqa: ARG001
    browser: TestClient,
) -> None:
    token = form_token(browser, CASE)
    fields = {"form_token": token, "reply_id": make_id(9), "text": "\\ud800"}
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    kind = "multipart/form-data; boundary=x; charset=unicode_escape"
    response = browser.post(
        f"{CASE}/reply",
        content="".join([*parts, "--x--\r\n"]).encode(),
        headers={**OWN_PAGE, "Content-Type": kind},
    )
    assert response.status_code == 422
    assert "无法识别" in response.text


def test_a_reply_to_a_case_withdrawn_meanwhile_says_so(
    filed: TestClient, browser: TestClient
) -> None:
    token = form_token(browser, CASE)
    withdraw(filed)
    form = {"form_token": token, "reply_id": make_id(9), "text": "已退还"}
    headers = {**OWN_PAGE, "Accept": "text/html"}
    response = browser.post(f"{CASE}/reply", data=form, headers=headers)
    assert response.status_code == 409
    assert "已经撤回" in response.text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"form_token": ""}, 403), ({"form_token": "0" * 64}, 403), ({"reply_id": "x"}, 422)],
)
def test_a_reply_needs_our_own_form(
    filed: TestClient, browser: TestClient, changes: dict[str, str], expected: int
) -> None:
    assert reply(browser, **changes).status_code == expected
    assert filed.get(EVENTS).json()["events"] == []


def test_nobody_replies_or_retries_without_signing_in(
    filed: TestClient, anonymous: TestClient
) -> None:
    filed.put(BACKLOG, json=make_backlog())
    for path in (f"{CASE}/reply", "/backlog/retry"):
        response = anonymous.post(path, data={"text": "x", "reference": PARKED}, headers=OWN_PAGE)
        assert (response.status_code, response.headers["Location"]) == (303, "/login")
    assert filed.get(EVENTS).json()["events"] == []


@pytest.mark.parametrize("reference", [make_reference(7), "nonsense"])
def test_a_reply_to_an_unknown_case_is_not_found(browser: TestClient, reference: str) -> None:
    form = {"form_token": form_token(browser, "/"), "reply_id": make_id(9), "text": "已退还"}
    response = browser.post(f"/cases/{reference}/reply", data=form, headers=OWN_PAGE)
    assert response.status_code == 404


# Attachments


def test_attachments_are_listed(filed: TestClient, browser: TestClient) -> None:
    assert "1 个，已收到 0 个" in page(browser, CASE)
    put_attachment(filed)
    put_attachment(filed, b"%PDF" * 600_000, "att-2", Content_Type="application/pdf")
    shown = page(browser, CASE)
    for expected in ("1 个，已收到 1 个", "小票.png", "1 KB", "小票.png.pdf", "2.3 MB"):
        assert expected in shown
    assert f'href="{CASE}/attachments/att-1"' in shown


@pytest.mark.parametrize(("query", "kind"), [("", "inline"), ("?download=1", "attachment")])
def test_an_attachment_is_opened_as_what_it_is_and_can_do_nothing(
    filed: TestClient, browser: TestClient, query: str, kind: str
) -> None:
    put_attachment(filed)
    response = browser.get(f"{CASE}/attachments/att-1{query}")
    assert (response.status_code, response.content) == (200, PNG)
    headers = response.headers
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"] == (
        f"{kind}; filename=\"attachment.png\"; filename*=UTF-8''%E5%B0%8F%E7%A5%A8.png"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers.get_list("Content-Security-Policy") == [headers["Content-Security-Policy"]]
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("attachment_id", ["att-9", "A", "%00", "a%2Fb"])
def test_an_unknown_attachment_is_not_found(
    filed: TestClient, browser: TestClient, attachment_id: str
) -> None:
    put_attachment(filed)
    assert browser.get(f"{CASE}/attachments/{attachment_id}").status_code == 404


def test_an_attachment_is_found_under_its_own_case_only(
    filed: TestClient, browser: TestClient
) -> None:
    file(filed, make_payload(reference=make_reference(1)))
    put_attachment(filed)
    response = browser.get(f"/cases/{make_reference(1)}/attachments/att-1")
    assert response.status_code == 404


def test_attachments_are_for_officers_only(filed: TestClient, anonymous: TestClient) -> None:
    put_attachment(filed)
    response = anonymous.get(f"{CASE}/attachments/att-1")
    assert (response.status_code, response.headers["Location"]) == (303, "/login")


def test_an_attachment_whose_file_is_gone_says_so(
    filed: TestClient, browser: TestClient, files_folder: Any
) -> None:
    put_attachment(filed)
    for stored in files_folder.iterdir():
        stored.unlink()
    assert browser.get(f"{CASE}/attachments/att-1").status_code == 503


# What the bot has not delivered


def test_without_any_report_the_panel_says_so(browser: TestClient) -> None:
    assert "还没有收到过机器人的报告" in page(browser)


def test_the_panel_shows_what_waits(filed: TestClient, browser: TestClient) -> None:
    filed.put(BACKLOG, json=make_backlog(pending=4))
    shown = page(browser)
    for expected in (
        "机器人还没送到的",
        "等待 4 件，搁置 1 件，最久的等了 3 小时 2 分钟",
        PARKED,
        "HTTP 422 invalid_request",
        "2026-11-23 14:00",
        "另有 3 件没有列出",
    ):
        assert expected in shown
    assert shown.count(">再试一次<") == 1
    assert "没有报告" not in shown
    assert "机器人还没送到的" not in page(browser, f"/?after={REFERENCE}")


def test_nothing_waiting_is_said_plainly(filed: TestClient, browser: TestClient) -> None:
    filed.put(BACKLOG, json=make_backlog(pending=0, parked=0, oldest_seconds=0, items=[]))
    shown = page(browser)
    assert "等待 0 件，搁置 0 件。" in shown
    assert "再试一次" not in shown


@pytest.mark.parametrize(("seconds", "stale"), [(300, False), (301, True)])
def test_a_silent_client_is_noticed_after_five_minutes(
    filed: TestClient, browser: TestClient, clock: Clock, seconds: int, stale: bool
) -> None:
    filed.put(BACKLOG, json=make_backlog())
    clock.forward(seconds=seconds)
    assert ("已经 5 分钟没有报告" in page(browser)) is stale


def test_trying_again_tells_the_bot_and_shows_that_it_was_asked(
    filed: TestClient, browser: TestClient, clock: Clock
) -> None:
    filed.put(BACKLOG, json=make_backlog())
    response = retry(browser)
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    (event,) = filed.get(EVENTS).json()["events"]
    assert (event["kind"], event["reference"]) == ("retry", PARKED)
    shown = page(browser)
    assert "已请机器人再试" in shown
    assert ">再试一次<" not in shown
    clock.forward(minutes=1)
    filed.put(BACKLOG, json=make_backlog())
    assert ">再试一次<" in page(browser)


@pytest.mark.parametrize("reference", [make_reference(8), make_reference(9), "nonsense", ""])
def test_only_what_is_parked_can_be_tried_again(
    filed: TestClient, browser: TestClient, reference: str
) -> None:
    filed.put(BACKLOG, json=make_backlog())
    assert retry(browser, reference).status_code == 404
    assert filed.get(EVENTS).json()["events"] == []


def test_trying_again_needs_our_own_form(filed: TestClient, browser: TestClient) -> None:
    filed.put(BACKLOG, json=make_backlog())
    assert retry(browser, form_token="0" * 64).status_code == 403
    assert filed.get(EVENTS).json()["events"] == []


def test_the_pages_with_everything_on_them_use_nothing_inline_and_nothing_foreign(
    filed: TestClient, browser: TestClient
) -> None:
    filed.put(BACKLOG, json=make_backlog())
    put_attachment(filed)
    supplement(filed)
    reply(browser)
    for path in ("/", CASE):
        shown = page(browser, path)
        for forbidden in ("<script", "<style", " style=", " onclick=", "http://", "https://"):
            assert forbidden not in shown


def test_over_https_the_forms_work_too(filed: TestClient, services: Services) -> None:
    filed.put(BACKLOG, json=make_backlog())
    browser = TestClient(build_app(services), base_url="https://cases.bank", follow_redirects=False)
    login(browser)
    assert reply(browser).status_code == 303
    assert retry(browser).status_code == 303
