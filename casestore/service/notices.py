"""Telling customers: into the conversation, or by an officer who logs way, time and proof.

投诉办法 article 21: proof of each notice is kept; what counts is the moment of sending.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from casestore.domain.case import Act, CaseEvent, CaseStanding, EventKind
from casestore.domain.deadlines import local_date
from casestore.domain.errors import (
    CaseNotFound,
    IdempotencyConflict,
    InvalidRequest,
    NoticeNotFound,
    WrongState,
)
from casestore.domain.exchange import News, NewsKind
from casestore.domain.notice import (
    CONFIRMATION_WITHIN,
    LONGEST_BY_HAND,
    LONGEST_PROOF,
    WRITTEN_BY_HAND,
    Notice,
    NoticeKind,
    NoticeStatus,
    NoticeWay,
    proposed_way,
)
from casestore.domain.notice_texts import Message, Occasion, message_about
from casestore.domain.reminder import ReminderKind
from casestore.domain.sensitive import problems
from casestore.domain.staff import SYSTEM, Officer, Right
from casestore.domain.texts import text_problem
from casestore.service.access import check_access
from casestore.service.acting import Deed, Done, perform
from casestore.service.desk import CONSOLE
from casestore.service.permission import lock_permitted
from casestore.service.ports import Clock, Store, Transaction
from casestore.service.skew import refuse_future

# A notice is named after the act it tells, so that the same act again is the same notice.
_NOTICES = UUID("5f6f2f0c-6b1c-5d0e-9f57-3f6a4c8a4e01")
MOST_LISTED = 200
MOST_REMINDED = 2_000
"""How many late notices one round of reminders looks at; the oldest come first."""
_CONFIRMED_BY_CLIENT = "对话推送回执"


@dataclass(frozen=True)
class Undelivered:
    """A notice an officer has to deliver, and the case it is about."""

    notice: Notice
    standing: CaseStanding


@dataclass(frozen=True)
class Receipt:
    """A client's word about a notice: given to the customer at ``at``, or why not."""

    is_delivered: bool
    at: datetime
    error: str | None = None


@dataclass(frozen=True)
class Telling:
    """How an officer told a customer: the way, the moment of sending, the proof kept."""

    way: NoticeWay
    sent_at: datetime
    proof: str


def announce(tx: Transaction, done: Done, deed: Deed, now: datetime) -> Notice | None:
    """Tell the customer about an act just performed, in its transaction; None if nothing is told.

    The same deed again is the same notice. Raises StoreUnavailable, FieldUnreadable.
    """
    message = message_about(Occasion(deed.kind, done.standing, deed.text or "", deed.data))
    if message is None or not done.created:
        return None
    event = tx.cases.event_of(deed.id)
    made_by = event.actor if event else ""
    return tell(tx, done.standing.reference, message, now, made_by, deed.id)


def tell(
    tx: Transaction, reference: str, message: Message, now: datetime, made_by: str, key: str
) -> Notice | None:
    """Make a notice named after ``key`` and send it, if this customer can be reached in a
    conversation; else an officer has to deliver it. None for a courtesy nobody has to deliver.

    ``made_by`` is an actor as in ``CaseEvent``. Raises StoreUnavailable, FieldUnreadable.
    """
    case = tx.cases.get(reference)
    if case is None:
        return None
    wish = case.complaint.complainant.contact_preference
    way = proposed_way(case.complaint.source, wish, is_connected=case.client != CONSOLE)
    if message.is_courtesy and way is not NoticeWay.CHAT:
        return None
    cursor = None
    if way is NoticeWay.CHAT:
        kind = NewsKind.REPLIED if message.kind.is_decision else NewsKind.NOTICE
        news = News(case.client, reference, kind, message.text, made_by, now)
        cursor = tx.feed.publish(news)
    notice = Notice(
        id=str(uuid5(_NOTICES, key)),
        reference=reference,
        kind=message.kind,
        way=way,
        text=message.text,
        made_by=made_by,
        made_at=now,
        cursor=cursor,
    )
    tx.notices.put(notice)
    return notice


