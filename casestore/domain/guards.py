"""What must be so, beside state and right, before an act on a case may be done.

A guard returns if all is well and raises otherwise. Those in ``ABOUT_THE_OFFICER`` look at the
case and the officer alone, so that a page can ask them too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from casestore.domain.case import CaseStanding, EventKind
from casestore.domain.clock import due_dates_on, next_limit
from casestore.domain.errors import (
    InvalidRequest,
    NeedsAnother,
    NoReplyYet,
    NotAllowed,
    NotReady,
    ReviewTooLate,
    WrongState,
)
from casestore.domain.staff import SYSTEM, Officer, Right

# 投诉办法 article 20: within 30 days of receiving the decision, calendar days by article 43.
REVIEW_APPLICATION_DAYS = 30


@dataclass(frozen=True)
class Circumstances:
    """What the guards must know beside the case itself; collected by ``service.acting``.

    ``replied_on``: day of the last reply. ``submitted_reply`` and ``approved_reply``: ids of the
    reply that waits for approval and of the one that may go out; ``submitted_by``: username of who
    wrote the former. ``deciders``: actors who took the decision under review; ``writers``:
    usernames of who wrote the reply that told it.
    ``assignee_problem``: why the case cannot be given to who it is to be given to;
    ``assignee_unit``: the branch that person works for. ``other``: where the other case of a link
    or merger stands; ``is_related``: whether it is of the same customer or linked with this one.
    """

    replied_on: date | None = None
    open_points: int = 0
    submitted_reply: str | None = None
    submitted_by: str | None = None
    approved_reply: str | None = None
    open_notices: int = 0
    is_decision_told: bool = False
    deciders: frozenset[str] = frozenset()
    writers: frozenset[str] = frozenset()
    assignee_problem: str | None = None
    assignee_unit: str | None = None
    other: CaseStanding | None = None
    is_related: bool = False


@dataclass(frozen=True)
class Situation:
    """An act about to be done. ``officer`` is None for a customer's act through a client; ``day``
    (China local) is when it was done, ``now`` when it is written down."""

    standing: CaseStanding
    kind: EventKind
    day: date
    now: datetime
    officer: Officer | None = None
    text: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    rating: int | None = None
    circumstances: Circumstances = Circumstances()

    @property
    def username(self) -> str:
        """Who acts; empty for a customer."""
        return self.officer.username if self.officer else ""


NO_SUCH_CASE = "没有这件投诉，请核对编号"

Guard = Callable[[Situation], None]

_HIGHER_UP = "再次延长要由上级机构或总行高级管理人员审批。"


def by_system(at: Situation) -> None:
    """Only jobs do this. Raises NotAllowed."""
    if at.officer is not SYSTEM:
        raise NotAllowed


def in_charge(at: Situation) -> None:
    """专人负责: the assignee, or who may assign. Raises NotAllowed."""
    officer = at.officer
    if officer is None or officer.may(Right.ASSIGN):
        return
    if at.standing.handling.assignee != officer.username:
        raise NotAllowed("这件投诉不由您经办；请经办人办理，或由主管改派。")


def mine_or_free(at: Situation) -> None:
    """Nobody takes up what is another's. Raises NotAllowed."""
    if at.standing.handling.assignee not in {None, at.username}:
        raise NotAllowed("这件投诉已经分派给别人；需要您办理时请主管改派。")


def not_the_handler(at: Situation) -> None:
    """An extension is approved by somebody else than who handles the case. Raises NeedsAnother."""
    if at.standing.handling.assignee == at.username:
        raise NeedsAnother("延长期限要由经办人以外的人审批。")


def may_grant_next(at: Situation) -> None:
    """The right the next stage of the limit asks for; for the second one the superior institution
    or the head office (投诉办法 article 18 para 1). Raises NotReady where there is none, NotAllowed.
    """
    further = next_limit(at.standing.progress.terms)
    if further is None:
        raise NotReady("按适用的规定，这件投诉的期限不能再延长。")
    if at.officer and further.granted_by and not at.officer.may(further.granted_by):
        raise NotAllowed(_HIGHER_UP)
    if further.granted_by is Right.EXTEND_AGAIN and _is_of_the_unit(at):
        raise NotAllowed(_HIGHER_UP)


def _is_of_the_unit(at: Situation) -> bool:
    """Whether the officer works for the branch that handles the case."""
    branch = at.officer.branch if at.officer else None
    return branch is not None and branch == at.standing.handling.unit


def not_in_review(at: Situation) -> None:
    """投诉办法 article 20 knows no extension of a review. Raises NotReady."""
    if at.standing.progress.review_due is not None:
        raise NotReady("核查决定的 30 日期限不能延长或重新计算。")


def in_time(at: Situation) -> None:
    """A limit is extended before it is over, not afterwards. Raises NotReady."""
    if at.day > due_dates_on(at.standing.progress.terms, at.day).legal:
        raise NotReady("法定期限已经过了，不能再补办延长；请尽快作出决定并告知客户。")


def reasoned(at: Situation) -> None:
    """The reason is written down. Raises InvalidRequest."""
    if not (at.text or "").strip():
        raise InvalidRequest({"text": "请写明理由"})


