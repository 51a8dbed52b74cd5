"""The receipt: its number can be taken along, and all of it put on paper."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.chat_page import SUBMIT, ChatPage

_READ_CLIPBOARD = "() => navigator.clipboard.readText()"
_HOLD_PRINT = """() => {
  // The dialog is the browser's; while it is open the page stands as it will be printed.
  window.print = () => { window.printing = true; };
}"""
_PRINTED = "() => dispatchEvent(new Event('afterprint'))"


def test_every_mention_of_the_reference_can_be_copied(chat: ChatPage) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat.to_recap("13800130401")
    chat.press(SUBMIT)
    reference = chat.reference()
    said = chat.page.locator("[data-part=said]")
    chat.page.locator(".reference").get_by_role("button", name="复制").click()
    expect(said).to_have_text(f"编号 {reference} 已复制")
    assert chat.page.evaluate(_READ_CLIPBOARD) == reference
    chat.page.evaluate("() => navigator.clipboard.writeText('')")
    notice = chat.delivery_notice(reference)
    chat.copy_by(notice.get_by_role("button", name=f"{reference} 复制"))
    assert chat.page.evaluate(_READ_CLIPBOARD) == reference


def test_the_receipt_is_printed_with_what_was_confirmed_and_nothing_else(chat: ChatPage) -> None:
    chat.say("怎么辨别假币")
    chat.to_recap("13800130402")
    chat.press(SUBMIT)
    page, reference = chat.page, chat.reference()
    page.evaluate(_HOLD_PRINT)
    page.get_by_role("button", name="打印回执").click()
    page.emulate_media(media="print")
    paper = page.locator("xiaobao-chat").inner_text()
    for part in ("投诉登记回执", reference, "人民路支行", "李建国", "本行服务承诺", "打印时间"):
        assert part in paper
    for part in ("水印", "打印回执", "在线", "请输入内容", "确认提交"):
        assert part not in paper
    page.evaluate(_PRINTED)
    page.emulate_media(media="screen")
    expect(page.get_by_role("heading", name="投诉登记回执")).to_have_count(0)
    expect(chat.bot_messages.first).to_be_visible()


def test_the_whole_conversation_can_be_printed_too(chat: ChatPage) -> None:
    for question in ("怎么辨别假币", "存款保险最高赔多少", "银行卡丢了怎么办"):
        chat.say(question)
    chat.page.emulate_media(media="print")
    for text in ("怎么辨别假币", "银行卡丢了怎么办"):
        expect(chat.customer_messages.filter(has_text=text)).to_be_visible()
    tall = chat.page.evaluate("() => document.querySelector('main').scrollHeight")
    assert chat.page.evaluate("() => document.documentElement.scrollHeight") >= tall


def test_a_vote_is_one_tap_and_shows_as_given(chat: ChatPage) -> None:
    chat.say("怎么辨别假币")
    chat.press("有帮助")
    given = chat.page.locator("button.choice.chosen")
    expect(given).to_have_text("有帮助")
    expect(given).to_be_disabled()
    chat.reload()
    expect(given).to_have_text("有帮助")
