"""The files of the chat page: read once, compressed once, asked for again only when they changed."""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.web.slim import slim

_WORTH_COMPRESSING = ("text/", "application/javascript", "image/svg+xml")
_TEXT = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Asset:
    """A file as it is sent; `packed` is its gzip form where that is smaller."""

    media_type: str
    content: bytes
    packed: bytes | None
    tag: str

    @classmethod
    def read(cls, path: Path) -> Asset:
        content = slim(path.read_bytes(), path.suffix)
        media_type = _media_type(path)
        packed = None
        if media_type.startswith(_WORTH_COMPRESSING):
            packed = gzip.compress(content, mtime=0)  # the same bytes after each start
        return cls(media_type, content, packed, f'"{sha256(content).hexdigest()[:20]}"')

    def respond(self, request: Request) -> HTTPResponse:
        """The file, or that the browser has it already (RFC 9110, 13.1.2)."""
        headers = {"ETag": self.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if self.tag in request.headers.get("if-none-match", ""):
            return HTTPResponse(status=304, headers=headers)
        if self.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return response.raw(self.packed, content_type=self.media_type, headers=headers)
        return response.raw(self.content, content_type=self.media_type, headers=headers)


def read_assets(folder: Path) -> Mapping[str, Asset]:
    """Every file of a folder by its name."""
    return {path.name: Asset.read(path) for path in sorted(folder.iterdir()) if path.is_file()}


def _media_type(path: Path) -> str:
    if path.suffix == ".html":
        return _HTML
    return (
        _TEXT.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    )
