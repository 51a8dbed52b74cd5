"""What the account's server may answer with, and how the platform reads it (被动回复用户消息)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from wechatsim.account import Account, Mode
from wechatsim.sealing import NotSealed, Sealer
from wechatsim.signing import signature

LONGEST_TEXT = 2048
"""Bytes of UTF-8 in one text; longer ones fail with 45002."""

_MEDIA = {"image": "Image", "voice": "Voice", "video": "Video"}
_MEDIA_WORDS = {"image": "［图片］", "voice": "［语音］", "video": "［视频］"}


class BadReply(Exception):
    """The platform cannot use the answer; says why, in Chinese."""


@dataclass(frozen=True)
class Reply:
    """One passive reply."""

    kind: str
    """text, image, voice, video, music, news or transfer_customer_service."""
    text: str = ""
    media_id: str | None = None


def read(body: bytes, account: Account, openid: str) -> Reply | None:
    """The reply in the body of an answer; None for `success` and for an empty body.

    Raises BadReply for everything the platform takes for a failure of the server.
    """
    if body.strip() in (b"", b"success"):
        return None
    root = _parsed(body)
    if account.mode is not Mode.PLAIN and root.find("Encrypt") is not None:
        root = _opened(root, account)
    elif account.mode is Mode.ENCRYPTED:
        raise BadReply("安全模式的回复没有加密")
    return _reply(root, account, openid)


def _parsed(body: bytes) -> Element:
    try:
        root: Element = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError) as exc:
        raise BadReply("回复不是 XML") from exc
    if root.tag != "xml":
        raise BadReply("回复的根元素不是 xml")
    return root


def _opened(root: Element, account: Account) -> Element:
    sealed, signed, at, nonce = (
        _text(root, name) for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
    )
    if signed != signature(account.token, at, nonce, sealed):
        raise BadReply("回复的 MsgSignature 不对")
    try:
        return _parsed(Sealer(account.aes_key, account.app_id).open(sealed))
    except NotSealed as exc:
        raise BadReply(f"回复解不开：{exc}") from exc


def _reply(root: Element, account: Account, openid: str) -> Reply:
    if _text(root, "ToUserName") != openid:
        raise BadReply("ToUserName 不是发消息的人")
    if _text(root, "FromUserName") != account.original_id:
        raise BadReply("FromUserName 不是这个公众号")
    if not _text(root, "CreateTime").isdecimal():
        raise BadReply("CreateTime 不是整数")
    kind = _text(root, "MsgType")
    if kind in _MEDIA:
        return Reply(kind, _MEDIA_WORDS[kind], _text(root, f"{_MEDIA[kind]}/MediaId"))
    if kind not in _WORDS:
        raise BadReply(f"不认识的 MsgType：{kind}")
    return Reply(kind, _WORDS[kind](root))


def _content(root: Element) -> str:
    content = _text(root, "Content")
    if len(content.encode()) > LONGEST_TEXT:
        raise BadReply("45002：文本超过 2048 字节")
    return content


def _articles(root: Element) -> str:
    items = root.findall("Articles/item")
    if not items:
        raise BadReply("图文回复里没有 Articles")
    lines = (f"{item.findtext('Title') or ''} {item.findtext('Url') or ''}" for item in items)
    return "\n".join(line.strip() for line in lines)


def _text(root: Element, path: str) -> str:
    found = root.findtext(path)
    if not found:
        raise BadReply(f"回复里缺少 {path}")
    return found


_WORDS: dict[str, Callable[[Element], str]] = {
    "text": _content,
    "news": _articles,
    "music": lambda root: f"［音乐］{root.findtext('Music/Title') or ''}",
    "transfer_customer_service": lambda _root: "",
}
"""What a reply of each kind says."""
