"""Tokens are random and long, so a plain SHA-256 is enough to store them safely."""

import base64
import hashlib
import secrets

_TOKEN_BYTES = 32
_SECRET_BYTES = 20
_CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_GROUPS, _CODE_GROUP = 4, 6


def new_token() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def new_code() -> str:
    """120 random bits for people to type: four groups of six, none of them I, L, O or U."""
    letters = [secrets.choice(_CODE_LETTERS) for _ in range(_CODE_GROUPS * _CODE_GROUP)]
    groups = range(0, len(letters), _CODE_GROUP)
    return "-".join("".join(letters[start : start + _CODE_GROUP]) for start in groups)


def new_secret() -> str:
    """160 random bits in base32, as an authenticator app takes them (RFC 4226, 4)."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def code_hash(code: str) -> str:
    """What is stored in place of a code, however it was typed."""
    letters = "".join(character for character in code.upper() if character.isalnum())
    return token_hash(letters.translate(str.maketrans("ILO", "110")))


def token_hash(token: str) -> str:
    """What is stored in place of a token (SHA-256, hex)."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
