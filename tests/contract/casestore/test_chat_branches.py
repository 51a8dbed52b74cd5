"""A branch officer has to do with the talks about cases of their branch, and with no others."""

from collections.abc import Callable
from typing import Any

import pytest

from casestore.domain.chat import ChatState, Outcome
from casestore.domain.errors import (
    CallbackNotFound,
    CaseNotFound,
    ChatNotFound,
    ChatTaken,
    InvalidRequest,
    NotAllowed,
)
from casestore.domain.staff import Officer, StaffRole
from casestore.edge.services import Services
from casestore.service.chat_desk import Conclusion
from casestore.service.chat_ports import ChatSearch
from casestore.service.ports import Store
from tests.contract.casestore.browser_kit import OWN_PAGE, form_token, page
from tests.contract.casestore.chat_kit import add_case, make_callback, open_chat
from tests.contract.casestore.kit import TestClient, make_id, make_reference

OURS, THEIRS = make_reference(1), make_reference(2)
DONE = Conclusion(Outcome.RESOLVED)
HTML = {"Accept": "text/html"}

Act = Callable[[Services, str, Officer], object]

ACTS: dict[str, Act] = {
    "read": lambda reach, chat, who: reach.chats.open(chat, who),
    "read on": lambda reach, chat, who: reach.chats.said_after(chat, 0, who),
    "take": lambda reach, chat, who: reach.chat_desk.take(chat, who),
    "say": lambda reach, chat, who: reach.chat_desk.say(chat, "您好。", who, make_id(9_001)),
    "pass on": lambda reach, chat, who: reach.chat_desk.pass_on(chat, "wang", who),
    "give back": lambda reach, chat, who: reach.chat_desk.give_back(chat, who),
    "end": lambda reach, chat, who: reach.chat_desk.close(chat, DONE, who),
    "link": lambda reach, chat, who: reach.chat_desk.link(chat, OURS, who),
}
FORMS = ("take", "messages", "pass", "close", "cases")


@pytest.fixture
def li(officer: Any, office: Store) -> Officer:
    """Handles cases of branch 101, which has one; branch 102 has another."""
    add_case(office, OURS, "101")
    add_case(office, THEIRS, "102")
    found: Officer = officer(StaffRole.HANDLER, username="li", name="李静", branch="101")
    return found


@pytest.fixture
def wang(officer: Any) -> Officer:
    found: Officer = officer(StaffRole.HANDLER, username="wang", name="王敏")
    return found


@pytest.fixture
def browser(browser_as: Any, office: Store) -> TestClient:
    """The same branch officer at the console."""
    add_case(office, OURS, "101")
    add_case(office, THEIRS, "102")
    found: TestClient = browser_as(StaffRole.HANDLER, username="li", name="李静", branch="101")
    return found


@pytest.mark.parametrize("about", [(), (THEIRS,)], ids=["no case", "another branch's case"])
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_nothing_can_be_done_with_a_talk_of_others(
    services: Services, li: Officer, wang: Officer, about: tuple[str, ...], act: Act
) -> None:
    chat = open_chat(services, references=about)
    with pytest.raises(ChatNotFound):
        act(services, chat, li)
    found = services.chats.open(chat, wang)
    assert (found.chat.state, len(found.messages)) == (ChatState.WAITING, 1)


def test_a_talk_about_a_case_of_the_branch_is_led_by_the_branch(
    services: Services, li: Officer, wang: Officer
) -> None:
    chat = open_chat(services, references=(OURS, THEIRS))
    services.chat_desk.take(chat, li)
    services.chat_desk.say(chat, "您好，我是李静。", li, make_id(9_001))
    with pytest.raises(ChatTaken):
        services.chat_desk.take(chat, wang)
    assert set(services.chats.open(chat, li).cases) == {OURS}  # and not where the other stands
    services.chat_desk.close(chat, DONE, li)
    assert [each.id for each in services.chats.ended(ChatSearch(), li)] == [chat]


