"""What the routes work with, put together by ``casestore.bootstrap``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request

from casestore.edge.metrics import Metrics
from casestore.service.clients import ClientRegister
from casestore.service.desk import ComplaintDesk
from casestore.service.entrance import StaffEntrance
from casestore.service.ports import Clock


@dataclass(frozen=True)
class Services:
    """``readiness`` names each check and says ``ok`` or what is wrong.

    ``drafts_are_answered`` is true while the assistant may answer with texts that the bank has not
    approved; the console says so.
    """

    desk: ComplaintDesk
    clients: ClientRegister
    entrance: StaffEntrance
    readiness: Callable[[], Mapping[str, str]]
    metrics: Metrics
    now: Clock
    drafts_are_answered: bool


def services(request: Request) -> Services:
    """The services of the application that received the request."""
    found: Services = request.app.state.services
    return found
