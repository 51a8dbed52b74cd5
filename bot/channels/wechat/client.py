"""What we ask of the WeChat platform: messages, templates, media, menus, its addresses.

The access token travels in the address and the AppSecret in a body: no error that leaves this
module holds an address or a body, and nothing is logged.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import aiohttp
from sqlalchemy.engine import Engine

from bot.channels.wechat.token import INVALID_CREDENTIAL, Fetched, TokenHolder, TokenStore
from bot.errors import WeChatError, WeChatUnreachable
from bot.privacy.sealing import Sealer
from bot.settings import Settings

SEND_TIMEOUT = 3.0
MEDIA_TIMEOUT = 15.0
LONGEST_ANSWER = 256 * 1024
LARGEST_MEDIA = 10 * 1024 * 1024
BAD_TOKENS = (INVALID_CREDENTIAL, 40014, 42001)
"""invalid credential, invalid access_token, access_token expired."""
ALREADY_SENT = 45065
"""clientmsgid exists: the platform has this very message (a template message sent twice)."""
_CHUNK = 64 * 1024

T = TypeVar("T")


@dataclass(frozen=True)
class Answered:
    """A response: its body is no longer than was asked for."""

    status: int
    media_type: str
    body: bytes


class Platform:
    """HTTP to the platform. Methods raise WeChatUnreachable when there is no proper response."""

    def __init__(self, base_url: str, timeout: float = SEND_TIMEOUT) -> None:
        """`timeout`: seconds an ordinary call may take in all."""
        self._base = base_url.rstrip("/")
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(
        self,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        *,
        longest: int = LONGEST_ANSWER,
        timeout: float | None = None,
    ) -> Answered:
        """GET, or POST when there is a body; `longest` in bytes, `timeout` in seconds."""
        # Made in the event loop that uses it. A proxy of the environment must not see messages.
        session = self._session = self._session or aiohttp.ClientSession(trust_env=False)
        # The platform shows \uXXXX to customers as it stands.
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            async with session.request(
                "GET" if data is None else "POST",
                self._base + path,
                params=query,
                data=data,
                headers={} if data is None else {"Content-Type": "application/json"},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout or self._timeout),
            ) as response:
                content = await _read(response, longest)
                return Answered(response.status, response.content_type, content)
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as exc:
            # From None: what aiohttp says may hold the address, and with it the token.
            raise WeChatUnreachable(detail=type(exc).__name__) from None

    async def ask(
        self, path: str, query: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The JSON answered. Raises WeChatError with the platform's errcode and errmsg."""
        return checked(await self.call(path, query, body))


async def _read(response: aiohttp.ClientResponse, longest: int) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > longest:
            raise ValueError("longer than anything the platform should say")
    return bytes(content)


def checked(answered: Answered) -> dict[str, Any]:
    """The JSON object of a response; a missing errcode means success."""
    if answered.status != 200:
        raise WeChatUnreachable(detail=f"HTTP {answered.status}")
    try:
        body = json.loads(answered.body)
        code = int(body.get("errcode", 0))
    except (ValueError, TypeError, AttributeError):
        raise WeChatUnreachable(detail="no readable JSON") from None
    if code:
        raise WeChatError(code=code, detail=str(body.get("errmsg", "")))
    return dict(body)


