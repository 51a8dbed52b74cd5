"""What customers were told and still have to be told, as pages show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from casestore.console.views import browser_minute, duration, minute
from casestore.domain.directory import Directory
from casestore.domain.notice import (
    WRITTEN_BY_HAND,
    Notice,
    NoticeStatus,
    NoticeWay,
)
from casestore.service.notices import Undelivered

_BY_A_PERSON = tuple(way for way in NoticeWay if way is not NoticeWay.CHAT)


@dataclass(frozen=True)
class NoticeLine:
    """One notice; ``todo`` says what an officer has to do about it, empty if nothing."""

    id: str
    reference: str
    kind: str
    way: str
    status: str
    made: str
    made_by: str
    sent: str
    proof: str
    todo: str
    is_told: bool
    waits: str
    text: str


@dataclass(frozen=True)
class FormView:
    """What ``parts.html`` fills fields with, and what is wrong with them."""

    values: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)


WAYS = [("", [(way.value, f"{way.label}（凭证：{way.proof_hint}）") for way in _BY_A_PERSON])]
"""The ways an officer can tell a customer, for ``parts.html``'s select."""
KINDS = [("", [(kind.value, kind.label) for kind in WRITTEN_BY_HAND])]
"""What an officer can tell in words of their own."""


def notice_line(notice: Notice, directory: Directory, now: datetime) -> NoticeLine:
    """One notice as it looks now."""
    return NoticeLine(
        id=notice.id,
        reference=notice.reference,
        kind=notice.kind.label,
        way=notice.way.label,
        status=notice.status.label,
        made=minute(notice.made_at),
        made_by=directory.actor(notice.made_by),
        sent=minute(notice.sent_at) if notice.sent_at else "",
        proof=notice.proof or "",
        todo=_todo(notice, now),
        is_told=notice.status.is_told,
        waits=duration(int((now - notice.made_at).total_seconds())),
        text=notice.text,
    )


def notice_lines(
    notices: Sequence[Notice], directory: Directory, now: datetime
) -> Sequence[NoticeLine]:
    """The notices of a case, newest first."""
    return [notice_line(notice, directory, now) for notice in reversed(notices)]


def undelivered_lines(
    found: Sequence[Undelivered], directory: Directory, now: datetime
) -> Sequence[NoticeLine]:
    """What officers have to deliver, in its order."""
    return [notice_line(each.notice, directory, now) for each in found]


def fresh_log_form(notice: Notice, now: datetime) -> FormView:
    """The form to log a notice, begun with the way proposed and the present moment."""
    way = _BY_A_PERSON[0] if notice.way is NoticeWay.CHAT else notice.way
    return FormView({"way": way.value, "sent_at": browser_minute(now), "proof": ""})


def _todo(notice: Notice, now: datetime) -> str:
    if notice.status is NoticeStatus.FAILED:
        return f"对话里没有送到：{notice.failure or '原因不明'}。请用别的方式告知并登记。"
    if notice.is_silent(now):
        return "对话里超过 2 小时没有回执。请用别的方式告知并登记。"
    if notice.needs_a_person(now):
        return f"请用{notice.way.label}告知客户并登记。"
    return ""
