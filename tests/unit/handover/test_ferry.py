"""Between a customer's window and the bank's desk nothing is lost and nothing shown twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels import texts
from bot.channels.transcript import Lease, Standing
from bot.errors import JournalUnavailable, Retryable
from bot.handover.talk import ClosedBy, State, Talk, Why
from bot.launcher.ferry import HISTORY, MOST_FAILURES
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.handover import WANG
from tests.unit.handover.crossing import ME, MINUTE, PATIENCE, REFERENCE, Crossing, Killed

LI = "工作人员 李强"
TOOK = texts.OFFICER_TOOK.format(officer=WANG)
BUSY = texts.ALL_BUSY.format(hotline="95588", hotline_hours="全天")
AWAY = texts.OFFICER_AWAY.format(hotline="95588", hotline_hours="全天")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database of the channels."""
    path = tmp_path_factory.mktemp("template") / "channel.db"
    engine = create_engine(f"sqlite:///{path}")
    upgrade(engine, "channel")
    engine.dispose()
    return path


@pytest.fixture
def crossing(tmp_path: Path, template: Path) -> Crossing:
    return Crossing(tmp_path, template)


def now_is(crossing: Crossing, talk: Talk) -> Talk:
    found = crossing.handovers.get(talk.id)
    assert found is not None
    return found


def test_a_new_talk_reaches_the_desk_with_what_was_said_before(crossing: Crossing) -> None:
    for number in range(HISTORY):
        crossing.say(f"第{number}句", answer=None, key=f"k{number}")
    crossing.clock.forward(minutes=5)  # no turn is being run any more when they ask
    talk = crossing.ask_for_a_person()
    crossing.cross()
    chat = crossing.desk.chats[talk.id]
    assert (chat.state, chat.why, chat.channel) == (State.WAITING, Why.WORD, "web")
    assert chat.texts()[0] == "第1句", "the last forty before, the wish for a person among them"
    assert chat.texts()[-2:] == ["转人工", "正在为您转接"]
    assert [line.author for line in chat.lines.values()][-2:] == ["customer", "bot"]


def test_while_waiting_the_talk_with_the_assistant_is_seen_at_the_desk(crossing: Crossing) -> None:
    talk = crossing.ask_for_a_person()
    crossing.cross()
    assert crossing.say("手续费怎么收") is Standing.OURS
    crossing.cross()
    assert crossing.desk.chats[talk.id].texts()[-2:] == ["手续费怎么收", "您好"]


def test_an_officer_takes_it_talks_and_ends_it(crossing: Crossing) -> None:
    talk = crossing.with_officer()
    assert crossing.say("在吗") is Standing.WITH_OFFICER
    crossing.desk.speak(talk.id, "我是王敏，在看您的材料。")
    crossing.cross()
    assert crossing.desk.chats[talk.id].texts()[-1] == "在吗"
    crossing.desk.end(talk.id)
    crossing.cross()
    assert crossing.window()[2:] == [
        TOOK,
        "在吗",
        f"{WANG}：我是王敏，在看您的材料。",
        texts.OFFICER_LEFT,
    ]
    assert crossing.notes() == [f"desk/{talk.id}/back"], "the form asks again"
    assert crossing.handovers.unsettled() == []
    assert crossing.say("你好") is Standing.OURS


def test_officers_words_go_to_the_desk_only_once_and_not_back(crossing: Crossing) -> None:
    talk = crossing.with_officer()
    crossing.desk.speak(talk.id, "您好")
    crossing.cross(3)
    assert "您好" not in crossing.desk.chats[talk.id].texts()


def test_the_customer_hears_when_a_colleague_goes_on(crossing: Crossing) -> None:
    talk = crossing.with_officer()
    crossing.desk.take(talk.id, LI)
    crossing.cross()
    assert crossing.window()[-1] == texts.OFFICER_CHANGED.format(officer=LI)
    assert now_is(crossing, talk).officer == LI


def test_card_numbers_of_an_officer_are_not_shown(crossing: Crossing) -> None:
    talk = crossing.with_officer()
    crossing.desk.speak(talk.id, "卡号 6222021234567890123，电话 13800138000")
    crossing.cross()
    assert "6222021234567890123" not in crossing.window()[-1]
    assert "13800138000" in crossing.window()[-1], "a number to call stays"


