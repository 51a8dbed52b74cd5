"""What the platform posts to the account's server: one XML packet per message or event.

Fields and their order follow 「接收普通消息」「接收事件推送」「自定义菜单事件推送」 and, for the choice of a
message menu, 「发送客服消息」.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

Value = str | int | float | Mapping[str, str]

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Sent:
    """Who writes to which account, and when."""

    openid: str
    account: str
    """The account's original id, gh_…"""
    at: int
    """Seconds since 1970."""


@dataclass(frozen=True)
class Packet:
    """One packet, and what the simulator needs to know about it."""

    openid: str
    xml: bytes
    what: str
    """For the log, in Chinese."""
    awaits_answer: bool = True
    """Whether the user is told when the account's server fails."""


def _xml(fields: Mapping[str, Value]) -> str:
    return "".join(f"<{name}>{_content(value)}</{name}>" for name, value in fields.items())


def _content(value: Value) -> str:
    if isinstance(value, Mapping):
        return _xml(value)
    if isinstance(value, str):
        safe = _NOT_IN_XML.sub("", value).replace("]]>", "]]]]><![CDATA[>")
        return f"<![CDATA[{safe}]]>"
    return str(value)


def _packet(sent: Sent, kind: str, what: str, fields: Mapping[str, Value], **how: bool) -> Packet:
    head: dict[str, Value] = {
        "ToUserName": sent.account,
        "FromUserName": sent.openid,
        "CreateTime": sent.at,
        "MsgType": kind,
    }
    xml = f"<xml>{_xml({**head, **fields})}</xml>".encode()
    return Packet(sent.openid, xml, what, **how)


# -- messages ----------------------------------------------------------------------------------


def text(sent: Sent, content: str, number: int) -> Packet:
    return _packet(sent, "text", f"文本 {content}", {"Content": content, "MsgId": number})


def choice(sent: Sent, menu_id: str, content: str, number: int) -> Packet:
    """The user chose from a message menu (msgmenu)."""
    fields: dict[str, Value] = {"Content": content, "MsgId": number, "bizmsgmenuid": menu_id}
    return _packet(sent, "text", f"菜单消息选择 {content}", fields)


def picture(sent: Sent, media_id: str, url: str, number: int) -> Packet:
    fields: dict[str, Value] = {"PicUrl": url, "MediaId": media_id, "MsgId": number}
    return _packet(sent, "image", "图片", fields)


def voice(sent: Sent, media_id: str, recognition: str | None, number: int) -> Packet:
    """`recognition` is None for accounts without speech recognition."""
    fields: dict[str, Value] = {"MediaId": media_id, "Format": "amr"}
    if recognition is not None:
        fields["Recognition"] = recognition
    return _packet(sent, "voice", f"语音 {recognition or ''}".strip(), {**fields, "MsgId": number})


def video(sent: Sent, media_id: str, thumbnail: str, number: int) -> Packet:
    fields: dict[str, Value] = {"MediaId": media_id, "ThumbMediaId": thumbnail, "MsgId": number}
    return _packet(sent, "video", "视频", fields)


def location(sent: Sent, latitude: float, longitude: float, label: str, number: int) -> Packet:
    fields: dict[str, Value] = {
        "Location_X": latitude,
        "Location_Y": longitude,
        "Scale": 16,
        "Label": label,
        "MsgId": number,
    }
    return _packet(sent, "location", f"位置 {label}", fields)


def link(sent: Sent, title: str, url: str, number: int) -> Packet:
    fields: dict[str, Value] = {"Title": title, "Description": "", "Url": url, "MsgId": number}
    return _packet(sent, "link", f"链接 {title}", fields)


# -- events ------------------------------------------------------------------------------------


def subscribe(sent: Sent, scene: str | None = None, ticket: str = "") -> Packet:
    """The user follows the account; with a scene: by a QR code that carries it."""
    fields: dict[str, Value] = {"Event": "subscribe", "EventKey": ""}
    if scene is not None:
        fields.update(EventKey=f"qrscene_{scene}", Ticket=ticket)
    return _packet(sent, "event", f"关注 {scene or ''}".strip(), fields)


def unsubscribe(sent: Sent) -> Packet:
    fields: dict[str, Value] = {"Event": "unsubscribe", "EventKey": ""}
    return _packet(sent, "event", "取消关注", fields, awaits_answer=False)


def scan(sent: Sent, scene: str, ticket: str) -> Packet:
    """A user who follows already scans a QR code of the account."""
    fields: dict[str, Value] = {"Event": "SCAN", "EventKey": scene, "Ticket": ticket}
    return _packet(sent, "event", f"扫码 {scene}", fields)


def click(sent: Sent, key: str) -> Packet:
    fields: dict[str, Value] = {"Event": "CLICK", "EventKey": key}
    return _packet(sent, "event", f"点菜单 {key}", fields)


def view(sent: Sent, url: str) -> Packet:
    fields: dict[str, Value] = {"Event": "VIEW", "EventKey": url}
    return _packet(sent, "event", f"打开网页 {url}", fields, awaits_answer=False)


def scancode(sent: Sent, event: str, key: str, result: str) -> Packet:
    """`event` is scancode_push or scancode_waitmsg."""
    found = {"ScanType": "qrcode", "ScanResult": result}
    fields: dict[str, Value] = {"Event": event, "EventKey": key, "ScanCodeInfo": found}
    return _packet(sent, "event", f"菜单扫码 {key}", fields)


def template_finished(sent: Sent, message: int, status: str) -> Packet:
    """`status`: success, failed:user block, or failed: system failed."""
    fields: dict[str, Value] = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": message}
    fields["Status"] = status
    return _packet(sent, "event", f"模板消息结果 {status}", fields, awaits_answer=False)
