"""What a browser gets that asked for what it may not have; each such try is noted."""

import logging

from fastapi import Request
from starlette.responses import Response

from casestore.console.cookies import SESSION
from casestore.domain.errors import CaseStoreError, NotAllowed, Recused
from casestore.edge.failures import failure_of, respond
from casestore.edge.services import services_of

_log = logging.getLogger(__name__)


def on_forged_form(request: Request, exc: Exception) -> Response:
    """Refuse a form that is not ours, and note it if somebody's session was to be misused."""
    _note(request, "form_refused")
    return respond(request, failure_of(exc))


def on_not_allowed(request: Request, exc: Exception) -> Response:
    """Refuse what roles, branch or recusal do not allow, and note who tried."""
    _note(request, "refused")
    return respond(request, failure_of(exc))


def note_refusal(request: Request, exc: CaseStoreError) -> None:
    """The same note for a page that shows a refusal beside the form."""
    if isinstance(exc, NotAllowed | Recused):
        _note(request, "refused")


def _note(request: Request, action: str) -> None:
    """Without a session nobody is known, and strangers could fill the audit log: a line of the
    ordinary log must do."""
    reach, token = services_of(request), SESSION.read(request)
    _log.warning("%s method=%s", action, request.method)
    if token is None:
        return
    try:
        reach.audit.note(reach.entrance.officer(token), action, "", request.url.path)
    except CaseStoreError as exc:
        _log.warning("%s not_noted reason=%s", action, type(exc).__name__)
