"""What a customer sent or did on WeChat, read from the platform's XML.

Field names: 公众平台「接收普通消息」「接收事件推送」, which also say what tells repeats apart.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.errors import ChannelError

BAD_ENVELOPE = "这条消息的格式不正确。"
SCENE_PREFIX = "qrscene_"
_NAME = re.compile(r"[0-9A-Za-z_@.-]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_SECONDS = re.compile(r"[0-9]{1,10}")


class BadEnvelope(ChannelError):
    """这条消息的格式不正确。"""

    def __init__(self) -> None:
        super().__init__(400, "bad_envelope", BAD_ENVELOPE)


class Kind(str, Enum):
    """What sort of message it is; `video` also stands for short videos."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    EVENT = "event"
    OTHER = "other"


_KINDS = {**{kind.value: kind for kind in Kind}, "shortvideo": Kind.VIDEO}


@dataclass(frozen=True)
class WeChatMessage:
    """A message or an event. Its printed form has nothing of the customer in it.

    `key` is the same for every delivery of the same message: `[0-9A-Za-z:-]{1,64}`, no OpenID.
    """

    openid: str = field(repr=False)
    account: str
    created_at: int
    """Epoch seconds."""
    kind: Kind
    key: str
    text: str = field(default="", repr=False)
    """What was typed, or what the platform understood of a voice message."""
    menu_choice: str | None = None
    """The id of a choice clicked in a `msgmenu`."""
    media_id: str | None = None
    picture_url: str | None = field(default=None, repr=False)
    event: str | None = None
    """In lower case: `subscribe`, `click`, `templatesendjobfinish`, …"""
    event_key: str = ""
    """A menu's key or a QR scene, without `qrscene_`."""
    status: str | None = None
    """How sending a template message ended: `success`, `failed:user block`, …"""
    message_ref: str | None = None
    """The template message `status` is about."""


def parse(xml: bytes) -> WeChatMessage:
    """Reads a message in the clear. Raises BadEnvelope."""
    return message_of(fields_of(xml))


def fields_of(xml: bytes) -> dict[str, str]:
    """The fields directly under `<xml>`. Raises BadEnvelope for anything else, and for a DTD."""
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as exc:
        raise BadEnvelope from exc  # LookupError: an encoding nobody knows
    fields = {child.tag: child.text or "" for child in root}
    # A field given twice would be one thing to us and another to somebody else.
    if root.tag != "xml" or len(fields) != len(root):
        raise BadEnvelope
    return fields


def message_of(fields: Mapping[str, str]) -> WeChatMessage:
    """Reads a message from its fields. Raises BadEnvelope."""
    kind = _KINDS.get(_needed(fields, "MsgType").lower(), Kind.OTHER)
    if kind is Kind.EVENT:
        _needed(fields, "Event")
    return WeChatMessage(
        openid=_matching(_NAME, _needed(fields, "FromUserName")),
        account=_matching(_NAME, _needed(fields, "ToUserName")),
        created_at=int(_matching(_SECONDS, _needed(fields, "CreateTime"))),
        kind=kind,
        key=_key(fields),
        text=fields.get("Recognition" if kind is Kind.VOICE else "Content", ""),
        menu_choice=fields.get("bizmsgmenuid") or None,
        media_id=fields.get("MediaId") or None,
        picture_url=fields.get("PicUrl") or None,
        event=_event(fields) if kind is Kind.EVENT else None,
        event_key=fields.get("EventKey", "").removeprefix(SCENE_PREFIX),
        status=fields.get("Status") or None,
        message_ref=fields.get("MsgID") or None,
    )


def _event(fields: Mapping[str, str]) -> str:
    return fields["Event"].strip().lower()


def _key(fields: Mapping[str, str]) -> str:
    """MsgId; events have none, theirs is made of who did what when."""
    if fields.get("MsgId"):
        return _matching(_NUMBER, _needed(fields, "MsgId"))
    names = ("FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgID")
    what = "\n".join(fields.get(name, "") for name in names)
    return f"event-{hashlib.sha256(what.encode()).hexdigest()[:32]}"


def _needed(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name, "").strip()
    if not value:
        raise BadEnvelope
    return value


def _matching(pattern: re.Pattern[str], value: str) -> str:
    if not pattern.fullmatch(value):
        raise BadEnvelope
    return value
