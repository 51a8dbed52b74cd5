"""What a client reports of its questions and answers."""

from fastapi import Request, Response

from casestore.api.auth import client_name
from casestore.api.described import FILING, Reach, error_answer, guarded_router
from casestore.api.knowledge_schemas import KnowledgeIn

router = guarded_router("与机器人互通")


@router.put(
    "/knowledge",
    summary="报告没答上来的问题和要复核的回答",
    operation_id="reportKnowledge",
    status_code=204,
    response_description="已记下，代替上一次的报告",
    responses={
        **FILING,
        400: error_answer("内容无法读取"),
        422: error_answer("内容不正确，fields 逐项说明"),
    },
)
def report_knowledge(body: KnowledgeIn, request: Request, reach: Reach) -> Response:
    """Shown in the console; sent at changes and at least once a day."""
    reach.knowledge.report(client_name(request), body.to_domain())
    return Response(status_code=204)
