"""The desk's port: kept by the double and by the real service over HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol
from uuid import uuid4

import pytest
import requests

from bot.errors import NotFound, Permanent, Retryable
from bot.handover.desk import LONGEST_QUESTION, Desk, DeskEvent, HttpDesk, Line
from bot.handover.talk import ClosedBy, Field, File, State, Suggestion, Talk, Why
from bot.intake.bootstrap import mint_reference
from bot.intake.case_store import HttpCaseStore
from tests.chat_officers import ChatOfficer
from tests.handover import WANG, FakeDesk
from tests.ports import free_ports
from tests.samples import complaint
from tests.stack import ROOT, Stack

LONG_AGO = timedelta(minutes=1)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The real case store as a process of its own, whose office is always open."""
    folder = tmp_path_factory.mktemp("desk")
    stack = Stack(folder, {"OFFICE_HOURS": "00:00-23:59"})
    migrate = [sys.executable, "-m", "casestore", "migrate"]
    subprocess.run(migrate, cwd=ROOT, env=stack.env, check=True, capture_output=True)
    try:
        stack.launch("casestore")
        stack.wait_for_store()
        yield stack
    finally:
        stack.stop()


class OfficersSide(Protocol):
    """What an officer does; the double has the same."""

    def take(self, talk_id: str) -> None: ...

    def speak(self, talk_id: str, text: str) -> None: ...

    def end(self, talk_id: str) -> None: ...

    def invite(self, reference: str) -> str: ...


class Bank:
    """A desk, and an officer who sits at it."""

    def __init__(self, desk: Desk, officer: OfficersSide, file_complaint: Callable[[], str]):
        self.desk, self.officer, self.file_complaint = desk, officer, file_complaint
        self._after = 0
        self.news()

    def news(self) -> list[DeskEvent]:
        """What happened since it was last asked."""
        found: list[DeskEvent] = []
        while (page := self.desk.events(self._after, 3)).events:
            found += page.events
            assert page.cursor == page.events[-1].cursor > self._after
            self._after = page.cursor
        return found


@pytest.fixture(params=["double", "service"])
def bank(request: pytest.FixtureRequest) -> Bank:
    if request.param == "double":
        double = FakeDesk()
        return Bank(double, double, lambda: "TS20261123-7K3QF8K")
    stack: Stack = request.getfixturevalue("service")
    cases = HttpCaseStore(stack.store, stack.token, 1.0, 10.0)

    def file_complaint() -> str:
        filed = replace(complaint(0, _now()), intake_id=uuid4())
        reference = mint_reference(filed)
        cases.file(filed.payload(reference))
        return reference

    return Bank(http(stack), ChatOfficer(stack.officers), file_complaint)


@pytest.fixture
def desk(bank: Bank) -> Desk:
    return bank.desk


def http(stack: Stack, token: str | None = None) -> HttpDesk:
    return HttpDesk(stack.store, token or stack.token, 1.0, 10.0)


def talk(**changes: Any) -> Talk:
    """A talk of its own, asked for a minute ago."""
    waiting = Talk(
        id=str(uuid4()),
        sender_id="web-1",
        channel="web",
        state=State.WAITING,
        why=Why.WORD,
        since_id=0,
        file=File("服务态度"),
        officer=None,
        is_known=False,
        opened_at=_now() - LONG_AGO,
    )
    return replace(waiting, **changes)


def line(text: str, author: str = "customer", **changes: Any) -> Line:
    return replace(Line(str(uuid4()), author, None, text, _now()), **changes)


def test_a_talk_handed_over_waits_and_again_it_is_the_same(desk: Desk) -> None:
    mine, lines = talk(), [line("要人工"), line("正在为您转接", "bot")]
    assert desk.open_chat(mine, lines) is State.WAITING
    assert desk.open_chat(mine, [*lines, line("快一点")]) is State.WAITING
    assert desk.say(mine.id, [lines[0], line("还在吗")]) is State.WAITING


