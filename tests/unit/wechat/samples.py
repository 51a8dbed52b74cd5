"""Requests of the platform as its documentation shows them."""

from __future__ import annotations

from datetime import datetime, timezone

from bot.channels.wechat.envelope import Account
from bot.channels.wechat.signature import sign

TOKEN = "spamtest"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
APP_ID = "wx2c2769f8efd9abc2"
NONCE = "1320562132"
TIMESTAMP = "1409735669"
MOMENT = datetime.fromtimestamp(int(TIMESTAMP), timezone.utc)
OPENID, ORIGINAL_ID = "oyORnuP8q7ou2gfYjqLzSIWZf0rs", "gh_10f6c3c3ac5a"

# Tencent's sample code for WXBizMsgCrypt (公众平台「消息加解密接入指引」, Sample.py and its
# translations): token, key, AppID, nonce and timestamp above, this message, its ciphertext and
# the signature over both.
SAMPLE_SIGNATURE = "5d197aaffba7e9b25a30732f161a50dee96bd5fa"
SAMPLE_ENCRYPTED = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PG"
    "HQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6"
    "tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp"
    "3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhv"
    "Ql+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
)


def xml(**fields: object) -> bytes:
    """A request's body: numbers bare, texts as CDATA, the way the platform writes them."""
    inner = "".join(
        f"<{name}>{value}</{name}>"
        if isinstance(value, int)
        else f"<{name}><![CDATA[{value}]]></{name}>"
        for name, value in fields.items()
    )
    return f"<xml>{inner}</xml>".encode()


def message_xml(**fields: object) -> bytes:
    """A message of the customer; `fields` in place of or beside those of a text."""
    common = {"ToUserName": ORIGINAL_ID, "FromUserName": OPENID, "CreateTime": int(TIMESTAMP)}
    return xml(**{**common, "MsgType": "text", **fields})


def text_xml(content: str = "你好", number: int = 6054768590064713728) -> bytes:
    return message_xml(Content=content, MsgId=number)


def account(mode: str = "encrypted", keys: tuple[str, ...] = (KEY,)) -> Account:
    return Account(app_id=APP_ID, mode=mode, token=TOKEN, keys=keys)


def query(timestamp: str = TIMESTAMP, nonce: str = NONCE, **more: str) -> dict[str, str]:
    """A signed query, without the signature over an encrypted body."""
    signature = sign(TOKEN, timestamp, nonce)
    return {"signature": signature, "timestamp": timestamp, "nonce": nonce, **more}
