"""A complaint on WeChat from following the account to the bank's reply, with the real product."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pytest

from tests.chat_officers import ChatOfficer
from tests.dialogue.kit import (
    PNG,
    arrived,
    ask_for_a_person,
    asked,
    raw_files,
    reply_of_the_bank,
    says,
)
from tests.stack import Stack, reference_in, wait_until
from tests.wechat import official_account
from wechatsim import Person, Shown, Simulator

OPENID = "oDIALOGUE0000000000000000001"


@pytest.fixture(scope="module")
def account(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Stack, Simulator]]:
    with official_account(tmp_path_factory.mktemp("wechat")) as opened:
        yield opened


def said(stack: Stack, person: Person, text: str) -> str:
    """Sends a text; what is said to it."""
    return answered(stack, person, lambda: person.say(text))


def answered(stack: Stack, person: Person, act: Callable[[], list[Shown]]) -> str:
    """What is said to an act; by itself where it takes longer than WeChat waits for an answer."""
    seen = len(person.messages())
    shown = act()
    if shown:
        return shown[-1].text

    def late() -> list[Shown]:
        """All of it: what was said together is on its way until the last of it has come."""
        came = [m for m in person.messages()[seen:] if m.by == "account"]
        return came if came and not on_their_way(stack) else []

    return as_numbered(wait_until(late, 60, "an answer that comes by itself"))


def on_their_way(stack: Stack) -> int:
    """Messages that are still to be sent to a follower."""
    with closing(sqlite3.connect(stack.folder / "channel.db", timeout=10)) as channel:
        query = "SELECT count(*) FROM outbound WHERE state = 'pending'"
        return int(channel.execute(query).fetchone()[0])


def as_numbered(shown: Sequence[Shown]) -> str:
    """What came in several messages, as it would have come in one."""
    offered = [choice.text for message in shown for choice in message.choices]
    lines = [f"{number}. {title}" for number, title in enumerate(offered, 1)]
    return "\n".join([*(message.text for message in shown), *lines])


def number_of(text: str, title: str) -> str:
    """The number under which a choice is offered."""
    lines = (line.partition(". ") for line in text.splitlines())
    return next(number for number, dot, rest in lines if dot and rest == title)


def attached(stack: Stack, reference: str) -> int:
    """Documents the case store has of a case."""
    with closing(sqlite3.connect(stack.folder / "casestore.db")) as store:
        query = "SELECT count(*) FROM case_events WHERE reference = ? AND kind = 'attached'"
        return int(store.execute(query, (reference,)).fetchone()[0])


def source(stack: Stack, reference: str) -> str:
    """Where a case of the case store came from."""
    with closing(sqlite3.connect(stack.folder / "casestore.db")) as store:
        query = "SELECT source FROM cases WHERE reference = ?"
        return str(store.execute(query, (reference,)).fetchone()[0])


def files_with(stack: Stack, words: str) -> list[str]:
    """Databases and logs of the product that hold `words` in clear."""
    return [name for name, content in raw_files(stack).items() if words.encode() in content]


def test_a_complaint_with_a_picture_is_filed_by_numbers_and_the_reply_arrives(
    account: tuple[Stack, Simulator],
) -> None:
    stack, sim = account
    person = sim.user(OPENID, following=False)
    welcome = answered(stack, person, person.subscribe)
    consent = said(stack, person, number_of(welcome, "我要投诉"))
    assert "收集您的称呼、联系电话" in consent
    said(stack, person, number_of(consent, "同意，开始登记"))
    said(stack, person, "昨天人民路支行的ATM吞了我300块，要求退钱")
    picture = answered(stack, person, lambda: person.picture(PNG, "image/png"))
    assert "共1个" in picture
    said(stack, person, number_of(picture, "银行卡"))
    recap = said(stack, person, "我叫周敏，电话13733339999")
    assert "附件：1个" in recap
    assert "300元" in recap
    reference = reference_in([said(stack, person, number_of(recap, "确认提交"))])
    arrived(stack, reference, "9999")
    wait_until(lambda: attached(stack, reference) == 1, 30, "the picture")
    wait_until(
        lambda: any("已送达投诉受理系统" in text for text in person.received("service")),
        20,
        "the notice that it has arrived",
    )
    reply_of_the_bank(stack, reference, "经核实，已为您退回300元。")
    wait_until(
        lambda: any("已为您退回300元" in text for text in person.received("service")),
        20,
        "the reply of the bank",
    )
    assert says("utter_case_form_satisfaction") in said(stack, person, "1")
    assert source(stack, reference) == "wechat_chat"
    assert files_with(stack, OPENID) == []


def test_a_question_is_answered_with_its_source(account: tuple[Stack, Simulator]) -> None:
    stack, sim = account
    answer = said(stack, sim.user("oDIALOGUE2"), "银行卡丢了怎么办")
    assert "依据：" in answer
    assert len(answer.encode()) <= 2048


# -- a talk moves between the channels ------------------------------------------------------------

HALFWAY = ("我要投诉", "同意", "柜员态度很差，当众骂了我", "信用卡", "人民路支行")
WHEN = "什么时候"


def code_in(text: str) -> str:
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", text)
    assert found, text
    return found.group()


def test_a_complaint_begun_on_the_website_is_filed_on_wechat(
    account: tuple[Stack, Simulator],
) -> None:
    stack, sim = account
    chat, person = stack.chat(), sim.user("oFROMWEB00000000000000000001")
    for text in HALFWAY:
        replies = chat.say(text)
    assert asked(replies) == "complaint_date"
    code = code_in("".join(chat.say("换个手机继续填")))
    resumed = said(stack, person, f"继续填写 {code}")
    assert says("utter_resumed") in resumed
    assert WHEN in resumed
    for text in ("昨天下午", "赔礼道歉", "赵敏 13812340019"):
        recap = said(stack, person, text)
    assert "当众骂了我" in recap
    reference = reference_in([said(stack, person, number_of(recap, "确认提交"))])
    arrived(stack, reference, "0019")


def test_a_complaint_begun_on_wechat_is_filed_on_the_website(
    account: tuple[Stack, Simulator],
) -> None:
    stack, sim = account
    chat, person = stack.chat(), sim.user("oTOWEB000000000000000000001")
    for text in HALFWAY:
        said(stack, person, text)
    code = code_in(said(stack, person, "换个手机继续填"))
    replies = chat.say(f"继续填写 {code}")
    assert asked(replies) == "complaint_date"
    for text in ("昨天下午", "赔礼道歉", "赵敏 13812340029"):
        chat.say(text)
    chat.insist()
    arrived(stack, reference_in(chat.press("确认提交")), "0029")


# -- a person in the same window ------------------------------------------------------------------


def test_a_person_talks_on_wechat_and_the_form_is_where_it_was(
    account: tuple[Stack, Simulator],
) -> None:
    stack, sim = account
    person, wang = sim.user("oPERSON00000000000000000001"), ChatOfficer(stack.officers)
    for text in HALFWAY[:4]:
        question = said(stack, person, text)
    talk = ask_for_a_person(stack, sender_of(stack, HALFWAY[2]), "wechat")
    wait_until(lambda: HALFWAY[2] in wang.reads(talk.id), 30, "the talk at the desk")
    wang.take(talk.id)
    received(person, "工作人员 王敏 来了")
    assert person.say("你好，在吗") == [], "the assistant is silent"
    wait_until(lambda: "你好，在吗" in wang.reads(talk.id), 30, "the words at the desk")
    wang.speak(talk.id, "我是王敏，您请讲。")
    received(person, "工作人员 王敏：\n我是王敏，您请讲。")
    wang.end(talk.id)
    # As the last word: it may have come by itself before, when the machine was slow.
    wait_until(lambda: question in person.received("service")[-1], 30, "the question again")
    assert WHEN in said(stack, person, "人民路支行")
    assert sum("您请讲" in text for text in person.received()) == 1


def sender_of(stack: Stack, text: str) -> str:
    """Who said `text` last, on WeChat."""
    with closing(sqlite3.connect(stack.folder / "channel.db")) as channel:
        query = (
            "SELECT sender_id FROM message WHERE text = ? AND sender_id LIKE 'wechat-%' "
            "ORDER BY id DESC LIMIT 1"
        )
        return str(channel.execute(query, (text,)).fetchone()[0])


def received(person: Person, words: str) -> None:
    """Waits until something came that was not an answer to a request."""
    wait_until(
        lambda: any(words in text for text in person.received("service")), 30, f"{words!r} received"
    )
