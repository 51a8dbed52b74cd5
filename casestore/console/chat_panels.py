"""The panel about talks on the page of a case, and the channels a case has come through."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from casestore.console.chat_view import chat_line
from casestore.domain.case import ENDED, Case, CaseEvent, EventKind, Source
from casestore.domain.chat import Chat
from casestore.domain.directory import Directory
from casestore.domain.notice import Notice, NoticeWay
from casestore.domain.staff import Officer, Right
from casestore.edge.services import Services
from casestore.service.desk import CONSOLE

CHAT_PANELS = ("case_chats.html",)
"""Parts of the case's page, to be included with the values of ``chat_panels``."""

_LABELS = frozenset(source.label for source in Source)
_BY_OFFICER = re.compile(r"（([^（）]{1,20})）")


def chat_panels(
    reach: Services,
    case: Case,
    events: Sequence[CaseEvent],
    officer: Officer,
    directory: Directory,
) -> dict[str, Any]:
    """What the templates of ``CHAT_PANELS`` need, for an officer who has the case open."""
    chats, now = reach.chats.of(case.standing.reference), reach.now()
    notices = reach.notices.of(case.standing.reference)
    return {
        "chats": [chat_line(chat, directory, now) for chat in chats],
        "channels": channels(case.complaint.source, events, notices, chats),
        "may_invite": officer.may(Right.HANDLE) and is_reachable(case),
    }


def is_reachable(case: Case) -> bool:
    """Whether the customer has a conversation with the assistant in which an officer could join."""
    is_open = case.standing.progress.state not in ENDED
    return case.complaint.source.is_chat and case.client != CONSOLE and is_open


def channels(
    source: Source, events: Sequence[CaseEvent], notices: Sequence[Notice], chats: Sequence[Chat]
) -> list[str]:
    """Every way the bank and the customer have spoken about a case, in words, each once: how it
    came, how it was added to, how the customer was told, where they talked."""
    ways = (
        [f"{source.label}（提出）"],
        _added(source, events),
        (f"{_way(notice.way, source)}（告知）" for notice in notices if notice.status.is_told),
        (f"{chat.channel.label}（人工对话）" for chat in chats),
    )
    return list(dict.fromkeys(way for group in ways for way in group))


def _added(source: Source, events: Sequence[CaseEvent]) -> Iterator[str]:
    """An officer who adds what was said elsewhere begins with the source in brackets."""
    for event in events:
        if event.kind is not EventKind.SUPPLEMENTED:
            continue
        if event.actor.startswith("client:"):
            yield f"{source.label}（补充）"
            continue
        match = _BY_OFFICER.match((event.act.text if event.act else "") or "")
        if match and match[1] in _LABELS:
            yield f"{match[1]}（补充）"


def _way(way: NoticeWay, source: Source) -> str:
    return source.label if way is NoticeWay.CHAT else way.label
