"""Officers add files to a case: scans of letters, copies of an ID, evidence."""

import hashlib
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from casestore.console.act_forms import Typed
from casestore.console.case_page import Reader, Refusal, Shown, case_response
from casestore.console.cookies import SESSION
from casestore.console.forgery import from_own_page, require_own_form
from casestore.console.forms import form_id
from casestore.console.guard import Reach
from casestore.console.uploads import TOO_LARGE, Upload, filename_of, uploaded
from casestore.domain.attachment import LARGEST_ATTACHMENT, MOST_AT_ONCE, media_type_of
from casestore.domain.case import EventKind
from casestore.domain.errors import (
    CaseNotFound,
    ForgedRequest,
    InvalidRequest,
    NotAllowed,
    Refused,
)
from casestore.domain.staff import Officer
from casestore.edge.failures import failure_of
from casestore.edge.services import Services
from casestore.service.attachments import Delivery

# A file has its id from the page and its content: the same form sent twice is the same files.
_FILES = UUID("5e0b6b3a-7d0c-5a55-9a0e-4c7e8a3f2d11")
_TOO_MUCH = f"选的文件合计太大：一次最多 {MOST_AT_ONCE} 个，每个不超过 10 MB。请分几次添加。"
_NONE_CHOSEN = "没有选文件，请先选文件再添加。"
_TOO_MANY = f"一次最多 {MOST_AT_ONCE} 个文件，请分几次添加。"
_EMPTY = "是空文件，请换一个"
_TOO_LARGE = "超过 10 MB，请压缩或者分开扫描"
_OTHER_KIND = "不是图片（JPG、PNG、WebP、GIF）或 PDF，请转换以后再添加"

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)


def _from_own_page(request: Request) -> None:
    """What can be told of a form before it is read. Raises ForgedRequest."""
    if not from_own_page(request):
        raise ForgedRequest


async def _sent(request: Request, _officer: Reader) -> AsyncIterator[Upload]:
    """The form, read only for somebody who has signed in."""
    async with uploaded(request) as upload:
        yield upload


@router.post("/cases/{reference}/attachments", dependencies=[Depends(_from_own_page)])
def add_files(
    request: Request,
    reach: Reach,
    officer: Reader,
    reference: str,
    upload: Annotated[Upload, Depends(_sent)],
) -> Response:
    """Add files. What cannot be kept is named with the reason; the others are kept all the same."""
    if upload.is_too_large:
        return _refused(request, reach, officer, reference, _TOO_MUCH, status=TOO_LARGE)
    require_own_form(request, SESSION.read(request), upload.form_token)
    form_id("page_id", upload.page_id)
    if not 1 <= len(upload.files) <= MOST_AT_ONCE:
        message = _TOO_MANY if upload.files else _NONE_CHOSEN
        return _refused(request, reach, officer, reference, message)
    if problems := _keep_all(reach, officer, reference, upload):
        kept = len(upload.files) - len(problems)
        return _refused(request, reach, officer, reference, "；".join(problems) + "。", kept)
    return RedirectResponse(f"/cases/{reference}?done=attached", status_code=303)


def _keep_all(reach: Services, officer: Officer, reference: str, upload: Upload) -> Sequence[str]:
    """Keep what can be kept; in words, why the others could not be. Raises CaseNotFound."""
    problems = []
    for file in upload.files:
        content = file.file.read(LARGEST_ATTACHMENT + 1)
        name = filename_of(file)
        try:
            delivery = _delivery(reference, upload.page_id, name, content)
            reach.attachments.add(delivery, officer)
        except (CaseNotFound, NotAllowed):
            raise
        except InvalidRequest as exc:
            problems.append(f"“{name}”{exc.fields['files']}")
        except Refused as exc:
            problems.append(f"“{name}”没有添加：{failure_of(exc).message.rstrip('。')}")
    return problems


def _delivery(reference: str, page_id: str, name: str, content: bytes) -> Delivery:
    """A file as it is handed in. Raises InvalidRequest (``files``) for what is not kept."""
    if not content:
        raise InvalidRequest({"files": _EMPTY})
    if len(content) > LARGEST_ATTACHMENT:
        raise InvalidRequest({"files": _TOO_LARGE})
    kind = media_type_of(content)
    if kind is None:
        raise InvalidRequest({"files": _OTHER_KIND})
    sha256 = hashlib.sha256(content).hexdigest()
    file_id = str(uuid5(_FILES, f"{page_id}/{reference}/{sha256}"))
    return Delivery(file_id, reference, name, kind, sha256, content)


def _refused(
    request: Request,
    reach: Services,
    officer: Officer,
    reference: str,
    message: str,
    kept: int = 0,
    status: int = 422,
) -> Response:
    """The page of the case with what could not be added, and how many files were."""
    shown = Shown(
        done=f"添加附件 {kept} 个" if kept else "",
        refusal=Refusal(status, message, Typed(EventKind.ATTACHED, {})),
    )
    return case_response(request, reach, officer, reference, shown)
