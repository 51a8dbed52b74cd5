"""Talks and promised calls on the console's pages, as a browser without scripts uses them."""

import re
from datetime import timedelta
from typing import Any

import pytest

from casestore.domain.chat import Author, ChatChannel, ChatMessage, ChatWhy, Suggestion
from casestore.domain.duty import PRESENT_FOR
from casestore.domain.staff import IDLE_LIMIT, SYSTEM, StaffRole
from casestore.domain.taxonomy import BUSINESSES, REASONS
from casestore.edge.services import Services
from casestore.service.ports import Store
from tests.contract.casestore.browser_kit import OWN_PAGE, page, send
from tests.contract.casestore.chat_kit import (
    PROPOSAL,
    WORDS,
    chat_id,
    make_callback,
    open_chat,
    said,
)
from tests.contract.casestore.kit import Clock, TestClient, make_complaint, make_id, make_reference

REFERENCE = make_reference()
HTML = {"Accept": "text/html"}


@pytest.fixture
def wang(browser_as: Any) -> TestClient:
    browser: TestClient = browser_as(StaffRole.HANDLER, username="wang", name="王敏")
    return browser


def post(browser: TestClient, address: str, shown: str | None = None, **fields: str) -> Any:
    """Send a form of a talk's page with what the page itself put into it."""
    path = shown or address.rsplit("/", 1)[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page(browser, path)))
    form = {**hidden, **fields}
    return browser.post(address, data=form, headers={**OWN_PAGE, **HTML})


def audited(office: Store, action: str) -> list[tuple[str, str]]:
    with office.transaction() as tx:
        entries = tx.audit.after(0, 500)
    return [(each.actor, each.subject) for each in entries if each.action == action]


def test_the_queue_tells_what_waits_and_the_menu_how_many(
    wang: TestClient, services: Services, clock: Clock
) -> None:
    open_chat(services, 1, topic="手续费争议")
    clock.forward(minutes=2)
    open_chat(services, 2, topic="陌生人让转账", why=ChatWhy.RISK, channel=ChatChannel.WECHAT)
    shown = page(wang, "/chats")
    assert shown.index("陌生人让转账") < shown.index("手续费争议")
    assert "涉及资金或人身安全" in shown
    assert "2 分钟" in shown
    assert re.search(r'href="/chats"[^>]*>人工对话 <span class="count" data-count>2<', shown)
    work = page(wang, "/")
    assert "<strong>2</strong>位客户在等人工" in work


def test_duty_is_switched_on_and_off(wang: TestClient, services: Services) -> None:
    assert "开始在线接待" in page(wang, "/chats")
    assert send(wang, "/duty", "/chats", on="1").headers["location"] == "/chats"
    assert [duty.username for duty in services.duty.present()] == ["wang"]
    shown = page(wang, "/cases")
    assert "在线接待中" in shown
    assert 'data-duty="/duty/beat"' in shown
    assert send(wang, "/duty", "/chats").status_code == 303
    assert services.duty.present() == []


def test_an_open_page_keeps_an_officer_on_duty_but_not_signed_in(
    wang: TestClient, services: Services, clock: Clock
) -> None:
    send(wang, "/duty", "/chats", on="1")
    token = re.search(r'data-token="(\w+)"', page(wang, "/chats"))
    assert token is not None
    step, passed = PRESENT_FOR / 2, timedelta()
    while passed + step < IDLE_LIMIT:
        clock.moment += step
        passed += step
        answer = wang.post("/duty/beat", data={"form_token": token[1]}, headers=OWN_PAGE)
        assert answer.status_code == 204
        assert wang.get("/chats/live").status_code == 200
    assert [duty.username for duty in services.duty.present()] == ["wang"]
    clock.moment += step
    answer = wang.post("/duty/beat", data={"form_token": token[1]}, headers=OWN_PAGE)
    assert answer.status_code != 204
    assert wang.get("/chats/live").status_code == 303


def test_a_talk_is_taken_answered_and_ended_without_scripts(
    wang: TestClient, services: Services
) -> None:
    path = f"/chats/{open_chat(services)}"
    shown = page(wang, path)
    assert WORDS in shown
    assert "转账汇款" in shown
    assert "回复客户" not in shown
    assert post(wang, f"{path}/take").headers["location"] == path
    shown = page(wang, path)
    assert PROPOSAL["source"] in shown
    answer = post(wang, f"{path}/messages", text="您好，我是王敏。")
    assert answer.status_code == 303
    assert "您好，我是王敏。" in page(wang, path)
    answer = post(wang, f"{path}/close", outcome="resolved")
    assert answer.headers["location"] == "/chats"
    ended = page(wang, "/chats/ended")
    assert "已解决" in ended
    assert "手续费争议" in ended
    assert "结束对话" not in page(wang, path)


