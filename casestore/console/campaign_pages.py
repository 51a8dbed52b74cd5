"""Pages of campaigns: the list, one campaign's figures, its charts and files."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, Response

from casestore.console.campaign_view import campaign_head, campaign_lines, tiles
from casestore.console.guard import Reach, page_values, require
from casestore.console.report_view import ReportLinks, as_picture, pictures
from casestore.domain.errors import InvalidRequest
from casestore.domain.staff import Officer, Right
from casestore.edge.downloads import download
from casestore.edge.pages import page
from casestore.reports.campaign_files import SUFFIXES, campaign_file
from casestore.reports.campaign_page import campaign_page
from casestore.reports.campaign_parts import small_numbers

router = APIRouter(include_in_schema=False)

Reader = Annotated[Officer, Depends(require(Right.READ))]


@router.get("/campaigns")
def list_campaigns(request: Request, reach: Reach, officer: Reader) -> HTMLResponse:
    """Every campaign that was reported, the latest first."""
    lines = campaign_lines(reach.campaigns.all(), reach.now())
    return page("campaigns.html", {"lines": lines, **page_values(request, officer)})


@router.get("/campaigns/{campaign_id}")
def show_campaign(
    request: Request, reach: Reach, officer: Reader, campaign_id: str
) -> HTMLResponse:
    """The figures of one campaign."""
    report = reach.campaigns.get(campaign_id)
    layout = campaign_page(report.figures)
    values = {
        "head": campaign_head(report, reach.now()),
        "tiles": tiles(report),
        "small_numbers": small_numbers(report.figures).text,
        "layout": layout,
        "links": ReportLinks(f"/campaigns/{campaign_id}", {}),
        "pictures": pictures(layout),
    }
    return page("campaign.html", {**values, **page_values(request, officer)})


@router.get("/campaigns/{campaign_id}/chart/{name}.svg")
def campaign_chart(reach: Reach, _officer: Reader, campaign_id: str, name: str) -> Response:
    """One chart of a campaign."""
    return as_picture(campaign_page(reach.campaigns.get(campaign_id).figures), name)


@router.get("/campaigns/{campaign_id}/report.{suffix}")
def campaign_download(reach: Reach, officer: Reader, campaign_id: str, suffix: str) -> Response:
    """The report as a file; an audited act."""
    if suffix not in SUFFIXES:
        raise InvalidRequest({"suffix": "没有这种文件"})
    made = campaign_file(reach.campaigns.get(campaign_id), suffix)
    subject = f"campaign:{campaign_id}"
    reach.audit.note(officer, "report_exported", subject, f"{suffix} {made.title}")
    return download(made.content, made.media_type, made.title, suffix)
