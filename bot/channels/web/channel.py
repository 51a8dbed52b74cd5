"""Rasa input channel of the website (DESIGN 3.1); thin: checks, calls `Inbound`, shapes JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.inbound import Inbound, Incoming, TurnInput
from bot.channels.transcript import BOT, Button, Message, Reply, Transcript
from bot.channels.web.headers import SECURITY_HEADERS
from bot.channels.web.health import Health
from bot.channels.web.requests import read_message, read_object, read_poll
from bot.channels.web.session import Choices, Sessions
from bot.intake.bootstrap import open_journal, sealer
from bot.settings import Settings, settings
from bot.storage.engine import create_engine

STATIC = Path(__file__).parent / "static"
POLL_SECONDS = 0.5

Handler = Callable[[Request], Awaitable[HTTPResponse]]
OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


def _now() -> datetime:
    return datetime.now(timezone.utc)


class WebInput(InputChannel):
    """The channel named `web`; its routes live under `/webhooks/web/`."""

    @classmethod
    def name(cls) -> str:
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebInput:
        return cls(settings())

    def __init__(self, config: Settings) -> None:
        secret = config.web_session_secret.get_secret_value()
        lifetime = timedelta(hours=config.web_session_hours)
        self._sessions = Sessions(secret, lifetime, uuid4)
        self._choices = Choices(secret)
        self._transcript = Transcript(create_engine(config.database_url("channel"), durable=False))
        self._health = Health(config, open_journal(config), self._transcript)
        self._inbound = Inbound(
            self._transcript,
            sealer(config),
            hotline=config.hotline,
            hotline_hours=config.hotline_hours,
            turn_timeout=config.web_turn_timeout,
            now=_now,
            is_ready=self._health.action_server_answers,
        )

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        web = Blueprint("web_channel")

        async def run_turn(turn: TurnInput) -> list[Reply]:
            return await run_rasa(turn, self.name(), on_new_message)

        async def post_message(request: Request) -> HTTPResponse:
            return await self._post_message(request, run_turn)

        routes: list[tuple[str, str, Handler]] = [
            ("GET", "/", self._page),
            ("POST", "/session", self._open_session),
            ("POST", "/session/end", self._end_session),
            ("POST", "/messages", post_message),
            ("GET", "/messages", self._get_messages),
            ("GET", "/health", self._health.respond),
        ]
        for number, (method, path, handler) in enumerate(routes):
            # Sanic writes an attribute on its handlers, which a bound method does not take.
            web.add_route(partial(handler), path, methods=[method], name=f"route_{number}")
        for file in sorted(STATIC.iterdir()):
            # One route per file: no path of the request ever reaches the file system.
            web.static(
                f"/static/{file.name}", str(file), name=f"static_{file.stem}_{file.suffix[1:]}"
            )
        web.middleware("response")(_secure)
        return web

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
        token, expires_at = self._sessions.open(_now())
        return _json({"token": token, "expires_at": expires_at.isoformat()}, status=201)

    async def _end_session(self, request: Request) -> HTTPResponse:
        sender = await self._sender(request)
        await asyncio.to_thread(self._transcript.end_session, sender, _now())
        return response.empty()

    async def _post_message(
        self, request: Request, run_turn: Callable[[TurnInput], Awaitable[list[Reply]]]
    ) -> HTTPResponse:
        sender = await self._sender(request)
        body = read_message(request)
        if body.choice is not None:
            button = self._choices.button(sender, body.choice)
            incoming = Incoming(sender, body.id, button["title"], button["payload"])
        else:
            incoming = Incoming(sender, body.id, str(body.text))
        return self._messages(sender, await self._inbound.handle(incoming, run_turn), 0)

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

    def _messages(self, sender: str, messages: list[Message], cursor: int) -> HTTPResponse:
        shown = [self._shown(sender, message) for message in messages]
        return _json({"messages": shown, "cursor": max([cursor, *(m.cursor for m in messages)])})

    def _shown(self, sender: str, message: Message) -> dict[str, Any]:
        from_bot = message.author == BOT
        buttons = [
            {"title": b["title"], "choice": self._choices.token(sender, b)} for b in message.buttons
        ]
        return {
            "cursor": message.cursor,
            "from": message.author,
            "id": None if from_bot else message.key,
            "text": message.text,
            "time": message.created_at.isoformat(),
            "buttons": buttons,
            "links": [],
        }


async def run_rasa(turn: TurnInput, channel: str, on_new_message: OnNewMessage) -> list[Reply]:
    """Runs one turn of the assistant and collects what it says."""
    output = CollectingOutputChannel()
    await on_new_message(
        UserMessage(
            turn.text,
            output,
            turn.sender_id,
            input_channel=channel,
            message_id=turn.key,
            metadata=turn.metadata,
        )
    )
    return [
        Reply(
            message["text"],
            tuple(
                Button(title=b["title"], payload=b["payload"]) for b in message.get("buttons", [])
            ),
        )
        for message in output.messages
        if message.get("text")
    ]


def _json(body: dict[str, Any], status: int = 200) -> HTTPResponse:
    return response.json(
        body, status=status, headers={"Cache-Control": "no-store"}, ensure_ascii=False
    )


async def _secure(_request: Request, answer: HTTPResponse) -> None:
    answer.headers.update(SECURITY_HEADERS)