def test_suggestions_come_with_the_message_they_are_for(crossing: Crossing) -> None:
    talk = crossing.with_officer()
    lease = Lease("host:5005", crossing.clock() + MINUTE)
    crossing.transcript.begin(
        ME, "k", "手续费", "sealed", lease, crossing.clock(), suggestions=["fees.waive"]
    )
    crossing.cross()
    line = crossing.desk.chats[talk.id].lines["k"]
    assert [suggestion.title for suggestion in line.suggestions] == ["标题 fees.waive"]


def test_nobody_comes_in_time(crossing: Crossing) -> None:
    talk = crossing.ask_for_a_person()
    crossing.cross()
    crossing.clock.forward(seconds=PATIENCE.total_seconds())
    crossing.cross(2)
    assert crossing.window()[2:] == [BUSY]
    buttons = crossing.transcript.after(ME, 0)[-1].buttons
    assert [button["payload"] for button in buttons] == ["/callback_request", "/handoff"]
    assert crossing.desk.chats[talk.id].closed_by is ClosedBy.TIMEOUT
    assert crossing.handovers.of(ME) is None


def test_a_desk_that_is_away_keeps_nobody_waiting_for_ever(crossing: Crossing) -> None:
    crossing.ask_for_a_person()
    crossing.desk.failures = [Retryable()] * 100
    crossing.clock.forward(seconds=PATIENCE.total_seconds())
    with pytest.raises(Retryable):
        crossing.cross()
    assert crossing.window()[-1] == BUSY
    crossing.desk.failures = []
    crossing.cross()
    assert crossing.desk.chats == {}, "a talk it never had it need not hear of"
    assert crossing.handovers.unsettled() == []


def test_a_desk_that_is_away_for_a_while_misses_nothing(crossing: Crossing) -> None:
    talk = crossing.with_officer()
    crossing.desk.failures = [Retryable()] * 100
    crossing.say("第一句")
    with pytest.raises(Retryable):
        crossing.cross()
    crossing.say("第二句")
    crossing.desk.failures = []
    crossing.cross()
    assert crossing.desk.chats[talk.id].texts()[-2:] == ["第一句", "第二句"]


def test_an_officer_who_is_silent_for_long_is_excused_once(crossing: Crossing) -> None:
    crossing.with_officer()
    crossing.clock.forward(minutes=30)
    crossing.cross()
    assert AWAY not in crossing.window()[3:], "the officer may write first"
    crossing.say("在吗")
    crossing.cross()
    assert AWAY not in crossing.window()[3:]
    crossing.clock.forward(seconds=PATIENCE.total_seconds())
    crossing.cross(3)
    assert crossing.window().count(AWAY) == 1


def test_the_customer_ends_it_and_the_desk_hears_the_last_words(crossing: Crossing) -> None:
    talk = crossing.with_officer()
    crossing.say("算了", key="k1")
    lease = Lease("host:5005", crossing.clock() + MINUTE)
    standing = crossing.transcript.begin(
        ME, "k2", "结束人工", "sealed", lease, crossing.clock(), ends_talk=True
    )
    assert standing is Standing.OURS
    crossing.cross(2)
    chat = crossing.desk.chats[talk.id]
    assert chat.texts()[-2:] == ["算了", "结束人工"]
    assert chat.closed_by is ClosedBy.CUSTOMER
    assert texts.OFFICER_LEFT not in crossing.window(), "whoever ended it was told by the assistant"


def test_what_the_customer_tells_the_assistant_after_the_end_is_not_the_officers(
    crossing: Crossing,
) -> None:
    talk = crossing.with_officer()
    crossing.say("算了", key="k1")
    lease = Lease("host:5005", crossing.clock() + MINUTE)
    crossing.transcript.begin(
        ME, "k2", "结束人工", "sealed", lease, crossing.clock(), ends_talk=True
    )
    crossing.transcript.answer(ME, "k2", [], crossing.clock())
    crossing.clock.forward(seconds=1)
    assert crossing.say("刚才那个工作人员态度不好") is Standing.OURS
    crossing.cross(2)
    assert crossing.desk.chats[talk.id].texts()[-2:] == ["算了", "结束人工"]


