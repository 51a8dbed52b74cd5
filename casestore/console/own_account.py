"""The console's pages of one's own account: password, authenticator, sessions."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from casestore.console.cookies import SESSION, form_token
from casestore.console.entrance import WRONG_CODE, own_token, redirect
from casestore.console.guard import (
    LongSecret,
    OwnForm,
    Reach,
    ShortText,
    SignedIn,
    address_of,
    landing,
    page_values,
)
from casestore.console.qr import qr_svg
from casestore.console.views import minute
from casestore.domain.errors import InvalidRequest, SignInFailed, TooManyAttempts
from casestore.domain.passwords import LONGEST, SHORTEST
from casestore.domain.staff import Officer, role_names
from casestore.edge.failures import FAILURES
from casestore.edge.pages import page

_WRONG_PASSWORD = "现在的密码不正确"  # noqa: S105  # words about a password

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)


@router.get("/account")
def account_page(request: Request, reach: Reach, officer: SignedIn, done: str = "") -> Response:
    """Who one is here, and what one may change oneself."""
    return _account(request, reach, officer, done=done)


@router.post("/account/password", dependencies=[OwnForm])
def change_password(
    request: Request,
    reach: Reach,
    officer: SignedIn,
    old: LongSecret = "",
    password: LongSecret = "",
    again: LongSecret = "",
) -> Response:
    """Another password; all other sessions of the officer end."""
    if password != again:
        return _account(request, reach, officer, {"again": "两次输入的新密码不一样"})
    token, place = own_token(request), address_of(request)
    try:
        renewed = reach.own_account.change_password(token, old, password, place)
    except InvalidRequest as exc:
        return _account(request, reach, officer, exc.fields)
    except (SignInFailed, TooManyAttempts) as exc:
        return _account(request, reach, officer, {"old": _refusal(exc)}, FAILURES[type(exc)].status)
    _log.info("password_changed user=%s", officer.username)
    return _renewed(request, renewed, "/account?done=password")


@router.post("/account/sessions/end", dependencies=[OwnForm])
def end_other_sessions(
    request: Request, reach: Reach, officer: SignedIn, proof: LongSecret = ""
) -> Response:
    """Sign oneself out everywhere but here, after the password once more."""
    try:
        ended = reach.own_account.end_others(own_token(request), proof, address_of(request))
    except (SignInFailed, TooManyAttempts) as exc:
        problem = {"proof": _refusal(exc)}
        return _account(request, reach, officer, problem, FAILURES[type(exc)].status)
    _log.info("sessions_ended user=%s count=%d", officer.username, ended)
    return redirect("/account?done=sessions")


@router.post("/account/authenticator/begin", dependencies=[OwnForm])
def begin_authenticator(
    request: Request, reach: Reach, officer: SignedIn, current: LongSecret = ""
) -> Response:
    """Begin to set up another authenticator, after the password once more."""
    try:
        reach.authenticators.begin(own_token(request), current, address_of(request))
    except (SignInFailed, TooManyAttempts) as exc:
        problem = {"current": _refusal(exc)}
        return _account(request, reach, officer, problem, FAILURES[type(exc)].status)
    return redirect("/account/authenticator")


@router.get("/account/authenticator")
def authenticator_page(request: Request, reach: Reach) -> Response:
    """The key and QR code of the authenticator being set up. Raises SignInNeeded if none is."""
    return _authenticator(request, reach, 200, None)


@router.get("/account/totp.svg")
def authenticator_picture(request: Request, reach: Reach) -> Response:
    """The QR code alone."""
    offer = reach.authenticators.offer(own_token(request))
    return Response(qr_svg(offer.uri), media_type="image/svg+xml")


@router.post("/account/authenticator", dependencies=[OwnForm])
def finish_authenticator(request: Request, reach: Reach, code: ShortText = "") -> Response:
    """Take the authenticator once it works; a session of a new name begins."""
    try:
        renewed = reach.authenticators.finish(own_token(request), code, address_of(request))
    except (SignInFailed, TooManyAttempts) as exc:
        failure = FAILURES[type(exc)]
        wrong = isinstance(exc, SignInFailed)
        message = WRONG_CODE if wrong else failure.message
        return _authenticator(request, reach, failure.status, message)
    officer = reach.entrance.officer(renewed)
    _log.info("authenticator_set user=%s", officer.username)
    return _renewed(request, renewed, landing(officer))


def _account(
    request: Request,
    reach: Reach,
    officer: Officer,
    problems: Mapping[str, str] | None = None,
    status: int = 422,
    done: str = "",
) -> Response:
    token = own_token(request)
    account, sessions = reach.own_account.show(token)
    values: dict[str, Any] = {
        "account": account,
        "roles": role_names(account.roles),
        "branch": _branch_name(reach, account.branch),
        "sessions": [
            {
                "started": minute(session.started_at),
                "seen": minute(session.seen_at),
                "is_own": reach.own_account.is_own(token, session),
            }
            for session in sessions
        ],
        "problems": problems or {},
        "done": done,
        "shortest": SHORTEST,
        "longest": LONGEST,
    }
    values.update(page_values(request, officer))
    return page("account.html", values, status if problems else 200)


def _branch_name(reach: Reach, code: str | None) -> str:
    names = {branch.code: branch.name for branch in reach.branches.all()}
    return names.get(code, code) if code else "总行"


def _authenticator(request: Request, reach: Reach, status: int, message: str | None) -> Response:
    token = own_token(request)
    offer = reach.authenticators.offer(token)
    key = offer.secret
    values = {
        "message": message,
        "username": offer.username,
        "key": " ".join(key[start : start + 4] for start in range(0, len(key), 4)),
        "form_token": form_token(token),
    }
    return page("authenticator.html", values, status)


def _renewed(request: Request, token: str, path: str) -> Response:
    response = redirect(path)
    SESSION.write(request, response, token)
    return response


def _refusal(exc: SignInFailed | TooManyAttempts) -> str:
    wrong = isinstance(exc, SignInFailed)
    return _WRONG_PASSWORD if wrong else FAILURES[TooManyAttempts].message
