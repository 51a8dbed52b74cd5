"""Files in a form of the console, read only once it is known who sends them from where."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData, UploadFile

from casestore.domain.attachment import LONGEST_FILENAME

TOO_LARGE = 413
# Those an officer can choose are counted afterwards, with a plain word; this stops programs.
_MOST_PARTS = 100
_MOST_FIELDS = 10


@dataclass(frozen=True)
class Upload:
    """A form with files; ``files`` are those that were chosen. ``is_too_large`` if it was not read
    to its end, and then holds nothing."""

    form_token: str = ""
    page_id: str = ""
    files: Sequence[UploadFile] = ()
    is_too_large: bool = False


@asynccontextmanager
async def uploaded(request: Request) -> AsyncIterator[Upload]:
    """The form of a request; its files are gone afterwards. Raises HTTPException (400) for a body
    that is no form."""
    try:
        form = await request.form(max_files=_MOST_PARTS, max_fields=_MOST_FIELDS)
    except HTTPException as exc:
        if exc.status_code != TOO_LARGE:
            raise
        yield Upload(is_too_large=True)
        return
    except FormParserError as exc:  # Starlette passes on what its parser raises
        raise HTTPException(400) from exc
    try:
        yield _read(form)
    finally:
        await form.close()


def filename_of(file: UploadFile) -> str:
    """What the officer calls the file, as it can be kept: its end, because that names its type."""
    name = (file.filename or "").encode("utf-8", "replace").decode().replace("\0", "")
    return name[-LONGEST_FILENAME:].strip() or "附件"


def _read(form: FormData) -> Upload:
    return Upload(
        form_token=_text(form, "form_token"),
        page_id=_text(form, "page_id"),
        # A field of files where none was chosen comes as one file without a name.
        files=[
            file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename
        ],
    )


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
