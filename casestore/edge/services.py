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
    """``readiness`` names each check and says ``ok`` or what is wrong."""

    desk: ComplaintDesk
    clients: ClientRegister
    entrance: StaffEntrance
    readiness: Callable[[], Mapping[str, str]]
    metrics: Metrics
    now: Clock


def services(request: Request) -> Services:
    """The services of the application that received the request."""
    found: Services = request.app.state.services
    return found
