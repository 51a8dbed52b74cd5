"""Files that a browser or a program saves."""

from urllib.parse import quote

from starlette.responses import Response


def download(content: bytes, media_type: str, name: str, suffix: str) -> Response:
    """A file to save under a name that may be Chinese; ``suffix`` without the dot."""
    named = quote(f"{name}.{suffix}", "")
    disposition = f"attachment; filename=\"report.{suffix}\"; filename*=UTF-8''{named}"
    headers = {"Content-Disposition": disposition}
    return Response(content, media_type=media_type, headers=headers)
