"""A request of the platform: checked, opened, and answered in the manner it came.

The order of the checks is signature, time, content, replay: nobody without the token makes us
decrypt, parse or store anything.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.channels.wechat.crypto import BadCiphertext, MessageCipher
from bot.channels.wechat.guard import Guard
from bot.channels.wechat.message import BadEnvelope, WeChatMessage, fields_of, message_of
from bot.channels.wechat.reply import cdata
from bot.channels.wechat.signature import is_signed, sign
from bot.errors import ChannelError
from bot.settings import Settings

logger = logging.getLogger(__name__)

LARGEST_BYTES = 64 * 1024
"""Of a request; a message in the clear and encrypted takes a tenth of it."""
WINDOW = timedelta(minutes=5)
"""How far the platform's clock and ours may be apart."""
BAD_SIGNATURE = "签名不正确。"
STALE = "请求的时间与本机相差太多。"
REPLAYED = "这个请求已经用过了。"
TOO_LONG = "请求太长了。"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_ECHO = re.compile(r"[0-9A-Za-z_-]{1,128}")
PLAIN, ENCRYPTED = "plain", "encrypted"


@dataclass(frozen=True)
class Account:
    """The official account as set up in the platform's console."""

    app_id: str
    mode: str
    """`plain`, `compatible` or `encrypted`."""
    token: str = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)
    """EncodingAESKeys, newest first; the one before is good while a change of keys spreads."""

    @classmethod
    def of(cls, config: Settings) -> Account | None:
        """The account of the settings; None when there is none."""
        if not config.wechat_app_id:
            return None
        keys = (config.wechat_aes_key, config.wechat_previous_aes_key)
        return cls(
            app_id=config.wechat_app_id,
            mode=config.wechat_mode,
            token=config.wechat_token.get_secret_value(),
            keys=tuple(key.get_secret_value() for key in keys if key.get_secret_value()),
        )


@dataclass(frozen=True)
class Opened:
    """What a checked request holds, and how to answer it."""

    message: WeChatMessage
    _token: str = field(repr=False)
    _cipher: MessageCipher | None = field(repr=False)
    """The one that opened the request; None when it came in the clear."""

    def answer(self, reply_xml: str, timestamp: int, nonce: str, salt: bytes) -> bytes:
        """The body of our answer, encrypted when the request was.

        `timestamp` in epoch seconds; `nonce` and the 16 bytes of `salt` are random.
        """
        if self._cipher is None:
            return reply_xml.encode()
        encrypted = self._cipher.encrypt(reply_xml, salt)
        signature = sign(self._token, str(timestamp), nonce, encrypted)
        return (
            "<xml>"
            f"<Encrypt>{cdata(encrypted)}</Encrypt>"
            f"<MsgSignature>{cdata(signature)}</MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp>"
            f"<Nonce>{cdata(nonce)}</Nonce>"
            "</xml>"
        ).encode()


class Envelopes:
    """Opens the requests of one account."""

    def __init__(self, account: Account, guard: Guard, now: Callable[[], datetime]) -> None:
        self._account = account
        self._ciphers = [MessageCipher(key, account.app_id) for key in account.keys]
        self._guard = guard
        self._now = now

    def verify_url(self, query: Mapping[str, str]) -> str:
        """What the platform wants to hear when the address is set up (公众平台「接入指南」).

        Blocks: this signature would fit a message, too, and must not be used again for one. Raises
        ChannelError: 403 for a wrong signature, an old one or one used before, 400 without an echo;
        StorageError.
        """
        now = self._check(query)
        echo = query.get("echostr", "")
        if not _ECHO.fullmatch(echo):
            raise BadEnvelope
        self._admit(query, echo.encode(), now)
        return echo

    def open(self, query: Mapping[str, str], body: bytes) -> Opened:
        """Blocks: what was seen before is in a table.

        Raises ChannelError: 413 too_long, 403 bad_signature, stale or replayed, 400 bad_envelope;
        StorageError when the table cannot be read.
        """
        if len(body) > LARGEST_BYTES:
            raise ChannelError(413, "too_long", TOO_LONG)
        now = self._check(query)
        fields, cipher = fields_of(body), None
        if self._is_encrypted(fields):
            cipher, body = self._decrypt(query, fields["Encrypt"])
            fields = fields_of(body)
        message = message_of(fields)
        # What counts is the content: a repeat may be encrypted anew.
        self._admit(query, body, now)
        return Opened(message, self._account.token, cipher)

    def _admit(self, query: Mapping[str, str], content: bytes, now: datetime) -> None:
        if not self._guard.admits(*_moment(query), content, now):
            raise ChannelError(403, "replayed", REPLAYED)

    def _check(self, query: Mapping[str, str]) -> datetime:
        """The present moment, when signature and time are right."""
        timestamp, nonce = _moment(query)
        if not is_signed(query.get("signature", ""), self._account.token, timestamp, nonce):
            raise ChannelError(403, "bad_signature", BAD_SIGNATURE)
        now = self._now()
        if not _TIMESTAMP.fullmatch(timestamp) or not _is_near(int(timestamp), now):
            raise ChannelError(403, "stale", STALE)
        return now

    def _is_encrypted(self, fields: Mapping[str, str]) -> bool:
        """In compatible mode a message comes both ways: the encrypted one is what we believe."""
        encrypted, clear, mode = "Encrypt" in fields, "MsgType" in fields, self._account.mode
        if not {PLAIN: clear, ENCRYPTED: encrypted}.get(mode, encrypted or clear):
            logger.warning("a message came in another way than WECHAT_MODE=%s says", mode)
            raise BadEnvelope
        return encrypted and mode != PLAIN

    def _decrypt(self, query: Mapping[str, str], encrypted: str) -> tuple[MessageCipher, bytes]:
        signature, token = query.get("msg_signature", ""), self._account.token
        if not is_signed(signature, token, *_moment(query), encrypted):
            raise ChannelError(403, "bad_signature", BAD_SIGNATURE)
        for cipher in self._ciphers:
            try:
                return cipher, cipher.decrypt(encrypted)
            except BadCiphertext:
                continue
        logger.warning("a message could not be decrypted: check WECHAT_AES_KEY and WECHAT_APP_ID")
        raise BadEnvelope


def _moment(query: Mapping[str, str]) -> tuple[str, str]:
    """Timestamp and nonce."""
    return query.get("timestamp", ""), query.get("nonce", "")


def _is_near(timestamp: int, now: datetime) -> bool:
    return abs(timestamp - now.timestamp()) <= WINDOW.total_seconds()
