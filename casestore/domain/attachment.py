"""Files of a complaint, from customers and from officers."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import PurePosixPath

import filetype

LARGEST_ATTACHMENT = 10 * 1024 * 1024
LONGEST_FILENAME = 200
MOST_AT_ONCE = 5
"""How many files an officer can add in one go."""

# Also a part of a file's name, so nothing that a path could be made of.
_ID = re.compile(r"[0-9a-z][0-9a-z_-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNSAFE = re.compile(r'[\\/:*?"<>|]')


class MediaType(str, Enum):
    """What is kept: pictures and PDF."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"
    PDF = "application/pdf"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return "PDF" if self is MediaType.PDF else "图片"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """How such files' names end; the first is the usual one."""
        return _SUFFIXES[self]


_SUFFIXES = {
    MediaType.JPEG: (".jpg", ".jpeg"),
    MediaType.PNG: (".png",),
    MediaType.WEBP: (".webp",),
    MediaType.GIF: (".gif",),
    MediaType.PDF: (".pdf",),
}


@dataclass(frozen=True)
class Attachment:
    """One file of a case; ``filename`` is the customer's, ``size`` in bytes, ``sha256`` in hex."""

    id: str
    reference: str
    filename: str
    media_type: MediaType
    size: int
    sha256: str
    received_at: datetime

    @property
    def stored_name(self) -> str:
        """The name it is stored under: other content under the same id is another file."""
        return f"{self.id}-{self.sha256}"

    @property
    def safe_filename(self) -> str:
        """The customer's name for it as a name for a file anywhere, ending like its media type.

        The ending counts: what is kept as a picture must not become a program when downloaded.
        """
        printable = (sign for sign in self.filename if unicodedata.category(sign)[0] != "C")
        name = _UNSAFE.sub("_", "".join(printable)).strip(" .")
        suffixes = self.media_type.suffixes
        if PurePosixPath(name).suffix.lower() in suffixes:
            return name
        return f"{name or '附件'}{suffixes[0]}"


def media_type_of(content: bytes) -> MediaType | None:
    """What a file is by its first bytes, whatever its name says; None for what is not kept."""
    found = filetype.guess_mime(content)
    return next((kind for kind in MediaType if kind.value == found), None)


def is_attachment_id(text: str) -> bool:
    """Whether an attachment could have this id: 1 to 64 lower-case letters, digits, - and _."""
    return _ID.fullmatch(text) is not None


def is_sha256(text: str) -> bool:
    """Whether a text is a SHA-256 in lower-case hex."""
    return _SHA256.fullmatch(text) is not None
