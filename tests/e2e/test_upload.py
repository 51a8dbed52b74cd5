"""A customer sends pictures and documents: by the button, dropped, pasted, over a bad network."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e import files, layout
from tests.e2e.chat_page import ChatPage
from tests.e2e.visitor import PHONE, SMALL_PHONE, Visitor
from tests.stack import wait_until

NO_CONNECTION = r"ERR_(CONNECTION_\w+|INTERNET_DISCONNECTED|EMPTY_RESPONSE|FAILED|ABORTED)"
REFUSED = r"status of 422"
SLOW = 100_000
"""Bytes a second: the large picture takes half a minute, longer than a test needs to look at it."""

_DROP = """([kind, name, type]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13])],
    name, { type }));
  const options = { bubbles: true, cancelable: true };
  const hovering = new DragEvent("dragover", { ...options, dataTransfer: data });
  document.querySelector("main").dispatchEvent(hovering);
  const event = kind === "drop"
    ? new DragEvent("drop", { ...options, dataTransfer: data })
    : new ClipboardEvent("paste", { ...options, clipboardData: data });
  document.querySelector("textarea").dispatchEvent(event);
  return [hovering.defaultPrevented, event.defaultPrevented];
}"""


def test_a_picture_is_sent_by_the_button_and_stays_after_a_reload(
    chat: ChatPage, tmp_path: Path
) -> None:
    chat.attach(files.picture(tmp_path))
    assert chat.answers()
    bubble = chat.customer_messages.last
    expect(bubble.locator("img.thumbnail")).to_be_visible()
    assert chat.said("［图片］回单截图.png") == 1
    history = chat.history()
    chat.reload()
    expect(chat.page.locator(".message")).to_have_count(len(history))
    assert chat.history() == history
    expect(chat.customer_messages.last.locator(".file .icon")).to_be_visible()
    expect(chat.page.locator("img.thumbnail")).to_have_count(0)


def test_several_files_are_sent_one_after_the_other(chat: ChatPage, tmp_path: Path) -> None:
    chat.attach(files.document(tmp_path), files.picture(tmp_path))
    expect(chat.page.locator(".message-customer[data-state=sent]")).to_have_count(2)
    history = chat.history()
    mine = [place for place, (who, _) in enumerate(history) if who == "customer"]
    assert [history[place][1] for place in mine] == [
        "我：［文件］账单明细 2026年10月.pdf",
        "我：［图片］回单截图.png",
    ]
    assert mine[1] > mine[0] + 1, "each is answered before the next is sent"


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted(chat: ChatPage, way: str) -> None:
    assert chat.page.evaluate(_DROP, [way, "image.png", "image/png"]) == [True, True]
    assert chat.answers()
    assert chat.said("［图片］image.png") == 1


def test_a_pasted_text_stays_a_text_though_a_picture_comes_with_it(chat: ChatPage) -> None:
    taken = chat.page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "我要投诉");
          data.items.add(new File(["x"], "image.png", { type: "image/png" }));
          const event = new ClipboardEvent("paste",
            { bubbles: true, cancelable: true, clipboardData: data });
          document.querySelector("textarea").dispatchEvent(event);
          return event.defaultPrevented;
        }"""
    )
    assert taken is False
    assert chat.customer_messages.count() == 0


def test_an_unfit_file_is_told_at_once_and_not_sent(chat: ChatPage, tmp_path: Path) -> None:
    alert = chat.page.get_by_role("alert")
    for path, reason in (
        (files.huge(tmp_path), "最大 10MB"),
        (files.page(tmp_path), "请发图片（JPG、PNG、WebP、GIF）或者 PDF"),
        (files.empty(tmp_path), "是空的"),
    ):
        chat.attach(path)
        expect(alert).to_contain_text(path.name)
        expect(alert).to_contain_text(reason)
        alert.get_by_role("button", name="关闭提示").click()
    chat.attach(*(files.picture(tmp_path, f"{number}.png", 1, 1) for number in range(6)))
    expect(alert).to_contain_text("最多发送 5 个")
    assert chat.customer_messages.count() == 0


def test_a_script_called_a_picture_is_refused_and_can_only_be_deleted(
    chat: ChatPage, visitor: Visitor, tmp_path: Path
) -> None:
    visitor.expect_trouble(REFUSED)
    chat.attach(files.script(tmp_path))
    failed = chat.page.locator(".message[data-state=failed]")
    expect(failed).to_contain_text("没有发出去")
    expect(chat.page.get_by_role("alert")).to_contain_text("JPG")
    assert failed.get_by_role("button").all_inner_texts() == ["删除"]
    failed.get_by_role("button", name="删除").click()
    expect(failed).to_have_count(0)
    chat.reload()
    expect(chat.page.get_by_role("group", name="常见问题")).to_be_visible()


def test_a_file_cut_off_by_the_network_arrives_once(
    chat: ChatPage, visitor: Visitor, tmp_path: Path
) -> None:
    visitor.expect_trouble(NO_CONNECTION)
    path = files.picture(tmp_path)
    _lose_the_answer(chat, path)
    chat.attach(path)
    expect(chat.customer_messages.last).to_contain_text("正在重试")
    _mend_the_network(chat)
    assert chat.answers()
    assert chat.said(f"［图片］{path.name}") == 1
    history = chat.history()
    chat.reload()
    expect(chat.page.locator(".message")).to_have_count(len(history))
    assert chat.history() == history, "one file, one answer"


