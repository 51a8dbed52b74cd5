"""Body of `POST attachments`: read as it arrives, checked at the edge, never written to disk here."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from python_multipart.multipart import Field, File, FormParser, parse_options_header

from bot.channels import texts
from bot.channels.files import clean_name
from bot.channels.web.requests import message_id
from bot.errors import ChannelError
from bot.intake.evidence import LARGEST_BYTES

MOST_PARTS = 4
ROOM_FOR_FORM = 16 * 1024
"""Bytes a form may have beside the file itself."""


@dataclass(frozen=True)
class Upload:
    """One file and the id of the message it is; `name` is fit to be shown and stored."""

    id: str
    name: str
    content: bytes


async def read_upload(headers: Mapping[str, str], chunks: AsyncIterable[bytes]) -> Upload:
    """Reads a multipart form with one `file` and an `id`. Raises ChannelError naming the fault."""
    form = _Form(headers.get("content-type", ""))
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        if received > LARGEST_BYTES + ROOM_FOR_FORM:
            raise ChannelError(413, "too_large", texts.FILE_TOO_LARGE)
        form.feed(chunk)
    return form.upload()


class _Form:
    """Collects the parts of a multipart body (RFC 7578)."""

    def __init__(self, content_type: str) -> None:
        self._fields: list[Field] = []
        self._files: list[File] = []
        self._complete = False
        with _bad_form():
            kind, options = parse_options_header(content_type)
            if kind.lower() != b"multipart/form-data" or b"boundary" not in options:
                raise ChannelError(415, "unsupported_media_type", texts.NOT_A_FORM)
            self._parser = FormParser(
                "multipart/form-data",
                on_field=self._on_field,
                on_file=self._on_file,
                on_end=self._on_end,
                boundary=options[b"boundary"],
                # Customers' documents lie nowhere unsealed: no temporary files.
                config={"MAX_MEMORY_FILE_SIZE": float("inf")},
            )

    def feed(self, chunk: bytes) -> None:
        with _bad_form():
            self._parser.write(chunk)

    def upload(self) -> Upload:
        if not self._complete:
            raise ChannelError(400, "invalid_request", texts.BAD_UPLOAD)
        ids = [field.value or b"" for field in self._fields if field.field_name == b"id"]
        key = message_id(b"".join(ids).decode(errors="replace"))
        file = self._file()
        file.file_object.seek(0)
        content = file.file_object.read()
        _check_size(len(content))
        return Upload(key, clean_name((file.file_name or b"").decode(errors="replace")), content)

    def _file(self) -> File:
        files = [file for file in self._files if file.file_name or file.size]
        if len(files) > 1:
            raise ChannelError(400, "too_many_files", texts.ONE_FILE)
        if not files or files[0].field_name != b"file":
            raise ChannelError(400, "no_file", texts.NO_FILE)
        return files[0]

    def _on_field(self, field: Field) -> None:
        self._fields.append(field)
        self._check_parts()

    def _on_file(self, file: File) -> None:
        self._files.append(file)
        self._check_parts()

    def _on_end(self) -> None:
        self._complete = True

    def _check_parts(self) -> None:
        if len(self._fields) + len(self._files) > MOST_PARTS:
            raise ChannelError(400, "too_many_files", texts.ONE_FILE)


@contextmanager
def _bad_form() -> Iterator[None]:
    """What the parser stumbles over is the client's fault."""
    try:
        yield
    except ValueError as exc:  # FormParserError is one
        raise ChannelError(400, "invalid_request", texts.BAD_UPLOAD) from exc


def _check_size(size: int) -> None:
    if size == 0:
        raise ChannelError(400, "empty_file", texts.EMPTY_FILE)
    if size > LARGEST_BYTES:
        raise ChannelError(413, "too_large", texts.FILE_TOO_LARGE)