def test_lists_and_counts_leave_out_the_talks_of_others(
    services: Services, li: Officer, wang: Officer
) -> None:
    ours = open_chat(services, 1, references=(OURS,))
    open_chat(services, 2)
    open_chat(services, 3, references=(THEIRS,))
    taken, ended = open_chat(services, 4), open_chat(services, 5, references=(THEIRS,))
    for chat in (taken, ended):
        services.chat_desk.take(chat, wang)
    services.chat_desk.close(ended, DONE, wang)
    board = services.chats.board(li)
    assert [chat.id for chat in board.waiting] == [ours]
    assert board.led == []
    assert services.chats.count_waiting(li) == 1
    assert services.chats.ended(ChatSearch(), li) == []


def test_a_talk_comes_to_the_branch_once_it_is_linked_to_its_case(
    services: Services, li: Officer, wang: Officer
) -> None:
    chat = open_chat(services)
    with pytest.raises(ChatNotFound):
        services.chats.open(chat, li)
    services.chat_desk.link(chat, OURS, wang)
    assert services.chats.open(chat, li).chat.file.references == (OURS,)
    with pytest.raises(InvalidRequest):
        services.chat_desk.link(chat, THEIRS, li)


def test_a_branch_is_on_duty_for_nobody_and_invites_its_own_customers_only(
    services: Services, li: Officer
) -> None:
    with pytest.raises(NotAllowed):
        services.duty.begin(li)
    with pytest.raises(CaseNotFound):
        services.chat_desk.invite(THEIRS, li)
    chat = services.chat_desk.invite(OURS, li)
    assert services.chats.open(chat.id, li).chat.officer == "li"
    assert services.chat_intake.standing().on_duty == 0


def test_a_call_is_the_branchs_if_its_talk_is(services: Services, li: Officer) -> None:
    ours = open_chat(services, 1, references=(OURS,))
    theirs = open_chat(services, 2, references=(THEIRS,))
    mine, _ = services.callbacks.ask(make_callback(1, chat=ours))
    others = [
        services.callbacks.ask(make_callback(2, chat=theirs))[0],
        services.callbacks.ask(make_callback(3))[0],
    ]
    assert [each.callback.id for each in services.callbacks.open(li)] == [mine.id]
    assert services.callbacks.reveal(mine.id, "phone", li) == mine.phone
    for call in others:
        for act in (
            lambda call=call: services.callbacks.one(call.id, li),
            lambda call=call: services.callbacks.reveal(call.id, "phone", li),
        ):
            with pytest.raises(CallbackNotFound):
                act()


def test_the_console_shows_the_branch_its_own_talk_and_hides_the_others(
    browser: TestClient, services: Services
) -> None:
    ours = open_chat(services, 1, topic="本支行的事", references=(OURS, THEIRS))
    others = [
        open_chat(services, 2, topic="没有编号的事"),
        open_chat(services, 3, topic="别的支行的事", references=(THEIRS,)),
    ]
    for path in ("/chats", "/chats/live"):
        shown = page(browser, path)
        assert "本支行的事" in shown
        assert "没有编号的事" not in shown
        assert "别的支行的事" not in shown
    assert "开始在线接待" not in page(browser, "/chats")
    assert "<strong>1</strong>位客户在等人工" in page(browser, "/")
    shown = page(browser, f"/chats/{ours}")
    assert f'href="/cases/{OURS}"' in shown
    assert f'href="/cases/{THEIRS}"' not in shown
    for chat in others:
        for path in (f"/chats/{chat}", f"/chats/{chat}/messages", f"/cases/new?chat={chat}"):
            assert browser.get(path, headers=HTML).status_code in {403, 404}


def test_the_forms_of_a_talk_of_others_are_refused_as_unknown(
    browser: TestClient, services: Services, wang: Officer
) -> None:
    chat = open_chat(services, references=(THEIRS,))
    token = form_token(browser, "/account")
    for form in FORMS:
        fields = {"form_token": token, "text": "您好。", "message_id": make_id(9_001)}
        fields.update(outcome="resolved", reference=OURS)
        answer = browser.post(f"/chats/{chat}/{form}", data=fields, headers={**OWN_PAGE, **HTML})
        assert answer.status_code == 404, form
    assert services.chats.open(chat, wang).chat.state is ChatState.WAITING
    assert services.chat_intake.events("bot", 0, 10) == []
