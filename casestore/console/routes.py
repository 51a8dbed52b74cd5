"""The console's pages: list of cases with what is under way, one case, its files and replies."""

import logging
import re
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casestore.console.backlog_view import backlog_views
from casestore.console.cookies import SESSION, form_token
from casestore.console.forgery import require_own_form
from casestore.console.views import case_line, case_page
from casestore.domain.attachment import Attachment
from casestore.domain.errors import InvalidRequest, SignInNeeded
from casestore.domain.staff import Session
from casestore.domain.texts import LONGEST_ACT
from casestore.edge.pages import page
from casestore.edge.services import Services, services

PAGE_SIZE = 20

# Strangers made the file: no scripts, no forms, nothing from elsewhere, an origin of its own. The
# browser's own page around a picture has inline styles.
_FILE_POLICY = (
    "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_REPLY_ID = re.compile(r"[0-9a-f-]{36}")

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Reach = Annotated[Services, Depends(services)]
ShortText = Annotated[str, Form(max_length=200)]


def signed_in(request: Request, reach: Reach) -> Session:
    """The live session of the browser. Raises SignInNeeded."""
    token = SESSION.read(request)
    if token is None:
        raise SignInNeeded
    return reach.entrance.session(token)


SignedIn = Annotated[Session, Depends(signed_in)]


@router.get("/")
def list_cases(
    request: Request, reach: Reach, session: SignedIn, after: str | None = None
) -> HTMLResponse:
    """Cases newest first; ``after`` is the last reference of the page before. The first page also
    shows what clients have not delivered."""
    found = reach.desk.page(after, PAGE_SIZE + 1)
    now = reach.now()
    lines = [case_line(summary, now) for summary in found[:PAGE_SIZE]]
    following = lines[-1].reference if len(found) > PAGE_SIZE else None
    values = {
        "lines": lines,
        "following": following,
        "is_first": after is None,
        "drafts_are_answered": reach.drafts_are_answered,
        "backlogs": backlog_views(reach.exchange.waiting(), now) if after is None else [],
    }
    return page("cases.html", {**values, **_account(request, session)})


@router.get("/cases/{reference}")
def show_case(request: Request, reach: Reach, session: SignedIn, reference: str) -> HTMLResponse:
    """One case with its history; personal fields masked."""
    return _case(request, reach, session, reference)


@router.post("/cases/{reference}/reply")
def reply(
    request: Request,
    reach: Reach,
    session: SignedIn,
    reference: str,
    form_token: ShortText = "",
    reply_id: ShortText = "",
    text: Annotated[str, Form()] = "",
) -> Response:
    """Answer the customer; a text that cannot be sent comes back to be mended."""
    require_own_form(request, SESSION.read(request), form_token)
    if not _REPLY_ID.fullmatch(reply_id):
        raise InvalidRequest({"reply_id": "格式不对"})
    written = text.replace("\r\n", "\n").strip()  # as browsers count and people mean it
    try:
        reach.casework.reply(reference, reply_id, written, session.username)
    except InvalidRequest as exc:
        return _case(request, reach, session, reference, exc.fields.get("text", ""), text)
    _log.info("replied reference=%s user=%s", reference, session.username)
    return RedirectResponse(f"/cases/{quote(reference)}", status_code=303)


@router.get("/cases/{reference}/attachments/{attachment_id}")
def show_attachment(
    reach: Reach,
    session: SignedIn,
    reference: str,
    attachment_id: str,
    download: bool = False,
) -> Response:
    """A file of a case, to look at or (``download``) to save."""
    attachment, content = reach.attachments.open(reference, attachment_id)
    _log.info("attachment_opened id=%s user=%s", attachment.id, session.username)
    headers = {
        "Content-Disposition": _disposition(attachment, "attachment" if download else "inline"),
        "Content-Security-Policy": _FILE_POLICY,
    }
    return Response(content, media_type=attachment.media_type.value, headers=headers)


@router.post("/backlog/retry")
def retry(
    request: Request,
    reach: Reach,
    session: SignedIn,
    form_token: ShortText = "",
    reference: ShortText = "",
) -> Response:
    """Ask the client to try again what it has parked under a reference."""
    require_own_form(request, SESSION.read(request), form_token)
    reach.exchange.retry(reference, session.username)
    _log.info("retry_asked reference=%s user=%s", reference, session.username)
    return RedirectResponse("/", status_code=303)


def _case(
    request: Request,
    reach: Services,
    session: Session,
    reference: str,
    problem: str = "",
    draft: str = "",
) -> HTMLResponse:
    """The page of a case; with a ``problem``, the draft of a reply that could not be sent."""
    values = {
        "shown": case_page(reach.desk.open_case(reference), reach.now()),
        "reply_id": reach.new_id(),
        "longest_reply": LONGEST_ACT,
        "problem": problem,
        "draft": draft.encode("utf-8", "replace").decode(),  # half a character cannot be shown
    }
    status = 422 if problem else 200
    return page("case.html", {**values, **_account(request, session)}, status)


def _disposition(attachment: Attachment, kind: str) -> str:
    """RFC 6266: a plain name for old programs, the real one for the others."""
    plain = f"attachment{attachment.media_type.suffixes[0]}"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(attachment.safe_filename, '')}"


def _account(request: Request, session: Session) -> dict[str, Any]:
    """What the page's header needs for the sign-out form."""
    return {"user": session.username, "form_token": form_token(SESSION.read(request) or "")}
