"""The first page: what waits for the officer who signed in, the most pressing on top."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from casestore.console.guard import Reach, SignedIn, landing, page_values
from casestore.console.list_views import CaseLine, case_line
from casestore.domain.case import CaseSummary
from casestore.domain.staff import Officer, Right
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.service.listing import WORK_SIZE, WorkList

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Tile:
    """A number that leads to a page; ``is_urgent`` colours it."""

    label: str
    path: str
    count: int
    is_urgent: bool


@dataclass(frozen=True)
class Part:
    """Cases that wait for the same thing; ``path`` shows all of them, ``is_cut`` if there may be
    more than are shown here."""

    title: str
    lines: Sequence[CaseLine]
    path: str
    is_cut: bool


@router.get("/")
def my_work(request: Request, reach: Reach, officer: SignedIn) -> Response:
    """Work by kind, each case with its clocks and the next step; people without cases go on to the
    first page they have."""
    if not officer.may(Right.READ):
        return RedirectResponse(landing(officer), status_code=303)
    now = reach.now()
    work = reach.listing.work(officer, now)
    tiles = list(_tiles(reach, officer, work))
    values = {
        "parts": list(_parts(reach, work, now)),
        "tiles": [tile for tile in tiles if tile.count],
        "may_register": officer.may(Right.REGISTER),
        "drafts_are_answered": reach.drafts_are_answered,
        "warnings": reach.warnings(),
    }
    return page("work.html", {**values, **page_values(request, officer)})


def _parts(reach: Services, work: WorkList, now: datetime) -> Iterator[Part]:
    directory, stages = reach.reception.directory(), reach.replies.stages(_references(work))
    for title, found, path in (
        ("等您审批的答复", work.approvals, "/approvals"),
        ("等待分派", work.unassigned, "/cases?assignee=-&pending=1&sort=due"),
        ("由您办理", work.mine, "/cases?mine=1&pending=1&sort=due"),
        ("核查中", _others(work.reviews, work.mine), "/cases?states=under_review"),
    ):
        if found:
            lines = [
                case_line(summary, directory, now, stages.get(summary.standing.reference))
                for summary in found
            ]
            yield Part(title, lines, path, is_cut=len(lines) >= WORK_SIZE)


def _references(work: WorkList) -> set[str]:
    found = (*work.approvals, *work.unassigned, *work.mine, *work.reviews)
    return {summary.standing.reference for summary in found}


def _others(found: Sequence[CaseSummary], shown: Sequence[CaseSummary]) -> list[CaseSummary]:
    """A review that is mine stands among mine."""
    known = {summary.standing.reference for summary in shown}
    return [summary for summary in found if summary.standing.reference not in known]


def _tiles(reach: Services, officer: Officer, work: WorkList) -> Iterator[Tile]:
    counts = work.counts
    yield Tile("条未读提醒", "/reminders", counts.reminders, is_urgent=False)
    yield Tile("项整改到期", "/tasks", counts.tasks_due, is_urgent=True)
    yield Tile("位客户在等人工", "/chats", reach.chats.count_waiting(officer), is_urgent=True)
    if officer.may(Right.HANDLE):
        yield Tile("个回电该打了", "/callbacks", reach.callbacks.count_due(officer), is_urgent=True)
        yield Tile("件告知没有送达", "/notices", counts.undelivered, is_urgent=True)
        unconfirmed = reach.classification.count_unconfirmed(officer)
        yield Tile("件分类待确认", "/classification", unconfirmed, is_urgent=False)
        stuck = sum(report.backlog.parked for report in reach.exchange.reports())
        yield Tile("件投诉卡在机器人那边", "/deliveries", stuck, is_urgent=True)
