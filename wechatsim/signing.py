"""Signatures of the platform's requests (接入指南；消息加解密说明)."""

from __future__ import annotations

import hashlib


def signature(*parts: str) -> str:
    """SHA-1 over the parts in alphabetical order, in hexadecimal.

    `signature` takes token, timestamp and nonce; `msg_signature` takes the sealed text as well.
    """
    joined = "".join(sorted(parts)).encode()
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()
