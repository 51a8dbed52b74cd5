"""Rasa input channel of the website (DESIGN 3.1); thin: checks, calls `Inbound`, shapes JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.assembly import Parts, shared_parts
from bot.channels.files import ReceivedFile, evidence_id, keep_file
from bot.channels.inbound import Incoming, RunTurn, TurnInput
from bot.channels.transcript import BOT, Message, Reply
from bot.channels.turns import OnNewMessage, run_rasa
from bot.channels.unanswered import INTERVAL, Sweeper
from bot.channels.web.headers import SECURITY_HEADERS
from bot.channels.web.requests import read_message, read_object, read_poll
from bot.channels.web.session import Choices, Sessions
from bot.channels.web.uploads import read_upload

STATIC = Path(__file__).parent / "static"
POLL_SECONDS = 0.5
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Handler = Callable[[Request], Awaitable[HTTPResponse]]


class WebInput(InputChannel):
    """The channel named `web`; its routes live under `/webhooks/web/`."""

    @classmethod
    def name(cls) -> str:
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebInput:
        return cls(shared_parts())

    def __init__(self, parts: Parts, sweep_interval: float = INTERVAL) -> None:
        """`sweep_interval`: seconds between two looks for unanswered messages, of any channel."""
        config = parts.config
        self._now = parts.now
        self._sweep_interval = sweep_interval
        self._owner = parts.owner
        secret = config.web_session_secret.get_secret_value()
        lifetime = timedelta(hours=config.web_session_hours)
        self._sessions = Sessions(secret, lifetime, uuid4)
        self._choices = Choices(secret)
        self._transcript = parts.transcript
        self._evidence = parts.evidence
        self._health = parts.health
        self._inbound = parts.inbound

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        web = Blueprint("web_channel")

        async def run_turn(turn: TurnInput) -> list[Reply]:
            return await run_rasa(turn, on_new_message)

        async def post_message(request: Request) -> HTTPResponse:
            return await self._post_message(request, run_turn)

        async def post_attachment(request: Request) -> HTTPResponse:
            return await self._post_attachment(request, run_turn)

        routes: list[tuple[str, str, Handler]] = [
            ("GET", "/", self._page),
            ("POST", "/session", self._open_session),
            ("POST", "/session/end", self._end_session),
            ("POST", "/messages", post_message),
            ("GET", "/messages", self._get_messages),
            ("GET", "/health", self._health.respond),
            ("GET", "/metrics", self._metrics),
        ]
        for number, (method, path, handler) in enumerate(routes):
            # Sanic writes an attribute on its handlers, which a bound method does not take.
            web.add_route(partial(handler), path, methods=[method], name=f"route_{number}")
        # The body is read by the handler: after the session is checked, and up to a larger limit.
        web.add_route(post_attachment, "/attachments", methods=["POST"], stream=True)
        for file in sorted(STATIC.iterdir()):
            # One route per file: no path of the request ever reaches the file system.
            web.static(
                f"/static/{file.name}", str(file), name=f"static_{file.stem}_{file.suffix[1:]}"
            )
        web.middleware("response")(_secure)
        self._keep_sweeping(web, run_turn)
        return web

    def _keep_sweeping(self, web: Blueprint, run_turn: RunTurn) -> None:
        """Answers what was left unanswered, as long as the server runs."""
        sweeper = Sweeper(
            self._transcript,
            partial(self._inbound.run_again, run_turn=run_turn),
            owner=self._owner,
            now=self._now,
            is_ready=self._health.action_server_answers,
            interval=self._sweep_interval,
        )

        async def start(app: Sanic, _loop: Any) -> None:
            app.ctx.sweeper = asyncio.create_task(sweeper.run())

        async def stop(app: Sanic, _loop: Any) -> None:
            app.ctx.sweeper.cancel()

        web.listener("after_server_start")(start)
        web.listener("before_server_stop")(stop)

    async def _page(self, request: Request) -> HTTPResponse:
        if not request.path.endswith("/"):
            # The page's links are relative; so is this one, for proxies that add a prefix.
            return response.redirect(request.path.rsplit("/", 1)[-1] + "/", status=308)
        return await response.file(
            STATIC / "index.html",
            mime_type="text/html; charset=utf-8",
            headers={"Cache-Control": "no-cache"},
        )

    async def _open_session(self, request: Request) -> HTTPResponse:
        read_object(request)
        token, expires_at = self._sessions.open(self._now())
        return _json({"token": token, "expires_at": expires_at.isoformat()}, status=201)

    async def _end_session(self, request: Request) -> HTTPResponse:
        sender = await self._sender(request)
        await asyncio.to_thread(self._transcript.end_session, sender, self._now())
        return response.empty()

    async def _metrics(self, _request: Request) -> HTTPResponse:
        content = await asyncio.to_thread(self._health.metrics)
        return response.text(content, headers={"Content-Type": METRICS_TYPE})

    async def _post_message(self, request: Request, run_turn: RunTurn) -> HTTPResponse:
        sender = await self._sender(request)
        body = read_message(request)
        if body.choice is not None:
            button = self._choices.button(sender, body.choice)
            incoming = Incoming(sender, body.id, button["title"], button["payload"])
        else:
            incoming = Incoming(sender, body.id, str(body.text))
        return self._messages(sender, await self._inbound.handle(incoming, run_turn), 0)

    async def _post_attachment(self, request: Request, run_turn: RunTurn) -> HTTPResponse:
        sender = await self._sender(request)
        upload = await read_upload(request.headers, request.stream)
        exchange = await self._answered(sender, upload.id)
        if not exchange:
            file = ReceivedFile(sender, upload.id, upload.name, upload.content)
            incoming = await keep_file(file, self._evidence, self._now())
            exchange = await self._inbound.handle(incoming, run_turn)
        attachment = {"attachment": str(evidence_id(sender, upload.id))}
        return self._messages(sender, exchange, 0, status=201, **attachment)

    async def _answered(self, sender: str, key: str) -> list[Message]:
        """The exchange of a message that has its answer already, else nothing."""
        exchange = await asyncio.to_thread(self._transcript.exchange, sender, key)
        return exchange if any(m.key == key and m.answered for m in exchange) else []

    async def _get_messages(self, request: Request) -> HTTPResponse:
        sender = await self._sender(request)
        after, wait = read_poll(request)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        while True:
            found = await asyncio.to_thread(self._transcript.after, sender, after)
            left = deadline - loop.time()
            if found or left <= 0:
                return self._messages(sender, found, after)
            await asyncio.sleep(min(POLL_SECONDS, left))

    async def _sender(self, request: Request) -> str:
        sender = self._sessions.sender_of(request.headers.get("authorization"))
        if await asyncio.to_thread(self._transcript.has_ended, sender):
            return self._sessions.sender_of(None)
        return sender

    def _messages(
        self, sender: str, messages: list[Message], cursor: int, status: int = 200, **more: str
    ) -> HTTPResponse:
        shown = [self._shown(sender, message) for message in messages]
        newest = max([cursor, *(m.cursor for m in messages)])
        return _json({**more, "messages": shown, "cursor": newest}, status)

    def _shown(self, sender: str, message: Message) -> dict[str, Any]:
        from_bot = message.author == BOT
        buttons = [
            {"title": b["title"], "choice": self._choices.token(sender, b)} for b in message.buttons
        ]
        return {
            "cursor": message.cursor,
            "from": message.author,
            "id": None if from_bot else message.key,
            "reply_to": message.reply_to,
            "text": message.text,
            "time": message.created_at.isoformat(),
            "buttons": buttons,
            "links": [],
        }


def _json(body: dict[str, Any], status: int = 200) -> HTTPResponse:
    return response.json(
        body, status=status, headers={"Cache-Control": "no-store"}, ensure_ascii=False
    )


async def _secure(_request: Request, answer: HTTPResponse) -> None:
    answer.headers.update(SECURITY_HEADERS)