def test_words_written_while_the_customer_ended_it_are_still_shown(crossing: Crossing) -> None:
    talk = crossing.with_officer()
    crossing.handovers.close(talk.id, ClosedBy.CUSTOMER, crossing.clock())
    crossing.desk.speak(talk.id, "已经帮您退费了。")
    crossing.cross()
    assert crossing.window()[-1] == f"{WANG}：已经帮您退费了。"


def test_a_cleared_conversation_ends_the_talk_and_stays_clear(crossing: Crossing) -> None:
    talk = crossing.with_officer()
    shown = crossing.window()
    crossing.transcript.end_session(ME, crossing.clock())
    crossing.desk.speak(talk.id, "您还在吗")
    crossing.cross(2)
    assert crossing.window() == shown
    assert crossing.desk.chats[talk.id].closed_by is ClosedBy.ENDED


def test_what_the_customer_wrote_when_the_officer_had_just_left_gets_an_answer(
    crossing: Crossing,
) -> None:
    talk = crossing.with_officer()
    crossing.desk.end(talk.id)
    crossing.say("还有一个问题", key="late")
    crossing.cross(2)
    assert crossing.notes() == ["late"]
    assert "还有一个问题" not in crossing.desk.chats[talk.id].texts()


def test_a_desk_that_closes_between_two_looks_is_believed(crossing: Crossing) -> None:
    talk = crossing.with_officer()
    crossing.say("在吗", key="late")
    crossing.desk.chats[talk.id].state = State.CLOSED  # and its event is still to come
    crossing.cross()
    assert now_is(crossing, talk).state is State.CLOSED
    assert crossing.notes() == ["late"]


def test_a_desk_restored_from_an_old_backup_gets_the_talk_again(crossing: Crossing) -> None:
    talk = crossing.with_officer()
    crossing.desk.lose(talk.id)
    crossing.say("在吗")
    crossing.cross(2)
    assert crossing.desk.chats[talk.id].texts() == ["转人工", "正在为您转接", TOOK, "在吗"]


def test_a_talk_the_desk_refuses_is_not_waited_for(crossing: Crossing) -> None:
    crossing.desk.refused = {crossing.ask_for_a_person().id}
    crossing.cross()
    assert crossing.window()[-1] == BUSY


def test_words_the_desk_refuses_from_a_talk_with_an_officer_are_the_assistants_to_answer(
    crossing: Crossing,
) -> None:
    talk = crossing.with_officer()
    assert crossing.say("我要投诉", key="refused") is Standing.WITH_OFFICER
    crossing.desk.refused = {talk.id}
    crossing.cross(2)
    assert crossing.window()[-1] == texts.OFFICER_LEFT, "somebody was there"
    assert BUSY not in crossing.window()
    assert crossing.notes() == ["refused"]
    assert crossing.desk.chats[talk.id].closed_by is ClosedBy.TIMEOUT, "the officer hears of it"
    assert crossing.handovers.unsettled() == []


def test_a_talk_the_desk_does_not_answer_about_holds_up_no_other(crossing: Crossing) -> None:
    (first,) = crossing.others(1)
    talk = crossing.with_officer()
    crossing.transcript.begin(
        first.sender_id, "k2", "还在吗", "s", Lease("host:5005", crossing.clock()), crossing.clock()
    )
    crossing.desk.unreachable = {first.id}
    crossing.say("在吗")
    with pytest.raises(Retryable):
        crossing.cross()
    assert crossing.desk.chats[talk.id].texts()[-1] == "在吗"
    crossing.desk.unreachable = set()
    crossing.cross()
    assert crossing.desk.chats[first.id].texts() == ["喂", "还在吗"]


def test_a_desk_that_is_away_is_not_asked_about_every_talk(crossing: Crossing) -> None:
    talks = crossing.others(8)
    crossing.desk.unreachable = {talk.id for talk in talks}
    with pytest.raises(Retryable):
        crossing.cross()
    assert crossing.desk.calls == 1 + MOST_FAILURES, "once for events"


