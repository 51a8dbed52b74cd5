"""Whether the account can be talked to, and what has not reached its followers."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.channels.wechat.client import WeChatClient
from bot.channels.wechat.outbound import Outbound
from bot.errors import BotError, StorageError, WeChatError

OK = "ok"
_NOT_NEEDED = "不需要（WECHAT_CUSTOMER_SERVICE=False）"


class WeChatHealth:
    """Reports in the words of an operator; nothing of a customer is in it."""

    def __init__(self, outbound: Outbound, client: WeChatClient | None) -> None:
        """`client` is None for an account that only answers."""
        self._outbound = outbound
        self._client = client

    async def report(self) -> dict[str, Any]:
        """`status` is ok when the platform gives us an access token and the tables can be read."""
        token, (storage, counts) = await self._token(), await asyncio.to_thread(self._counts)
        good = token in (OK, _NOT_NEEDED) and storage == OK
        return {
            "status": OK if good else "unavailable",
            "configured": True,
            "checks": {"access_token": token, "outbound": storage},
            "outbound": counts,
        }

    async def _token(self) -> str:
        if self._client is None:
            return _NOT_NEEDED
        try:
            await self._client.token()
        except WeChatError as exc:
            return f"{exc.message}（{exc.code}）运行 python -m bot wechat check 查原因。"
        except BotError as exc:
            return exc.message
        return OK

    def _counts(self) -> tuple[str, dict[str, int]]:
        try:
            return OK, self._outbound.counts()
        except StorageError as exc:
            return exc.message, {}
