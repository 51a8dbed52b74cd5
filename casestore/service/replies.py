"""The reply to a complaint: written, approved by a second person, released to the customer.

What a reply must hold: ``casestore.domain.reply.missing``. Who may do what in which state:
``casestore.domain.handling``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from casestore.domain.case import Case, CaseStanding, EventKind
from casestore.domain.deadlines import local_date
from casestore.domain.errors import (
    CaseNotFound,
    IncompleteReply,
    InvalidRequest,
    NotAllowed,
    NotReady,
    StaleCase,
    WrongState,
)
from casestore.domain.guards import Circumstances, Situation, review_written_by_another
from casestore.domain.handling import check_officer, rule_for
from casestore.domain.letter import compose, lacks
from casestore.domain.notice import NoticeKind
from casestore.domain.reminder import ReminderKind
from casestore.domain.reply import (
    Draft,
    Parts,
    Point,
    Reply,
    ReplyStage,
    ReplyStatus,
    draft_problems,
)
from casestore.domain.reply_template import ReplyTemplate
from casestore.domain.staff import Officer, Right
from casestore.service.access import check_access
from casestore.service.acting import Deed, Done, perform
from casestore.service.circumstances import writers_under_review
from casestore.service.informing import inform
from casestore.service.notices import MOST_LISTED, announce
from casestore.service.permission import lock_permitted
from casestore.service.ports import Clock, NewId, Store, Transaction
from casestore.service.reply_sheet import (
    Sheet,
    build_sheet,
    case_of,
    is_review,
    offers_review,
    points_of,
)


@dataclass(frozen=True)
class Waiting:
    """A reply that awaits approval, and the case it is about."""

    reply: Reply
    standing: CaseStanding


class ReplyDesk:
    """Replies as use cases. ``now`` gives aware moments. ``act_id`` makes repeats known: an act
    sent twice under one id is done once. ``version`` is the version of the case the officer saw.

    Every method may raise StoreUnavailable; those that change something raise CaseNotFound (also
    for a case of another branch), NotAllowed, Recused, StaleCase and NotInThisState.
    """

    def __init__(
        self, store: Store, now: Clock, new_id: NewId, templates: Sequence[ReplyTemplate]
    ) -> None:
        self._store = store
        self._now = now
        self._new_id = new_id
        self._templates = templates

    def points(self, reference: str) -> Sequence[Point]:
        """The points of a case: as officers left them, else as proposed from the complaint.

        For callers who have checked who is asking. Raises CaseNotFound, FieldUnreadable.
        """
        with self._store.transaction() as tx:
            return points_of(tx, case_of(tx, reference))

    def sheet(self, reference: str, officer: Officer) -> Sheet:
        """Everything about the reply, for its page; looking is noted in the audit log.

        Raises CaseNotFound, NotAllowed, FieldUnreadable.
        """
        now = self._now()
        with self._store.transaction() as tx:
            case = case_of(tx, reference)
            check_access(tx, case.standing, officer)
            if not officer.may(Right.READ):
                raise NotAllowed
            sheet = build_sheet(tx, case, officer, now, self._templates)
            tx.audit.append(officer.actor, "case_opened", reference, "reply", now)
            tx.commit()
        return sheet

    def glance(self, case: Case, officer: Officer) -> Sheet:
        """The same of a case this officer has open already."""
        with self._store.transaction() as tx:
            return build_sheet(tx, case, officer, self._now(), self._templates)

    def template(self, key: str) -> ReplyTemplate | None:
        """The template of that key; None if there is none."""
        return next((each for each in self._templates if each.key == key), None)

    def is_repeat(self, reference: str, draft: Draft, act_id: str) -> bool:
        """Whether this very draft was handed in under this id before."""
        with self._store.transaction() as tx:
            if tx.cases.event_of(act_id) is None:
                return False
            reply, points = tx.replies.latest(reference), tx.replies.points(reference)
        said = [(point.claim, point.answer) for point in draft.points]
        kept = [(point.claim, point.answer) for point in points]
        return reply is not None and (reply.parts, kept) == (draft.parts, said)

    def stages(self, references: Collection[str]) -> Mapping[str, ReplyStage]:
        """How far the reply of each case is; for callers who have checked who is asking."""
        with self._store.transaction() as tx:
            return tx.replies.stages(references)

    def waiting(self, officer: Officer) -> Sequence[Waiting]:
        """Replies of others that await approval in the cases this officer sees, longest waiting
        first, up to ``MOST_LISTED``."""
        with self._store.transaction() as tx:
            waiting = tx.replies.submitted(officer, MOST_LISTED)
            found = [(reply, tx.cases.standing(reply.reference)) for reply in waiting]
        return [Waiting(reply, standing) for reply, standing in found if standing]

    def save_draft(
        self, reference: str, draft: Draft, officer: Officer, version: int | None
    ) -> CaseStanding:
        """Keep what was written so far, complete or not; a new round begins if the last was told.

        Raises InvalidRequest for texts that cannot be kept.
        """
        _require_keepable(draft)
        now = self._now()
        with self._store.transaction() as tx:
            standing = _writing(tx, reference, officer, version, now)
            reply = _open_round(tx.replies.latest(reference), reference, self._new_id, officer, now)
            tx.replies.put(
                replace(reply, parts=draft.parts, written_by=officer.username, written_at=now)
            )
            tx.replies.put_points(reference, draft.points)
            standing = _touched(tx, standing)
            tx.commit()
        return standing

    def submit(self, reference: str, officer: Officer, version: int | None, act_id: str) -> Done:
        """Hand the saved draft in for approval; what the customer will read is fixed from here.

        Raises IncompleteReply, NotReady if nothing was saved.
        """
        now = self._now()
        with self._store.transaction() as tx:
            standing, reply = _locked(tx, reference)
            deed = Deed(EventKind.REPLY_SUBMITTED, act_id, None, {"reply": reply.id}, version)
            if tx.cases.event_of(act_id) is None:
                _writing(tx, reference, officer, version, now)
                reply = _complete(tx, standing, reply)
            done = perform(tx, reference, deed, officer, now)
            if done.created:
                submitted = replace(
                    reply,
                    status=ReplyStatus.SUBMITTED,
                    written_by=officer.username,
                    written_at=now,
                    reviewed_by=None,
                    reviewed_at=None,
                )
                tx.replies.put(submitted)
                inform(tx, done, deed, now)
                tx.commit()
        return done

    def approve(self, reference: str, officer: Officer, version: int | None, act_id: str) -> Done:
        """Take the decision: a second person stands for the reply. Raises NeedsAnother."""
        return self._review(
            reference,
            Deed(EventKind.DECIDED, act_id, version=version),
            officer,
            ReplyStatus.APPROVED,
        )

    def send_back(
        self, reference: str, note: str, officer: Officer, version: int | None, act_id: str
    ) -> Done:
        """Return a reply that was handed in or approved, and tell its writer why.

        Raises InvalidRequest without a reason.
        """
        return self._review(
            reference,
            Deed(EventKind.REPLY_RETURNED, act_id, note, version=version),
            officer,
            ReplyStatus.RETURNED,
        )

    def release(self, reference: str, officer: Officer, version: int | None, act_id: str) -> Done:
        """Answer the customer with the approved reply: into the conversation it came from, else an
        officer has to deliver it (``service.notices``). Raises NotReady, FieldUnreadable."""
        now = self._now()
        with self._store.transaction() as tx:
            standing, reply = _locked(tx, reference)
            kind = NoticeKind.REVIEW_DECISION if is_review(standing) else NoticeKind.REPLY
            data = {"reply": reply.id, "kind": kind.value}
            if (before := tx.cases.event_of(act_id)) is not None and before.act is not None:
                data = dict(before.act.data)  # the review has ended with the first release
            deed = Deed(EventKind.REPLIED, act_id, reply.text, data, version)
            done = perform(tx, reference, deed, officer, now)
            if done.created:
                tx.replies.put(replace(reply, status=ReplyStatus.RELEASED, released_at=now))
                announce(tx, done, deed, now)
                tx.commit()
        return done

    def _review(self, reference: str, deed: Deed, officer: Officer, status: ReplyStatus) -> Done:
        now = self._now()
        with self._store.transaction() as tx:
            _, reply = _locked(tx, reference)
            deed = replace(deed, data={"reply": reply.id})
            done = perform(tx, reference, deed, officer, now)
            if done.created:
                reviewed = replace(
                    reply,
                    status=status,
                    reviewed_by=officer.username,
                    reviewed_at=now,
                    review_note=deed.text,
                )
                tx.replies.put(reviewed)
                if status is ReplyStatus.RETURNED:
                    _tell_writer(tx, reviewed, deed.id, now)
                tx.commit()
        return done


def _locked(tx: Transaction, reference: str) -> tuple[CaseStanding, Reply]:
    """The case, locked, and its reply. Raises CaseNotFound, NotReady if nothing was written."""
    standing = tx.cases.lock(reference)
    reply = tx.replies.latest(reference)
    if standing is None:
        raise CaseNotFound
    if reply is None:
        raise NotReady("还没有写答复，请先保存答复草稿。")
    return standing, reply


def _writing(
    tx: Transaction, reference: str, officer: Officer, version: int | None, now: datetime
) -> CaseStanding:
    """The locked case, if this officer may write its reply now: whoever may hand it in."""
    standing = lock_permitted(tx, reference, officer, Right.HANDLE)
    if version not in {None, standing.handling.version}:
        raise StaleCase
    kind = EventKind.REPLY_SUBMITTED
    rule = rule_for(kind, standing.progress.state)
    known = Circumstances(writers=writers_under_review(tx, standing))
    at = Situation(standing, kind, local_date(now), now, officer, circumstances=known)
    check_officer(rule, at)
    review_written_by_another(at)  # before the work is done, not when it is handed in
    latest = tx.replies.latest(reference)
    if latest is not None and latest.status is ReplyStatus.SUBMITTED:
        raise NotReady("答复已经送审；要修改，请审批人先退回。")
    return standing


def _open_round(
    latest: Reply | None, reference: str, new_id: NewId, officer: Officer, now: datetime
) -> Reply:
    """The reply that is being written, or a new one after the last was told."""
    if latest is not None and latest.status.is_open:
        return latest
    number = latest.round + 1 if latest else 1
    return Reply(new_id(), reference, number, ReplyStatus.DRAFT, Parts(), officer.username, now)


def _complete(tx: Transaction, standing: CaseStanding, reply: Reply) -> Reply:
    """The reply with the text the customer will read. Raises IncompleteReply, WrongState."""
    if not reply.status.is_open:
        raise WrongState
    reviewed, points = is_review(standing), tx.replies.points(reply.reference)
    draft = Draft(reply.parts, points)
    if lacking := lacks(draft, reply.reference, offers_review(standing), reviewed):
        raise IncompleteReply(lacking)
    text = compose(reply.parts, points, reply.reference, reviewed)
    return replace(reply, text=text)


def _touched(tx: Transaction, standing: CaseStanding) -> CaseStanding:
    """A draft changes what others work on, so forms that show it go stale."""
    handling = replace(standing.handling, version=standing.handling.version + 1)
    standing = replace(standing, handling=handling)
    tx.cases.move(standing)
    return standing


def _require_keepable(draft: Draft) -> None:
    if wrong := draft_problems(draft):
        raise InvalidRequest(wrong)


def _tell_writer(tx: Transaction, reply: Reply, act_id: str, now: datetime) -> None:
    tx.reminders.put(
        reply.written_by,
        ReminderKind.SENT_BACK,
        reply.reference,
        "答复被退回，请按审批意见修改后重新送审。",
        f"sent_back/{act_id}",
        now,
    )
