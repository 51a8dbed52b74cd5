"""Rasa input channel of the website; thin: checks, calls `Inbound`, shapes JSON."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.assembly import Parts, shared_parts
from bot.channels.background import Background
from bot.channels.files import ReceivedFile, evidence_id, keep_file
from bot.channels.inbound import Incoming, RunTurn
from bot.channels.scenes import opening_turn
from bot.channels.suggesting import suggested_answers
from bot.channels.texts import CAMPAIGN_OPENED
from bot.channels.transcript import CUSTOMER, Message
from bot.channels.turns import OnNewMessage, run_rasa
from bot.channels.unanswered import INTERVAL, Sweeper
from bot.channels.web.assets import Asset, read_assets
from bot.channels.web.gate import Gate
from bot.channels.web.headers import security_headers
from bot.channels.web.limits import Allowed, Limits
from bot.channels.web.news import News
from bot.channels.web.origins import Origins
from bot.channels.web.requests import read_arrival, read_message, read_poll, read_session
from bot.channels.web.session import Choices, Sessions
from bot.channels.web.session_store import SessionStore
from bot.channels.web.uploads import read_upload
from bot.errors import ChannelError
from bot.handover.talk import Talk
from bot.storage.brief import briefly

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

API_PATHS = (
    *("/session", "/session/renew", "/session/end"),
    *("/messages", "/campaign", "/attachments"),
)
GREETING_SECONDS = 3.0
"""An ordinary turn takes a tenth of that; a page gives up after 15."""

Handler = Callable[[Request], Awaitable[HTTPResponse]]


class WebInput(InputChannel):
    """The channel named `web`; its routes live under `/webhooks/web/`."""

    @classmethod
    def name(cls) -> str:
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebInput:
        return cls(shared_parts())

    def __init__(
        self,
        parts: Parts,
        sweep_interval: float = INTERVAL,
        greeting_seconds: float = GREETING_SECONDS,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """`sweep_interval`: seconds between two looks for unanswered messages, of any channel.

        `greeting_seconds`: how long opening a session waits for the greeting of its campaign.
        `steady`: the clock in seconds by which visitors may ask for more.
        """
        config = parts.config
        self._now = parts.now
        self._sweep_interval = sweep_interval
        self._greeting_seconds = greeting_seconds
        self._owner = parts.owner
        secrets = config.web_secrets()
        lifetime = timedelta(hours=config.web_session_hours)
        self._choices = Choices(secrets)
        self._origins = Origins(config.origins)
        self._headers = security_headers(self._origins.frame_ancestors)
        self._assets = read_assets(STATIC)
        self._gate = Gate(
            Sessions(secrets, lifetime, uuid4),
            SessionStore(parts.channel_engine),
            self._origins,
            Limits(
                Allowed(
                    config.web_messages_per_minute,
                    config.web_address_messages_per_minute,
                    config.web_address_sessions_per_hour,
                )
            ),
            hotline=config.hotline,
            now=parts.now,
            steady=steady,
        )
        self._transcript = parts.transcript
        self._news = News(parts.transcript)
        self._evidence = parts.evidence
        self._health = parts.health
        self._inbound = parts.inbound
        self._talks = parts.talks

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        web = Blueprint("web_channel")

        run_turn: RunTurn = partial(run_rasa, on_new_message=on_new_message)
        routes: list[tuple[str, str, Handler]] = [
            ("GET", "/", self._page),
            ("POST", "/session", partial(self._open_session, run_turn=run_turn)),
            ("POST", "/session/renew", self._renew_session),
            ("POST", "/session/end", self._end_session),
            ("POST", "/messages", partial(self._post_message, run_turn=run_turn)),
            ("POST", "/campaign", partial(self._post_arrival, run_turn=run_turn)),
            ("GET", "/messages", self._get_messages),
            ("GET", "/health", self._health.respond),
            ("GET", "/ready", self._health.respond_ready),
            ("GET", "/metrics", self._metrics),
        ]
        for number, (method, path, handler) in enumerate(routes):
            # Sanic writes an attribute on its handlers, which a bound method does not take.
            web.add_route(partial(handler), path, methods=[method], name=f"route_{number}")
        # The body is read by the handler: after the session is checked, and up to a larger limit.
        post_attachment = partial(self._post_attachment, run_turn=run_turn)
        web.add_route(post_attachment, "/attachments", methods=["POST"], name="file", stream=True)
        for name, asset in self._assets.items():
            # One route per file: no path of the request ever reaches the file system.
            web.add_route(partial(_asset, asset), f"/static/{name}", name=f"static_{name}")
        widget = partial(_asset, self._assets["widget.js"])
        web.add_route(widget, "/widget.js", name="widget")
        for path in API_PATHS:
            web.add_route(partial(_preflight), path, methods=["OPTIONS"], name=f"options_{path}")
        web.middleware("response")(self._complete)
        self._keep_sweeping(web, run_turn)
        web.listener("after_server_start")(self._suggest_answers)
        return web

    async def _suggest_answers(self, app: Sanic, _loop: Any) -> None:
        """Officers who talk with customers of any channel get suggestions of the model."""
        agent = getattr(app.ctx, "agent", None)
        if agent is not None:
            self._talks.suggest_with(partial(suggested_answers, agent.parse_message))

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
            app.ctx.web_background = Background({"the sweeper of unanswered messages": sweeper.run})
            app.ctx.web_background.start()

        async def stop(app: Sanic, _loop: Any) -> None:
            await app.ctx.web_background.stop()

        web.listener("after_server_start")(start)
        web.listener("before_server_stop")(stop)
        web.listener("after_server_stop")(self._close_health)

    async def _close_health(self, _app: Sanic, _loop: Any) -> None:
        """Turns that were under way have asked it until now."""
        await self._health.close()

    async def _page(self, request: Request) -> HTTPResponse:
        if not request.path.endswith("/"):
            # The page's links are relative; so is this one, for proxies that add a prefix.
            return response.redirect(request.path.rsplit("/", 1)[-1] + "/", status=308)
        return self._assets["index.html"].respond(request)

    async def _open_session(self, request: Request, run_turn: RunTurn) -> HTTPResponse:
        scene = read_session(request)
        sender, token, expires_at = self._gate.open_session(request)
        if scene is not None:
            await self._greet(opening_turn(sender, str(uuid4()), scene, CAMPAIGN_OPENED), run_turn)
        return _token(token, expires_at)

    async def _greet(self, incoming: Incoming, run_turn: RunTurn) -> None:
        """Nobody is kept out for a greeting: what fails or takes long is stored, and comes later."""
        try:
            handling = self._inbound.handle(incoming, run_turn)
            await asyncio.wait_for(handling, self._greeting_seconds)
        except (ChannelError, asyncio.TimeoutError):
            logger.warning("a session was opened before its campaign's greeting")

    async def _renew_session(self, request: Request) -> HTTPResponse:
        return _token(*await self._gate.renew_session(request))

    async def _end_session(self, request: Request) -> HTTPResponse:
        sender = await self._gate.sender(request)
        await asyncio.to_thread(self._transcript.end_session, sender, self._now())
        return response.empty()

    async def _complete(self, request: Request, answer: HTTPResponse) -> None:
        """Headers of every answer, also of one that says what is wrong."""
        answer.headers.update(self._headers)
        answer.headers.update(self._origins.headers(request.headers.get("origin")))

    async def _metrics(self, _request: Request) -> HTTPResponse:
        content = await asyncio.to_thread(self._health.metrics)
        return response.text(content, headers={"Content-Type": METRICS_TYPE})

    async def _post_message(self, request: Request, run_turn: RunTurn) -> HTTPResponse:
        sender = await self._gate.sender(request)
        body = read_message(request)
        self._gate.admit(request, sender, body.text or "")
        if body.choice is not None:
            button = self._choices.button(sender, body.choice)
            incoming = Incoming(sender, body.id, button["title"], button["payload"])
        else:
            incoming = Incoming(sender, body.id, str(body.text))
        return await self._messages(sender, await self._inbound.handle(incoming, run_turn), 0)

    async def _post_arrival(self, request: Request, run_turn: RunTurn) -> HTTPResponse:
        sender = await self._gate.sender(request)
        body = read_arrival(request)
        self._gate.admit(request, sender)
        incoming = opening_turn(sender, body.id, body.scene, CAMPAIGN_OPENED)
        return await self._messages(sender, await self._inbound.handle(incoming, run_turn), 0)

    async def _post_attachment(self, request: Request, run_turn: RunTurn) -> HTTPResponse:
        sender = await self._gate.sender(request)
        self._gate.admit(request, sender)
        upload = await read_upload(request.headers, request.stream)
        exchange = await self._answered(sender, upload.id)
        if not exchange:
            file = ReceivedFile(sender, upload.id, upload.name, upload.content)
            incoming = await keep_file(file, self._evidence, self._now())
            exchange = await self._inbound.handle(incoming, run_turn)
        attachment = {"attachment": str(evidence_id(sender, upload.id))}
        return await self._messages(sender, exchange, 0, status=201, **attachment)

    async def _answered(self, sender: str, key: str) -> list[Message]:
        """The exchange of a message that has its answer already, else nothing."""
        exchange = await briefly(self._transcript.exchange, sender, key)
        return exchange if any(m.key == key and m.answered for m in exchange) else []

    async def _get_messages(self, request: Request) -> HTTPResponse:
        sender = await self._gate.sender(request)
        after, wait = read_poll(request)
        self._gate.admit_look(request, sender)
        with self._gate.poll(sender) as may_wait:
            found = await self._news.after(sender, after, wait if may_wait else 0.0)
        return await self._messages(sender, found, after)

    async def _messages(
        self, sender: str, messages: list[Message], cursor: int, status: int = 200, **more: str
    ) -> HTTPResponse:
        talk = await self._talks.of(sender)
        shown = [self._shown(sender, message) for message in messages]
        newest = max([cursor, *(m.cursor for m in messages)])
        body = {"messages": shown, "cursor": newest, "handover": _handover(talk)}
        return _json({**more, **body}, status)

    def _shown(self, sender: str, message: Message) -> dict[str, Any]:
        buttons = [
            {"title": b["title"], "choice": self._choices.token(sender, b)} for b in message.buttons
        ]
        return {
            "cursor": message.cursor,
            "from": message.author,
            "name": message.author_name,
            "id": message.key if message.author == CUSTOMER else None,
            "reply_to": message.reply_to,
            "text": message.text,
            "time": message.created_at.isoformat(),
            "buttons": buttons,
            "links": [],
        }


def _handover(talk: Talk | None) -> dict[str, Any] | None:
    """Whom the customer is talking with, or waiting for."""
    return None if talk is None else {"state": talk.state.value, "officer": talk.officer}


def _json(body: dict[str, Any], status: int = 200) -> HTTPResponse:
    return response.json(
        body, status=status, headers={"Cache-Control": "no-store"}, ensure_ascii=False
    )


def _token(token: str, expires_at: datetime) -> HTTPResponse:
    return _json({"token": token, "expires_at": expires_at.isoformat()}, status=201)


async def _asset(asset: Asset, request: Request) -> HTTPResponse:
    return asset.respond(request)


async def _preflight(_request: Request) -> HTTPResponse:
    """A browser asks whether a page of another site may ask; the headers say so (`_complete`)."""
    return response.empty()
