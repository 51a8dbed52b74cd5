"""Tokens are random and long, so a plain SHA-256 is enough to store them safely."""

import hashlib
import secrets

_TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored in place of a token (SHA-256, hex)."""
    return hashlib.sha256(token.encode()).hexdigest()
