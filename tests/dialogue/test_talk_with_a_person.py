"""A person in the same window, with every real process: the relay dies in between, a form waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.channels import texts
from bot.handover.talk import Talk
from tests.chat_officers import ChatOfficer
from tests.dialogue.kit import arrived, ask_for_a_person, asked
from tests.stack import Chat, Stack, wait_until

WANG = "工作人员 王敏"
TOOK = texts.OFFICER_TOOK.format(officer=WANG)
OPENING = "我要投诉，昨天在人民路支行柜员骂人，我叫李建国，电话13812348000"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product of its own: its relay is killed."""
    running = Stack(tmp_path_factory.mktemp("house"))
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def wang(house: Stack) -> ChatOfficer:
    return ChatOfficer(house.officers)


def window(chat: Chat) -> list[str]:
    """What the customer reads, officers by name."""
    return [f"{m['name']}：{m['text']}" if m["name"] else m["text"] for m in chat.history()]


def shown(chat: Chat, text: str) -> list[str]:
    """Waits for something to be read; the whole window."""
    wait_until(lambda: text in window(chat), 30, f"{text!r} in the window")
    return window(chat)


def reached(wang: ChatOfficer, talk: Talk, text: str) -> list[str]:
    """Waits for something to be on the officer's page; the whole page."""
    wait_until(lambda: text in wang.reads(talk.id), 30, f"{text!r} at the desk")
    return wang.reads(talk.id)


def test_a_person_comes_and_goes_and_the_form_is_where_it_was(
    house: Stack, wang: ChatOfficer
) -> None:
    chat = house.chat()
    chat.say(OPENING)
    replies = chat.press("同意，开始登记")
    assert asked(replies) == "complaint_business"
    question = replies[-1]
    talk = ask_for_a_person(house, chat.sender_id)
    assert reached(wang, talk, question)[0] == chat.history()[0]["text"]
    wang.take(talk.id)
    shown(chat, TOOK)

    house.kill("relay")
    assert chat.say("在吗") == []
    wang.speak(talk.id, "我是王敏，您请讲。")
    house.launch("relay")
    shown(chat, f"{WANG}：我是王敏，您请讲。")
    reached(wang, talk, "在吗")

    house.kill("relay")
    wang.end(talk.id)
    house.launch("relay")
    shown(chat, texts.OFFICER_LEFT)
    wait_until(lambda: window(chat)[-1] == question, 30, "the form's question again")
    assert asked(chat.say("借记卡")) == "complaint_request"

    read, seen = window(chat), wang.reads(talk.id)
    for once in (TOOK, f"{WANG}：我是王敏，您请讲。", texts.OFFICER_LEFT, "在吗"):
        assert read.count(once) == 1, once
    assert seen.count("在吗") == 1


def test_what_was_written_as_the_officer_left_is_answered(house: Stack, wang: ChatOfficer) -> None:
    chat = house.chat()
    chat.say("你好")
    talk = ask_for_a_person(house, chat.sender_id)
    reached(wang, talk, "你好")
    wang.take(talk.id)
    shown(chat, TOOK)
    house.kill("relay")
    wang.end(talk.id)
    assert chat.say("存款保险最多赔多少钱") == []
    house.launch("relay")
    answered = wait_until(
        lambda: [t for t in window(chat) if "50万" in t.replace(" ", "")], 40, "an answer"
    )
    assert len(answered) == 1


def test_the_customer_sends_the_officer_away_at_once(house: Stack, wang: ChatOfficer) -> None:
    chat = house.chat()
    chat.say("你好")
    talk = ask_for_a_person(house, chat.sender_id)
    reached(wang, talk, "你好")
    wang.take(talk.id)
    shown(chat, TOOK)
    assert chat.say("结束人工")[0] == texts.TALK_ENDED
    reached(wang, talk, "结束人工")
    assert "50万" in "".join(chat.say("存款保险最多赔多少钱")).replace(" ", "")


def test_an_officer_asks_the_customer_of_a_complaint(house: Stack, wang: ChatOfficer) -> None:
    chat = house.chat()
    reference = chat.file_complaint("13712349999")
    arrived(house, reference, "9999")
    talk_of = wang.invite(reference)
    shown(chat, texts.OFFICER_INVITES.format(officer=WANG, reference=reference))
    assert chat.say("您好，请说") == []
    wait_until(lambda: "您好，请说" in wang.reads(talk_of), 30, "the customer's words at the desk")
    wang.speak(talk_of, "想了解一下当时的情况。")
    shown(chat, f"{WANG}：想了解一下当时的情况。")
