"""Whatever the OpenAPI document allows, and much that it forbids, is answered as it says.

Schemathesis makes the requests from the document. The same requests are made in every run; to look
for others, change the seed.
"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as start_at
from hypothesis import strategies as st
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from casestore.api.campaign_schemas import CampaignFiguresIn
from casestore.bootstrap import build_app, openapi
from casestore.domain.attachment import MediaType
from casestore.edge.services import Services
from tests.contract.casestore.campaign_kit import ID as CAMPAIGN
from tests.contract.casestore.campaign_kit import make_body
from tests.contract.casestore.chat_kit import CHAT, open_chat
from tests.contract.casestore.kit import TOKEN, make_complaint

SEED = 20261126
EXAMPLES = 15
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
OPERATIONS = [
    (method.upper(), path)
    for path, methods in openapi()["paths"].items()
    for method in methods
    if method in {"get", "put", "post", "patch", "delete"}
]


@schemathesis.serializer(*(media_type.value for media_type in MediaType))
def _as_it_is(_context: Any, value: Any) -> bytes:
    """A file is sent as the bytes it is made of."""
    return bytes(getattr(value, "data", None) or str(value).encode())


@pytest.fixture
def known(services: Services) -> str:
    """The reference of a case that exists; a talk (``CHAT``) and a campaign do, too."""
    filing = services.desk.file(make_complaint(), "bot")
    open_chat(services)
    services.campaigns.report("bot", CampaignFiguresIn.parse_obj(make_body()).to_domain())
    return filing.standing.reference


def hit(case: Any, reference: str) -> None:
    """Turn a request that would miss into one that reaches the case, talk or campaign it is
    about."""
    if "reference" in (case.path_parameters or {}):
        case.path_parameters["reference"] = reference
    if "chat_id" in (case.path_parameters or {}):
        case.path_parameters["chat_id"] = CHAT
    if "campaign_id" in (case.path_parameters or {}):
        case.path_parameters["campaign_id"] = CAMPAIGN
    body = case.body if isinstance(case.body, dict) else {}
    key = body.get("id") or body.get("reference")
    if isinstance(key, str) and key.isascii() and key.isprintable():
        case.headers["Idempotency-Key"] = key


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda part: part.strip("/"))
def test_every_answer_is_one_that_the_document_describes(
    services: Services, known: str, method: str, path: str
) -> None:
    print(f"seed {SEED}")  # noqa: T201  # shown with a failure
    app = build_app(services)
    app.state.is_stopping = lambda: True  # nobody waits for news
    operation = schemathesis.openapi.from_asgi("/openapi.json", app)[path][method]

    @start_at(SEED)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), is_aimed=st.booleans())
    def answer(case: Any, is_aimed: bool) -> None:
        if is_aimed:
            hit(case, known)
        response = case.call(headers={"Authorization": f"Bearer {TOKEN}"})
        case.validate_response(response, checks=CHECKS)

    answer()