class WeChatClient:
    """The account's calls. Every method raises WeChatError (refused), WeChatUnreachable (try again)
    and StorageError (the shared access token).

    A token that is refused in mid-call is replaced, and the call made once more.
    """

    def __init__(self, platform: Platform, tokens: TokenHolder) -> None:
        self._platform = platform
        self._tokens = tokens

    async def close(self) -> None:
        await self._platform.close()

    async def token(self) -> str:
        """The access token; fetching it shows whether AppID, AppSecret and our address fit."""
        return await self._tokens.token()

    async def send_text(self, openid: str, text: str) -> str | None:
        """A customer-service message; its id when the platform gives one."""
        return await self._send({"touser": openid, "msgtype": "text", "text": {"content": text}})

    async def send_menu(
        self, openid: str, head: str, choices: Sequence[tuple[str, str]], tail: str = ""
    ) -> str | None:
        """A customer-service message with choices, (id, title), to click on."""
        listed = [{"id": choice, "content": title} for choice, title in choices]
        menu = {"head_content": head, "list": listed, "tail_content": tail}
        return await self._send({"touser": openid, "msgtype": "msgmenu", "msgmenu": menu})

    async def send_template(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        *,
        once: str,
        url: str | None = None,
    ) -> str:
        """A template message, `data` by field; its id. The platform takes `once` (32 characters at
        most) one time in ten minutes, so that a call made twice sends one message."""
        body: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "client_msg_id": once,
            "data": {field: {"value": value} for field, value in data.items()},
        }
        if url is not None:
            body["url"] = url
        return str((await self._ask("/cgi-bin/message/template/send", body)).get("msgid", ""))

    async def media(self, media_id: str) -> tuple[bytes, str]:
        """What a customer sent: content and media type. WeChatUnreachable beyond 10 MB."""

        async def fetch(token: str) -> Answered:
            answered = await self._platform.call(
                "/cgi-bin/media/get",
                {"media_id": media_id, "access_token": token},
                longest=LARGEST_MEDIA,
                timeout=MEDIA_TIMEOUT,
            )
            # An error comes as JSON, named text/plain by some of the platform's servers.
            if answered.media_type in ("application/json", "text/plain") or answered.status != 200:
                checked(answered)
            return answered

        answered = await self._with_token(fetch)
        return answered.body, answered.media_type

    async def callback_ips(self) -> list[str]:
        """Addresses the platform calls us from."""
        return [str(ip) for ip in (await self._ask("/cgi-bin/getcallbackip")).get("ip_list", [])]

    async def create_code(self, scene: str, seconds: int | None) -> str:
        """What a QR code of the account holds that brings `scene` (1 to 64 characters) along.

        It works for `seconds`, 30 days at most; None: for good, of which an account may have
        100,000 (公众平台「生成带参数的二维码」).
        """
        body: dict[str, Any] = {"action_info": {"scene": {"scene_str": scene}}}
        if seconds is None:
            body["action_name"] = "QR_LIMIT_STR_SCENE"
        else:
            body |= {"action_name": "QR_STR_SCENE", "expire_seconds": seconds}
        url = (await self._ask("/cgi-bin/qrcode/create", body)).get("url")
        if not isinstance(url, str) or not url:
            raise WeChatUnreachable(detail="no address in the answer")
        return url

    async def create_menu(self, menu: Mapping[str, Any]) -> None:
        """Publishes the account's menu, in the platform's JSON."""
        await self._ask("/cgi-bin/menu/create", menu)

    async def get_menu(self) -> dict[str, Any]:
        """The published menu in the platform's JSON. WeChatError 46003 when there is none."""
        return await self._ask("/cgi-bin/menu/get")

    async def _send(self, message: Mapping[str, Any]) -> str | None:
        answer = await self._ask("/cgi-bin/message/custom/send", message)
        message_id = answer.get("msgid")
        return None if message_id is None else str(message_id)

    async def _ask(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return await self._with_token(
            lambda token: self._platform.ask(path, {"access_token": token}, body)
        )

    async def _with_token(self, call: Callable[[str], Awaitable[T]]) -> T:
        token = await self._tokens.token()
        try:
            return await call(token)
        except WeChatError as exc:
            if exc.code not in BAD_TOKENS:
                raise
        return await call(await self._tokens.another_than(token))


def open_client(
    config: Settings, engine: Engine, sealer: Sealer, now: Callable[[], datetime], owner: str
) -> WeChatClient:
    """The client of the configured account; its token is shared through the channel database."""
    platform = Platform(config.wechat_api_url)

    async def fetch(force: bool) -> Fetched:
        answer = await platform.ask(
            "/cgi-bin/stable_token",
            {},
            {
                "grant_type": "client_credential",
                "appid": config.wechat_app_id,
                "secret": config.wechat_app_secret.get_secret_value(),
                "force_refresh": force,
            },
        )
        try:
            lasting = timedelta(seconds=int(answer["expires_in"]))
            return Fetched(str(answer["access_token"]), lasting)
        except (KeyError, TypeError, ValueError):
            raise WeChatUnreachable(detail="no access token in the answer") from None

    store = TokenStore(engine, sealer, config.wechat_app_id, owner)
    return WeChatClient(platform, TokenHolder(store, fetch, now))
