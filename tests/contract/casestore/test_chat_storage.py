"""Talks, duty and promised calls are stored alike on each kind of database."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.engine import Engine

from casestore.domain.callback import CallbackState, CallbackTry, TryResult
from casestore.domain.chat import (
    Author,
    Chat,
    ChatChannel,
    ChatEvent,
    ChatEventKind,
    ChatFile,
    ChatMessage,
    ChatState,
    ChatWhy,
    ClosedBy,
    Outcome,
    Suggestion,
)
from casestore.domain.duty import Duty
from casestore.domain.reminder import ReminderKind
from casestore.domain.staff import SYSTEM, Officer, StaffRole
from casestore.service.chat_ports import ChatSearch
from casestore.service.ports import Store
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore
from tests.contract.casestore.chat_kit import add_case, chat_id, make_callback
from tests.contract.casestore.kit import FIELD_KEY, NOW, make_id, make_reference

REFERENCE = make_reference()
OURS = Officer("li", "李四", frozenset({StaffRole.HANDLER}), "101")
OTHERS = Officer("zhao", "赵六", frozenset({StaffRole.HANDLER}), "102")
PROPOSAL = Suggestion("手续费", "按公示收取。", "服务收费目录")


def make_chat(number: int = 1, references: tuple[str, ...] = (), **changes: object) -> Chat:
    chat = Chat(
        id=chat_id(number),
        client="bot",
        channel=ChatChannel.WECHAT,
        why=ChatWhy.WORD,
        state=ChatState.WAITING,
        file=ChatFile("手续费 100%", (("业务", "转账"),), references, (PROPOSAL,)),
        asked_at=NOW,
        queued_at=NOW + timedelta(seconds=number),
        opened_at=NOW,
    )
    return replace(chat, **changes)


def add(store: Store, *chats: Chat) -> None:
    with store.transaction() as tx:
        assert all(tx.chats.add(chat) for chat in chats)
        tx.commit()


def test_a_talk_comes_back_as_it_was_written(store: Store) -> None:
    chat = make_chat(references=(REFERENCE,))
    full = replace(
        chat.taken("li", NOW).closed(ClosedBy.OFFICER, NOW, Outcome.OTHER, "说明"),
        customer_at=NOW,
        officer_at=NOW,
    )
    with store.transaction() as tx:
        assert tx.chats.add(chat)
        assert not tx.chats.add(chat)
        assert tx.chats.get(chat.id) == chat
        tx.chats.put(full)
        assert tx.chats.lock(chat.id) == full
        assert tx.chats.get(chat_id(9)) is None


def test_messages_keep_their_order_and_come_once(store: Store) -> None:
    add(store, make_chat())
    words = [
        ChatMessage("b", Author.CUSTOMER, "先说的", NOW, suggestions=(PROPOSAL,)),
        ChatMessage("a", Author.OFFICER, "后说的", NOW, "工作人员 李四"),
    ]
    with store.transaction() as tx:
        assert [tx.chats.add_message(chat_id(1), each) for each in words] == [True, True]
        assert not tx.chats.add_message(chat_id(1), words[0])
        tx.commit()
    with store.transaction() as tx:
        first, second = tx.chats.messages(chat_id(1))
        assert [replace(each, number=0) for each in (first, second)] == words
        assert tx.chats.messages(chat_id(1), first.number) == [second]
        assert tx.chats.message(chat_id(1), "b") == first
        assert tx.chats.message(chat_id(1), "c") is None


def test_news_are_read_in_order_by_the_client_they_are_for(store: Store) -> None:
    add(store, make_chat())
    with store.transaction() as tx:
        for client, number in (("bot", 1), ("bot", 1), ("other", 2), ("bot", 3)):
            kind = ChatEventKind.SAID
            tx.chats.publish(ChatEvent(client, chat_id(1), kind, NOW, make_id(number), "李", "好"))
        tx.commit()
    with store.transaction() as tx:
        found = tx.chats.events_after("bot", 0, 10)
        assert [each.id for each in found] == [make_id(1), make_id(3)]
        assert [each.id for each in tx.chats.events_after("bot", found[0].cursor, 1)] == [
            make_id(3)
        ]


def test_the_queue_is_in_order_and_counted(store: Store) -> None:
    danger = make_chat(3, why=ChatWhy.RISK)
    led = make_chat(4).taken("li", NOW)
    add(store, make_chat(2), make_chat(1), danger, led)
    with store.transaction() as tx:
        assert [chat.id for chat in tx.chats.waiting(SYSTEM)] == [
            chat_id(3),
            chat_id(1),
            chat_id(2),
        ]
        assert [tx.chats.position(chat_id(number)) for number in (3, 1, 2, 4)] == [1, 2, 3, 0]
        assert tx.chats.led(SYSTEM) == [led]
        assert tx.chats.count_led() == {"li": 1}
        assert tx.chats.count_waiting(SYSTEM) == 3
        assert set(tx.chats.open_ids()) == {chat_id(number) for number in (1, 2, 3, 4)}


def test_a_branch_sees_the_talks_about_its_own_cases(store: Store) -> None:
    add_case(store)
    add(store, make_chat(1, (REFERENCE,)), make_chat(2))
    with store.transaction() as tx:
        assert [chat.id for chat in tx.chats.waiting(OURS)] == [chat_id(1)]
        assert tx.chats.is_visible(chat_id(1), OURS)
        assert not tx.chats.is_visible(chat_id(2), OURS)
        assert tx.chats.waiting(OTHERS) == []
        assert tx.chats.count_waiting(OTHERS) == 0
        assert len(tx.chats.waiting(SYSTEM)) == 2


def test_the_talks_of_a_case_are_found_also_when_an_officer_linked_them(store: Store) -> None:
    add(store, make_chat(1, (REFERENCE,)), make_chat(2))
    with store.transaction() as tx:
        for _ in range(2):
            tx.chats.link(chat_id(2), REFERENCE, "li")
        found = tx.chats.of(REFERENCE)
        assert [chat.id for chat in found] == [chat_id(1), chat_id(2)]
        assert found[1].file.references == (REFERENCE,)


def test_ended_talks_are_searched_by_day_and_words(store: Store) -> None:
    early = make_chat(1).closed(ClosedBy.CUSTOMER, NOW - timedelta(days=2))
    late = make_chat(2).closed(ClosedBy.OFFICER, NOW, Outcome.OTHER, "转给信用卡中心")
    add(store, early, late, make_chat(3))
    for search, expected in (
        (ChatSearch(), [2, 1]),
        (ChatSearch("信用卡"), [2]),
        (ChatSearch("100%"), [2, 1]),
        (ChatSearch("_"), []),
        (ChatSearch(since=date(2026, 11, 22)), [2]),
        (ChatSearch(until=date(2026, 11, 22)), [1]),
        (ChatSearch(since=date(2026, 11, 23), until=date(2026, 11, 23)), [2]),
    ):
        with store.transaction() as tx:
            found = tx.chats.ended(search, SYSTEM, 10)
        assert [chat.id for chat in found] == [chat_id(number) for number in expected]


def test_old_talks_are_deleted_unless_their_case_is_kept(store: Store) -> None:
    add_case(store)
    old = NOW - timedelta(days=200)
    of_a_case = make_chat(1, (REFERENCE,)).closed(ClosedBy.OFFICER, old)
    add(store, of_a_case, make_chat(2).closed(ClosedBy.OFFICER, old), make_chat(3))
    with store.transaction() as tx:
        tx.chats.add_message(chat_id(2), ChatMessage("a", Author.CUSTOMER, "在吗", old))
        event = ChatEvent("bot", chat_id(2), ChatEventKind.CLOSED, old, make_id(1))
        tx.chats.publish(event)
        tx.commit()
    with store.transaction() as tx:
        assert tx.chats.count_before(NOW - timedelta(days=183)) == 1
        assert tx.chats.drop_before(NOW - timedelta(days=183)) == 1
        assert tx.chats.count_before(NOW - timedelta(days=183)) == 0
        tx.commit()
    with store.transaction() as tx:
        assert tx.chats.get(chat_id(2)) is None
        assert tx.chats.messages(chat_id(2)) == []
        assert {tx.chats.get(chat_id(number)) is None for number in (1, 3)} == {False}
        tx.archive.erase(REFERENCE, NOW)
        assert tx.chats.drop_before(NOW - timedelta(days=183)) == 1


def test_a_cursor_is_never_given_twice(store: Store) -> None:
    """Clients go on reading behind theirs, also after the last talk was deleted."""
    cursors = []
    for number in (1, 2):
        add(store, make_chat(number).closed(ClosedBy.OFFICER, NOW))
        with store.transaction() as tx:
            kind = ChatEventKind.CLOSED
            tx.chats.publish(ChatEvent("bot", chat_id(number), kind, NOW, make_id(number)))
            cursors.append(tx.chats.events_after("bot", 0, 10)[-1].cursor)
            tx.chats.drop_before(NOW + timedelta(days=1))
            tx.commit()
    assert cursors[0] < cursors[1]


def test_duty_is_noted_and_ends(store: Store) -> None:
    fresh, stale = Duty("li", NOW, NOW, True), Duty("wang", NOW, NOW - timedelta(hours=1), False)
    with store.transaction() as tx:
        tx.duties.put(stale)
        tx.duties.put(replace(fresh, takes_talks=False))
        tx.duties.put(fresh)
        assert tx.duties.all() == [fresh, stale]
        tx.duties.drop_before(NOW)
        assert tx.duties.of("wang") is None
        tx.duties.drop("li")
        tx.duties.drop("li")
        assert tx.duties.all() == []


def test_a_promised_call_comes_back_and_is_sealed(engine: Engine) -> None:
    store, call = SqlStore(engine, Keyring([FIELD_KEY])), make_callback(chat=chat_id(1))
    with store.transaction() as tx:
        assert tx.callbacks.add(call)
        assert not tx.callbacks.add(call)
        assert tx.callbacks.get(call.id) == tx.callbacks.lock(call.id) == call
        assert tx.callbacks.of_chat(chat_id(1)) == [call]
        tx.commit()
    with engine.connect() as connection:
        stored = str(connection.execute(text("SELECT * FROM callbacks")).one())
    assert call.phone not in stored
    assert str(call.name) not in stored


def test_calls_are_listed_by_promise_counted_and_forgotten(store: Store) -> None:
    later = make_callback(1, promised_in=timedelta(hours=8))
    sooner, done = make_callback(2), make_callback(3)
    with store.transaction() as tx:
        assert all(tx.callbacks.add(each) for each in (later, sooner, done))
        ended = replace(done, state=CallbackState.DONE, ended_at=NOW)
        tx.callbacks.put(ended)
        assert tx.callbacks.open(SYSTEM, 10) == [sooner, later]
        assert tx.callbacks.open(SYSTEM, 1) == [sooner]
        assert tx.callbacks.ended(SYSTEM, 10) == [ended]
        assert tx.callbacks.count_due(SYSTEM, NOW + timedelta(hours=5)) == 1
        each = CallbackTry(make_id(1), sooner.id, NOW, "li", TryResult.NO_ANSWER, "")
        assert tx.callbacks.add_try(each)
        assert not tx.callbacks.add_try(each)
        assert tx.callbacks.tries([sooner.id, later.id]) == [each]
        assert tx.callbacks.drop_before(NOW) == 0
        assert tx.callbacks.count_before(NOW + timedelta(seconds=1)) == 3
        assert tx.callbacks.drop_before(NOW + timedelta(seconds=1)) == 3
        assert tx.callbacks.tries([sooner.id]) == []


def test_a_branch_sees_the_calls_from_its_own_talks(store: Store) -> None:
    add_case(store)
    add(store, make_chat(1, (REFERENCE,)))
    mine, other = make_callback(1, chat=chat_id(1)), make_callback(2)
    with store.transaction() as tx:
        tx.callbacks.add(mine)
        tx.callbacks.add(other)
        assert tx.callbacks.open(OURS, 10) == [mine]
        assert tx.callbacks.is_visible(mine.id, OURS)
        assert not tx.callbacks.is_visible(other.id, OURS)
        assert tx.callbacks.open(OTHERS, 10) == []


def test_reminders_about_one_thing_are_settled_together(store: Store) -> None:
    with store.transaction() as tx:
        for number in (1, 2):
            kind = ReminderKind.CHAT_WAITING
            tx.reminders.put("li", kind, None, "客户在等", f"chat:1:{number}", NOW)
        tx.reminders.put("li", ReminderKind.CHAT_WAITING, None, "另一位", "chat:10:1", NOW)
        tx.reminders.settle_about("chat:1:", NOW)
        assert [each.text for each in tx.reminders.unread("li", 10)] == ["另一位"]
