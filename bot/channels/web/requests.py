"""Bodies and parameters of the web channel, checked at the edge. Pure but for Sanic's request."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sanic.request import Request

from bot.channels import texts
from bot.channels.scenes import is_scene
from bot.errors import ChannelError

LONGEST_TEXT = 2000
LONGEST_BODY = 64 * 1024
LONGEST_WAIT = 25.0


@dataclass(frozen=True)
class MessageBody:
    """Body of `POST messages`: exactly one of `text` and `choice` is set."""

    id: str
    text: str | None
    choice: str | None


@dataclass(frozen=True)
class ArrivalBody:
    """Body of `POST campaign`: the customer came by the code of a scene."""

    id: str
    scene: str


def read_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body. Raises ChannelError 400, 413 or 415."""
    if len(request.body) > LONGEST_BODY:
        raise ChannelError(413, "too_long", texts.TOO_LONG.format(limit=LONGEST_TEXT))
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise ChannelError(415, "unsupported_media_type", texts.BAD_CONTENT_TYPE)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as exc:
        raise ChannelError(400, "invalid_request", texts.BAD_JSON) from exc
    if not isinstance(body, dict):
        raise ChannelError(400, "invalid_request", texts.BAD_JSON)
    return body


def read_message(request: Request) -> MessageBody:
    """Raises ChannelError naming what is wrong."""
    body = read_object(request)
    text, choice = body.get("text"), body.get("choice")
    if (text is None) == (choice is None):
        raise ChannelError(400, "invalid_request", texts.TEXT_OR_CHOICE)
    if text is not None:
        text = _clean(text)
    if choice is not None and not isinstance(choice, str):
        raise ChannelError(422, "unknown_choice", texts.UNKNOWN_CHOICE)
    return MessageBody(message_id(body.get("id")), text, choice)


def read_arrival(request: Request) -> ArrivalBody:
    """Raises ChannelError naming what is wrong."""
    body = read_object(request)
    return ArrivalBody(message_id(body.get("id")), _scene(body.get("scene")))


def read_session(request: Request) -> str | None:
    """The scene a session is opened with, if any. Raises ChannelError."""
    scene = read_object(request).get("campaign")
    return None if scene is None else _scene(scene)


def _scene(value: Any) -> str:
    if not is_scene(value):
        raise ChannelError(422, "invalid_scene", texts.BAD_SCENE)
    return str(value)


def message_id(value: Any) -> str:
    """The id as a lower-case UUID. Raises ChannelError (400)."""
    try:
        return str(UUID(value))
    except (ValueError, AttributeError, TypeError) as exc:
        raise ChannelError(400, "invalid_request", texts.BAD_MESSAGE_ID) from exc


def _clean(text: Any) -> str:
    if not isinstance(text, str):
        raise ChannelError(400, "invalid_request", texts.BAD_JSON)
    if len(text) > LONGEST_TEXT:
        raise ChannelError(413, "too_long", texts.TOO_LONG.format(limit=LONGEST_TEXT))
    if any(_is_unreadable(c) for c in text):
        raise ChannelError(422, "invalid_request", texts.UNREADABLE)
    if all(c.isspace() or unicodedata.category(c) == "Cf" for c in text):
        raise ChannelError(400, "invalid_request", texts.EMPTY)
    return text.strip()


def _is_unreadable(character: str) -> bool:
    """Control, surrogate and private characters, and what never is a character (Unicode 23.7).

    What Python's Unicode tables do not know yet, an emoji of this year, is readable all the same.
    """
    if unicodedata.category(character) in ("Cc", "Cs", "Co"):
        return character not in "\n\r\t"
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def read_poll(request: Request) -> tuple[int, float]:
    """`after` (cursor) and `wait` (seconds, at most 25) of `GET messages`."""
    try:
        after = int(request.args.get("after", "0"))
        wait = float(request.args.get("wait", LONGEST_WAIT if after else 0))
    except ValueError as exc:
        raise ChannelError(400, "invalid_request", texts.BAD_CURSOR) from exc
    if not 0 <= after < 2**31 or wait != wait:
        raise ChannelError(400, "invalid_request", texts.BAD_CURSOR)
    return after, min(max(wait, 0.0), LONGEST_WAIT)
