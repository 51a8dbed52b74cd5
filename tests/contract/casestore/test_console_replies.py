"""Writing, approving and releasing a reply on the console's pages; nothing typed is lost."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest

from casestore.domain.case import CaseState, EventKind
from casestore.domain.letter import usual_remedies
from casestore.domain.reply import ReplyStatus
from casestore.domain.staff import Officer, StaffRole
from casestore.edge.services import Services
from casestore.service.acting import Deed
from tests.contract.casestore.browser_kit import OWN_PAGE, REFERENCE, page
from tests.contract.casestore.http_kit import file, request_review
from tests.contract.casestore.kit import TestClient, make_id
from tests.contract.casestore.reply_kit import LI

REPLY = f"/cases/{REFERENCE}/reply"
CHIEF = Officer("chief", "主任", frozenset({StaffRole.SUPERVISOR}))
TEXTS = {
    "facts": "经核对账务，收取手续费 12.5 元。",
    "decision": "退还 12.5 元，已入账。",
    "basis": "该项目没有公示。",
    "remedies": usual_remedies(offers_review=False),
    "claim_1": "退还手续费",
    "answer_1": "已退还。",
}


@dataclass
class Desk:
    """A case under investigation, its handler's browser and a supervisor's."""

    services: Services
    handler: TestClient
    supervisor: TestClient

    def send(self, browser: TestClient, path: str = REPLY, **fields: Any) -> Any:
        """Fill in the form of the reply's page and press a button."""
        return self.post(browser, self.hidden(browser), path, **fields)

    def post(
        self, browser: TestClient, hidden: dict[str, str], path: str = REPLY, **fields: Any
    ) -> Any:
        headers = {**OWN_PAGE, "Accept": "text/html"}
        return browser.post(path, data={**hidden, **fields}, headers=headers)

    def hidden(self, browser: TestClient) -> dict[str, str]:
        """What the page's forms carry unseen."""
        found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page(browser, REPLY))
        return dict(found)

    def state(self) -> CaseState:
        return self.services.replies.sheet(REFERENCE, CHIEF).standing.progress.state


@pytest.fixture
def desk(bot: TestClient, services: Services, browser_as: Any) -> Desk:
    file(bot)
    handler = browser_as(StaffRole.HANDLER, username="li", name="李四")
    supervisor = browser_as(StaffRole.SUPERVISOR, username="wang", name="王五")
    given = Deed(EventKind.ASSIGNED, make_id(901), data={"assignee": "li"})
    services.casework.do(REFERENCE, given, CHIEF)
    services.casework.do(REFERENCE, Deed(EventKind.TAKEN_UP, make_id(902)), LI)
    return Desk(services, handler, supervisor)


def follow(browser: TestClient, response: Any, done: str) -> str:
    """The page a form leads to."""
    assert response.status_code == 303, unescape(response.text)
    assert response.headers["location"] == f"{REPLY}?done={done}"
    return page(browser, response.headers["location"])


def test_a_reply_goes_from_the_form_to_the_customer(desk: Desk, bot: TestClient) -> None:
    first = page(desk.handler, REPLY)
    assert "柜员说手续费免了" in first
    assert 'value="退还手续费"' in first
    assert "请填写“处理决定”。" in first
    saved = follow(desk.handler, desk.send(desk.handler, action="save", **TEXTS), "saved")
    assert "不缺什么，可以送审了。" in saved
    sent = desk.send(desk.handler, action="submit", **TEXTS)
    assert "已送审" in follow(desk.handler, sent, "submitted")
    assert REFERENCE in page(desk.supervisor, "/approvals")
    review = page(desk.supervisor, REPLY)
    assert TEXTS["decision"] in review
    assert "批准并答复客户" in review
    approved = desk.send(desk.supervisor, f"{REPLY}/approve", and_release="1")
    assert "第 1 次答复 · 已答复" in follow(desk.supervisor, approved, "released")
    (event,) = bot.get("/api/v1/events").json()["events"]
    assert event["kind"] == "replied"
    assert TEXTS["decision"] in event["text"]
    assert REFERENCE not in page(desk.supervisor, "/approvals")


def test_the_next_step_follows_the_reply(desk: Desk) -> None:
    case = f"/cases/{REFERENCE}"
    desk.send(desk.handler, action="submit", **TEXTS)
    for browser, path in ((desk.handler, "/"), (desk.supervisor, "/"), (desk.handler, case)):
        assert "等待审批（李四送审）" in page(browser, path)
    desk.send(desk.supervisor, f"{REPLY}/send-back", note="写明依据")
    for path in ("/", case):
        assert "按退回意见修改答复" in page(desk.handler, path)
    desk.send(desk.handler, action="submit", **TEXTS)
    desk.send(desk.supervisor, f"{REPLY}/approve")
    assert "告知客户" in page(desk.handler)