def test_another_kind_of_talk_under_the_same_id_is_refused_for_good(desk: Desk) -> None:
    mine = talk()
    desk.open_chat(mine, [])
    with pytest.raises(Permanent, match="HTTP 422 idempotency_conflict"):
        desk.open_chat(replace(mine, why=Why.RISK), [])


def test_what_the_officer_does_comes_as_events_in_order(bank: Bank) -> None:
    mine = talk()
    bank.desk.open_chat(mine, [line("要人工")])
    bank.officer.take(mine.id)
    assert bank.desk.say(mine.id, [line("在吗")]) is State.ACTIVE
    for text in ("您好，我是王敏。", "请稍等。"):
        bank.officer.speak(mine.id, text)
    bank.officer.end(mine.id)
    news = bank.news()
    assert [event.kind for event in news] == ["taken", "said", "said", "closed"]
    assert [event.text for event in news[1:3]] == ["您好，我是王敏。", "请稍等。"]
    assert {event.chat for event in news} == {mine.id}
    assert {event.officer for event in news[:3]} == {WANG}
    assert len({event.id for event in news}) == 4
    assert bank.news() == []


def test_to_a_closed_talk_nothing_is_added(bank: Bank) -> None:
    mine = talk()
    bank.desk.open_chat(mine, [])
    bank.officer.take(mine.id)
    bank.officer.end(mine.id)
    with pytest.raises(Permanent, match="HTTP 409 chat_closed"):
        bank.desk.say(mine.id, [line("谢谢")])
    assert bank.desk.open_chat(mine, [line("谢谢")]) is State.CLOSED
    bank.desk.close(mine.id, ClosedBy.CUSTOMER, _now())


@pytest.mark.parametrize("by", [ClosedBy.CUSTOMER, ClosedBy.TIMEOUT, ClosedBy.ENDED])
def test_the_customers_side_may_end_a_talk_and_again(desk: Desk, by: ClosedBy) -> None:
    mine = talk()
    desk.open_chat(mine, [])
    for _ in range(2):
        desk.close(mine.id, by, _now())
    with pytest.raises(Permanent, match="chat_closed"):
        desk.say(mine.id, [line("喂")])


def test_a_talk_the_desk_does_not_know_is_not_found(desk: Desk) -> None:
    stranger = talk()
    with pytest.raises(NotFound):
        desk.say(stranger.id, [line("喂")])
    with pytest.raises(NotFound):
        desk.close(stranger.id, ClosedBy.CUSTOMER, _now())


def test_an_officer_invites_whoever_made_a_complaint(bank: Bank) -> None:
    reference = bank.file_complaint()
    talk_id = bank.officer.invite(reference)
    (event,) = bank.news()
    assert (event.kind, event.chat, event.officer) == ("invited", talk_id, WANG)
    assert event.reference == reference
    mine = talk(id=talk_id, why=Why.OFFICER, file=File("", references=(reference,)))
    assert bank.desk.open_chat(mine, [line("您好")]) is State.ACTIVE
    bank.officer.speak(talk_id, "想了解一下情况。")
    assert [event.text for event in bank.news()] == ["想了解一下情况。"]
    bank.officer.end(talk_id)  # left alone, it would come back into the queue under other tests


def test_an_invitation_nobody_can_follow_is_closed(bank: Bank) -> None:
    talk_id = bank.officer.invite(bank.file_complaint())
    bank.desk.close(talk_id, ClosedBy.ENDED, _now())
    with pytest.raises(Permanent, match="chat_closed"):
        bank.desk.say(talk_id, [line("喂")])


def test_everything_a_conversation_may_hold_is_taken(desk: Desk) -> None:
    suggestion = Suggestion("怎么投诉", "可以这样：\n1. 打热线", "")
    file = File(
        topic="手续费👨‍👩‍👧",
        fields=(Field("事情经过", "长" * 5000), Field("金额", "")),
        references=("TS20261123-7K3QF8K",),
        suggestions=(suggestion,) * 3,
    )
    said = [
        line("长" * 6000, "bot"),
        line("😀\n\t〔卡号已隐去〕", suggestions=(suggestion,)),
        line("", "bot"),
        line("我是王敏", "officer", name=WANG),
        line("键", id="8f3c2b1e-1111-4222-8333-444455556666/12"),
        line("键", id="M" * 128),
    ]
    assert desk.open_chat(talk(file=file), said) is State.WAITING


