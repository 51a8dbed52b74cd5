"""What is to be done next about a case, in the words its page and the work list show."""

from casestore.domain.case import CaseStanding, CaseState
from casestore.domain.directory import Directory
from casestore.domain.reply import ReplyStage, ReplyStatus

_STEPS = {
    CaseState.REGISTERED: "分派",
    CaseState.ASSIGNED: "开始调查",
    CaseState.INVESTIGATING: "查清事实，写答复",
    CaseState.IN_MEDIATION: "等调解结果",
    CaseState.IN_APPRAISAL: "等鉴定结论",
    CaseState.DECIDED: "告知客户",
    CaseState.NOTIFIED: "确认送达后办结",
    CaseState.REOPENED: "重新调查并答复",
}
_WRITTEN_IN = frozenset({CaseState.INVESTIGATING, CaseState.UNDER_REVIEW})


def next_step(standing: CaseStanding, reply: ReplyStage | None, directory: Directory) -> str:
    """The next step; empty where nothing is to be done. A review says until when it must be
    decided (投诉办法 article 20)."""
    state, review_due = standing.progress.state, standing.progress.review_due
    words = _about_reply(state, reply, directory)
    if state is CaseState.UNDER_REVIEW and review_due is not None:
        decide = f"最晚 {review_due.isoformat()} 作出核查决定"
        return f"{words}，{decide}" if words else decide
    return words or _STEPS.get(state, "")


def _about_reply(state: CaseState, reply: ReplyStage | None, directory: Directory) -> str:
    """What the reply being written waits for; empty while its writer is at it."""
    if reply is None or state not in _WRITTEN_IN:
        return ""
    if reply.status is ReplyStatus.SUBMITTED:
        return f"等待审批（{directory.person(reply.written_by)}送审）"
    return "按退回意见修改答复" if reply.status is ReplyStatus.RETURNED else ""