def test_who_wrote_the_reply_is_told_that_another_answers_the_review(
    desk: Desk, bot: TestClient
) -> None:
    desk.send(desk.handler, action="submit", **TEXTS)
    desk.send(desk.supervisor, f"{REPLY}/approve", and_release="1")
    request_review(bot)
    shown = page(desk.handler, f"/cases/{REFERENCE}")
    assert "核查的答复要由另一个人写，请主管改派" in shown
    assert "作出核查决定" in shown
    late = desk.post(desk.handler, desk.hidden(desk.supervisor), action="save", **TEXTS)
    assert late.status_code == 403


def test_the_forms_sent_twice_do_it_once(desk: Desk, bot: TestClient) -> None:
    hidden = desk.hidden(desk.handler)
    for _ in range(2):
        sent = desk.post(desk.handler, hidden, action="submit", **TEXTS)
        follow(desk.handler, sent, "submitted")
    changed = desk.post(desk.handler, hidden, action="submit", **{**TEXTS, "basis": "改过的"})
    assert changed.status_code == 409
    assert "改过的" in changed.text
    hidden = desk.hidden(desk.supervisor)
    for _ in range(2):
        approved = desk.post(desk.supervisor, hidden, f"{REPLY}/approve", and_release="1")
        follow(desk.supervisor, approved, "released")
    assert len(bot.get("/api/v1/events").json()["events"]) == 1


def test_an_incomplete_reply_is_kept_and_says_what_is_missing(desk: Desk) -> None:
    texts = {**TEXTS, "answer_1": "", "basis": "合同第【条】"}
    shown = follow(desk.handler, desk.send(desk.handler, action="submit", **texts), "kept")
    assert "还不能送审" in shown
    assert "第 1 项诉求“退还手续费”还没有答复。" in shown
    assert "合同第【条】" in shown


def test_other_buttons_show_the_form_again_with_everything_typed(desk: Desk) -> None:
    added = desk.send(desk.handler, action="add", **TEXTS).text
    assert "第 2 项" in added
    assert TEXTS["facts"] in added
    texts = {**TEXTS, "basis": ""}
    filled = desk.send(desk.handler, action="fill", template="fees", **texts).text
    assert "商业银行服务价格管理办法" in filled
    assert TEXTS["facts"] in filled, "what is written is not replaced"
    looked = desk.send(desk.handler, action="look", **TEXTS).text
    assert "您提出：退还手续费" in looked
    assert "请填写“处理决定”。" in page(desk.handler, REPLY), "none of them keeps anything"


def test_points_are_moved_added_and_dropped(desk: Desk) -> None:
    typed = {
        **TEXTS,
        "order_1": "2",
        "claim_2": "书面道歉",
        "answer_2": "我们道歉。",
        "order_2": "1",
        "claim_3": "多余的",
        "drop_3": "1",
        "claim_4": "",
    }
    follow(desk.handler, desk.send(desk.handler, action="save", **typed), "saved")
    claims = [point.claim for point in desk.services.replies.points(REFERENCE)]
    assert claims == ["书面道歉", "退还手续费"]


def test_what_cannot_be_kept_comes_back_beside_its_field(desk: Desk) -> None:
    typed = {**TEXTS, "facts": "查" * 3001, "claim_1": "", "answer_1": "只有答复"}
    response = desk.send(desk.handler, action="save", **typed)
    assert response.status_code == 422
    assert "最多 3000 字，现在有 3001 字" in response.text
    assert "只有答复" in response.text
    assert "还没有提交：有 2 处要改。" in response.text


def test_a_form_from_before_a_change_is_refused_with_both_texts_shown(desk: Desk) -> None:
    hidden = desk.hidden(desk.handler)
    desk.send(desk.handler, action="save", **{**TEXTS, "decision": "先保存的决定"})
    response = desk.post(desk.handler, hidden, action="save", **TEXTS)
    assert response.status_code == 409
    assert "别人刚刚改动了这件投诉" in response.text
    assert "先保存的决定" in response.text
    assert TEXTS["decision"] in response.text
    assert "先保存的决定" in page(desk.handler, REPLY)


