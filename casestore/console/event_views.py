"""What happened to a case, as lines an officer reads."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from casestore.console.views import minute
from casestore.domain.case import CaseEvent, EventKind, Flag, Grade, Priority, Regime
from casestore.domain.correction import CORRECTABLE
from casestore.domain.directory import Directory
from casestore.domain.notice import NoticeKind, NoticeWay

_INSIDE = frozenset({EventKind.NOTED, EventKind.REVEALED, EventKind.WARNED, EventKind.CHECKED})
"""What the customer is never told of."""


@dataclass(frozen=True)
class EventLine:
    """One line of a case's history; ``facts`` says what the act was about, ``text`` is empty where
    nothing was said."""

    moment: str
    what: str
    who: str
    facts: str
    text: str
    is_inside: bool


@dataclass(frozen=True)
class Glossary:
    """What the ids in a history mean; ``check_text`` gives the words of a checklist's item."""

    directory: Directory
    check_text: Callable[[str], str]


def event_lines(events: Sequence[CaseEvent], known: Glossary) -> list[EventLine]:
    """The history of a case in its order."""
    return [_line(event, known) for event in events]


def _line(event: CaseEvent, known: Glossary) -> EventLine:
    return EventLine(
        moment=minute(event.happened_at),
        what=event.kind.label,
        who=known.directory.actor(event.actor),
        facts="；".join(_facts(event, known)),
        text=_said(event),
        is_inside=event.kind in _INSIDE,
    )


def _said(event: CaseEvent) -> str:
    act = event.act
    if act is None:
        return ""
    said = [f"{act.rating} 分（满分 5 分）"] if act.rating else []
    return "\n".join([*said, *([act.text] if act.text else [])])


def _facts(event: CaseEvent, known: Glossary) -> Iterator[str]:
    for name, value in (event.act.data if event.act else {}).items():
        if value and name in _WORDS:
            label, words = _WORDS[name]
            yield f"{label}：{words(value, known)}"


def _plain(value: str, _known: Glossary) -> str:
    return value


def _flags(value: str, _known: Glossary) -> str:
    return "、".join(Flag(name).label for name in value.split(","))


_FIELDS = {name: known.label for name, known in CORRECTABLE.items()}
# Numbers that only programs read (reply, notice, task) have no words.
_WORDS: Mapping[str, tuple[str, Callable[[str, Glossary], str]]] = {
    "assignee": ("经办人", lambda value, known: known.directory.person(value)),
    "unit": ("办理单位", lambda value, known: known.directory.branch(value)),
    "to": ("报给", lambda value, known: known.directory.person(value)),
    "grade": ("等级", lambda value, _known: Grade(value).label),
    "priority": ("优先级", lambda value, _known: Priority(value).label),
    "flags": ("标记", _flags),
    "business": ("业务", _plain),
    "reason": ("原因", _plain),
    "channel": ("渠道", _plain),
    "accused": ("被投诉机构", lambda value, known: known.directory.branch(value)),
    "regime": ("时限", lambda value, _known: Regime(value).label),
    "since": ("自", _plain),
    "body": ("机构", _plain),
    "other": ("关联", _plain),
    "into": ("并入", _plain),
    "item": ("已核对", lambda value, known: known.check_text(value)),
    "kind": ("告知", lambda value, _known: NoticeKind(value).label),
    "way": ("方式", lambda value, _known: NoticeWay(value).label),
    "sent_on": ("发出日", _plain),
    "old": ("原来登记", _plain),
    "new": ("改为", _plain),
    "field": ("项目", lambda value, _known: _FIELDS.get(value, value)),
}
