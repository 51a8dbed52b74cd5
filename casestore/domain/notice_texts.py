"""What customers are told about the handling of their complaint, in plain Chinese.

Duties to tell: 投诉办法 article 18 para 1 (further extension), para 2 (outside appraisal), article 20
(review decision); of the first extension the law does not say so, we tell it all the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from casestore.domain.case import CaseStanding, EventKind
from casestore.domain.notice import NoticeKind


@dataclass(frozen=True)
class Occasion:
    """The act that has to be told: what was done, what for (``reason``), and how it left the case;
    ``data`` as in ``casestore.domain.effects``."""

    kind: EventKind
    standing: CaseStanding
    reason: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """What to tell. A ``courtesy`` is sent into a conversation, but nobody is made to call or to
    write for it."""

    kind: NoticeKind
    text: str
    is_courtesy: bool = False


def message_about(occasion: Occasion) -> Message | None:
    """What the customer is told about an act; None if nothing."""
    write = _WRITERS.get(occasion.kind)
    return write(occasion) if write else None


def _replied(at: Occasion) -> Message:
    return Message(NoticeKind(at.data.get("kind", NoticeKind.REPLY.value)), at.reason)


def _extended(at: Occasion) -> Message:
    again = at.standing.progress.terms.extensions > 1
    kind = NoticeKind.FURTHER_EXTENSION if again else NoticeKind.EXTENSION
    text = (
        f"您的投诉（编号 {at.standing.reference}）还需要一些时间核实，经审批{'再次' if again else ''}延长"
        f"处理期限，最晚{_last_day(at)}作出处理决定并告知您。让您久等，非常抱歉。\n"
        f"延长的原因：{at.reason}"
    )
    return Message(kind, text)


def _restarted(at: Occasion) -> Message:
    text = (
        f"收到您就投诉（编号 {at.standing.reference}）提出的新情况，处理期限从收到之日起重新计算，"
        f"最晚{_last_day(at)}作出处理决定并告知您。\n新情况：{at.reason}"
    )
    return Message(NoticeKind.RESTARTED, text)


def _appraisal_started(at: Occasion) -> Message:
    text = (
        f"您的投诉（编号 {at.standing.reference}）需要由{_body(at)}进行鉴定、检测或评估，这段时间不计入处理"
        f"期限。一有结果，我们就继续处理并告知您。{_because(at)}"
    )
    return Message(NoticeKind.APPRAISAL, text)


def _appraisal_ended(at: Occasion) -> Message:
    text = (
        f"您的投诉（编号 {at.standing.reference}）的鉴定、检测或评估已经结束，我们继续处理，最晚{_last_day(at)}"
        "作出处理决定并告知您。"
    )
    return Message(NoticeKind.APPRAISAL_ENDED, text, is_courtesy=True)


def _mediation_started(at: Occasion) -> Message:
    text = (
        f"您的投诉（编号 {at.standing.reference}）经您和我行同意，由{_body(at)}调解，调解期间不计入处理"
        f"期限。调解结束后我们会继续处理并告知您。{_because(at)}"
    )
    return Message(NoticeKind.MEDIATION, text)


def _mediation_ended(at: Occasion) -> Message:
    text = (
        f"您的投诉（编号 {at.standing.reference}）的调解已经结束，我们继续处理，最晚{_last_day(at)}"
        "作出处理决定并告知您。"
    )
    return Message(NoticeKind.MEDIATION_ENDED, text, is_courtesy=True)


def _merged(at: Occasion) -> Message:
    text = (
        f"您的投诉（编号 {at.standing.reference}）和投诉 {at.standing.handling.merged_into} 说的是同一件事，"
        "我们把两件合在一起办理，一并答复您。查询进度请用编号 "
        f"{at.standing.handling.merged_into}。"
    )
    return Message(NoticeKind.MERGED, text)


def _reopened(at: Occasion) -> Message:
    text = (
        f"您的投诉（编号 {at.standing.reference}）我们已重新办理，最晚{_last_day(at)}"
        "作出处理决定并告知您。"
    )
    return Message(NoticeKind.REOPENED, text)


def _closed(at: Occasion) -> Message:
    text = (
        f"您的投诉（编号 {at.standing.reference}）已经办结，谢谢您的理解和配合。"
        "如果还有新的情况，随时可以补充或重新投诉。"
    )
    return Message(NoticeKind.CLOSED, text, is_courtesy=True)


def _last_day(at: Occasion) -> str:
    day = at.standing.due.legal
    return f"{day.year}年{day.month}月{day.day}日"


def _body(at: Occasion) -> str:
    return at.data.get("body", "").strip() or "外部机构"


def _because(at: Occasion) -> str:
    return f"\n说明：{at.reason}" if at.reason.strip() else ""


_WRITERS: Mapping[EventKind, Callable[[Occasion], Message]] = {
    EventKind.REPLIED: _replied,
    EventKind.EXTENDED: _extended,
    EventKind.RESTARTED: _restarted,
    EventKind.APPRAISAL_STARTED: _appraisal_started,
    EventKind.APPRAISAL_ENDED: _appraisal_ended,
    EventKind.MEDIATION_STARTED: _mediation_started,
    EventKind.MEDIATION_ENDED: _mediation_ended,
    EventKind.MERGED: _merged,
    EventKind.REOPENED: _reopened,
    EventKind.CLOSED: _closed,
}