class NoticeDesk:
    """Notices of cases as use cases. ``now`` gives aware moments. Every method may raise
    StoreUnavailable."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def of(self, reference: str) -> Sequence[Notice]:
        """The notices of a case, oldest first. For callers who have checked who is asking."""
        with self._store.transaction() as tx:
            return tx.notices.of(reference)

    def opened(self, reference: str, officer: Officer) -> Sequence[Notice]:
        """The notices of a case for an officer who opens them, which the audit log notes.

        Raises CaseNotFound.
        """
        with self._store.transaction() as tx:
            standing = tx.cases.standing(reference)
            if standing is None:
                raise CaseNotFound
            check_access(tx, standing, officer)
            tx.audit.append(officer.actor, "case_opened", reference, "notices", self._now())
            notices = tx.notices.of(reference)
            tx.commit()
        return notices

    def undelivered(self, officer: Officer) -> Sequence[Undelivered]:
        """What somebody has to deliver in the cases an officer sees, oldest first, up to
        ``MOST_LISTED``."""
        silent_since = self._now() - CONFIRMATION_WITHIN
        with self._store.transaction() as tx:
            waiting = tx.notices.undelivered(silent_since, officer, MOST_LISTED)
            found = [(notice, tx.cases.standing(notice.reference)) for notice in waiting]
        return [Undelivered(notice, standing) for notice, standing in found if standing]

    def log(
        self, reference: str, notice_id: str, telling: Telling, officer: Officer, act_id: str
    ) -> Notice:
        """Note how a customer was told. Sent twice under one ``act_id`` it is noted once.

        Raises InvalidRequest (way, sent_at, proof), NoticeNotFound, WrongState if the customer was
        told already, and as ``casestore.service.acting.perform``.
        """
        now = self._now()
        with self._store.transaction() as tx:
            notice = tx.notices.get(notice_id)
            if notice is None or notice.reference != reference:
                raise NoticeNotFound
            _require_telling(telling, notice, now)
            deed = Deed(
                EventKind.NOTICE_LOGGED, act_id, telling.proof, _logged_data(notice, telling)
            )
            done = perform(tx, reference, deed, officer, now)
            notice = tx.notices.get(notice_id) or notice  # again: the case is locked from here on
            if not done.created:
                return notice
            if notice.status.is_told:
                raise WrongState
            notice = notice.logged(telling.way, telling.sent_at, telling.proof)
            tx.notices.put(notice)
            tx.commit()
        return notice

    def write(
        self, reference: str, kind: NoticeKind, text: str, officer: Officer, key: str
    ) -> Notice | None:
        """Tell the customer something in the officer's own words (``WRITTEN_BY_HAND``).

        Sent twice under one ``key`` it is one notice. Raises InvalidRequest (kind, text),
        IdempotencyConflict for another text under that key, CaseNotFound, NotAllowed, Recused,
        FieldUnreadable.
        """
        _require_by_hand(kind, text)
        with self._store.transaction() as tx:
            lock_permitted(tx, reference, officer, Right.HANDLE)
            known = tx.notices.get(str(uuid5(_NOTICES, key)))
            if known is not None:
                if (known.kind, known.text) != (kind, text):
                    raise IdempotencyConflict
                return known
            notice = tell(tx, reference, Message(kind, text), self._now(), officer.actor, key)
            tx.commit()
        return notice

    def confirm(self, client: str, notice_id: str, receipt: Receipt) -> Notice:
        """Take a client's word about a notice it was given. The first good news stays.

        Raises NoticeNotFound if it was not given to this client, InvalidRequest for a moment in the
        future.
        """
        now = self._now()
        refuse_future(receipt.at, now)
        with self._store.transaction() as tx:
            notice = tx.notices.get(notice_id)
            if notice is None or tx.cases.client(notice.reference) != client:
                raise NoticeNotFound
            tx.cases.lock(notice.reference)
            notice = tx.notices.get(notice_id) or notice
            if notice.cursor is None or notice.status.is_told:
                return notice
            notice = _received(tx, notice, receipt, client, now)
            tx.commit()
        return notice

    def remind(self, now: datetime) -> int:
        """Tell the officers in charge of notices that did not reach the customer, each once; how
        many reminders that were."""
        with self._store.transaction() as tx:
            late = tx.notices.undelivered(now - CONFIRMATION_WITHIN, SYSTEM, MOST_REMINDED)
            told = sum(_remind(tx, notice, now) for notice in late)
            tx.commit()
        return told


def _logged_data(notice: Notice, telling: Telling) -> Mapping[str, str]:
    return {
        "notice": notice.id,
        "kind": notice.kind.value,
        "way": telling.way.value,
        "sent_on": local_date(telling.sent_at).isoformat(),
    }


def _require_telling(telling: Telling, notice: Notice, now: datetime) -> None:
    wrong = {}
    if telling.way is NoticeWay.CHAT:
        wrong["way"] = "对话推送由机器人回执，请选择您实际告知的方式"
    if telling.sent_at > now:
        wrong["sent_at"] = "告知时间不能晚于现在"
    elif local_date(telling.sent_at) < local_date(notice.made_at):
        wrong["sent_at"] = "告知时间不能早于作出的那一天"
    if problem := text_problem(telling.proof):
        wrong["proof"] = f"请写明凭证（{telling.way.proof_hint}）：{problem}"
    elif len(telling.proof) > LONGEST_PROOF:
        wrong["proof"] = f"最多 {LONGEST_PROOF} 字"
    if wrong:
        raise InvalidRequest(wrong)


def _require_by_hand(kind: NoticeKind, text: str) -> None:
    wrong = {}
    if kind not in WRITTEN_BY_HAND:
        wrong["kind"] = "请选择告知的事项"
    if problem := text_problem(text):
        wrong["text"] = problem
    elif len(text) > LONGEST_BY_HAND:
        wrong["text"] = f"最多 {LONGEST_BY_HAND} 字，现在有 {len(text)} 字"
    elif found := problems(text):
        wrong["text"] = "；".join(found)
    if wrong:
        raise InvalidRequest(wrong)


def _received(
    tx: Transaction, notice: Notice, receipt: Receipt, client: str, now: datetime
) -> Notice:
    if not receipt.is_delivered:
        failed = notice.failed(receipt.error or "对话里没有送到")
        tx.notices.put(failed)
        _remind(tx, failed, now)
        return failed
    data = {"notice": notice.id, "kind": notice.kind.value, "way": NoticeWay.CHAT.value}
    act = Act(f"{notice.id}/delivered", receipt.at, _CONFIRMED_BY_CLIENT, data=data)
    tx.cases.record(
        CaseEvent(notice.reference, EventKind.NOTICE_LOGGED, f"client:{client}", now, act)
    )
    delivered = notice.delivered(receipt.at, _CONFIRMED_BY_CLIENT)
    tx.notices.put(delivered)
    return delivered


def _remind(tx: Transaction, notice: Notice, now: datetime) -> bool:
    """False if they know, or if nobody is in charge of the case."""
    standing = tx.cases.standing(notice.reference)
    if standing is None or standing.handling.assignee is None:
        return False
    failed = notice.status is NoticeStatus.FAILED or notice.is_silent(now)
    why = "没有送到，请用别的方式告知客户并登记。" if failed else "等您告知客户并登记。"
    return tx.reminders.put(
        standing.handling.assignee,
        ReminderKind.UNDELIVERED,
        notice.reference,
        f"{notice.kind.label}{why}",
        f"undelivered/{notice.id}/{'failed' if failed else 'waiting'}",
        now,
    )