def named_body(at: Situation) -> None:
    """Who mediates or appraises is written down. Raises InvalidRequest."""
    if not at.data.get("body", "").strip():
        raise InvalidRequest({"body": "请写明机构名称"})


def assignable(at: Situation) -> None:
    """Whoever gets the case may have it. Raises InvalidRequest."""
    if not at.data.get("assignee"):
        raise InvalidRequest({"assignee": "请选择经办人"})
    if problem := at.circumstances.assignee_problem:
        raise InvalidRequest({"assignee": problem})


def review_goes_to_another(at: Situation) -> None:
    """投诉办法 article 20: the superior institution reviews, so neither who decided nor who wrote
    the decision. Raises NeedsAnother."""
    given_to, known = at.data.get("assignee", ""), at.circumstances
    if not at.standing.progress.review_due:
        return
    if f"staff:{given_to}" in known.deciders or given_to in known.writers:
        raise NeedsAnother("核查要交给原来写答复和审批答复以外的人办理。")


def review_decided_by_another(at: Situation) -> None:
    """Who took the decision does not decide the review of it. Raises NeedsAnother."""
    acting = f"staff:{at.username}"
    if at.standing.progress.review_due and acting in at.circumstances.deciders:
        raise NeedsAnother("原决定由您审批，核查决定要由另一个人审批。")


def review_written_by_another(at: Situation) -> None:
    """Who wrote the reply under review does not write the review's (投诉办法 article 20). Raises
    NeedsAnother."""
    if at.standing.progress.review_due and at.username in at.circumstances.writers:
        raise NeedsAnother("原答复由您写，核查的答复要由另一个人写；请主管把这件投诉改派给别人。")


def submitted(at: Situation) -> None:
    """There is a reply to decide about. Raises NotReady."""
    waiting = at.circumstances.submitted_reply
    if waiting is None:
        raise NotReady("还没有送审的答复。")
    if at.data.get("reply", waiting) != waiting:
        raise NotReady("您看到的不是现在送审的答复，请刷新页面。")


def second_person(at: Situation) -> None:
    """Who wrote the reply does not approve it. Raises NeedsAnother."""
    if at.circumstances.submitted_by == at.username:
        raise NeedsAnother("答复由您送审，要由另一个人审批。")


def points_answered(at: Situation) -> None:
    """投诉办法 article 19: every claim is answered. Raises NotReady."""
    if at.circumstances.open_points:
        raise NotReady(f"还有 {at.circumstances.open_points} 项诉求没有回应。")


def approved(at: Situation) -> None:
    """What goes out was approved. Raises NotReady."""
    ready = at.circumstances.approved_reply
    if ready is None or at.data.get("reply", ready) != ready:
        raise NotReady("答复还没有审批通过。")


def told(at: Situation) -> None:
    """投诉办法 article 21: the decision was told and there is proof. Raises NotReady."""
    if at.circumstances.open_notices:
        raise NotReady("还有通知没有送达或没有登记送达，请先完成告知。")
    if not at.circumstances.is_decision_told:
        raise NotReady("还没有把决定告知客户的送达记录。")


def classified(at: Situation) -> None:
    """央行消保办法 article 38: figures must not be wrong, so a person has confirmed the classes.
    Raises NotReady."""
    if at.standing.handling.confirmed is None:
        raise NotReady("还没有人确认分类，请先确认业务类别、投诉原因和业务办理渠道。")


def once_answered(at: Situation) -> None:
    """There is a decision to rate or to disagree with. Raises NoReplyYet."""
    if at.standing.progress.answered_on is None:
        raise NoReplyYet


def review_in_time(at: Situation) -> None:
    """Within 30 days of the decision. Raises NoReplyYet, ReviewTooLate."""
    replied_on = at.circumstances.replied_on
    if replied_on is None:
        raise NoReplyYet
    if at.day - replied_on > timedelta(days=REVIEW_APPLICATION_DAYS):
        raise ReviewTooLate


def names_another_case(at: Situation) -> None:
    """The other case exists and is not this one. Raises InvalidRequest."""
    name = "into" if at.kind is EventKind.MERGED else "other"
    if at.data.get(name) == at.standing.reference:
        raise InvalidRequest({name: "不能是这件投诉自己"})
    if at.circumstances.other is None:
        raise InvalidRequest({name: NO_SUCH_CASE})


def other_goes_on(at: Situation) -> None:
    """投诉办法 article 18 para 3: merged within the time of handling, same matter. Raises
    NotReady."""
    other = at.circumstances.other
    if other is None or not other.awaits_reply:
        raise NotReady("要并入的那件投诉已经答复或结束，只能关联，不能并案。")
    if not at.circumstances.is_related:
        raise NotReady("两件投诉不是同一客户，也没有关联为同一事项；请先关联再并案。")


def held(at: Situation) -> None:
    """Raises WrongState if there is no hold to lift."""
    if not at.standing.handling.is_held:
        raise WrongState


def not_held(at: Situation) -> None:
    """Raises WrongState under a legal hold."""
    if at.standing.handling.is_held:
        raise WrongState


ABOUT_THE_OFFICER: frozenset[Guard] = frozenset(
    {
        by_system,
        held,
        in_charge,
        may_grant_next,
        mine_or_free,
        not_held,
        not_in_review,
        not_the_handler,
        once_answered,
    }
)
