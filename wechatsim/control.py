"""The simulator's own interface under /sim: phones, log, faults, settings, for page and tests.

Refusals have a status from 400 on and ``{"message": <Chinese>}``.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, replace
from typing import Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Extra, Field
from starlette.exceptions import HTTPException

from wechatsim.account import Mode
from wechatsim.api import drawing
from wechatsim.errors import ApiError, CannotDo
from wechatsim.faults import Refusal
from wechatsim.journal import Call, Delivery, Shown, as_json
from wechatsim.phone import Phone
from wechatsim.platform import Platform

OpenId = Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")
_PICTURES = ("image/jpeg", "image/png", "image/gif")


class _Body(BaseModel):
    class Config:
        extra = Extra.forbid


class Said(_Body):
    text: str = Field(max_length=20_000)


class Spoken(_Body):
    words: str = Field("", max_length=2_000)


class Place(_Body):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    label: str = Field("", max_length=200)


class SceneName(_Body):
    scene: str = Field(min_length=1, max_length=64)


class Key(_Body):
    key: str


class MenuId(_Body):
    id: str


class NewUser(_Body):
    name: str = Field(min_length=1, max_length=20)


class Change(_Body):
    """Changes of the account; what is missing stays."""

    app_id: str | None
    secret: str | None
    token: str | None
    aes_key: str | None
    mode: Mode | None
    server_url: str | None
    template_id: str | None
    customer_service: bool | None
    recognizes_voice: bool | None


class Refused(_Body):
    path: str
    errcode: int
    times: int = Field(1, ge=1)


class Switches(_Body):
    """Changes of the faults; what is missing stays."""

    drop_replies: int | None = Field(None, ge=0)
    repeat: int | None = Field(None, ge=0, le=10)
    same_signature: bool | None
    slow_seconds: float | None = Field(None, ge=0, le=60)
    exhausted: bool | None
    template_failure: str | None
    refusals: list[Refused] | None


class UserFaults(_Body):
    refuses_templates: bool | None
    lapsed: bool = False
    """As if the user had not been heard of for 48 hours."""


def refuse(_request: Request, exc: Exception) -> JSONResponse:
    """The answer to CannotDo and to ApiError outside the platform's interface."""
    if isinstance(exc, ApiError):
        return JSONResponse({"message": f"平台不接受：{exc}"}, status_code=409)
    return JSONResponse({"message": str(exc)}, status_code=409)


def refuse_form(_request: Request, exc: Exception) -> JSONResponse:
    """The answer to what is not filled in as it should be, or asks for what is not there."""
    status = exc.status_code if isinstance(exc, HTTPException) else 422
    return JSONResponse({"message": "填写得不对，或者没有这一项"}, status_code=status)


def router(platform: Platform) -> APIRouter:
    """The routes under /sim for one platform."""
    routes = APIRouter(prefix="/sim")
    _add_state(routes, platform)
    _add_settings(routes, platform)
    _add_faults(routes, platform)
    _add_messages(routes, platform)
    _add_events(routes, platform)
    return routes


# -- what there is -----------------------------------------------------------------------------


def _add_state(routes: APIRouter, platform: Platform) -> None:
    @routes.get("/state")
    async def state() -> dict[str, Any]:
        now = platform.clock.now()
        return {
            "account": asdict(platform.account),
            "menu": platform.menu or [],
            "users": [_user(platform, openid) for openid in platform.users],
            "scenes": [
                {"scene": code.scene, "ticket": code.ticket} for code in platform.scenes.working()
            ],
            "faults": asdict(platform.faults),
            "patience": platform.courier.patience,
            "now": now.isoformat(),
        }

    @routes.get("/news")
    async def news(after: int = 0) -> dict[str, Any]:
        entries = platform.journal.after(after)
        return {"entries": [as_json(*entry) for entry in entries], "last": len(platform.journal)}

    @routes.get("/log")
    async def log() -> dict[str, Any]:
        entries = platform.journal.after()
        return {
            "deliveries": [as_json(n, e) for n, e in entries if isinstance(e, Delivery)],
            "calls": [as_json(n, e) for n, e in entries if isinstance(e, Call)],
        }

    @routes.get("/users/{openid}/messages")
    async def messages(openid: str = OpenId) -> dict[str, Any]:
        entries = platform.journal.after()
        shown = [(n, e) for n, e in entries if isinstance(e, Shown) and e.openid == openid]
        return {"messages": [as_json(*entry) for entry in shown]}

    @routes.get("/media/{media_id}")
    async def media(media_id: str) -> Response:
        medium = platform.media.get(media_id)
        return Response(medium.content, media_type=medium.media_type)

    @routes.get("/scenes/{ticket}.svg")
    async def scene_picture(ticket: str) -> Response:
        code = platform.scenes.by_ticket(ticket)
        if code is None:
            raise CannotDo("没有这个二维码")
        return Response(drawing(code), media_type="image/svg+xml")


