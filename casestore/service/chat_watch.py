"""Looks after talks nobody looks after: gone officers, forgotten talks, waiting customers."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from casestore.domain.callback import KEPT_YEARS
from casestore.domain.chat import Chat, ChatState, ClosedBy, ending, is_deserted
from casestore.domain.deadlines import CHINA_TIME, local_date, midnight
from casestore.domain.duty import PRESENT_FOR
from casestore.domain.reminder import ReminderKind
from casestore.domain.retention import Due, kept_from
from casestore.domain.staff import SYSTEM
from casestore.domain.watch import Level, line_of
from casestore.service.callbacks import MOST_LISTED, callback_key
from casestore.service.chat_desk import PLEASE_WAIT
from casestore.service.chat_news import chat_key, end, speak
from casestore.service.ports import Clock, NewId, Store, Transaction

REMIND_AFTER = timedelta(minutes=1)
"""Who is on duty hears of a customer who waits for so long; of danger at once."""

_TALKS_BASIS = (
    "设置 CHAT_DAYS={}；《中国人民银行业务领域数据安全管理办法》第三十条；与还在的投诉有关的不删"
)
_CALLS_BASIS = f"{KEPT_YEARS} 年，《中国人民银行金融消费者权益保护实施办法》第四十四条"
_NOBODY_FREE = (
    "很抱歉，暂时没有工作人员能接着接待您。"
    "还要人工，请再说“转人工”；也可以说“给我回电”，留下电话，我们打给您。"
)
_NOTHING_SAID = "您有一会儿没有说话，人工服务先到这里。还要人工，请再说“转人工”。"


class ChatWatch:
    """``days`` is how long ended talks are kept. Every method may raise StoreUnavailable."""

    def __init__(self, store: Store, now: Clock, new_id: NewId, days: int) -> None:
        self._store = store
        self._now = now
        self._new_id = new_id
        self._days = days

    def watch(self) -> int:
        """End what is over, put deserted talks back into the queue, remind of those who wait; how
        many talks and calls something was done about."""
        now = self._now()
        with self._store.transaction() as tx:
            tx.duties.drop_before(now - PRESENT_FOR)
            open_ids = tx.chats.open_ids()
            tx.commit()
        moved = sum(self._look_after(chat_id, now) for chat_id in open_ids)
        return moved + self._remind(now)

    def due(self) -> Sequence[Due]:
        """What ``forget`` would delete now."""
        talks, calls = self._kept_from()
        with self._store.transaction() as tx:
            return (
                Due(
                    "人工对话", tx.chats.count_before(talks), talks, _TALKS_BASIS.format(self._days)
                ),
                Due("回电", tx.callbacks.count_before(calls), calls, _CALLS_BASIS),
            )

    def forget(self) -> int:
        """Delete ended talks and promised calls whose time of keeping is over; how many."""
        talks, calls = self._kept_from()
        with self._store.transaction() as tx:
            count = tx.chats.drop_before(talks) + tx.callbacks.drop_before(calls)
            tx.commit()
        return count

    def _kept_from(self) -> tuple[datetime, datetime]:
        """Since when ended talks, and since when calls, are kept."""
        now = self._now()
        calls = midnight(kept_from(local_date(now), KEPT_YEARS))
        return now - timedelta(days=self._days), calls

    def _look_after(self, chat_id: str, now: datetime) -> bool:
        with self._store.transaction() as tx:
            chat = tx.chats.lock(chat_id)
            if chat is None:
                return False
            why = ending(chat, now)
            duty = tx.duties.of(chat.officer) if chat.officer else None
            if why is not None:
                self._end(tx, chat, why, now)
            elif is_deserted(chat, duty is not None, now):
                self._return(tx, chat, now)
            else:
                return False
            tx.commit()
        return True

    def _end(self, tx: Transaction, chat: Chat, why: ClosedBy, now: datetime) -> None:
        if chat.state is ChatState.WAITING and chat.is_returned:
            speak(tx, chat, _NOBODY_FREE, self._new_id(), now)
        elif chat.state is ChatState.ACTIVE and chat.opened_at is not None:
            speak(tx, chat, _NOTHING_SAID, self._new_id(), now)
        end(tx, chat.closed(why, now), self._new_id(), now)

    def _return(self, tx: Transaction, chat: Chat, now: datetime) -> None:
        speak(tx, chat, PLEASE_WAIT, self._new_id(), now)
        tx.chats.put(chat.returned(now))

    def _remind(self, now: datetime) -> int:
        with self._store.transaction() as tx:
            waiting = [chat for chat in tx.chats.waiting(SYSTEM) if _is_pressing(chat, now)]
            overdue = [
                each for each in tx.callbacks.open(SYSTEM, MOST_LISTED) if each.is_overdue(now)
            ]
            if not waiting and not overdue:
                return 0
            people = _on_duty(tx, now)
            told = [_tell_waiting(tx, chat, people, now) for chat in waiting]
            for each in overdue:
                key = f"{callback_key(each.id)}overdue"
                kind = ReminderKind.CALLBACK_OVERDUE
                words = f"答应 {_local(each.promised_by)} 以前的回电还没有办。"
                told.append(_tell(tx, people, kind, words, key, now))
            tx.commit()
        return sum(told)


def _is_pressing(chat: Chat, now: datetime) -> bool:
    return chat.why.is_urgent or now - chat.queued_at >= REMIND_AFTER


def _on_duty(tx: Transaction, now: datetime) -> Sequence[str]:
    """Who is on duty; where nobody is, the supervisors of the head office."""
    there = [duty.username for duty in tx.duties.all() if duty.takes_talks and duty.is_present(now)]
    return there or sorted(line_of(Level.HEAD_OFFICE, None, None, tx.staff.accounts(), []))


def _tell_waiting(tx: Transaction, chat: Chat, people: Iterable[str], now: datetime) -> bool:
    kind = ReminderKind.CHAT_RISK if chat.why.is_urgent else ReminderKind.CHAT_WAITING
    text = f"{chat.channel.label}客户在等人工：{chat.why.label}，{_local(chat.queued_at)} 起。"
    key = f"{chat_key(chat.id)}{chat.queued_at:%Y%m%d%H%M%S}"
    return _tell(tx, people, kind, text, key, now)


def _tell(
    tx: Transaction,
    people: Iterable[str],
    kind: ReminderKind,
    text: str,
    key: str,
    now: datetime,
) -> bool:
    """Whether anybody was told who had not been before."""
    told = [tx.reminders.put(username, kind, None, text, key, now) for username in people]
    return any(told)


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA_TIME):%m-%d %H:%M}"
