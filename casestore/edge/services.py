"""What the routes work with, put together by ``casestore.bootstrap``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from casestore.edge.metrics import Metrics
from casestore.service.attachments import AttachmentRoom
from casestore.service.casework import Casework
from casestore.service.clients import ClientRegister
from casestore.service.desk import ComplaintDesk
from casestore.service.entrance import StaffEntrance
from casestore.service.exchange import Exchange
from casestore.service.ports import Clock, NewId


@dataclass(frozen=True)
class Services:
    """``readiness`` names each check and says ``ok`` or what is wrong; ``warnings`` say what is not
    wrong yet and what to do about it.

    ``drafts_are_answered`` is true while the assistant may answer with texts that the bank has not
    approved; the console says so.
    """

    desk: ComplaintDesk
    casework: Casework
    attachments: AttachmentRoom
    exchange: Exchange
    clients: ClientRegister
    entrance: StaffEntrance
    readiness: Callable[[], Mapping[str, str]]
    warnings: Callable[[], Sequence[str]]
    metrics: Metrics
    now: Clock
    new_id: NewId
    drafts_are_answered: bool


def services(request: Request) -> Services:
    """The services of the application that received the request."""
    found: Services = request.app.state.services
    return found