def test_many_talks_in_trouble_keep_no_other_from_its_turn_for_ever(crossing: Crossing) -> None:
    talks = crossing.others(6)
    crossing.desk.unreachable = {talk.id for talk in talks[:5]}
    for _ in range(2):
        with pytest.raises(Retryable):
            crossing.cross()
    assert list(crossing.desk.chats) == [talks[5].id]
    crossing.desk.unreachable = {talk.id for talk in talks[:3]}
    for _ in range(2):
        with pytest.raises(Retryable):
            crossing.cross()
    assert set(crossing.desk.chats) == {talk.id for talk in talks[3:]}


def test_a_desk_that_does_not_answer_about_one_closed_talk_hears_of_the_others(
    crossing: Crossing,
) -> None:
    first, second = crossing.others(2)
    crossing.cross()
    for talk in (first, second):
        crossing.handovers.close(talk.id, ClosedBy.TIMEOUT, crossing.clock())
    crossing.desk.unreachable = {first.id}
    with pytest.raises(Retryable):
        crossing.cross()
    assert crossing.desk.chats[second.id].closed_by is ClosedBy.TIMEOUT
    assert [talk.id for talk in crossing.handovers.unsettled()] == [first.id]


def test_one_customers_trouble_is_not_anothers(crossing: Crossing) -> None:
    talk = crossing.ask_for_a_person()
    other = crossing.handovers.open(
        "6f2c", "web-2", "web", Why.WORD, talk.file, crossing.clock() - MINUTE
    )
    crossing.cross()
    crossing.desk.lose(other.id)
    crossing.transcript.begin(
        "web-2", "k", "喂", "s", Lease("host:5005", crossing.clock()), crossing.clock()
    )
    crossing.say("在吗")
    crossing.cross()
    assert crossing.desk.chats[talk.id].texts()[-2:] == ["在吗", "您好"]


def test_an_officer_invites_the_customer_of_a_complaint(crossing: Crossing) -> None:
    crossing.say("谢谢")
    talk_id = crossing.desk.invite(REFERENCE)
    crossing.cross()
    talk = crossing.handovers.of(ME)
    assert talk is not None
    assert (talk.id, talk.state, talk.officer, talk.why) == (
        talk_id,
        State.ACTIVE,
        WANG,
        Why.OFFICER,
    )
    invites = texts.OFFICER_INVITES.format(officer=WANG, reference=REFERENCE)
    assert crossing.window()[-1] == invites
    chat = crossing.desk.chats[talk_id]
    assert chat.is_connected
    assert chat.texts() == ["谢谢", "您好", invites]
    assert crossing.say("您好") is Standing.WITH_OFFICER


def test_an_invitation_that_waits_for_the_journal_holds_up_no_talk(crossing: Crossing) -> None:
    (other,) = crossing.others(1)
    crossing.cross()
    crossing.journal_trouble = JournalUnavailable()
    talk_id = crossing.desk.invite(REFERENCE)
    crossing.desk.speak(talk_id, "第一句")
    crossing.desk.take(other.id)
    crossing.desk.speak(other.id, "我是王敏。")
    for _ in range(2):
        with pytest.raises(JournalUnavailable):
            crossing.cross()
    said = [message.text for message in crossing.transcript.after(other.sender_id, 0)]
    assert said == ["喂", TOOK, "我是王敏。"]
    assert crossing.window() == []
    crossing.journal_trouble = None
    crossing.cross()
    invites = texts.OFFICER_INVITES.format(officer=WANG, reference=REFERENCE)
    assert crossing.window() == [invites, f"{WANG}：第一句"], "in the order it was said"
    assert len(crossing.transcript.after(other.sender_id, 0)) == 3


def test_a_clock_that_is_set_back_keeps_no_invitation_waiting(crossing: Crossing) -> None:
    crossing.cross()
    crossing.clock.forward(hours=-1)
    crossing.desk.invite(REFERENCE)
    crossing.cross()
    assert crossing.handovers.of(ME) is not None


