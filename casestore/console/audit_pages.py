"""The console's page of the audit log: look something up, take it away, prove the chain."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from casestore.console.audit_words import ACTIONS, action_words, actor_words, subject_words
from casestore.console.export import CSV_TYPE, as_csv
from casestore.console.guard import OwnForm, Reach, page_values, require
from casestore.console.views import second
from casestore.domain.audit import AuditEntry, ChainReport
from casestore.domain.deadlines import CHINA_TIME, midnight
from casestore.domain.errors import NotAllowed
from casestore.domain.staff import Officer, Right
from casestore.edge.pages import page
from casestore.reports.safe import plain
from casestore.service.audit_ports import AuditQuery


def _of_the_head_office(officer: Annotated[Officer, Depends(require(Right.AUDIT))]) -> Officer:
    """The log tells of every branch. Raises NotAllowed for an auditor of one of them."""
    if officer.branch is not None:
        raise NotAllowed("审计日志记着全行的事，只有总行的审计人员可以查看。")
    return officer


Auditor = Annotated[Officer, Depends(_of_the_head_office)]
_Short = Annotated[str, Query(max_length=200)]

_HEADING = ("序号", "时间（北京）", "人员", "动作", "对象", "说明", "指纹")

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Chosen:
    """The filter as it was asked for, which may be nonsense."""

    person: str
    subject: str
    action: str
    first: str
    last: str

    def query(self) -> AuditQuery:
        """The entries meant; a day that is none counts as not given."""
        first, last = _day(self.first), _day(self.last)
        return AuditQuery(
            actors=_any_of(self.person, "staff", "client", "system"),
            subjects=_any_of(self.subject, "account", "branch", "report"),
            action=self.action,
            start=midnight(first) if first else None,
            end=midnight(last + timedelta(days=1)) if last else None,
        )

    def as_query(self, **more: object) -> str:
        """The filter as the query of an address."""
        return urlencode({name: value for name, value in {**vars(self), **more}.items() if value})

    def as_text(self) -> str:
        """The filter as it stands on top of an export."""
        labels = ("人员", "对象", "动作", "自", "至")
        values = (self.person, self.subject, action_words(self.action), self.first, self.last)
        chosen = [f"{label} {value}" for label, value in zip(labels, values, strict=True) if value]
        return "；".join(chosen) or "全部"


def chosen(
    person: _Short = "",
    subject: _Short = "",
    action: _Short = "",
    first: _Short = "",
    last: _Short = "",
) -> Chosen:
    """The filter of a request."""
    return Chosen(person.strip(), subject.strip(), action.strip(), first, last)


Filter = Annotated[Chosen, Depends(chosen)]


@router.get("/audit")
def audit_page(
    request: Request, reach: Reach, auditor: Auditor, filter: Filter, before: int | None = None
) -> Response:
    """Entries newest first; ``before`` is the number the page before ended with."""
    return _audit(request, reach, auditor, filter, before)


@router.post("/audit/verify", dependencies=[OwnForm])
def verify(request: Request, reach: Reach, auditor: Auditor) -> Response:
    """Compute the whole chain anew, and say whether it holds."""
    report = reach.audit.verify()
    detail = "完整" if report.broken is None else f"从第 {report.broken} 条起对不上"
    reach.audit.note(auditor, "audit_verified", "", detail)
    return _audit(request, reach, auditor, chosen(), None, report)


@router.get("/audit.csv")
def export(reach: Reach, auditor: Auditor, filter: Filter) -> Response:
    """Every entry that fits, as a file with the filter on top."""
    reach.audit.note(auditor, "audit_exported", "", filter.as_text())
    made_at = reach.now()
    table = _table(reach.audit.every(filter.query()), filter, made_at)
    name = f"audit-{made_at.astimezone(CHINA_TIME):%Y%m%d-%H%M}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(as_csv(table), media_type=CSV_TYPE, headers=headers)


def _audit(
    request: Request,
    reach: Reach,
    auditor: Officer,
    filter: Chosen,
    before: int | None,
    report: ChainReport | None = None,
) -> Response:
    found = reach.audit.page(filter.query(), before)
    values: dict[str, Any] = {
        "lines": [_line(entry) for entry in found.entries],
        "following": filter.as_query(before=found.following) if found.following else None,
        "first_page": filter.as_query() if before is not None else None,
        "export": filter.as_query(),
        "filter": filter,
        "actions": sorted(ACTIONS.items(), key=lambda item: item[1]),
        "report": report,
        **page_values(request, auditor),
    }
    return page("audit.html", values)


def _line(entry: AuditEntry) -> dict[str, str]:
    return {
        "number": str(entry.number),
        "moment": second(entry.happened_at),
        "actor": actor_words(entry.actor),
        "action": action_words(entry.action),
        "subject": subject_words(entry.subject),
        "detail": entry.detail,
        "digest": entry.digest,
    }


def _table(
    entries: Iterator[AuditEntry], filter: Chosen, made_at: datetime
) -> Iterator[tuple[str, ...]]:
    yield ("审计日志",)
    yield ("筛选条件", plain(filter.as_text()))
    yield ("导出时间", second(made_at))
    yield ()
    yield _HEADING
    for entry in entries:
        yield tuple(plain(cell) for cell in _line(entry).values())


def _any_of(text: str, *kinds: str) -> tuple[str, ...]:
    """The text as it stands, and as the name of something of these kinds."""
    return (text, *(f"{kind}:{text}" for kind in kinds)) if text else ()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
