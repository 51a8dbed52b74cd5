"""Message encryption of the platform (消息加解密说明 → 技术方案).

A sealed text is Base64 of AES-256-CBC over: 16 random bytes, the length of the message as four
bytes in network order, the message, the AppID. The key is Base64 of EncodingAESKey + "="; its
first 16 bytes are the initialisation vector; padding is PKCS#7 to blocks of 32 bytes.
"""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

SALT_BYTES = 16
_LENGTH_BYTES = 4
_BLOCK = 32


class NotSealed(Exception):
    """The text cannot be opened with this account's key; says why."""


class Sealer:
    """Seals and opens messages with one EncodingAESKey for one AppID."""

    def __init__(self, aes_key: str, app_id: str) -> None:
        key = base64.b64decode(aes_key + "=")
        self._cipher = Cipher(AES(key), CBC(key[:16]))
        self._app_id = app_id.encode()

    def seal(self, message: bytes, salt: bytes) -> str:
        """`salt` is 16 random bytes."""
        plain = salt + len(message).to_bytes(_LENGTH_BYTES, "big") + message + self._app_id
        fill = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str) -> bytes:
        """The message; raises NotSealed."""
        plain = self._unpadded(self._decrypted(sealed))
        head = SALT_BYTES + _LENGTH_BYTES
        end = head + int.from_bytes(plain[SALT_BYTES:head], "big")
        if len(plain) < head or end > len(plain):
            raise NotSealed("解密后的长度字段不对")
        if plain[end:] != self._app_id:
            raise NotSealed("解密后的 AppID 不是这个公众号的")
        return plain[head:end]

    def _decrypted(self, sealed: str) -> bytes:
        try:
            raw = base64.b64decode(sealed, validate=True)
        except ValueError as exc:
            raise NotSealed("密文不是 Base64") from exc
        if not raw or len(raw) % 16:
            raise NotSealed("密文长度不是 16 的倍数")
        decryptor = self._cipher.decryptor()
        return decryptor.update(raw) + decryptor.finalize()

    @staticmethod
    def _unpadded(padded: bytes) -> bytes:
        fill = padded[-1]
        if not 1 <= fill <= _BLOCK or padded[-fill:] != bytes([fill]) * fill:
            raise NotSealed("密钥不对，或者填充不是 PKCS#7")
        return padded[:-fill]
