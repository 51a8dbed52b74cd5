"""Who may see a page of the console, and what every page of theirs needs.

A route of the console reads like this::

    @router.post("/cases/{reference}/note", dependencies=[OwnForm])
    def note(request: Request, reach: Reach, officer: SignedIn, reference: str) -> Response:

and asks for a right by ``officer: Annotated[Officer, Depends(require(Right.REPORT))]``. Rights over
a single case are checked by the services.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Form, Request

from casestore.console.cookies import SESSION, form_token
from casestore.console.forgery import require_own_form
from casestore.console.navigation import navigation
from casestore.domain.errors import NotAllowed, SignInNeeded
from casestore.domain.staff import Officer, Right
from casestore.edge.services import Services, services, services_of

Reach = Annotated[Services, Depends(services)]
ShortText = Annotated[str, Form(max_length=200)]
LongSecret = Annotated[str, Form(max_length=1_000)]
"""A password as typed; which ones are taken is decided by the services."""


def signed_in(request: Request, reach: Reach) -> Officer:
    """The officer whose live session the browser has.

    Raises SignInNeeded, SecondFactorNeeded, StoreUnavailable.
    """
    token = SESSION.read(request)
    if token is None:
        raise SignInNeeded
    return reach.entrance.officer(token)


SignedIn = Annotated[Officer, Depends(signed_in)]


def looking_on(request: Request, reach: Reach) -> Officer:
    """The same for what an open page asks by itself, which is no sign of a person: the session
    grows no longer by it. Raises as ``signed_in``."""
    token = SESSION.read(request)
    if token is None:
        raise SignInNeeded
    return reach.entrance.onlooker(token)


def look_on(right: Right) -> Callable[[Officer], Officer]:
    """Like ``require``, by ``looking_on``."""

    def allowed(officer: Annotated[Officer, Depends(looking_on)]) -> Officer:
        if not officer.may(right):
            raise NotAllowed
        return officer

    return allowed


def require(right: Right) -> Callable[[Officer], Officer]:
    """A dependency that gives the signed-in officer, or raises NotAllowed without the right."""

    def allowed(officer: SignedIn) -> Officer:
        if not officer.may(right):
            raise NotAllowed
        return officer

    return allowed


def own_form(request: Request, form_token: ShortText = "") -> None:
    """Raises ForgedRequest unless the form came from a page of this very session."""
    require_own_form(request, SESSION.read(request), form_token)


OwnForm = Depends(own_form)
"""For ``dependencies=[OwnForm]`` of every route that a form of a signed-in officer is sent to."""


def page_values(request: Request, officer: Officer) -> dict[str, Any]:
    """What ``base.html`` needs: who is signed in, the form token, the menu with how many customers
    wait for a person, how many reminders are unread, whether the officer is on duty.

    Raises StoreUnavailable."""
    reach = services_of(request)
    waiting = reach.chats.count_waiting(officer) if officer.may(Right.READ) else 0
    return {
        "user": officer,
        "form_token": form_token(SESSION.read(request) or ""),
        "nav": navigation(officer, request.url.path, {"/chats": waiting}),
        "unread": reach.reminders.count_unread(officer.username),
        "duty": reach.duty.of(officer) if officer.may(Right.HANDLE) else None,
    }


def landing(officer: Officer) -> str:
    """The first page of the officer's menu; ``/account`` if there is none."""
    menu = navigation(officer, "/")
    return menu[0].path if menu else "/account"


def address_of(request: Request) -> str:
    """Where the browser is on the network, as far as the proxy in front says so truly."""
    return request.client.host if request.client else ""
