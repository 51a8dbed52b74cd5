"""The simulator's page in a real browser, with an account's server that only echoes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.channels.wechatsim.echo import EchoServer, echoing
from tests.e2e import layout
from tests.e2e.visitor import DESKTOP, PHONE, SMALL_PHONE
from tests.stack import wait_until
from wechatsim import FAILURE, Account, Platform, Simulator, running
from wechatsim.sending import send_custom

MENU = [
    {"type": "click", "name": "我要投诉", "key": "complain"},
    {"name": "更多", "sub_button": [{"type": "click", "name": "查进度", "key": "status"}]},
]
CHOICES = {
    "head_content": "您满意吗？",
    "list": [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}],
    "tail_content": "谢谢",
}


@pytest.fixture
def server() -> EchoServer:
    return EchoServer()


@pytest.fixture
def sim(server: EchoServer) -> Iterator[Simulator]:
    with echoing(server) as url:
        server.account = replace(Account.generated(), server_url=url)
        with running(Platform(server.account)) as simulator:
            simulator.platform.menu = MENU
            yield simulator


@pytest.fixture
def page(browser: Browser, sim: Simulator) -> Iterator[Page]:
    """The page on a desktop; afterwards the browser must not have met trouble."""
    width, height = DESKTOP
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(sim.url)
    yield page
    context.close()
    # The browser itself notes every answer from 400 on.
    assert [text for text in troubles if "409" not in text and "422" not in text] == []


def follow(page: Page) -> None:
    """Returns when the account's server has heard of it; the page shows it before that."""
    with page.expect_response("**/subscribe"):
        page.get_by_role("button", name="关注公众号").click()
    expect(page.get_by_label("说点什么")).to_be_visible()


def say(page: Page, text: str) -> None:
    page.get_by_label("说点什么").fill(text)
    page.get_by_role("button", name="发送").click()


def screen(page: Page) -> list[str]:
    """The bubbles of the phone in front."""
    return page.get_by_role("log", name="聊天记录").locator(".message").all_inner_texts()


def records(page: Page) -> Locator:
    """What went over the wire, newest first."""
    return page.get_by_role("list", name=re.compile("投递和接口调用")).get_by_role("listitem")


def openid(sim: Simulator, number: int = 0) -> str:
    return list(sim.platform.users)[number]


def test_a_newcomer_follows_talks_and_sees_what_went_over_the_wire(page: Page) -> None:
    follow(page)
    say(page, "你好😀")
    expect(page.get_by_text("您说：你好😀")).to_be_visible()
    expect(records(page)).to_have_count(2)
    expect(records(page).first).to_contain_text("推送：文本 你好😀")
    expect(records(page).first).to_contain_text("被动回复：文本")
    expect(page.get_by_text("公众号还能主动发 8 条")).to_be_visible()


def test_the_menu_and_a_message_menu_are_pressed(
    page: Page, sim: Simulator, server: EchoServer
) -> None:
    follow(page)
    page.get_by_role("button", name="我要投诉").click()
    expect(records(page).filter(has_text="推送：点菜单")).to_have_count(1)
    page.get_by_text("更多", exact=True).click()
    page.get_by_role("button", name="查进度").click()
    expect(records(page).filter(has_text="推送：点菜单")).to_have_count(2)
    order = {"touser": openid(sim), "msgtype": "msgmenu", "msgmenu": CHOICES}
    send_custom(sim.platform, order)
    page.get_by_role("button", name="不满意").click()
    expect(page.get_by_text("您说：不满意")).to_be_visible()
    keys = [m.key for m in server.heard if m.type == "event" and m.event == "click"]
    assert keys == ["complain", "status"]
    assert b"bizmsgmenuid" not in server.bodies[-1], "it is sealed"


def test_pictures_voices_and_places_are_sent(page: Page, server: EchoServer) -> None:
    follow(page)
    picture = {"name": "a.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
    page.get_by_label("图片").set_input_files(picture)
    expect(page.get_by_text("收到 image")).to_be_visible()
    page.get_by_label("说点什么").fill("我要投诉")
    page.get_by_role("button", name="语音").click()
    expect(page.get_by_text("收到 voice")).to_be_visible()
    page.get_by_role("button", name="位置").click()
    expect(page.get_by_text("收到 location")).to_be_visible()
    assert server.heard[2].recognition == "我要投诉"


def test_each_phone_has_its_own_screen(page: Page) -> None:
    follow(page)
    say(page, "我是小明")
    expect(page.get_by_text("您说：我是小明")).to_be_visible()
    page.get_by_role("button", name="＋ 客户").click()
    follow(page)
    say(page, "我是小红")
    expect(page.get_by_text("您说：我是小红")).to_be_visible()
    assert not any("小明" in text for text in screen(page))
    page.get_by_role("button", name="小明").click()
    expect(page.get_by_text("您说：我是小明")).to_be_visible()


def test_a_code_is_made_and_scanned_by_a_stranger(page: Page, server: EchoServer) -> None:
    page.get_by_label("场景值").fill("网点-人民路")
    page.get_by_role("button", name="生成").click()
    expect(page.get_by_alt_text("二维码 网点-人民路")).to_be_visible()
    with page.expect_response("**/scan"):  # when the account's server has heard of it
        page.get_by_role("button", name="用这部手机扫 网点-人民路").click()
    expect(page.get_by_label("说点什么")).to_be_visible()
    assert server.heard[0].scene_id == "网点-人民路"


def test_the_settings_are_saved_and_the_server_is_verified(page: Page, sim: Simulator) -> None:
    app_id = page.get_by_label("AppID")
    expect(app_id).to_have_value(sim.platform.account.app_id)  # the form is filled in by itself
    page.get_by_role("button", name="验证服务器").click()
    expect(page.get_by_text("验证通过")).to_be_visible()
    page.get_by_label("消息加解密方式").select_option("明文模式")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    assert sim.platform.account.mode == "plain"
    app_id.fill("wrong")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_have_text("app_id 的格式不对")


def test_faults_show_what_customers_would_see(
    page: Page, sim: Simulator, server: EchoServer
) -> None:
    follow(page)
    page.get_by_label("客服消息额度用完").check()
    page.get_by_role("button", name="丢掉下一个回答").click()
    wait_until(lambda: sim.faults.drop_replies == 1, 10, "the switch")
    say(page, "你好")
    expect(page.get_by_text("您说：你好")).to_be_visible()
    expect(page.get_by_text("第 2 次")).to_be_visible()
    assert sim.faults.exhausted
    server.status = 500
    say(page, "还在吗")
    expect(page.get_by_text(FAILURE)).to_be_visible()


def test_the_page_fits_and_can_be_read_at_every_size(page: Page, sim: Simulator) -> None:
    sim.platform.scenes.add("网点-人民路")
    follow(page)
    say(page, "昨天在人民路支行排了两个小时队，要求赔礼道歉")
    expect(page.get_by_text("您说：昨天")).to_be_visible()
    send_custom(sim.platform, {"touser": openid(sim), "msgtype": "msgmenu", "msgmenu": CHOICES})
    expect(page.get_by_role("button", name="不满意")).to_be_visible()
    for width, height in (SMALL_PHONE, PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        for colours in ("light", "dark"):
            page.emulate_media(color_scheme=colours)
            layout.picture(page, f"wechat-sim-{colours}")
            assert layout.defects(page) == [], (width, colours)
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