@pytest.mark.parametrize("gone", ["unknown", "ended", "in another talk"])
def test_an_invitation_that_reaches_nobody_is_closed_at_the_desk(
    crossing: Crossing, gone: str
) -> None:
    if gone == "unknown":
        crossing.sender = None
    elif gone == "ended":
        crossing.transcript.end_session(ME, crossing.clock())
    else:
        crossing.ask_for_a_person()
    before = crossing.window()
    talk_id = crossing.desk.invite(REFERENCE)
    crossing.cross()
    assert crossing.desk.chats[talk_id].closed_by is ClosedBy.ENDED
    assert crossing.window() == before


def test_news_of_talks_nobody_knows_hold_up_nothing(crossing: Crossing) -> None:
    talk = crossing.ask_for_a_person()
    crossing.cross()
    crossing.desk.chats["stranger"] = crossing.desk.chats[talk.id]
    crossing.desk.take("stranger")
    crossing.desk.speak("stranger", "喂")
    crossing.desk.take(talk.id)
    crossing.cross()
    assert crossing.window()[-1] == TOOK


def test_while_nobody_talks_the_desk_is_left_in_peace(crossing: Crossing) -> None:
    crossing.cross()
    asked = crossing.desk.calls
    for _ in range(5):
        crossing.clock.forward(seconds=0.5)
        crossing.ferry.cross(crossing.clock())
    assert crossing.desk.calls == asked
    crossing.clock.forward(seconds=0.5)
    crossing.ferry.cross(crossing.clock())
    assert crossing.desk.calls == asked + 1


def whole_story(crossing: Crossing) -> None:
    """Everything that can happen in a talk, up to its end; the rounds are the caller's."""
    talk = crossing.ask_for_a_person()
    crossing.say("手续费怎么收", key="fees")
    yield_to(crossing)
    crossing.desk.take(talk.id)
    crossing.desk.speak(talk.id, "我是王敏。")
    yield_to(crossing)
    crossing.say("在吗", key="k1")
    crossing.desk.speak(talk.id, "在的。")
    yield_to(crossing)
    crossing.desk.end(talk.id)
    crossing.say("还有一个问题", key="late")
    yield_to(crossing)
    crossing.desk.invite(REFERENCE)
    yield_to(crossing)
    crossing.transcript.begin(
        ME,
        "over",
        "结束人工",
        "sealed",
        Lease("host:5005", crossing.clock() + MINUTE),
        crossing.clock(),
        ends_talk=True,
    )
    yield_to(crossing)
    crossing.ask_for_a_person("again")
    yield_to(crossing)
    crossing.clock.forward(seconds=PATIENCE.total_seconds())
    yield_to(crossing)


def yield_to(crossing: Crossing) -> None:
    """The relay works; if it is killed another one is started."""
    for _ in range(2):
        try:
            crossing.cross()
        except Killed:
            crossing.life.left = None
            crossing.ferry = crossing.another_ferry()


def outcome(crossing: Crossing) -> tuple[object, ...]:
    desk = [
        (c.state, c.closed_by, sorted(c.lines), c.texts()) for c in crossing.desk.chats.values()
    ]
    return crossing.window(), desk, sorted(crossing.notes()), crossing.handovers.unsettled()


def test_killed_after_any_step_and_started_again_everything_is_the_same(
    tmp_path: Path, template: Path
) -> None:
    undisturbed = Crossing(tmp_path, template)
    whole_story(undisturbed)
    expected = outcome(undisturbed)
    assert undisturbed.life.steps > 30
    for step in range(undisturbed.life.steps):
        killed = Crossing(tmp_path, template)
        killed.life.left = step
        whole_story(killed)
        assert outcome(killed) == expected, f"killed after step {step}"


def test_two_relays_do_what_one_does(tmp_path: Path, template: Path) -> None:
    one, two = (Crossing(tmp_path, template) for _ in range(2))
    whole_story(one)
    first, second = two.ferry, two.another_ferry()

    class Both:
        def cross(self, now: object) -> None:
            for ferry in (first, second):
                ferry.cross(now)  # type: ignore[arg-type]

    two.ferry = Both()  # type: ignore[assignment]
    whole_story(two)
    assert outcome(two) == outcome(one)
