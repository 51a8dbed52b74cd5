"""Encrypts the few personal values a complaint needs, so that they travel sealed.

The complainant's phone is masked in every stored text. Beside the masked text the channel puts the
sealed number into the message's metadata; only the journal and the relay ever open it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import TypedDict

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import ConfigurationError, StorageError
from bot.privacy.masking import Kind, Masked


class Sealed(TypedDict):
    """A value as it may be stored: what people may see, and the ciphertext."""

    shown: str
    sealed: str


class Sealer:
    """Seals with the first key, opens with any: put a new key in front to rotate."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Raises ConfigurationError when no key is given or one is not a Fernet key."""
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as exc:
            raise ConfigurationError(
                "FIELD_KEYS 不是有效的加密密钥。请恢复原来的值：换成新密钥，还没送达的投诉就打不开了。"
            ) from exc
        self._keys = [base64.urlsafe_b64decode(key) for key in keys]

    def seal(self, plain: str) -> str:
        return self.seal_bytes(plain.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises StorageError when no key fits."""
        return self.open_bytes(sealed.encode()).decode()

    def seal_bytes(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Raises StorageError when no key fits."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as exc:
            raise StorageError("登记内容无法解密，请检查 FIELD_KEYS 是否被更换。") from exc

    def mac(self, purpose: str, value: str) -> str:
        """Keyed digest (HMAC-SHA256, hex) to find `value` by, made with the first key.

        Each purpose has a key of its own, so that digests of two purposes cannot be compared.
        """
        return self.macs(purpose, value)[0]

    def macs(self, purpose: str, value: str) -> list[str]:
        """The digests of `value` under every key, the first key's first: look for any of them."""
        return [_mac(_mac(key, purpose).digest(), value).hexdigest() for key in self._keys]


def _mac(key: bytes, value: str) -> hmac.HMAC:
    return hmac.new(key, value.encode(), hashlib.sha256)


def phones_of(masked: Masked, sealer: Sealer) -> list[Sealed]:
    """The phones of a message, in order, as the message's metadata carries them."""
    return [
        Sealed(shown=finding.shown, sealed=sealer.seal(finding.raw))
        for finding in masked.of_kind(Kind.PHONE)
    ]
