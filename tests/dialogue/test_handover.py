"""From the assistant to a person, and honestly so when nobody is there; with the real servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.handover.store import SqlHandovers
from bot.handover.talk import State, Talk, Why
from bot.privacy.sealing import Sealer
from bot.storage.engine import create_engine
from tests.dialogue.kit import asked, says
from tests.dialogue.staffed import StaffedDesk, staffed_desk
from tests.stack import Chat, Stack

HOTLINE = "400-000-0000"
MISUNDERSTOOD = ("明天会下雨吗", "帮我写一首诗")
ANGRY = "气死我了，银行卡年费到底怎么收的"


@pytest.fixture(scope="module")
def desk() -> Iterator[StaffedDesk]:
    with staffed_desk() as running:
        yield running


@pytest.fixture(scope="module")
def office(desk: StaffedDesk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The assistant alone, in front of a desk that tests staff themselves."""
    running = Stack(tmp_path_factory.mktemp("office"), {"CASE_STORE_URL": desk.url})
    try:
        yield running.start("actions", "rasa")
    finally:
        running.stop()


@pytest.fixture
def manned(desk: StaffedDesk, office: Stack) -> Iterator[Stack]:
    """Two people on duty, nobody waiting."""
    desk.on_duty, desk.waiting = 2, 0
    yield office
    desk.on_duty, desk.waiting, desk.is_away = 0, 0, False


def talk_of(stack: Stack, chat: Chat) -> Talk | None:
    """The open talk of this customer."""
    engine = create_engine(f"sqlite:///{stack.folder / 'channel.db'}")
    return SqlHandovers(engine, Sealer(stack.env["FIELD_KEYS"].split(","))).of(chat.sender_id)


def opened(stack: Stack, chat: Chat) -> Talk:
    talk = talk_of(stack, chat)
    assert talk is not None
    return talk


# -- by word -----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["转人工", "我要找真人", "叫你们经理来跟我说", "客服妹妹在吗"])
def test_by_word_a_talk_is_opened_and_said_so(manned: Stack, word: str) -> None:
    chat = manned.chat()
    (reply,) = chat.say(word)
    assert says("utter_handover_opened") in reply
    assert "前面没有别的客户在等" in reply
    assert chat.titles() == ["不等了", "给我回电"]
    talk = opened(manned, chat)
    assert (talk.state, talk.why, talk.channel) == (State.WAITING, Why.WORD, "web")


def test_who_is_ahead_is_told(manned: Stack, desk: StaffedDesk) -> None:
    desk.waiting = 3
    assert "前面还有3位客户" in manned.chat().say("转人工")[0]


def test_asked_for_again_it_says_where_it_stands(manned: Stack) -> None:
    chat = manned.chat()
    chat.say("转人工")
    first = opened(manned, chat)
    assert chat.say("转人工")[0].startswith(says("utter_handover_waiting"))
    assert opened(manned, chat) == first


def test_while_waiting_the_assistant_goes_on_answering(manned: Stack) -> None:
    chat = manned.chat()
    chat.say("转人工")
    assert "50万" in "".join(chat.say("存款保险最多赔多少钱")).replace(" ", "")


def test_who_takes_over_sees_what_it_is_about(manned: Stack) -> None:
    chat = manned.chat()
    chat.say("存款保险最多赔多少钱？")
    chat.say("转人工")
    file = opened(manned, chat).file
    assert "存款保险" in file.topic
    assert 1 <= len(file.suggestions) <= 3
    assert file.suggestions[0].source.startswith("《")
    assert "{" not in file.suggestions[0].text


def test_who_takes_over_sees_the_form_with_the_phone_masked(manned: Stack) -> None:
    chat = manned.chat()
    chat.say("我要投诉，昨天在人民路支行柜员骂人，我叫李建国，电话13812348000")
    chat.press("同意，开始登记")
    replies = chat.say("转人工")
    assert asked(replies) == "complaint_business"
    told = {field.label: field.value for field in opened(manned, chat).file.fields}
    assert told["联系电话"] == "138****8000"
    assert "柜员骂人" in told["事情经过"]
    assert "个人信息告知" not in told


def test_not_waiting_any_more_the_form_goes_on(manned: Stack) -> None:
    chat = manned.chat()
    chat.say("我要投诉")
    question = chat.say("转人工")[-1]
    replies = chat.say("不等了")
    assert replies[-1] == question
    assert talk_of(manned, chat) is None


def test_with_no_form_it_asks_what_else_there_is(manned: Stack) -> None:
    chat = manned.chat()
    chat.say("转人工")
    assert chat.press("不等了")[-1] == says("utter_handover_over")
    assert talk_of(manned, chat) is None


