"""Passwords as argon2id hashes."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2Passwords:
    """Implements ``service.ports.Passwords``; the library's defaults follow RFC 9106."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        # Verified against when there is no account, so both answers take the same time.
        self._nobody = self._hasher.hash("nobody")

    def hash(self, password: str) -> str:
        """See the port."""
        return self._hasher.hash(_bytes(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """See the port."""
        try:
            fits = self._hasher.verify(password_hash or self._nobody, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return fits and password_hash is not None


def _bytes(password: str) -> bytes:
    """A form may declare an encoding that yields half characters; they match nothing."""
    return password.encode("utf-8", "replace")
