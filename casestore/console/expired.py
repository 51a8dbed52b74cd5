"""What a browser gets whose session is over or not complete.

A form that was being filled in meanwhile is not lost: it comes back on a page that sends it again
after signing in, in two steps, because the old page's form token died with the session.
"""

import re
from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from casestore.console.cookies import SESSION
from casestore.console.entrance import own_token, redirect
from casestore.console.forgery import from_own_page, require_own_form
from casestore.console.forms import Posted, PostedForm, posted
from casestore.console.guard import SignedIn, page_values
from casestore.domain.errors import ForgedRequest, SignInNeeded
from casestore.edge.failures import FAILURES
from casestore.edge.pages import page
from casestore.edge.services import services_of

# Signing in again is what these forms are about, and passwords are never shown again.
_NOT_KEPT = ("/login", "/logout", "/setup", "/account")
_AGAIN = "/again"
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")
_PATH, _TOKEN = "again_path", "form_token"

Fields = Sequence[tuple[str, str]]

router = APIRouter(include_in_schema=False)


async def to_sign_in(request: Request, _exc: Exception) -> Response:
    """Instead of a page: the sign-in; instead of a form's answer: the form, kept."""
    form = await _kept(request)
    if form is None:
        # The cookie stays: a form that is sent later is known by it. It opens nothing any more.
        return redirect("/login")
    path, fields = form
    return page("expired.html", {"path": path, "fields": fields}, FAILURES[SignInNeeded].status)


def to_second_factor(request: Request, _exc: Exception) -> Response:
    """Back to the step that is still missing."""
    try:
        services_of(request).authenticators.offer(own_token(request))
    except SignInNeeded:
        return redirect("/login/code")
    return redirect("/account/authenticator")


@router.post(_AGAIN)
def again(request: Request, officer: SignedIn, form: PostedForm) -> Response:
    """The kept form with the new session's token, to be looked at and sent; changes nothing.

    Raises ForgedRequest for a form of another site, SignInNeeded if nobody signed in meanwhile.
    """
    path = form.get(_PATH)
    if not from_own_page(request):
        raise ForgedRequest
    if not _is_local(path):
        raise HTTPException(400)
    fields = _fields(form)
    # Numbers and codes that a form carries are nothing to look at.
    written = [value for _name, value in fields if not value.isascii()]
    values = {"path": path, "fields": fields, "written": written}
    return page("again.html", {**values, **page_values(request, officer)})


async def _kept(request: Request) -> tuple[str, Fields] | None:
    """Where a form of ours was to go and what is in it, if it is worth keeping."""
    path = request.url.path
    if request.method != "POST" or path.startswith(_NOT_KEPT) or _has_files(request):
        return None
    form = await posted(request)
    if path == _AGAIN:  # still nobody has signed in
        return (form.get(_PATH), _fields(form)) if from_own_page(request) else None
    try:
        require_own_form(request, SESSION.read(request), form.get(_TOKEN))
    except ForgedRequest:
        return None
    return path, _fields(form)


def _has_files(request: Request) -> bool:
    """Files cannot be put back into a form, so they are not even read."""
    return request.headers.get("content-type", "").startswith("multipart/")


def _fields(form: Posted) -> Fields:
    """What was typed, but for the fields that only carry it; half a character cannot be shown."""
    return [
        (name, value.encode("utf-8", "replace").decode())
        for name, value in form.items
        if name not in {_PATH, _TOKEN}
    ]


def _is_local(path: str) -> bool:
    """Whether it is a plain path of ours, and not another site in disguise: browsers read a
    backslash as a slash, and pass over tabs and line ends."""
    return _LOCAL.fullmatch(path) is not None
