"""Officers talk with customers in the console; the test plays the assistant by its API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Page, expect

from casestore.domain.staff import StaffRole
from tests.contract.casestore.chat_kit import PROPOSAL, WORDS
from tests.contract.casestore.kit import make_id, make_reference
from tests.e2e import layout
from tests.e2e.axe import violations
from tests.e2e.conftest import NewVisitor
from tests.e2e.console_page import ConsolePage
from tests.e2e.office import Office, open_office
from tests.e2e.visitor import DESKTOP, PHONE, SMALL_PHONE
from tests.stack import wait_until

LONG_TOPIC = "理财到期以后没有自动转存，想问清楚怎么转存、利息从哪天起算、要不要去柜台"
CASE, INVITED = make_reference(41), make_reference(42)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as office:
        office.file(CASE)
        office.file(INVITED)
        yield office


def signed_in(new_visitor: NewVisitor, office: Office, name: str, **more: object) -> ConsolePage:
    visitor = new_visitor(office.stack, **more)
    visitor.expect_trouble(r"\b(409|422)\b")  # a form that comes back
    return ConsolePage.signed_in(visitor, office.stack, StaffRole.HANDLER, name=name)


def open_talk(console: ConsolePage, office: Office, chat_id: str) -> Page:
    console.page.goto(f"{office.stack.store}/chats/{chat_id}")
    return console.page


def take(console: ConsolePage, office: Office, chat_id: str) -> Page:
    page = open_talk(console, office, chat_id)
    page.get_by_role("button", name="接入").click()
    expect(page.get_by_label("回复客户")).to_be_visible()
    return page


def defects(page: Page) -> list[str]:
    """What axe-core and our own measures find."""
    layout.settle(page)
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    return [*violations(page), *layout.defects(page)]


def seen(page: Page, name: str) -> list[str]:
    """What is wrong with a page, and a picture of it from top to bottom."""
    found = defects(page)
    path = layout.SCREENSHOTS / f"{name}-{page.evaluate('innerWidth')}.png"
    page.screenshot(path=path, full_page=True, animations="disabled")
    return found


def test_an_officer_takes_a_waiting_talk_answers_and_ends_it(
    new_visitor: NewVisitor, office: Office
) -> None:
    chat_id = make_id(101)
    console = signed_in(new_visitor, office, "王敏")
    page = console.page
    page.goto(f"{office.stack.store}/chats")
    page.get_by_role("button", name="开始在线接待").click()
    expect(page.get_by_role("link", name="在线接待中")).to_be_visible()
    office.open_chat(chat_id, topic="三号窗口的手续费")
    page.get_by_role("link", name="三号窗口的手续费").click()  # appears by itself
    expect(page.get_by_text(WORDS)).to_be_visible()
    page.get_by_role("button", name="接入").click()
    layout.settle(page)  # the keys are the script's, which comes after the box
    box = page.get_by_label("回复客户")
    box.fill("您好，我是王敏。")
    box.press("Control+Enter")
    expect(page.locator(".bubble.officer .said")).to_have_text(["您好，我是王敏。"])
    news = office.chat_news(chat_id)
    assert [(each["kind"], each["officer"]) for each in news] == [
        ("taken", "工作人员 王敏"),
        ("said", "工作人员 王敏"),
    ]
    office.customer_says(chat_id, "那我的钱什么时候退？", "c1")
    expect(page.locator(".bubble.customer .said").last).to_have_text("那我的钱什么时候退？")
    page.get_by_text("结束对话").click()
    page.get_by_label("结果").select_option("resolved")
    page.get_by_role("button", name="结束，交回小保").click()
    expect(console.heading("人工对话")).to_be_visible()
    assert office.chat_news(chat_id)[-1]["kind"] == "closed"
    page.get_by_role("link", name="已结束的").click()
    expect(page.get_by_role("row").filter(has_text="三号窗口的手续费")).to_contain_text("已解决")


def test_a_proposed_answer_is_filled_in_and_never_sent_by_itself(
    new_visitor: NewVisitor, office: Office
) -> None:
    chat_id = make_id(102)
    office.open_chat(chat_id)
    page = take(signed_in(new_visitor, office, "李静"), office, chat_id)
    page.get_by_role("button", name=f"填入：{PROPOSAL['title']}").click()
    expect(page.get_by_label("回复客户")).to_have_value(PROPOSAL["text"])
    assert [each["kind"] for each in office.chat_news(chat_id)] == ["taken"]


def test_of_two_who_take_a_talk_one_leads_it_and_the_other_sees_who(
    new_visitor: NewVisitor, office: Office
) -> None:
    chat_id = make_id(103)
    office.open_chat(chat_id)
    first, second = (signed_in(new_visitor, office, name) for name in ("赵一", "钱二"))
    page = open_talk(second, office, chat_id)
    page.route("**/messages?*", lambda _route: None)  # as if the news had not come yet
    take(first, office, chat_id)
    page.get_by_role("button", name="接入").click()
    expect(page.get_by_role("alert")).to_contain_text("赵一 刚刚接了这个对话")
    assert [each["officer"] for each in office.chat_news(chat_id)] == ["工作人员 赵一"]


def test_words_that_ask_for_secrets_come_back_unsent(
    new_visitor: NewVisitor, office: Office
) -> None:
    chat_id = make_id(104)
    office.open_chat(chat_id)
    page = take(signed_in(new_visitor, office, "孙三"), office, chat_id)
    page.get_by_label("回复客户").fill("请把短信验证码发给我")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("alert")).to_contain_text("银行不得这样做")
    expect(page.get_by_label("回复客户")).to_have_value("请把短信验证码发给我")
    assert [each["kind"] for each in office.chat_news(chat_id)] == ["taken"]


def test_a_talk_becomes_a_complaint_with_the_customers_words(
    new_visitor: NewVisitor, office: Office
) -> None:
    chat_id = make_id(105)
    office.open_chat(chat_id)
    console = signed_in(new_visitor, office, "周五")
    page = take(console, office, chat_id)
    page.get_by_role("link", name="登记投诉").click()
    expect(page.get_by_label("来源")).to_have_value("wechat_chat")
    expect(page.get_by_label("经过")).to_have_value(WORDS)
    page.get_by_label("姓名").fill("欧阳小雨")
    page.get_by_label("联系电话").fill("13900005678")
    page.get_by_label("客户要求").fill("退还手续费")
    page.locator("select[name=business]").select_option(index=1)
    page.locator("select[name=reason]").select_option(index=1)
    page.get_by_label("网点或渠道").fill("人民路支行")
    page.get_by_role("button", name="登记", exact=True).click()
    panel = page.locator("#chats")
    expect(panel).to_contain_text("微信对话（提出）、微信（人工对话）")
    panel.get_by_role("link", name="微信人工对话").click()
    expect(page.get_by_role("heading", name="有关的投诉")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("还没有关联投诉")


def test_an_officer_asks_the_customer_of_a_case_to_talk(
    new_visitor: NewVisitor, office: Office
) -> None:
    console = signed_in(new_visitor, office, "吴六")
    page = console.page
    console.show(INVITED)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="与客户对话").click()
    expect(page.get_by_text("正在接通客户的对话")).to_be_visible()
    chat_id = page.url.rpartition("/")[2]
    (invited,) = office.chat_news(chat_id)
    assert (invited["kind"], invited["reference"]) == ("invited", INVITED)
    office.open_chat(chat_id, channel="web", why="officer", references=[INVITED])
    expect(page.get_by_text("正在接通客户的对话")).not_to_be_attached()  # the page notices
    page.get_by_label("回复客户").fill("您好，想跟您核对一下日期。")
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".bubble.officer")).to_have_count(1)
    assert [each["kind"] for each in office.chat_news(chat_id)] == ["invited", "said"]


def test_a_promised_call_is_made_and_logged(new_visitor: NewVisitor, office: Office) -> None:
    console = signed_in(new_visitor, office, "郑七")
    page = console.page
    # Only now: the page counts the minutes, and signing in may take one.
    late = datetime.now(timezone.utc) - timedelta(minutes=30)
    office.promise_call(make_id(111), late, topic="挂失补卡")
    page.goto(f"{office.stack.store}/callbacks")
    row = page.get_by_role("row").filter(has_text="挂失补卡")
    expect(row).to_contain_text("已过 30 分钟")
    expect(row).to_contain_text("138****1234")
    row.get_by_role("link").click()
    page.get_by_role("button", name="查看完整电话").click()
    expect(page.locator(".shown-once")).to_have_text("13800001234")
    page.get_by_label("通话结果").select_option("reached")
    page.get_by_label("通话情况").fill("已告诉客户补卡流程")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("回电")
    expect(page.get_by_role("row").filter(has_text="挂失补卡")).to_have_count(0)
    page.get_by_role("link", name="已办完").click()
    expect(page.get_by_role("row").filter(has_text="挂失补卡")).to_contain_text("已回电")


def test_a_call_is_promised_at_the_end_of_a_talk(new_visitor: NewVisitor, office: Office) -> None:
    chat_id = make_id(107)
    office.open_chat(chat_id, topic="下午再打给我")
    page = take(signed_in(new_visitor, office, "卫十"), office, chat_id)
    page.locator("summary", has_text="结束对话").click()
    expect(page.get_by_label("客户的电话")).to_be_hidden()
    page.get_by_label("结果").select_option("callback")
    page.get_by_label("客户的电话").fill("139 0000 5678")
    page.get_by_label("答应最晚什么时候回电").fill("2099-01-05T15:00")
    page.get_by_role("button", name="结束，交回小保").click()
    page.get_by_role("link", name="已结束的").click()
    page.get_by_role("link", name="下午再打给我").click()
    page.get_by_role("link", name="最晚 2099-01-05 15:00").click()
    expect(page.locator("dl")).to_contain_text("139****5678")
    page.get_by_role("link", name="看当时的对话").click()
    expect(page.locator("main")).to_contain_text("已结束")


def test_who_signs_out_leaves_the_talk_to_others(new_visitor: NewVisitor, office: Office) -> None:
    chat_id = make_id(106)
    office.open_chat(chat_id, topic="没人管的对话")
    console = signed_in(new_visitor, office, "冯八")
    take(console, office, chat_id)
    console.sign_out()

    def is_waiting() -> bool:
        messages = [
            {"id": "c9", "author": "customer", "text": "在吗", "at": "2026-11-26T08:00:00Z"}
        ]
        answer = office.call("POST", f"chats/{chat_id}/messages", json={"messages": messages})
        return bool(answer.json()["state"] == "waiting")

    wait_until(is_waiting, 30, "the talk back in the queue")


@pytest.mark.parametrize(
    ("size", "colours"),
    [(SMALL_PHONE, "dark"), (PHONE, "light"), (DESKTOP, "light"), (DESKTOP, "dark")],
)
def test_a_talk_is_usable_by_everybody(
    new_visitor: NewVisitor, office: Office, size: tuple[int, int], colours: str
) -> None:
    number = size[0] + len(colours)
    chat_id = make_id(number)
    office.open_chat(chat_id, why="risk", references=[CASE], topic="陌生人让转账")
    console = signed_in(new_visitor, office, f"陈{number}", size=size, color_scheme=colours)
    page = take(console, office, chat_id)
    page.get_by_label("回复客户").fill("请不要再转账。")
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".bubble.officer")).to_have_count(1)
    layout.picture(page, f"chat-{colours}")
    found = seen(page, f"chat-whole-{colours}")
    page.goto(f"{office.stack.store}/chats")
    assert [*found, *seen(page, f"chats-{colours}")] == []


@pytest.mark.parametrize(
    ("size", "colours"),
    [(SMALL_PHONE, "dark"), (PHONE, "light"), (DESKTOP, "light"), (DESKTOP, "dark")],
)
def test_promised_calls_are_usable_by_everybody(
    new_visitor: NewVisitor, office: Office, size: tuple[int, int], colours: str
) -> None:
    number, now = size[0] + len(colours), datetime.now(timezone.utc)
    late, later, topic = make_id(number + 20_000), make_id(number + 30_000), f"补卡 {number}"
    office.promise_call(late, now - timedelta(minutes=90), topic=topic)
    office.promise_call(later, now + timedelta(hours=5), topic=LONG_TOPIC, preferred=None)
    console = signed_in(new_visitor, office, f"褚{number}", size=size, color_scheme=colours)
    page, found = console.page, []
    page.goto(f"{office.stack.store}/callbacks")
    expect(page.get_by_role("link", name=topic)).to_be_visible()
    found += seen(page, f"callbacks-{colours}")
    page.goto(f"{office.stack.store}/callbacks/{late}")
    page.get_by_label("通话结果").select_option("no_answer")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("heading", name="打过的电话")).to_be_visible()
    page.get_by_role("button", name="查看完整电话").click()
    expect(page.locator(".shown-once")).to_be_visible()
    page.get_by_label("通话结果").select_option("reached")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("请写明通话情况")
    found += seen(page, f"callback-{colours}")
    page.get_by_label("通话情况").fill(
        "已告诉客户补卡流程，要带身份证，到开户网点办理，当天能拿到新卡"
    )
    page.get_by_role("button", name="登记", exact=True).click()
    page.goto(f"{office.stack.store}/callbacks?view=ended")
    expect(page.get_by_role("link", name=topic)).to_be_visible()
    found += seen(page, f"callbacks-ended-{colours}")
    page.goto(f"{office.stack.store}/chats/ended")
    found += seen(page, f"chats-ended-{colours}")
    assert found == []
