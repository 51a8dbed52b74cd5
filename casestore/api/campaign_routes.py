"""What a client counts of its campaigns, and the reports made of it."""

from enum import Enum
from typing import Any

from fastapi import Request, Response

from casestore.api.auth import client_name
from casestore.api.campaign_schemas import CampaignFiguresIn
from casestore.api.described import (
    COMMON,
    FILING,
    Answers,
    Reach,
    error_answer,
    guarded_router,
)
from casestore.domain.errors import InvalidRequest
from casestore.edge.downloads import download
from casestore.reports import document, workbook
from casestore.reports.campaign_files import campaign_file

router = guarded_router("与机器人互通")


class Suffix(str, Enum):
    """What a report can be had as."""

    DOCX = "docx"
    XLSX = "xlsx"


_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FILE_ANSWERS: Answers = {
    **COMMON,
    200: {
        "description": "文件",
        "content": {document.MEDIA_TYPE: _BINARY, workbook.MEDIA_TYPE: _BINARY},
    },
    404: error_answer("没有这个活动的统计（campaign_not_found）"),
}


@router.put(
    "/campaigns/{campaign_id}/figures",
    summary="报告一次活动的统计",
    operation_id="reportCampaign",
    status_code=204,
    response_description="已记下，代替上一次的报告",
    responses={
        **FILING,
        400: error_answer("内容无法读取"),
        413: error_answer("内容超过 2 MB"),
        422: error_answer("内容不正确，fields 逐项说明"),
    },
)
def report_campaign(
    campaign_id: str, body: CampaignFiguresIn, request: Request, reach: Reach
) -> Response:
    """Shown in the console; sent at changes and at least once a day."""
    if body.campaign.id != campaign_id:
        raise InvalidRequest({"campaign.id": "与网址里的活动编号不一致"})
    reach.campaigns.report(client_name(request), body.to_domain())
    return Response(status_code=204)


@router.get(
    "/campaigns/{campaign_id}/report.{suffix}",
    summary="活动总结（Word）或统计表（Excel）",
    operation_id="campaignReport",
    response_class=Response,
    responses=_FILE_ANSWERS,
)
def campaign_report(campaign_id: str, suffix: Suffix, request: Request, reach: Reach) -> Response:
    """Made of the figures the same client reported last."""
    report = reach.campaigns.reported_by(client_name(request), campaign_id)
    made = campaign_file(report, suffix.value)
    return download(made.content, made.media_type, made.title, suffix.value)
