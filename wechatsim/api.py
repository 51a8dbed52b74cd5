"""The platform's interface: the paths of api.weixin.qq.com under /cgi-bin.

Refusals are HTTP 200 with errcode and errmsg, as there. Every call is in the journal.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO
from time import perf_counter
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wechatsim import errors, menus, sending
from wechatsim.errors import ApiError
from wechatsim.platform import Platform
from wechatsim.scenes import Scene

_OK = {"errcode": 0, "errmsg": "ok"}
_ADDRESSES = ["127.0.0.1"]
_CLEARINGS_A_MONTH = 10
_ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*)\\u(?=[0-9a-fA-F]{4})")

Answer = dict[str, Any] | Response


@dataclass
class Visit:
    """One call: the platform, the request and its body."""

    platform: Platform
    request: Request
    body: bytes
    openid: str = ""
    """Of the user it is about, for the journal."""

    def query(self, name: str) -> str:
        return str(self.request.query_params.get(name, ""))

    def order(self) -> Any:
        r"""The JSON body; raises ApiError 47001.

        The platform shows escapes such as \u4f60 as they stand: Chinese must be sent as UTF-8.
        """
        try:
            order = json.loads(_ESCAPE.sub(rb"\1\\\\u", self.body))
        except ValueError as exc:
            raise ApiError(errors.BAD_DATA) from exc
        self.openid = str(order.get("touser", "")) if isinstance(order, dict) else ""
        return order


Handler = Callable[[Visit], Awaitable[Answer]]


# -- tokens ------------------------------------------------------------------------------------


async def _token(visit: Visit) -> Answer:
    asked = {name: visit.query(name) for name in ("grant_type", "appid", "secret")}
    _check_secret(visit.platform, asked)
    token, seconds = visit.platform.tokens.plain()
    return {"access_token": token, "expires_in": seconds}


async def _stable_token(visit: Visit) -> Answer:
    asked = visit.order()
    _check_secret(visit.platform, asked if isinstance(asked, dict) else {})
    token, seconds = visit.platform.tokens.stable(asked.get("force_refresh") is True)
    return {"access_token": token, "expires_in": seconds}


def _check_secret(platform: Platform, asked: dict[str, Any]) -> None:
    if asked.get("grant_type") != "client_credential":
        raise ApiError(errors.INVALID_GRANT_TYPE)
    if asked.get("appid") != platform.account.app_id:
        raise ApiError(errors.INVALID_APP_ID)
    if asked.get("secret") != platform.account.secret:
        raise ApiError(errors.INVALID_SECRET)


async def _addresses(_visit: Visit) -> Answer:
    return {"ip_list": _ADDRESSES}


# -- messages ----------------------------------------------------------------------------------


async def _custom_send(visit: Visit) -> Answer:
    sending.send_custom(visit.platform, visit.order())
    return _OK


async def _template_send(visit: Visit) -> Answer:
    order, platform = visit.order(), visit.platform
    sending.check_template(platform, order)
    message = platform.next_number()
    platform.later(sending.send_template(platform, order, message))
    return {**_OK, "msgid": message}


async def _clear_quota(visit: Visit) -> Answer:
    platform, order = visit.platform, visit.order()
    if not isinstance(order, dict) or order.get("appid") != platform.account.app_id:
        raise ApiError(errors.INVALID_APP_ID)
    done = [call for call in platform.journal.calls("/clear_quota") if call.errcode == 0]
    month = platform.clock.now().strftime("%Y-%m")
    if sum(call.at.strftime("%Y-%m") == month for call in done) >= _CLEARINGS_A_MONTH:
        raise ApiError(errors.NO_CLEARING_LEFT)
    return _OK


# -- media -------------------------------------------------------------------------------------


async def _media_upload(visit: Visit) -> Answer:
    async with visit.request.form() as form:
        upload = form.get("media")
        if upload is None or isinstance(upload, str):
            raise ApiError(errors.MEDIA_MISSING)
        content, media_type = await upload.read(), upload.content_type
    kind = visit.query("type")
    medium = visit.platform.media.add(kind, content, media_type or "application/octet-stream")
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: medium.media_id, "created_at": int(medium.at.timestamp())}


async def _media_get(visit: Visit) -> Answer:
    platform = visit.platform
    medium = platform.media.get(visit.query("media_id"))
    if medium.kind == "video":
        return {"video_url": f"{platform.url}/sim/media/{medium.media_id}"}
    headers = {"Content-disposition": f'attachment; filename="{medium.name}"'}
    return Response(medium.content, media_type=medium.media_type, headers=headers)


# -- menu --------------------------------------------------------------------------------------


async def _menu_create(visit: Visit) -> Answer:
    visit.platform.menu = menus.checked(visit.order())
    return _OK


async def _menu_get(visit: Visit) -> Answer:
    if visit.platform.menu is None:
        raise ApiError(errors.NO_MENU)
    return {"menu": {"button": [_with_level(button) for button in visit.platform.menu]}}


def _with_level(button: dict[str, Any]) -> dict[str, Any]:
    """This interface gives every button a lower level, an empty one to those without."""
    return {**button, "sub_button": [_with_level(sub) for sub in button.get("sub_button", [])]}


async def _menu_delete(visit: Visit) -> Answer:
    visit.platform.menu = None
    return _OK


async def _menu_in_use(visit: Visit) -> Answer:
    buttons = [_in_use(button) for button in visit.platform.menu or []]
    return {"is_menu_open": int(bool(buttons)), "selfmenu_info": {"button": buttons}}


def _in_use(button: dict[str, Any]) -> dict[str, Any]:
    """This interface wraps the lower level in a `list`, other than /cgi-bin/menu/get."""
    if subs := button.get("sub_button"):
        return {"name": button["name"], "sub_button": {"list": subs}}
    return button


# -- QR codes ----------------------------------------------------------------------------------


async def _qrcode_create(visit: Visit) -> Answer:
    code = visit.platform.scenes.create(visit.order())
    life = {} if code.life is None else {"expire_seconds": code.life}
    return {"ticket": code.ticket, **life, "url": code.url}


async def _show_qrcode(visit: Visit) -> Answer:
    code = visit.platform.scenes.by_ticket(visit.query("ticket"))
    if code is None:
        return Response(status_code=404)
    return Response(drawing(code), media_type="image/svg+xml")


def drawing(code: Scene) -> bytes:
    """The code as an SVG picture."""
    drawn = BytesIO()
    segno.make(code.url, error="m").save(drawn, kind="svg", scale=4, border=4, light="#fff")
    return drawn.getvalue()


# -- routes ------------------------------------------------------------------------------------

_OPEN: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/cgi-bin/token", _token),
    ("POST", "/cgi-bin/stable_token", _stable_token),
    ("GET", "/cgi-bin/showqrcode", _show_qrcode),
)
_WITH_TOKEN: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/cgi-bin/getcallbackip", _addresses),
    ("GET", "/cgi-bin/get_api_domain_ip", _addresses),
    ("POST", "/cgi-bin/message/custom/send", _custom_send),
    ("POST", "/cgi-bin/message/template/send", _template_send),
    ("POST", "/cgi-bin/clear_quota", _clear_quota),
    ("POST", "/cgi-bin/media/upload", _media_upload),
    ("GET", "/cgi-bin/media/get", _media_get),
    ("POST", "/cgi-bin/menu/create", _menu_create),
    ("GET", "/cgi-bin/menu/get", _menu_get),
    ("GET", "/cgi-bin/menu/delete", _menu_delete),
    ("GET", "/cgi-bin/get_current_selfmenu_info", _menu_in_use),
    ("POST", "/cgi-bin/qrcode/create", _qrcode_create),
)


def routes(platform: Platform) -> list[Route]:
    """The routes of the interface for one platform."""
    return [
        *(_route(platform, *row, needs_token=False) for row in _OPEN),
        *(_route(platform, *row, needs_token=True) for row in _WITH_TOKEN),
    ]


def _route(
    platform: Platform, method: str, path: str, handler: Handler, *, needs_token: bool
) -> Route:
    async def endpoint(request: Request) -> Response:
        began = perf_counter()
        visit = Visit(platform, request, await request.body())
        try:
            await _before(visit, needs_token)
            answer, errcode, errmsg = await handler(visit), 0, "ok"
        except ApiError as exc:
            answer = {"errcode": exc.errcode, "errmsg": exc.errmsg}
            errcode, errmsg = exc.errcode, exc.errmsg
        took = round((perf_counter() - began) * 1000)
        platform.note_call(path, visit.openid, errcode, errmsg, took)
        return answer if isinstance(answer, Response) else _json(answer)

    return Route(path, endpoint, methods=[method])


async def _before(visit: Visit, needs_token: bool) -> None:
    faults = visit.platform.faults
    if faults.slow_seconds:
        await asyncio.sleep(faults.slow_seconds)
    refusal = faults.refusal_of(visit.request.url.path)
    if refusal is not None:
        raise ApiError(refusal)
    if needs_token:
        visit.platform.tokens.check(visit.query("access_token"))


def _json(answer: dict[str, Any]) -> Response:
    body = json.dumps(answer, ensure_ascii=False).encode()
    return Response(body, headers={"Content-Type": "application/json; encoding=utf-8"})
