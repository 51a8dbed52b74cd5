"""Counting tries before they are made, so that many at once cannot all slip under a limit.

Wrong passwords and codes are counted for a person at one place, for the person anywhere, and for
the place. A place alone therefore cannot lock a person out everywhere, and many places together
still cannot guess for long.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from casestore.domain.attempts import AttemptLimit
from casestore.domain.errors import TooManyAttempts
from casestore.service.ports import Transaction

_WINDOW = timedelta(minutes=15)
_PERSON_HERE = AttemptLimit(allowed=5, window=_WINDOW)
_PERSON = AttemptLimit(allowed=20, window=_WINDOW)
# A whole branch may come from one address.
_PLACE = AttemptLimit(allowed=50, window=_WINDOW)


@dataclass(frozen=True)
class Try:
    """One try as it is counted: the subjects of a person, and the place it comes from."""

    person: tuple[tuple[str, AttemptLimit], ...]
    place: tuple[str, AttemptLimit]


def password_try(username: str, address: str) -> Try:
    """A try of somebody's password."""
    return _try("password", username, address)


def code_try(username: str, address: str) -> Try:
    """A try of an authenticator's code."""
    return _try("code", username, address)


def invitation_try(address: str) -> Try:
    """A try of a one-time code, which belongs to nobody yet."""
    return Try((), _place(address))


def claim(tx: Transaction, tried: Try, now: datetime) -> None:
    """Count a try as failed. Raises TooManyAttempts, and then nothing was counted."""
    for subject, limit in sorted([*tried.person, tried.place], key=lambda each: each[0]):
        # In one order, so that two transactions never wait for each other.
        failures = tx.attempts.lock(subject)
        if wait := limit.wait(failures, now):
            raise TooManyAttempts(wait)
        tx.attempts.save(subject, limit.after_failure(failures, now), now + limit.window)
    tx.attempts.forget_before(now)


def succeed(tx: Transaction, tried: Try, claimed_at: datetime) -> None:
    """Forget every failure of a person who has shown who they are, but of the place only this one
    try: whoever knows one password still cannot try others."""
    subject, limit = tried.place
    failures = list(tx.attempts.lock(subject))
    if claimed_at in failures:
        failures.remove(claimed_at)
    tx.attempts.save(subject, failures, claimed_at + limit.window)
    for own, _limit in tried.person:
        tx.attempts.forget(own)


def _try(factor: str, username: str, address: str) -> Try:
    here, anywhere = _digest(factor, username, address), _digest(factor, username)
    return Try(
        ((f"sign-in:{here}", _PERSON_HERE), (f"sign-in:{anywhere}", _PERSON)), _place(address)
    )


def _place(address: str) -> tuple[str, AttemptLimit]:
    return f"address:{address[:50]}", _PLACE


def _digest(*parts: str) -> str:
    """Hashed, because people type passwords into the name field, and of any length."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