def test_a_file_given_up_is_kept_and_sent_on_request(
    chat: ChatPage, visitor: Visitor, tmp_path: Path
) -> None:
    visitor.expect_trouble(NO_CONNECTION)
    chat.page.clock.install()
    chat.page.route("**/attachments", lambda route: route.abort())
    chat.attach(files.picture(tmp_path))
    failed = chat.page.locator(".message[data-state=failed]")
    wait_until(lambda: _tried_again(chat.page, failed), 60, "the page gives up")
    chat.page.unroute_all()
    failed.get_by_role("button", name="重新发送").click()
    assert chat.answers()
    assert chat.said("［图片］回单截图.png") == 1
    expect(chat.page.get_by_role("alert")).to_be_hidden()


def test_an_upload_shows_how_far_it_is_and_can_be_cancelled(
    chat: ChatPage, visitor: Visitor, tmp_path: Path
) -> None:
    visitor.expect_trouble(NO_CONNECTION)
    _slow_down(chat.page)
    chat.attach(files.picture(tmp_path, "长图.png", 1000, 1000))
    bar = chat.page.get_by_role("progressbar", name="上传进度")
    expect(bar).to_be_visible()
    wait_until(lambda: 0 < float(bar.evaluate("bar => bar.value")) < 1, 20, "some of it")
    for width, height in (SMALL_PHONE, PHONE):
        chat.page.set_viewport_size({"width": width, "height": height})
        layout.picture(chat.page, "11-uploading")
        assert layout.defects(chat.page) == []
    chat.page.get_by_role("button", name="取消", exact=True).click()
    expect(chat.customer_messages).to_have_count(0)
    expect(chat.input).to_be_focused()
    chat.reload()
    expect(chat.page.get_by_role("group", name="常见问题")).to_be_visible()


def test_a_file_lost_by_a_reload_is_told(chat: ChatPage, visitor: Visitor, tmp_path: Path) -> None:
    visitor.expect_trouble(NO_CONNECTION)
    chat.say("你好")
    _slow_down(chat.page)
    chat.attach(files.picture(tmp_path, "长图.png", 1000, 1000))
    expect(chat.page.get_by_role("progressbar")).to_be_visible()
    chat.reload()
    failed = chat.page.locator(".message[data-state=failed]")
    expect(failed).to_contain_text("长图.png")
    assert failed.get_by_role("button").all_inner_texts() == ["删除"]
    expect(chat.page.get_by_role("alert")).to_contain_text("重新选择")


def test_a_file_that_arrived_before_a_reload_is_shown_as_sent(
    chat: ChatPage, visitor: Visitor, tmp_path: Path
) -> None:
    visitor.expect_trouble(NO_CONNECTION)
    chat.say("你好")
    path = files.picture(tmp_path)
    _lose_the_answer(chat, path)
    chat.attach(path)
    expect(chat.customer_messages.last).to_contain_text("正在重试")
    _mend_the_network(chat)
    chat.reload()
    assert chat.answers()
    assert chat.said("［图片］回单截图.png") == 1
    expect(chat.page.locator(".message[data-state=failed]")).to_have_count(0)
    expect(chat.page.get_by_role("alert")).to_be_hidden()


def test_the_keyboard_opens_the_file_chooser(chat: ChatPage, tmp_path: Path) -> None:
    chat.input.focus()
    chat.page.keyboard.press("Shift+Tab")
    assert chat.page.evaluate("document.activeElement.ariaLabel") == "发送图片或文件"
    assert layout.focus_is_visible(chat.page)
    # The chooser itself is the browser's; in a headless one it does not always come up.
    chat.page.evaluate("""document.querySelector("input[type=file]").addEventListener("click",
        (event) => { event.preventDefault(); window.asked = true; }, { once: true })""")
    chat.page.keyboard.press("Enter")
    wait_until(lambda: chat.page.evaluate("window.asked === true"), 10, "the file chooser")
    chat.attach(files.document(tmp_path))
    assert chat.answers()


def _lose_the_answer(chat: ChatPage, path: Path) -> None:
    """The server gets the file; the page does not hear so, however often it tries again.

    Playwright hands on no files of a form it has stopped, so it is sent from here.
    """
    answers: list[requests.Response] = []

    def on_upload(route: Route) -> None:
        if not answers:
            answers.append(_upload(chat, path, route))
        route.abort()

    chat.page.route("**/attachments", on_upload)


def _upload(chat: ChatPage, path: Path, route: Route) -> requests.Response:
    key = str(chat.customer_messages.last.get_attribute("data-id"))
    answer = requests.post(
        route.request.url,
        files={"file": (path.name, path.read_bytes())},
        data={"id": key},
        headers={"Authorization": route.request.headers["authorization"]},
        timeout=30,
    )
    assert answer.status_code == 201, answer.text
    return answer


def _mend_the_network(chat: ChatPage) -> None:
    chat.page.unroute("**/attachments")


def _slow_down(page: Page) -> None:
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    limits = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": SLOW}
    wire.send("Network.emulateNetworkConditions", limits)


def _tried_again(page: Page, failed: Locator) -> bool:
    """Moves the page's clock over one wait; whether the page has given up."""
    page.clock.fast_forward(31_000)
    return failed.count() > 0
