"""Rasa input channel of a WeChat official account; thin: opens requests, asks `Reception`, replies."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels import texts
from bot.channels.assembly import Parts, shared_parts
from bot.channels.background import Background
from bot.channels.inbound import TurnInput
from bot.channels.transcript import Reply
from bot.channels.turns import OnNewMessage, run_rasa
from bot.channels.wechat.assembly import WeChat, assemble_wechat
from bot.channels.wechat.reply import text_reply
from bot.channels.wechat.turns import Patience
from bot.errors import ChannelError

logger = logging.getLogger(__name__)

NOTHING = "success"
"""What the platform wants to hear when there is no answer (公众平台「被动回复用户消息」)."""
SALT_BYTES = 16

Handler = Callable[[Request], Awaitable[HTTPResponse]]


class WeChatInput(InputChannel):
    """The channel named `wechat`; its routes live under `/webhooks/wechat/`.

    Without an account in the settings every route answers 404.
    """

    @classmethod
    def name(cls) -> str:
        return "wechat"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WeChatInput:
        return cls(shared_parts())

    def __init__(self, parts: Parts, patience: Patience = Patience()) -> None:  # noqa: B008
        """`patience` is the platform's but in tests."""
        self._parts = parts
        self._patience = patience
        self._now = parts.now

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        async def run_turn(turn: TurnInput) -> list[Reply]:
            return await run_rasa(turn, on_new_message)

        wechat = Blueprint("wechat_channel")
        account = assemble_wechat(self._parts, run_turn, self._patience)
        if account is not None:
            wechat.listener("after_server_start")(partial(_start, account))
            wechat.listener("before_server_stop")(partial(_stop, account))
        routes: list[tuple[str, str, Any]] = [
            ("GET", "/", self._verify),
            ("POST", "/", self._receive),
            ("GET", "/health", self._health),
        ]
        for number, (method, path, handler) in enumerate(routes):
            serve = partial(_only_with, account, handler)
            wechat.add_route(serve, path, methods=[method], name=f"route_{number}")
        return wechat

    async def _verify(self, request: Request, account: WeChat) -> HTTPResponse:
        """The platform asks whether this address is ours (公众平台「接入指南」)."""
        echo = await asyncio.to_thread(account.envelopes.verify_url, _query(request))
        return response.text(echo)

    async def _receive(self, request: Request, account: WeChat) -> HTTPResponse:
        arrived = asyncio.get_running_loop().time()
        opened = await asyncio.to_thread(account.envelopes.open, _query(request), request.body)
        text = await account.reception.receive(opened.message, arrived)
        if text is None:
            return response.text(NOTHING)
        at = int(self._now().timestamp())
        nonce, salt = secrets.token_hex(8), secrets.token_bytes(SALT_BYTES)
        body = opened.answer(text_reply(opened.message, text, at), at, nonce, salt)
        return response.raw(body, content_type="application/xml; charset=utf-8")

    async def _health(self, _request: Request, account: WeChat) -> HTTPResponse:
        body = await account.health.report()
        status = 200 if body["status"] == "ok" else 503
        return response.json(body, status=status, ensure_ascii=False)


async def _only_with(
    account: WeChat | None,
    handler: Callable[[Request, WeChat], Awaitable[HTTPResponse]],
    request: Request,
) -> HTTPResponse:
    if account is None:
        raise ChannelError(404, "not_found", texts.NOT_FOUND)
    return await handler(request, account)


def _query(request: Request) -> dict[str, str]:
    """The first of each parameter."""
    return {name: values[0] for name, values in request.args.items() if values}


async def _start(account: WeChat, app: Sanic, _loop: Any) -> None:
    app.ctx.wechat_background = Background(account.background())
    app.ctx.wechat_background.start()


async def _stop(account: WeChat, app: Sanic, _loop: Any) -> None:
    await app.ctx.wechat_background.stop()
    await account.close()
