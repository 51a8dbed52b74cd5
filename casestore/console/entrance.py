"""The console's pages for signing in and out."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from casestore.console.cookies import LOGIN_FORM, SESSION, form_token
from casestore.console.forgery import require_own_form
from casestore.domain.errors import SignInFailed, TooManyAttempts
from casestore.edge.failures import FAILURES
from casestore.edge.pages import page
from casestore.edge.services import Services, services
from casestore.service.tokens import new_token

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Reach = Annotated[Services, Depends(services)]
ShortText = Annotated[str, Form(max_length=200)]


@router.get("/login")
def login_page(request: Request) -> Response:
    """The sign-in form, with a cookie of its own to bind it to this browser."""
    return _form(request, status=200, message=None)


@router.post("/login")
def login(
    request: Request,
    reach: Reach,
    form_token: ShortText = "",
    username: ShortText = "",
    password: ShortText = "",
) -> Response:
    """A new session for the right password; the same words for every wrong pair."""
    require_own_form(request, LOGIN_FORM.read(request), form_token)
    try:
        token = reach.entrance.sign_in(username.strip(), password)
    except (SignInFailed, TooManyAttempts) as exc:
        _log.warning("sign_in_refused reason=%s", type(exc).__name__)
        failure = FAILURES[type(exc)]
        return _form(request, failure.status, failure.message)
    _log.info("signed_in user=%s", username.strip())
    response = _to("/")
    SESSION.write(request, response, token)
    LOGIN_FORM.remove(request, response)
    return response


@router.post("/logout")
def logout(request: Request, reach: Reach, form_token: ShortText = "") -> Response:
    """End the session in the database, then the cookie."""
    token = SESSION.read(request)
    require_own_form(request, token, form_token)
    reach.entrance.sign_out(token or "")
    response = _to("/login")
    SESSION.remove(request, response)
    return response


def to_login(request: Request, _exc: Exception) -> Response:
    """What a browser without a live session gets instead of a page."""
    response = _to("/login")
    SESSION.remove(request, response)
    return response


def _form(request: Request, status: int, message: str | None) -> Response:
    secret = LOGIN_FORM.read(request) or new_token()
    values = {"message": message, "login_token": form_token(secret)}
    response = page("login.html", values, status)
    LOGIN_FORM.write(request, response, secret)
    return response


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303)
