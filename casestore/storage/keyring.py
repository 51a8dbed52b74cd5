"""Encryption and keyed hashes for personal fields, with keys that can be rotated."""

import base64
import binascii
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from casestore.domain.errors import ConfigurationError, FieldUnreadable

_MAC_BYTES = 32


class Keyring:
    """The first key is current, the others still open and recognise what they wrote.

    ``keys`` are Fernet keys (URL-safe base64 of 32 bytes). Raises ConfigurationError.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            ciphers = [Fernet(key) for key in keys]
            self._current, self._cipher = ciphers[0], MultiFernet(ciphers)
            self._mac_keys = [_mac_key(key) for key in keys]
        except (ValueError, binascii.Error) as exc:
            raise ConfigurationError(
                "CASE_STORE_FIELD_KEYS 里有一把密钥格式不对（应为 Fernet 密钥，多把用逗号分隔）。"
            ) from exc

    def seal(self, text: str) -> str:
        """Encrypt a field with the current key."""
        return self.seal_file(text.encode()).decode()

    def seal_file(self, content: bytes) -> bytes:
        """Encrypt a file with the current key."""
        return self._cipher.encrypt(content)

    def open_file(self, sealed: bytes) -> bytes:
        """Decrypt a file. Raises FieldUnreadable."""
        try:
            return self._cipher.decrypt(sealed)
        except InvalidToken as exc:
            raise FieldUnreadable from exc

    def open(self, sealed: str) -> str:
        """Decrypt a field. Raises FieldUnreadable."""
        return self.open_file(sealed.encode()).decode()

    def sign(self, purpose: str, text: str) -> str:
        """HMAC-SHA-256 (hex) with the current key, different for every purpose."""
        return _mac(self._mac_keys[0], purpose, text)

    def signatures(self, purpose: str, text: str) -> list[str]:
        """What ``sign`` gives, or gave, with each key; to look up what was stored."""
        return [_mac(key, purpose, text) for key in self._mac_keys]

    def is_current(self, sealed: bytes) -> bool:
        """Whether the current key opens it, so that the older ones are not needed for it."""
        try:
            self._current.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def resealed(self, sealed: bytes) -> bytes:
        """The same content under the current key. Raises FieldUnreadable."""
        try:
            return self._cipher.rotate(sealed)
        except InvalidToken as exc:
            raise FieldUnreadable from exc

    def recognises(self, purpose: str, text: str, signature: str) -> bool:
        """Whether any key signed this text for this purpose; constant time per key."""
        matches = [
            hmac.compare_digest(_mac(key, purpose, text), signature) for key in self._mac_keys
        ]
        return any(matches)


def _mac_key(fernet_key: str) -> bytes:
    derivation = HKDF(SHA256(), length=_MAC_BYTES, salt=None, info=b"xiaobao casestore mac v1")
    return derivation.derive(base64.urlsafe_b64decode(fernet_key))


def _mac(key: bytes, purpose: str, text: str) -> str:
    message = f"{purpose}\0{text}".encode("utf-8", "replace")
    return hmac.new(key, message, "sha256").hexdigest()
