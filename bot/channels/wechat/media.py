"""Pictures customers send: fetched from the platform, named by what they are."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from urllib.parse import urlsplit

import aiohttp

from bot.channels.wechat import texts
from bot.channels.wechat.message import WeChatMessage
from bot.errors import ChannelError, EvidenceRefused, WeChatError
from bot.intake.calendar import BEIJING
from bot.intake.evidence import LARGEST_BYTES, media_type

logger = logging.getLogger(__name__)

FETCH_TIMEOUT = aiohttp.ClientTimeout(total=8, connect=2)
PICTURE_HOST = re.compile(r"(?:[a-z0-9-]+\.)+qpic\.cn")
"""Where the platform keeps the pictures PicUrl names. Letters that two parsers of addresses could
read in two ways (a backslash, a blank) are in no such name."""
_CHUNK = 64 * 1024
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}

FetchMedia = Callable[[str], Awaitable[tuple[bytes, str]]]
"""Content and media type of a media id. Raises WeChatError."""


class Pictures:
    """Fetches the picture of a message, by the media interface where the account has it."""

    def __init__(self, api_url: str, fetch_media: FetchMedia | None) -> None:
        """`api_url`: a picture may also lie there; so it does with a platform on this machine."""
        self._api = urlsplit(api_url)
        self._fetch_media = fetch_media
        self._client: aiohttp.ClientSession | None = None

    async def fetch(self, message: WeChatMessage) -> bytes:
        """The content. Raises ChannelError: 413 when it is too large, 422 when it does not come."""
        content = await self._by_media_id(message) or await self._by_url(message.picture_url)
        if not content:
            raise ChannelError(422, "picture_missing", texts.PICTURE_MISSING)
        return content

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _by_media_id(self, message: WeChatMessage) -> bytes | None:
        if self._fetch_media is None or message.media_id is None:
            return None
        try:
            content, _ = await self._fetch_media(message.media_id)
        except WeChatError as exc:
            logger.warning("media not fetched: errcode %s", exc.code)
            return None
        return content

    async def _by_url(self, url: str | None) -> bytes | None:
        address = self._address(url or "")
        if address is None:
            return None
        client = self._client = self._client or aiohttp.ClientSession(timeout=FETCH_TIMEOUT)
        try:
            # A redirect could lead anywhere, into the bank's network too.
            async with client.get(address, allow_redirects=False) as answer:
                return await _limited(answer) if answer.status == 200 else None
        except (aiohttp.ClientError, asyncio.TimeoutError) as exc:
            logger.warning("picture not fetched: %s", type(exc).__name__)
            return None

    def _address(self, url: str) -> str | None:
        """Where the picture is fetched from; None when it does not lie with the platform."""
        try:
            where = urlsplit(url)
        except ValueError:
            return None
        if (where.scheme, where.netloc) == (self._api.scheme, self._api.netloc):
            return url
        if not PICTURE_HOST.fullmatch(where.netloc.lower()):
            return None
        # Messages may name an http address; the same host serves it by https.
        return where._replace(scheme="https").geturl()


async def _limited(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > LARGEST_BYTES:
            raise ChannelError(413, "too_large", texts.PICTURE_TOO_LARGE)
    return bytes(content)


def picture_name(content: bytes, created_at: int) -> str:
    """「微信图片_1126-1530.jpg」: when it was taken in, Beijing time, and what it really is."""
    taken_at = datetime.fromtimestamp(created_at, timezone.utc).astimezone(BEIJING)
    try:
        kind = media_type(content)
    except EvidenceRefused:
        kind = ""  # the store says why when it refuses it
    return texts.PICTURE_NAME.format(taken_at=taken_at, ending=_ENDINGS.get(kind, "jpg"))
