"""The XML of a passive reply (公众平台「被动回复用户消息」)."""

from __future__ import annotations

import re

from bot.channels.wechat.message import WeChatMessage

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_reply(message: WeChatMessage, text: str, at: int) -> str:
    """A text for the sender of `message`; `at` in epoch seconds, `text` at most 2,048 bytes."""
    return (
        "<xml>"
        f"<ToUserName>{cdata(message.openid)}</ToUserName>"
        f"<FromUserName>{cdata(message.account)}</FromUserName>"
        f"<CreateTime>{at}</CreateTime>"
        "<MsgType><![CDATA[text]]></MsgType>"
        f"<Content>{cdata(text)}</Content>"
        "</xml>"
    )


def cdata(text: str) -> str:
    """`text` as character data: nothing in it can end the section, nothing in it XML forbids."""
    allowed = _NOT_IN_XML.sub("", text)
    return f"<![CDATA[{allowed.replace(']]>', ']]]]><![CDATA[>')}]]>"
