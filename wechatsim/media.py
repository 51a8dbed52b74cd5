"""Temporary media: three days, by media_id (新增临时素材、获取临时素材)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from wechatsim import errors
from wechatsim.clock import Clock
from wechatsim.errors import ApiError

_LASTS = timedelta(days=3)
_LARGEST = {
    "image": (10 * 1024 * 1024, errors.INVALID_IMAGE_SIZE),
    "voice": (2 * 1024 * 1024, errors.INVALID_VOICE_SIZE),
    "video": (10 * 1024 * 1024, errors.INVALID_VIDEO_SIZE),
    "thumb": (64 * 1024, errors.INVALID_THUMB_SIZE),
}
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
}
SILENCE = (
    b"#!AMR\n" + bytes.fromhex("3c48f51f96663de1e100000180000000000000000000000000000000") * 50
)
"""One second of AMR."""


@dataclass(frozen=True)
class Medium:
    """One file."""

    media_id: str
    kind: str
    """image, voice, video or thumb."""
    content: bytes
    media_type: str
    at: datetime

    @property
    def name(self) -> str:
        return f"{self.media_id}.{_ENDINGS.get(self.media_type, 'bin')}"


def _random() -> str:
    return secrets.token_urlsafe(48)


class MediaStore:
    """The files of users and of the account."""

    def __init__(self, clock: Clock, random: Callable[[], str] = _random) -> None:
        self._clock = clock
        self._random = random
        self._by_id: dict[str, Medium] = {}

    def add(self, kind: str, content: bytes, media_type: str) -> Medium:
        """Raises ApiError: 40004 unknown kind, 41005 nothing in it, 40009–40012 too large."""
        if kind not in _LARGEST:
            raise ApiError(errors.INVALID_MEDIA_TYPE)
        if not content:
            raise ApiError(errors.MEDIA_MISSING)
        largest, too_large = _LARGEST[kind]
        if len(content) > largest:
            raise ApiError(too_large)
        medium = Medium(self._random(), kind, content, media_type, self._clock.now())
        self._by_id[medium.media_id] = medium
        return medium

    def get(self, media_id: object) -> Medium:
        """Raises ApiError 40007 for what is unknown or older than three days."""
        medium = self._by_id.get(media_id) if isinstance(media_id, str) else None
        if medium is None or self._clock.now() >= medium.at + _LASTS:
            raise ApiError(errors.INVALID_MEDIA_ID)
        return medium
