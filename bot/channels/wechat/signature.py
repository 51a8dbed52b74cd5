"""Signatures of WeChat's requests and of our encrypted answers (公众平台「接入指南」, 「消息加解密说明」).

SHA-1 over the sorted parts is what the platform prescribes; the token among them is the secret.
"""

from __future__ import annotations

import hashlib
import hmac


def sign(token: str, *parts: str) -> str:
    """The signature over `parts` (timestamp and nonce, and the ciphertext if there is one)."""
    joined = b"".join(sorted(_bytes(part) for part in (token, *parts)))
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def is_signed(signature: str, token: str, *parts: str) -> bool:
    """Whether `signature` is the one over `parts`; takes the same time wherever they differ."""
    return hmac.compare_digest(_bytes(signature), _bytes(sign(token, *parts)))


def _bytes(text: str) -> bytes:
    """Of anything a query may hold, half characters too."""
    return text.encode(errors="replace")
