"""The console's pages: list of cases, one case."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from casestore.console.cookies import SESSION, form_token
from casestore.console.views import case_line, case_page
from casestore.domain.errors import SignInNeeded
from casestore.domain.staff import Session
from casestore.edge.pages import page
from casestore.edge.services import Services, services

PAGE_SIZE = 20

router = APIRouter(include_in_schema=False)

Reach = Annotated[Services, Depends(services)]


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
    """Cases newest first; ``after`` is the last reference of the page before."""
    found = reach.desk.page(after, PAGE_SIZE + 1)
    now = reach.now()
    lines = [case_line(summary, now) for summary in found[:PAGE_SIZE]]
    following = lines[-1].reference if len(found) > PAGE_SIZE else None
    values = {
        "lines": lines,
        "following": following,
        "is_first": after is None,
        "drafts_are_answered": reach.drafts_are_answered,
    }
    return page("cases.html", {**values, **_account(request, session)})


@router.get("/cases/{reference}")
def show_case(request: Request, reach: Reach, session: SignedIn, reference: str) -> HTMLResponse:
    """One case with its history; personal fields masked."""
    found = reach.desk.open_case(reference)
    shown = case_page(found.case, found.events, reach.now())
    return page("case.html", {"shown": shown, **_account(request, session)})


def _account(request: Request, session: Session) -> dict[str, str]:
    """What the page's header needs for the sign-out form."""
    return {"user": session.username, "form_token": form_token(SESSION.read(request) or "")}