def test_a_long_conversation_is_handed_over_whole(bank: Bank) -> None:
    mine = talk()
    said = [line(f"{number} " + "长" * 1990) for number in range(60)]
    assert bank.desk.open_chat(mine, said[:50]) is State.WAITING
    assert bank.desk.say(mine.id, said) is State.WAITING


def wanted_call() -> dict[str, Any]:
    """A call of its own, asked for now."""
    return {
        "id": str(uuid4()),
        "channel": "web",
        "asked_at": _now().isoformat(),
        "promised_by": (_now() + timedelta(hours=4)).isoformat(),
        "phone": "13800138000",
        "name": None,
        "topic": "手续费",
        "preferred": "下午三点以后",
        "chat": None,
    }


def test_the_same_call_is_asked_for_once(desk: Desk) -> None:
    asked = wanted_call()
    for _ in range(2):
        assert desk.ask_callback(asked)["state"] == "open"
    with pytest.raises(Permanent, match="idempotency_conflict"):
        desk.ask_callback({**asked, "phone": "13900139000"})


def test_a_call_is_cancelled_and_again_it_is_the_same(desk: Desk) -> None:
    asked = wanted_call()
    desk.ask_callback(asked)
    for _ in range(2):
        answer = desk.cancel_callback({"id": asked["id"], "at": _now().isoformat()})
        assert answer == {"id": asked["id"], "state": "cancelled"}
    assert desk.ask_callback(asked)["state"] == "cancelled"


def test_a_call_the_desk_does_not_know_is_cancelled_in_vain_for_good(desk: Desk) -> None:
    with pytest.raises(Permanent, match="HTTP 404 callback_not_found"):
        desk.cancel_callback({"id": str(uuid4()), "at": _now().isoformat()})


def test_how_the_desk_stands(service: Stack) -> None:
    desk = http(service)
    before = desk.standing()
    assert (before.open, before.on_duty) == (False, 0)
    desk.open_chat(talk(), [])
    ChatOfficer(service.officers).come_on_duty()
    standing = desk.standing()
    assert standing.on_duty == 1
    assert standing.waiting == before.waiting + 1


def test_a_wrong_token_is_the_operators_to_mend(service: Stack) -> None:
    stranger = http(service, "not-the-token-" * 3)
    for ask in (stranger.standing, lambda: stranger.open_chat(talk(), [])):
        with pytest.raises(Retryable, match="HTTP 401"):
            ask()


class Hanging(requests.Session):
    """No answer comes; `waited` is for how long one was waited for."""

    waited: Any = None

    def request(self, *_: Any, **how: Any) -> requests.Response:
        self.waited = how["timeout"]
        raise requests.Timeout


def test_who_waits_in_front_of_the_screen_is_kept_for_seconds_only() -> None:
    session = Hanging()
    for patience, longest in ((15.0, LONGEST_QUESTION), (0.2, 0.2)):
        desk = HttpDesk("http://desk", "token", 1.0, patience, session)
        with pytest.raises(Retryable, match="连接失败"):
            desk.standing()
        assert session.waited == (1.0, longest)
        with pytest.raises(Retryable, match="连接失败"):
            desk.events(0, 10)
        assert session.waited == (1.0, patience)


def test_a_desk_that_does_not_answer_may_answer_later() -> None:
    (port,) = free_ports(1)
    nobody = HttpDesk(f"http://127.0.0.1:{port}", "token", 0.2, 0.2)
    for ask in (nobody.standing, lambda: nobody.events(0, 10)):
        with pytest.raises(Retryable, match="连接失败"):
            ask()


def _now() -> datetime:
    return datetime.now(timezone.utc)