def test_nobody_waited_for_cannot_be_waited_for_no_longer(manned: Stack) -> None:
    assert manned.chat().say("不等了") == [says("utter_handover_none")]


def test_who_asks_for_a_call_instead_waits_no_longer(manned: Stack) -> None:
    chat = manned.chat()
    chat.say("转人工")
    chat.press("给我回电")
    for answer in ("13812348000", "理财赎回", "明天上午", "确认"):
        told = chat.say(answer)
    assert says("utter_callback_recorded") in told[0]
    assert talk_of(manned, chat) is None


# -- nobody there ------------------------------------------------------------------------------


def test_with_nobody_on_duty_a_call_is_offered_and_no_talk_opened(office: Stack) -> None:
    chat = office.chat()
    (reply,) = chat.say("转人工")
    assert "最晚" in reply
    assert HOTLINE in reply
    assert chat.titles() == ["给我回电", "登记投诉"]
    assert talk_of(office, chat) is None


def test_a_desk_that_does_not_answer_is_an_empty_one(manned: Stack, desk: StaffedDesk) -> None:
    desk.is_away = True
    chat = manned.chat()
    assert HOTLINE in chat.say("转人工")[0]
    assert talk_of(manned, chat) is None


# -- not understood, in distress, in danger ------------------------------------------------------


def test_not_understood_twice_a_person_is_offered_and_comes_when_wanted(manned: Stack) -> None:
    chat = manned.chat()
    first, second = (chat.say(text) for text in MISUNDERSTOOD)
    assert first == [says("utter_out_of_scope")] or "答不上来" in first[0]
    assert second == [says("utter_offer_person_misses")]
    assert talk_of(manned, chat) is None
    chat.press("转人工客服")
    assert opened(manned, chat).why is Why.MISSES


def test_an_answer_in_between_starts_the_count_anew(manned: Stack) -> None:
    chat = manned.chat()
    chat.say(MISUNDERSTOOD[0])
    chat.say("存款保险最多赔多少钱")
    assert "答不上来" in chat.say(MISUNDERSTOOD[1])[0]


def test_not_understood_twice_with_nobody_there_a_call_is_offered(office: Stack) -> None:
    chat = office.chat()
    for text in MISUNDERSTOOD:
        replies = chat.say(text)
    assert "给我回电" in chat.titles()
    assert HOTLINE in replies[0]


def test_in_anger_the_answer_comes_first_then_a_person(manned: Stack) -> None:
    chat = manned.chat()
    answer, offer = chat.say(ANGRY)
    assert "年费" in answer
    assert offer == says("utter_offer_person_distress")
    chat.press("转人工客服")
    assert opened(manned, chat).why is Why.DISTRESS


def test_in_anger_again_a_person_is_not_offered_again_at_once(manned: Stack) -> None:
    chat = manned.chat()
    chat.say(ANGRY)
    assert len(chat.say("什么破银行，小额账户管理费怎么收")) == 1


def test_an_angry_complaint_is_taken_and_a_person_offered(manned: Stack) -> None:
    chat = manned.chat()
    replies = chat.say("我要投诉！太欺负人了，昨天在人民路支行柜员当众骂我妈")
    assert says("utter_offer_person_distress") in replies
    assert asked(replies) == "consent"


@pytest.mark.parametrize(
    ("alarm", "answer"),
    [
        ("骗子正在转走我卡里的钱，怎么办", "utter_emergency"),
        ("我不想活了", "utter_emergency_life"),
        ("有人拿刀逼我转账", "utter_emergency_coercion"),
        ("刚才钱包被偷了，卡都在里面", "utter_emergency_card"),
    ],
)
def test_in_danger_the_steps_come_first_and_a_person_without_asking(
    manned: Stack, alarm: str, answer: str
) -> None:
    chat = manned.chat()
    steps, told = chat.say(alarm)
    assert steps.startswith(says(answer)[:20])
    assert told == says("utter_handover_risk")
    assert opened(manned, chat).why is Why.RISK


def test_in_danger_with_nobody_there_the_steps_stand_alone(office: Stack) -> None:
    chat = office.chat()
    (steps,) = chat.say("骗子正在转走我卡里的钱，怎么办")
    assert steps.startswith(says("utter_emergency")[:20])
    assert talk_of(office, chat) is None


def test_in_danger_inside_a_form_the_form_waits(manned: Stack) -> None:
    chat = manned.chat()
    chat.say("我要投诉")
    replies = chat.say("骗子正在转走我卡里的钱，怎么办")
    assert says("utter_handover_risk") in replies
    assert asked(replies) == "form_pause"
