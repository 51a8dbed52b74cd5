"""What officers do in talks: take, say, pass on, give back, end, link, invite."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from casestore.domain.callback import Callback
from casestore.domain.case import ENDED, Case, Source
from casestore.domain.chat import (
    LONGEST_NOTE,
    Chat,
    ChatChannel,
    ChatFile,
    ChatState,
    ChatWhy,
    ClosedBy,
    Outcome,
    check_leading,
    check_reachable,
    check_taking,
    said_problem,
)
from casestore.domain.errors import (
    CaseNotFound,
    ChatClosed,
    ChatNotFound,
    InvalidRequest,
    NotAllowed,
    NotReady,
    Recused,
)
from casestore.domain.reference import is_reference
from casestore.domain.reminder import ReminderKind
from casestore.domain.staff import Account, Officer, Right, officer_of
from casestore.domain.texts import text_problem
from casestore.service.access import may_see
from casestore.service.chat_news import chat_key, end, speak, tell_invited, tell_taken
from casestore.service.chats import chat_subject, visible_chat
from casestore.service.desk import CONSOLE
from casestore.service.duty import put_presence
from casestore.service.permission import lock_permitted, recusal_of
from casestore.service.ports import Clock, NewId, Store, Transaction

PLEASE_WAIT = "请稍候，正在为您转接另一位同事。"
_NO_SUCH_CASE = "没有这个编号的投诉，请核对"
_MUST_KEEP_OUT = "按回避规定，这位同事不能接待这位客户，请另选一位"
_NOT_THERE = "这位同事现在不在线接待，请另选一位，或退回等候"


@dataclass(frozen=True)
class CallWish:
    """A call an officer promises a customer at the end of a talk."""

    phone: str
    promised_by: datetime


@dataclass(frozen=True)
class Conclusion:
    """How an officer ends a talk; ``call`` goes with ``Outcome.CALLBACK`` only."""

    outcome: Outcome
    note: str = ""
    call: CallWish | None = None


class ChatDesk:
    """``limit`` is how many talks an officer leads at once. Every method may raise NotAllowed
    without Right.HANDLE, ChatNotFound, StoreUnavailable."""

    def __init__(self, store: Store, now: Clock, new_id: NewId, limit: int) -> None:
        self._store = store
        self._now = now
        self._new_id = new_id
        self._limit = limit

    def take(self, chat_id: str, officer: Officer) -> Chat:
        """Lead a waiting talk from now on; of two who take it at once one does.

        Raises ChatTaken, ChatClosed, NotReady with too many talks already, Recused from a talk about
        a complaint of which the officer must keep out (投诉办法 article 17).
        """
        with self._locked(chat_id, officer) as (tx, chat, now):
            if reason := recusal_of(tx, chat.file.references, officer):
                raise Recused(f"{reason}，按回避规定不能接待这位客户，请由同事接入。")
            led = tx.chats.count_led().get(officer.username, 0)
            check_taking(chat, officer.username, _holder(tx, chat), led, self._limit)
            if chat.is_led_by(officer.username):
                return chat
            chat = chat.taken(officer.username, now)
            tx.chats.put(chat)
            put_presence(tx, officer.username, now)
            tell_taken(tx, chat, officer.name, self._new_id(), now)
            tx.audit.append(officer.actor, "chat_taken", chat_subject(chat_id), "", now)
            tx.commit()
        return chat

    def say(self, chat_id: str, text: str, officer: Officer, message_id: str) -> None:
        """Say something to the customer, once for each ``message_id`` (a UUID).

        Raises InvalidRequest (text), ChatTaken, ChatClosed, NotReady.
        """
        if problem := said_problem(text):
            raise InvalidRequest({"text": problem})
        with self._leading(chat_id, officer) as (tx, chat, now):
            check_reachable(chat)
            if speak(tx, chat, text, message_id, now, officer.name):
                tx.chats.put(replace(chat, officer_at=now))
                tx.commit()

    def pass_on(self, chat_id: str, username: str, officer: Officer) -> None:
        """Hand a talk to a colleague who is on duty, who is told of it.

        Raises InvalidRequest (to), ChatTaken, ChatClosed, NotReady.
        """
        with self._leading(chat_id, officer) as (tx, chat, now):
            colleague = _colleague(tx, username, officer, now)
            led = tx.chats.count_led().get(username, 0)
            if led >= self._limit:
                raise InvalidRequest({"to": f"这位同事手上已有 {led} 个对话，请另选一位"})
            if recusal_of(tx, chat.file.references, colleague):
                raise InvalidRequest({"to": _MUST_KEEP_OUT})
            chat = chat.taken(username, now)
            tx.chats.put(chat)
            tell_taken(tx, chat, colleague.name, self._new_id(), now)
            key = f"{chat_key(chat_id)}{username}:{self._new_id()}"
            told = f"{officer.name} 转给您一个{chat.channel.label}对话，请接着回复客户。"
            tx.reminders.put(username, ReminderKind.CHAT_PASSED, None, told, key, now)
            detail = f"to={username}"
            tx.audit.append(officer.actor, "chat_passed", chat_subject(chat_id), detail, now)
            tx.commit()

    def give_back(self, chat_id: str, officer: Officer) -> None:
        """Put a talk back into the queue; the customer is asked to wait.

        Raises ChatTaken, ChatClosed, NotReady.
        """
        with self._leading(chat_id, officer) as (tx, chat, now):
            check_reachable(chat)
            speak(tx, chat, PLEASE_WAIT, self._new_id(), now)
            tx.chats.put(chat.returned(now))
            tx.audit.append(officer.actor, "chat_returned", chat_subject(chat_id), "", now)
            tx.commit()

    def close(self, chat_id: str, conclusion: Conclusion, officer: Officer) -> None:
        """End a talk and say what came of it; the assistant goes on with the customer. Once ended
        by this officer, the same again is no error.

        Raises InvalidRequest (outcome, note, phone, promised_by), ChatTaken, ChatClosed, NotReady.
        """
        try:
            with self._leading(chat_id, officer) as (tx, chat, now):
                _check_conclusion(conclusion, chat, now)
                if conclusion.call is not None:
                    tx.callbacks.add(_call(self._new_id(), chat, conclusion.call, now))
                ended = chat.closed(
                    ClosedBy.OFFICER, now, conclusion.outcome, conclusion.note.strip()
                )
                end(tx, ended, self._new_id(), now, officer.name)
                subject, detail = chat_subject(chat_id), conclusion.outcome.value
                tx.audit.append(officer.actor, "chat_closed", subject, detail, now)
                tx.commit()
        except ChatClosed:
            if not self._has_ended(chat_id, officer):
                raise

    def link(self, chat_id: str, reference: str, officer: Officer) -> None:
        """Note that a talk is about a case the officer sees; who registers cases may, too.

        Raises InvalidRequest (reference)."""
        with self._locked(chat_id, officer, Right.REGISTER) as (tx, _chat, _now):
            standing = tx.cases.standing(reference) if is_reference(reference) else None
            if standing is None or not may_see(tx, standing, officer):
                raise InvalidRequest({"reference": _NO_SUCH_CASE})
            tx.chats.link(chat_id, reference, officer.username)
            tx.commit()

    def invite(self, reference: str, officer: Officer) -> Chat:
        """Ask the assistant to connect the customer of a case; the talk that is open already is
        given instead.

        Raises CaseNotFound, Recused, NotReady where the customer cannot be reached so.
        """
        now = self._now()
        with self._store.transaction() as tx:
            lock_permitted(tx, reference, officer, Right.HANDLE)
            case = tx.cases.get(reference)
            if case is None:
                raise CaseNotFound
            if known := [chat for chat in tx.chats.of(reference) if not chat.is_closed]:
                return known[-1]
            _check_invitation(case)
            _check_room(tx, officer, self._limit)
            chat = _invitation(self._new_id(), case, officer, now)
            tx.chats.add(chat)
            put_presence(tx, officer.username, now)
            tell_invited(tx, chat, officer.name, reference, self._new_id(), now)
            tx.audit.append(officer.actor, "chat_invited", chat_subject(chat.id), reference, now)
            tx.commit()
        return chat

    @contextmanager
    def _locked(
        self, chat_id: str, officer: Officer, right: Right = Right.HANDLE
    ) -> Iterator[tuple[Transaction, Chat, datetime]]:
        if not officer.may(right):
            raise NotAllowed
        with self._store.transaction() as tx:
            visible_chat(tx, chat_id, officer)
            chat = tx.chats.lock(chat_id)
            if chat is None:
                raise ChatNotFound
            yield tx, chat, self._now()

    @contextmanager
    def _leading(
        self, chat_id: str, officer: Officer
    ) -> Iterator[tuple[Transaction, Chat, datetime]]:
        with self._locked(chat_id, officer) as (tx, chat, now):
            check_leading(chat, officer.username, _holder(tx, chat))
            put_presence(tx, officer.username, now)
            yield tx, chat, now

    def _has_ended(self, chat_id: str, officer: Officer) -> bool:
        with self._store.transaction() as tx:
            chat = tx.chats.get(chat_id)
        by_officer = chat is not None and chat.closed_by is ClosedBy.OFFICER
        return by_officer and chat is not None and chat.officer == officer.username


def _holder(tx: Transaction, chat: Chat) -> str:
    account = tx.staff.account(chat.officer) if chat.officer else None
    return officer_of(account).name if account else chat.officer or ""


def _colleague(tx: Transaction, username: str, officer: Officer, now: datetime) -> Officer:
    duty = tx.duties.of(username)
    is_there = duty is not None and duty.takes_talks and duty.is_present(now)
    account: Account | None = tx.staff.account(username) if is_there else None
    if account is None or not account.is_active or username == officer.username:
        raise InvalidRequest({"to": _NOT_THERE})
    return officer_of(account)


def _check_conclusion(conclusion: Conclusion, chat: Chat, now: datetime) -> None:
    note, outcome, call = conclusion.note.strip(), conclusion.outcome, conclusion.call
    wrong = {}
    if len(note) > LONGEST_NOTE:
        wrong["note"] = f"太长，最多 {LONGEST_NOTE} 字"
    elif problem := text_problem(note, may_be_blank=True):
        wrong["note"] = problem
    elif outcome is Outcome.OTHER and not note:
        wrong["note"] = "请写明结果"
    if outcome is Outcome.FILED and not chat.file.references:
        wrong["outcome"] = "还没有关联投诉：请先“登记投诉”，或填写已有的编号"
    if outcome is Outcome.CALLBACK and call is None:
        wrong["phone"] = "请填写客户的电话"
    if call is not None and call.promised_by <= now:
        wrong["promised_by"] = "答应的时间要晚于现在"
    if wrong:
        raise InvalidRequest(wrong)


def _call(callback_id: str, chat: Chat, wish: CallWish, now: datetime) -> Callback:
    return Callback(
        id=callback_id,
        client=chat.client,
        channel=chat.channel,
        asked_at=now,
        promised_by=wish.promised_by,
        phone=wish.phone,
        name=None,
        topic=chat.file.topic,
        chat_id=chat.id,
    )


def _check_invitation(case: Case) -> None:
    if not case.complaint.source.is_chat or case.client == CONSOLE:
        raise NotReady("这件投诉不是在对话里提出的，请用电话等方式联系客户。")
    if case.standing.progress.state in ENDED:
        raise NotReady("这件投诉已经结束，不能再发起对话。")


def _check_room(tx: Transaction, officer: Officer, limit: int) -> None:
    led = tx.chats.count_led().get(officer.username, 0)
    if led >= limit:
        raise NotReady(f"您手上已有 {led} 个对话，先结束或转交一个。")


def _invitation(chat_id: str, case: Case, officer: Officer, now: datetime) -> Chat:
    source, reference = case.complaint.source, case.standing.reference
    return Chat(
        id=chat_id,
        client=case.client,
        channel=ChatChannel.WECHAT if source is Source.WECHAT_CHAT else ChatChannel.WEB,
        why=ChatWhy.OFFICER,
        state=ChatState.ACTIVE,
        file=ChatFile(topic=f"投诉 {reference}", references=(reference,)),
        asked_at=now,
        queued_at=now,
        opened_at=None,
        officer=officer.username,
        taken_at=now,
    )
