"""The console's pages for signing in, with password and one-time code, and out."""

import logging

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from casestore.console.cookies import LOGIN_FORM, SESSION, form_token
from casestore.console.forgery import require_own_form
from casestore.console.guard import OwnForm, Reach, ShortText, address_of, landing
from casestore.domain.errors import SignInFailed, SignInNeeded, TooManyAttempts
from casestore.edge.failures import FAILURES
from casestore.edge.pages import page
from casestore.service.tokens import new_token

WRONG_CODE = "动态码不正确，或者已经用过；请等验证器换出下一个再输入。"

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)


@router.get("/login")
def login_page(request: Request, reach: Reach) -> Response:
    """The sign-in form, with a cookie of its own to bind it to this browser."""
    return _login_form(request, reach, 200, None)


@router.post("/login")
def login(
    request: Request,
    reach: Reach,
    form_token: ShortText = "",
    username: ShortText = "",
    password: ShortText = "",
) -> Response:
    """The first factor; the same words for every wrong pair."""
    require_own_form(request, LOGIN_FORM.read(request), form_token)
    try:
        token = reach.entrance.sign_in(username.strip(), password, address_of(request))
    except (SignInFailed, TooManyAttempts) as exc:
        _log.warning("sign_in_refused reason=%s", type(exc).__name__)
        failure = FAILURES[type(exc)]
        return _login_form(request, reach, failure.status, failure.message)
    response = redirect("/login/code")
    SESSION.write(request, response, token)
    LOGIN_FORM.remove(request, response)
    return response


@router.get("/login/code")
def code_page(request: Request, reach: Reach) -> Response:
    """Asks for the authenticator's code. Raises SignInNeeded."""
    reach.entrance.session(own_token(request))
    return _code_form(request, 200, None)


@router.post("/login/code", dependencies=[OwnForm])
def confirm(request: Request, reach: Reach, code: ShortText = "") -> Response:
    """The second factor; a session of a new name begins."""
    try:
        token = reach.entrance.confirm(own_token(request), code, address_of(request))
    except (SignInFailed, TooManyAttempts) as exc:
        _log.warning("code_refused reason=%s", type(exc).__name__)
        failure = FAILURES[type(exc)]
        wrong = isinstance(exc, SignInFailed)
        return _code_form(request, failure.status, WRONG_CODE if wrong else failure.message)
    officer = reach.entrance.officer(token)
    _log.info("signed_in user=%s", officer.username)
    response = redirect(landing(officer))
    SESSION.write(request, response, token)
    return response


@router.post("/logout", dependencies=[OwnForm])
def logout(request: Request, reach: Reach) -> Response:
    """End the session in the database, then the cookie."""
    reach.entrance.sign_out(own_token(request))
    response = redirect("/login")
    SESSION.remove(request, response)
    return response


def own_token(request: Request) -> str:
    """The value of the session's cookie. Raises SignInNeeded without one."""
    token = SESSION.read(request)
    if token is None:
        raise SignInNeeded
    return token


def redirect(path: str) -> RedirectResponse:
    """On to another page after a form."""
    return RedirectResponse(path, status_code=303)


def _login_form(request: Request, reach: Reach, status: int, message: str | None) -> Response:
    secret = LOGIN_FORM.read(request) or new_token()
    values = {
        "message": message,
        "login_token": form_token(secret),
        "is_first": reach.admission.is_first(),
    }
    response = page("login.html", values, status)
    LOGIN_FORM.write(request, response, secret)
    return response


def _code_form(request: Request, status: int, message: str | None) -> Response:
    values = {"message": message, "form_token": form_token(own_token(request))}
    return page("login_code.html", values, status)