def _user(platform: Platform, openid: str) -> dict[str, Any]:
    user = platform.users[openid]
    return {
        "openid": openid,
        "name": user.name,
        "following": user.following,
        "left": user.allowance.left(platform.clock.now()),
        "refuses_templates": user.refuses_templates,
    }


# -- settings ----------------------------------------------------------------------------------


def _add_settings(routes: APIRouter, platform: Platform) -> None:
    @routes.put("/account")
    async def account(change: Change) -> JSONResponse:
        try:
            platform.account = replace(platform.account, **change.dict(exclude_none=True))
        except ValueError as exc:
            return JSONResponse({"message": f"{exc} 的格式不对"}, status_code=422)
        return JSONResponse({})

    @routes.post("/verify")
    async def verify() -> dict[str, bool]:
        return {"good": await platform.courier.verify(platform.account)}

    @routes.post("/scenes")
    async def scenes(new: SceneName) -> dict[str, str]:
        return {"ticket": platform.scenes.add(new.scene).ticket}

    @routes.post("/users", status_code=201)
    async def users(new: NewUser) -> dict[str, Any]:
        openid = "o" + secrets.token_urlsafe(21)[:27]
        platform.user(openid, following=False, name=new.name)
        return _user(platform, openid)


def _add_faults(routes: APIRouter, platform: Platform) -> None:
    @routes.put("/faults")
    async def faults(switches: Switches) -> dict[str, Any]:
        changes = switches.dict(exclude_none=True)
        if switches.refusals is not None:
            changes["refusals"] = [Refusal(**refusal.dict()) for refusal in switches.refusals]
        for name, value in changes.items():
            setattr(platform.faults, name, value)
        return asdict(platform.faults)

    @routes.post("/tokens/expire")
    async def expire_tokens() -> dict[str, Any]:
        platform.tokens.expire()
        return {}

    @routes.put("/users/{openid}/faults")
    async def user_faults(of_user: UserFaults, openid: str = OpenId) -> dict[str, Any]:
        user = platform.user(openid)
        if of_user.refuses_templates is not None:
            user.refuses_templates = of_user.refuses_templates
        if of_user.lapsed:
            user.allowance.lapse()
        return _user(platform, openid)


# -- what users do -----------------------------------------------------------------------------


def _add_messages(routes: APIRouter, platform: Platform) -> None:
    def phone(openid: str) -> Phone:
        return Phone(platform, platform.user(openid))

    @routes.post("/users/{openid}/say")
    async def say(said: Said, openid: str = OpenId) -> dict[str, Any]:
        return _seen(await phone(openid).say(said.text))

    @routes.post("/users/{openid}/picture")
    async def picture(request: Request, openid: str = OpenId) -> dict[str, Any]:
        media_type = request.headers.get("content-type", "")
        if media_type not in _PICTURES:
            raise CannotDo("微信只发 JPG、PNG、GIF 图片")
        return _seen(await phone(openid).picture(await request.body(), media_type))

    @routes.post("/users/{openid}/voice")
    async def voice(spoken: Spoken, openid: str = OpenId) -> dict[str, Any]:
        return _seen(await phone(openid).voice(spoken.words))

    @routes.post("/users/{openid}/location")
    async def location(place: Place, openid: str = OpenId) -> dict[str, Any]:
        at = place.latitude, place.longitude
        return _seen(await phone(openid).location(*at, place.label))

    @routes.post("/users/{openid}/menu-choice")
    async def choose(chosen: MenuId, openid: str = OpenId) -> dict[str, Any]:
        return _seen(await phone(openid).choose(chosen.id))


def _add_events(routes: APIRouter, platform: Platform) -> None:
    def phone(openid: str, following: bool = True) -> Phone:
        return Phone(platform, platform.user(openid, following=following))

    @routes.post("/users/{openid}/subscribe")
    async def subscribe(openid: str = OpenId) -> dict[str, Any]:
        return _seen(await phone(openid, following=False).subscribe())

    @routes.post("/users/{openid}/unsubscribe")
    async def unsubscribe(openid: str = OpenId) -> dict[str, Any]:
        return _seen(await phone(openid).unsubscribe())

    @routes.post("/users/{openid}/scan")
    async def scan(named: SceneName, openid: str = OpenId) -> dict[str, Any]:
        return _seen(await phone(openid, following=False).scan(named.scene))

    @routes.post("/users/{openid}/click")
    async def click(pressed: Key, openid: str = OpenId) -> dict[str, Any]:
        return _seen(await phone(openid).click(pressed.key))


def _seen(shown: list[Shown]) -> dict[str, Any]:
    messages = [{**asdict(thing), "at": thing.at.isoformat()} for thing in shown]
    return {"shown": messages}
