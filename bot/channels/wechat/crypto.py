"""Encryption of messages and passive replies (公众平台「消息加解密说明」): AES-256-CBC, PKCS#7 to 32 bytes.

A plaintext is 16 random bytes, the length of the XML in four bytes (network order), the XML, and
the AppID it is meant for. The platform prescribes the first half of the key as the initial vector;
the random bytes in front are what makes two equal messages differ.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SALT_BYTES = 16
_BLOCK = 32
_CIPHER_BLOCK = 16


class BadCiphertext(ValueError):
    """Not encrypted with this key, for this account, or damaged; which of them is not said."""


class MessageCipher:
    """One EncodingAESKey of one account."""

    def __init__(self, encoding_aes_key: str, app_id: str) -> None:
        """`encoding_aes_key`: 43 letters and digits, base64 of 32 bytes without its last `=`."""
        key = base64.b64decode(encoding_aes_key + "=")
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:_CIPHER_BLOCK]))
        self._app_id = app_id.encode()

    def encrypt(self, xml: str, salt: bytes) -> str:
        """The ciphertext in base64; `salt` is 16 random bytes, new ones each time."""
        if len(salt) != SALT_BYTES:
            raise ValueError("the salt has 16 bytes")
        content = xml.encode()
        plain = _padded(salt + struct.pack("!I", len(content)) + content + self._app_id)
        encryptor = self._cipher.encryptor()
        return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """The XML. Raises BadCiphertext."""
        content = _unpadded(self._decrypted(encrypted))[SALT_BYTES:]
        if len(content) < 4:
            raise BadCiphertext
        end = 4 + int(struct.unpack("!I", content[:4])[0])
        if not hmac.compare_digest(content[end:], self._app_id):
            raise BadCiphertext
        return content[4:end]

    def _decrypted(self, encrypted: str) -> bytes:
        try:
            ciphertext = base64.b64decode("".join(encrypted.split()), validate=True)
        except (binascii.Error, ValueError) as exc:
            raise BadCiphertext from exc
        if not ciphertext or len(ciphertext) % _CIPHER_BLOCK:
            raise BadCiphertext
        decryptor = self._cipher.decryptor()
        return decryptor.update(ciphertext) + decryptor.finalize()


def _padded(plain: bytes) -> bytes:
    missing = _BLOCK - len(plain) % _BLOCK
    return plain + bytes([missing]) * missing


def _unpadded(plain: bytes) -> bytes:
    size = plain[-1]
    if not 1 <= size <= _BLOCK or plain[-size:] != bytes([size]) * size:
        raise BadCiphertext
    return plain[:-size]
