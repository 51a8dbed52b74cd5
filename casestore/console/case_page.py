"""The page of one case, its files, personal fields in clear, and who else looks at it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from casestore.console.act_forms import Typed, act_forms
from casestore.console.case_views import case_page
from casestore.console.chat_panels import CHAT_PANELS, chat_panels
from casestore.console.classification_view import classification_panel
from casestore.console.event_views import Glossary, event_lines
from casestore.console.forms import form_id
from casestore.console.guard import OwnForm, Reach, ShortText, page_values, require
from casestore.console.reply_panels import REPLY_PANELS, reply_panels
from casestore.console.task_view import CASE_PANELS, case_panels
from casestore.domain.attachment import MOST_AT_ONCE, Attachment
from casestore.domain.case import EventKind
from casestore.domain.directory import Directory
from casestore.domain.handling import allowed_acts
from casestore.domain.presence import Viewer
from casestore.domain.staff import Officer, Right
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.service.case_file import CaseFile

# Strangers made the file: no scripts, no forms, nothing from elsewhere, an origin of its own. The
# browser's own page around a picture has inline styles.
_FILE_POLICY = (
    "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_REVEALABLE = {"name": "姓名", "phone": "电话", "id_number": "证件号码"}

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Reader = Annotated[Officer, Depends(require(Right.READ))]


@dataclass(frozen=True)
class Refusal:
    """An act that could not be done: why, what was typed, and how many events the officer saw."""

    status: int
    message: str
    typed: Typed
    seen: int | None = None


@dataclass(frozen=True)
class Shown:
    """What a case's page says beside the case: what was just done, what was refused, which
    personal fields stand there in clear this once."""

    done: str = ""
    refusal: Refusal | None = None
    revealed: Mapping[str, str] = field(default_factory=dict)


@router.get("/cases/{reference}")
def show_case(
    request: Request, reach: Reach, officer: Reader, reference: str, done: str = ""
) -> HTMLResponse:
    """One case with its history; personal fields masked. ``done`` names the act just done."""
    return case_response(request, reach, officer, reference, Shown(done=_done_words(done)))


@router.post("/cases/{reference}/reveal", dependencies=[OwnForm])
def reveal(
    request: Request,
    reach: Reach,
    officer: Reader,
    reference: str,
    act_id: ShortText = "",
    field: ShortText = "",
) -> Response:
    """The case with one personal field in clear, this once; noted in history and audit log."""
    value = reach.desk.reveal(reference, field, officer, form_id("act_id", act_id))
    _log.info("revealed field=%s user=%s", field, officer.username)
    shown = Shown(revealed={_REVEALABLE[field]: value or "未登记"})
    return case_response(request, reach, officer, reference, shown)


@router.post("/cases/{reference}/viewers", dependencies=[OwnForm])
def note_viewer(
    reach: Reach, officer: Reader, reference: str, is_writing: ShortText = ""
) -> PlainTextResponse:
    """A sign of life from an open page; the answer says who else is there."""
    others = reach.presence.look(reference, officer, is_writing=bool(is_writing))
    return PlainTextResponse(viewers_words(others))


@router.get("/cases/{reference}/attachments/{attachment_id}")
def show_attachment(
    reach: Reach, officer: Reader, reference: str, attachment_id: str, download: bool = False
) -> Response:
    """A file of a case, to look at or (``download``) to save."""
    attachment, content = reach.attachments.open(reference, attachment_id, officer)
    headers = {
        "Content-Disposition": _disposition(attachment, "attachment" if download else "inline"),
        "Content-Security-Policy": _FILE_POLICY,
    }
    return Response(content, media_type=attachment.media_type.value, headers=headers)


def case_response(
    request: Request, reach: Services, officer: Officer, reference: str, shown: Shown
) -> HTMLResponse:
    """The page of a case as this officer may see it now.

    Raises CaseNotFound (also for a case of another branch), FieldUnreadable, StoreUnavailable.
    """
    file, directory = reach.desk.open_case(reference, officer), reach.reception.directory()
    values = {
        **_case_values(reach, officer, file, directory, shown),
        **_panel_values(reach, officer, file, directory),
        **page_values(request, officer),
    }
    return page("case.html", values, shown.refusal.status if shown.refusal else 200)


def _case_values(
    reach: Services, officer: Officer, file: CaseFile, directory: Directory, shown: Shown
) -> dict[str, Any]:
    """The case itself, what may be done to it, and what was just done or refused."""
    now, refusal, known = reach.now(), shown.refusal, Glossary(directory, reach.checklist.text_of)
    missed = file.events[refusal.seen :] if refusal and refusal.seen is not None else ()
    reference = file.case.standing.reference
    others = reach.presence.look(reference, officer, is_writing=False)
    stage = reach.replies.stages([reference]).get(reference)
    return {
        "shown": case_page(file, known, now, stage),
        "groups": act_forms(file.case, officer, directory, now, refusal.typed if refusal else None),
        "done": shown.done,
        "refusal": refusal,
        "missed": event_lines(missed, known),
        "revealed": shown.revealed,
        "reveals": _reveals(officer, file.case.complaint.complainant.id_number is not None),
        "may_attach": EventKind.ATTACHED in allowed_acts(file.case.standing, officer, now),
        "most_files": MOST_AT_ONCE,
        "page_id": reach.new_id(),
        "viewers": viewers_words(others),
    }


def _panel_values(
    reach: Services, officer: Officer, file: CaseFile, directory: Directory
) -> dict[str, Any]:
    """The parts of the page that other pages are about: classes, reply, notices, talks, tasks,
    checks."""
    case = file.case
    codes = reach.classification.codes
    return {
        "classification": classification_panel(case, officer, reach.new_id(), codes, directory),
        "panels": (*REPLY_PANELS, *CHAT_PANELS, *CASE_PANELS),
        **reply_panels(reach, case, officer, directory),
        **chat_panels(reach, case, file.events, officer, directory),
        **case_panels(reach, case, officer, directory),
    }


def viewers_words(others: Sequence[Viewer]) -> str:
    """Who else has the case open; empty if nobody has."""
    return "；".join(
        f"{viewer.name} {'正在填写' if viewer.is_writing else '正在看'}这件投诉"
        for viewer in others
    )


def _reveals(officer: Officer, has_id_number: bool) -> Mapping[str, str]:
    """The personal fields this officer may ask for."""
    if not officer.may(Right.REVEAL):
        return {}
    return {
        name: label for name, label in _REVEALABLE.items() if name != "id_number" or has_id_number
    }


def _done_words(done: str) -> str:
    """What was just done, in words; nothing for what nobody does."""
    return EventKind(done).label if done in {kind.value for kind in EventKind} else ""


def _disposition(attachment: Attachment, kind: str) -> str:
    """RFC 6266: a plain name for old programs, the real one for the others."""
    plain = f"attachment{attachment.media_type.suffixes[0]}"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(attachment.safe_filename, '')}"