def test_what_was_typed_after_the_reply_was_handed_in_is_shown_to_be_copied(desk: Desk) -> None:
    hidden = desk.hidden(desk.handler)
    desk.send(desk.handler, action="submit", **TEXTS)
    response = desk.post(
        desk.handler,
        {**hidden, "act_id": make_id(5)},
        action="save",
        **{**TEXTS, "basis": "后写的"},
    )
    assert response.status_code == 409
    assert "后写的" in response.text


def test_a_reply_is_sent_back_with_a_reason_the_writer_reads(desk: Desk) -> None:
    desk.send(desk.handler, action="submit", **TEXTS)
    refused = desk.send(desk.supervisor, f"{REPLY}/send-back", note=" ")
    assert refused.status_code == 422
    assert "请写明理由" in refused.text
    returned = desk.send(desk.supervisor, f"{REPLY}/send-back", note="请写明退款日期")
    follow(desk.supervisor, returned, "returned")
    written = page(desk.handler, REPLY)
    assert "请写明退款日期" in written
    assert TEXTS["decision"] in written


def test_approved_first_and_released_later(desk: Desk) -> None:
    desk.send(desk.handler, action="submit", **TEXTS)
    follow(desk.supervisor, desk.send(desk.supervisor, f"{REPLY}/approve"), "approved")
    assert desk.state() is CaseState.DECIDED
    assert "发出以后不能收回" in page(desk.handler, REPLY)
    follow(desk.handler, desk.send(desk.handler, f"{REPLY}/release"), "released")
    assert desk.state() is CaseState.NOTIFIED


def test_who_wrote_it_is_offered_no_approval_and_gets_none(desk: Desk) -> None:
    desk.send(desk.supervisor, action="submit", **TEXTS)
    assert "批准并答复客户" not in page(desk.supervisor, REPLY)
    response = desk.send(desk.supervisor, f"{REPLY}/approve")
    assert response.status_code == 403
    assert "要由另一个人审批" in response.text
    assert desk.send(desk.handler, f"{REPLY}/approve").status_code == 403


@pytest.mark.usefixtures("desk")
def test_who_only_reads_sees_the_reply_and_no_form(browser_as: Any) -> None:
    clerk = browser_as(StaffRole.CLERK)
    shown = page(clerk, REPLY)
    assert "保存并送审" not in shown
    assert "还没有答复" in shown


@pytest.mark.usefixtures("desk")
def test_another_branch_learns_nothing(browser_as: Any) -> None:
    stranger = browser_as(StaffRole.SUPERVISOR, branch="0101")
    headers = {"Accept": "text/html"}
    assert stranger.get(REPLY, headers=headers).status_code == 404
    assert REFERENCE not in page(stranger, "/approvals")


def test_a_form_that_is_not_ours_changes_nothing(desk: Desk) -> None:
    for path in (REPLY, f"{REPLY}/approve", f"{REPLY}/send-back", f"{REPLY}/release"):
        response = desk.supervisor.post(path, data={"action": "save", **TEXTS}, headers=OWN_PAGE)
        assert response.status_code == 403
    forged = {**desk.hidden(desk.handler), "act_id": "x"}
    assert desk.post(desk.handler, forged, action="submit", **TEXTS).status_code == 422


def test_two_who_open_the_reply_see_each_other(desk: Desk) -> None:
    page(desk.handler, REPLY)
    assert "李四 正在填写这件投诉" in page(desk.supervisor, REPLY)


def test_looking_at_a_reply_is_in_the_audit_log(desk: Desk, office: Any) -> None:
    page(desk.handler, REPLY)
    with office.transaction() as tx:
        entries = [(e.actor, e.subject, e.detail) for e in tx.audit.after(0, 100)]
    assert ("staff:li", REFERENCE, "reply") in entries


def test_the_page_of_the_case_shows_points_and_what_to_do(desk: Desk) -> None:
    shown = page(desk.handler, f"/cases/{REFERENCE}")
    assert "0/1 项已答复" in shown
    assert "写答复" in shown
    desk.send(desk.handler, action="submit", **TEXTS)
    assert "审批答复" in page(desk.supervisor, f"/cases/{REFERENCE}")
    desk.send(desk.supervisor, f"{REPLY}/approve", and_release="1")
    shown = page(desk.handler, f"/cases/{REFERENCE}")
    assert "第 1 次答复 · 已答复" in shown
    assert "待送达" in shown
    latest = desk.services.replies.sheet(REFERENCE, CHIEF).reply
    assert latest is not None
    assert latest.status is ReplyStatus.RELEASED