def test_what_is_refused_comes_back_as_it_was_typed(wang: TestClient, services: Services) -> None:
    path = f"/chats/{open_chat(services)}"
    post(wang, f"{path}/take")
    refused = post(wang, f"{path}/messages", text="请把短信验证码发给我")
    assert refused.status_code == 422
    assert "请把短信验证码发给我" in refused.text
    assert "银行不得这样做" in refused.text
    refused = post(wang, f"{path}/close", outcome="callback", phone="abc", note="晚点打")
    assert refused.status_code == 422
    assert "7 到 20 位数字" in refused.text
    assert "晚点打" in refused.text
    refused = post(wang, f"{path}/close", outcome="")
    assert "请选择结果" in refused.text
    refused = post(wang, f"{path}/cases", reference="TS20261123-AAAAAAA")
    assert "没有这个编号的投诉" in refused.text


def test_who_comes_second_sees_who_leads_the_talk(
    wang: TestClient, browser_as: Any, services: Services
) -> None:
    path = f"/chats/{open_chat(services)}"
    late = browser_as(StaffRole.HANDLER, username="li", name="李静")
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page(late, path)))
    post(wang, f"{path}/take")
    refused = late.post(f"{path}/take", data=form, headers={**OWN_PAGE, **HTML})
    assert refused.status_code == 409
    assert "王敏 刚刚接了这个对话" in refused.text
    assert "由 王敏 接待" in page(late, path)


def test_an_open_page_asks_for_what_was_said_since(wang: TestClient, services: Services) -> None:
    number = open_chat(services)
    path = f"/chats/{number}/messages"
    first = wang.get(path, params={"after": 0})
    assert WORDS in first.text
    last = first.headers["X-Last-Number"]
    assert first.headers["X-Chat-State"] == "waiting//on"
    nothing = wang.get(path, params={"after": last})
    assert "bubble" not in nothing.text
    assert nothing.headers["X-Last-Number"] == last
    services.chat_intake.add("bot", number, [said(2, "<b>在吗</b>")])
    more = wang.get(path, params={"after": last})
    assert "&lt;b&gt;在吗&lt;/b&gt;" in more.text
    assert WORDS not in more.text


def test_the_proposals_follow_the_customers_last_words(
    wang: TestClient, services: Services, clock: Clock
) -> None:
    number = open_chat(services)
    services.chat_desk.take(number, services.entrance.onlooker(wang.cookies["xiaobao_session"]))
    newer = Suggestion("挂失", "请拨打客服电话挂失。", "个人账户管理办法")
    words = ChatMessage("m2", Author.CUSTOMER, "卡丢了", clock(), suggestions=(newer,))
    services.chat_intake.add("bot", number, [words])
    shown = page(wang, f"/chats/{number}")
    assert "个人账户管理办法" in shown
    assert PROPOSAL["source"] not in shown


def test_who_only_looks_has_no_forms_and_is_noted(
    browser_as: Any, services: Services, office: Store
) -> None:
    path = f"/chats/{open_chat(services)}"
    auditor = browser_as(StaffRole.AUDITOR, username="audit")
    shown = page(auditor, path)
    assert WORDS in shown
    for words in ("接入</button>", "关联</button>", "登记投诉"):
        assert words not in shown
    assert audited(office, "chat_opened") == [("staff:audit", f"chat:{chat_id(1)}")]


def test_who_reads_a_talk_past_its_page_is_noted_once(
    browser_as: Any, services: Services, office: Store
) -> None:
    path = f"/chats/{open_chat(services)}/messages"
    auditor = browser_as(StaffRole.AUDITOR, username="audit")
    for _ in range(3):
        assert WORDS in auditor.get(path).text
    assert audited(office, "chat_opened") == [("staff:audit", f"chat:{chat_id(1)}")]


def test_any_number_may_be_asked_for(wang: TestClient, services: Services) -> None:
    path = f"/chats/{open_chat(services)}/messages"
    for after in (-1, 2**31, 2**63, 10**40):
        assert wang.get(path, params={"after": str(after)}).status_code in (200, 422), after


def test_who_leads_a_talk_is_not_noted_for_reading_it(
    wang: TestClient, services: Services, office: Store
) -> None:
    path = f"/chats/{open_chat(services)}"
    post(wang, f"{path}/take")
    noted = len(audited(office, "chat_opened"))
    page(wang, path)
    assert len(audited(office, "chat_opened")) == noted
    assert audited(office, "chat_taken") == [("staff:wang", f"chat:{chat_id(1)}")]


