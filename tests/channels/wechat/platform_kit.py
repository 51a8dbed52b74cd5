"""The platform's side of our calls, as a small HTTP server: its JSON, its tokens, its refusals.

Written from the pages of the interfaces (stable_token, custom/send, template/send, media/get,
getcallbackip, menu), for tests that decide each answer. The whole platform is `wechatsim`.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

APP_ID, SECRET = "wx0123456789abcdef", "a-secret-nobody-may-see"
SEND = "/cgi-bin/message/custom/send"
OK = {"errcode": 0, "errmsg": "ok"}
HANG = "hang"
Answer = dict[str, Any] | str | int
"""An errcode and errmsg, `OK` for a usual answer before the next, `HANG` for no answer, or an HTTP status."""


class PlatformServer:
    """What was called is in `calls`; `answers[path]` come first, then all is well.

    `has_sent` is set by a customer-service message; none is answered while `may_answer` is not.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.answers: dict[str, deque[Answer]] = defaultdict(deque)
        self.issued = 0
        self.expires_in = 7200
        self.refused: set[str] = set()
        self.media = (b"\xff\xd8\xff\xe0 a picture", "image/jpeg")
        self.menu: dict[str, Any] | None = None
        self.code_url = "http://weixin.qq.com/q/kZgfwMTm72WWPkovabbI"
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.has_sent = asyncio.Event()
        self._end = asyncio.Event()
        self.url = ""

    # -- what tests ask and do -----------------------------------------------------------------

    @property
    def token(self) -> str:
        """The token that is valid now."""
        return f"token-{self.issued}"

    def refuses(self, path: str, code: int, words: str = "refused", times: int = 1) -> None:
        self.answers[path].extend([{"errcode": code, "errmsg": words}] * times)

    def sent(self) -> list[Any]:
        """Customer-service messages that were taken, as they came."""
        return [body for path, body in self.calls if path == SEND]

    def texts(self, openid: str | None = None) -> list[str]:
        return [
            body["text"]["content"]
            if body["msgtype"] == "text"
            else body["msgmenu"]["head_content"]
            for body in self.sent()
            if openid in (None, body["touser"])
        ]

    def count(self, path: str) -> int:
        return sum(called == path for called, _ in self.calls)

    # -- the server ----------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self) -> AsyncIterator[PlatformServer]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        async with TestServer(app) as server:
            self.url = str(server.make_url("")).rstrip("/")
            try:
                yield self
            finally:
                self._end.set()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path, raw = request.path, await request.read()
        body = json.loads(raw) if raw else None
        if path == "/cgi-bin/stable_token":
            self.calls.append((path, body))
            planned = await self._planned(path)
            return web.json_response(self._token(body)) if planned is None else planned
        token = request.query.get("access_token", "")
        if token != self.token or token in self.refused:
            return web.json_response({"errcode": 40001, "errmsg": f"invalid credential {token}"})
        planned = await self._planned(path)
        if planned is not None:
            return planned
        self.calls.append((path, body))
        if path == SEND:
            self.has_sent.set()
        await self.may_answer.wait()
        return self._done(path, body)

    async def _planned(self, path: str) -> web.Response | None:
        if not self.answers[path]:
            return None
        answer = self.answers[path].popleft()
        if answer is OK:
            return None
        if answer == HANG:
            await self._end.wait()
        if isinstance(answer, dict):
            return web.json_response(answer)
        return web.Response(status=answer if isinstance(answer, int) else 200, text="<html>")

    def _token(self, body: dict[str, Any]) -> dict[str, Any]:
        if (body["appid"], body["secret"]) != (APP_ID, SECRET):
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if body["force_refresh"] or not self.issued:
            self.issued += 1
        return {"access_token": self.token, "expires_in": self.expires_in}

    def _done(self, path: str, body: Any) -> web.Response:
        if path == "/cgi-bin/media/get":
            content, kind = self.media
            return web.Response(body=content, content_type=kind)
        if path == "/cgi-bin/menu/create":
            self.menu = body
        answers: dict[str, dict[str, Any]] = {
            "/cgi-bin/message/template/send": {**OK, "msgid": 200163836},
            "/cgi-bin/getcallbackip": {"ip_list": ["101.226.103.0/25"]},
            "/cgi-bin/menu/get": {"menu": self.menu},
            "/cgi-bin/qrcode/create": {"ticket": "ticket", "url": self.code_url},
        }
        return web.json_response(answers.get(path, OK))
