"""The console's page where somebody takes over an account with a one-time code."""

import logging
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from casestore.console.cookies import LOGIN_FORM, SESSION, form_token
from casestore.console.entrance import redirect
from casestore.console.forgery import require_own_form
from casestore.console.guard import LongSecret, Reach, ShortText, address_of
from casestore.domain.errors import InvalidRequest, TooManyAttempts
from casestore.domain.passwords import LONGEST, SHORTEST
from casestore.edge.failures import FAILURES
from casestore.edge.pages import page
from casestore.service.tokens import new_token

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)


@router.get("/setup")
def setup_page(request: Request, reach: Reach) -> Response:
    """The form for the code and a password of one's own."""
    return _form(request, reach, {}, {})


@router.post("/setup")
def setup(
    request: Request,
    reach: Reach,
    form_token: ShortText = "",
    code: ShortText = "",
    name: ShortText = "",
    password: LongSecret = "",
    again: LongSecret = "",
    alone: Annotated[bool, Form()] = False,
) -> Response:
    """Take over the account, and go on to the authenticator; a refused form comes back filled in,
    but for the passwords."""
    require_own_form(request, LOGIN_FORM.read(request), form_token)
    typed = {"code": code, "name": name, "alone": alone}
    if password != again:
        return _form(request, reach, {"again": "两次输入的密码不一样"}, typed)
    try:
        token = reach.admission.accept(code, password, address_of(request), name, alone)
    except InvalidRequest as exc:
        _log.warning("setup_refused fields=%s", ",".join(sorted(exc.fields)))
        return _form(request, reach, exc.fields, typed)
    except TooManyAttempts:
        failure = FAILURES[TooManyAttempts]
        return _form(request, reach, {"code": failure.message}, typed, failure.status)
    response = redirect("/account/authenticator")
    SESSION.write(request, response, token)
    LOGIN_FORM.remove(request, response)
    return response


def _form(
    request: Request,
    reach: Reach,
    problems: Mapping[str, str],
    typed: Mapping[str, object],
    status: int = 422,
) -> Response:
    secret = LOGIN_FORM.read(request) or new_token()
    values = {
        "problems": problems,
        "typed": {"code": "", "name": "", "alone": False, **typed},
        "is_first": reach.admission.is_first(),
        "shortest": SHORTEST,
        "longest": LONGEST,
        "setup_token": form_token(secret),
    }
    response = page("setup.html", values, status if problems else 200)
    LOGIN_FORM.write(request, response, secret)
    return response