def test_a_talk_starts_a_registration_and_is_linked_to_it(
    browser_as: Any, services: Services
) -> None:
    number = open_chat(services, channel=ChatChannel.WECHAT)
    services.chat_intake.add("bot", number, [said(2, "要求退还十二元五角")])
    browser = browser_as(StaffRole.HANDLER, username="li")
    shown = page(browser, f"/cases/new?chat={number}")
    assert f"{WORDS}\n要求退还十二元五角" in shown
    assert '<option value="wechat_chat" selected>微信对话</option>' in shown
    answer = post(
        browser,
        "/cases/new",
        f"/cases/new?chat={number}",
        source="wechat_chat",
        received_at="2026-11-23T16:00",
        name="欧阳小雨",
        phone="13900005678",
        role="本人",
        contact="电话",
        detail=WORDS,
        request="退还手续费",
        business=BUSINESSES[0],
        reason=REASONS[0],
        branch="人民路支行",
    )
    assert answer.status_code == 303, answer.text
    reference = answer.headers["location"][len("/cases/") :].partition("?")[0]
    assert [chat.id for chat in services.chats.of(reference)] == [number]
    shown = page(browser, f"/cases/{reference}")
    assert "微信对话（提出）、微信（人工对话）" in shown
    assert "与客户对话</button>" not in shown
    assert "微信对话" not in page(browser, "/cases/new")


def test_the_talk_of_another_branch_starts_no_registration(
    browser_as: Any, services: Services
) -> None:
    number = open_chat(services)
    stranger = browser_as(StaffRole.CLERK, branch="101")
    assert stranger.get(f"/cases/new?chat={number}", headers=HTML).status_code == 404


def test_an_officer_invites_the_customer_of_a_case_in_a_conversation(
    wang: TestClient, services: Services
) -> None:
    services.desk.file(make_complaint(reference=REFERENCE), "bot")
    answer = post(wang, f"/cases/{REFERENCE}/chat", f"/cases/{REFERENCE}")
    path = answer.headers["location"]
    shown = page(wang, path)
    assert "正在接通客户的对话" in shown
    assert REFERENCE in shown
    assert "网页人工对话" in page(wang, f"/cases/{REFERENCE}")


def test_the_calls_are_listed_with_what_is_broken_in_front(
    browser_as: Any, services: Services, clock: Clock
) -> None:
    services.callbacks.ask(make_callback(1, topic="后面的", at=clock()))
    early = make_callback(2, topic="前面的", at=clock(), promised_in=timedelta(hours=1))
    services.callbacks.ask(early)
    clock.forward(hours=2)
    shown = page(browser_as(StaffRole.HANDLER), "/callbacks")
    assert shown.index("前面的") < shown.index("后面的")
    assert "已过 1 小时" in shown
    assert "138****1234" in shown
    assert "13800001234" not in shown


def test_a_phone_in_clear_is_shown_once_and_noted(
    wang: TestClient, services: Services, office: Store, clock: Clock
) -> None:
    call, _ = services.callbacks.ask(make_callback(at=clock()))
    path = f"/callbacks/{call.id}"
    assert "13800001234" not in page(wang, path)
    shown = send(wang, f"{path}/reveal", path, field="phone")
    assert "13800001234" in shown.text
    assert "13800001234" not in page(wang, path)
    assert audited(office, "callback_revealed") == [("staff:wang", f"callback:{call.id}")]
    assert send(wang, f"{path}/reveal", path, field="topic").status_code == 422


def test_a_call_the_customer_cancelled_is_told_as_such_and_never_overdue(
    browser_as: Any, services: Services, office: Store, clock: Clock
) -> None:
    call, _ = services.callbacks.ask(make_callback(at=clock()))
    services.callbacks.cancel("bot", call.id, clock())
    clock.forward(days=1)
    wang = browser_as(StaffRole.HANDLER, username="wang")
    assert "没有要回的电话" in page(wang, "/callbacks")
    assert "客户已取消" in page(wang, "/callbacks?view=ended")
    shown = page(wang, f"/callbacks/{call.id}")
    assert "客户已经取消，不用再打" in shown
    assert "登记通话" not in shown
    assert "已过" not in shown
    form = {"result": "reached", "note": "打了", "try_id": make_id(9_001)}
    refused = post(wang, f"/callbacks/{call.id}/tries", **form)
    assert refused.status_code == 409
    assert "客户已取消" in refused.text
    assert services.callbacks.count_due(SYSTEM) == 0
    assert audited(office, "callback_cancelled") == [("client:bot", f"callback:{call.id}")]


def test_calls_are_logged_until_the_customer_was_reached(
    wang: TestClient, services: Services, clock: Clock
) -> None:
    call, _ = services.callbacks.ask(make_callback(at=clock()))
    path = f"/callbacks/{call.id}"
    refused = post(wang, f"{path}/tries", result="reached")
    assert refused.status_code == 422
    assert "请写明通话情况" in refused.text
    assert "请选择通话结果" in post(wang, f"{path}/tries", result="maybe").text
    assert post(wang, f"{path}/tries", result="no_answer").headers["location"] == path
    assert "王敏：没有接通，稍后再打" in page(wang, path)
    form = {"result": "reached", "note": "说明了收费依据", "try_id": make_id(9_001)}
    assert post(wang, f"{path}/tries", **form).headers["location"] == "/callbacks"
    assert "没有要回的电话" in page(wang, "/callbacks")
    assert "已回电" in page(wang, "/callbacks?view=ended")
    assert "登记通话" not in page(wang, path)
