"""One-time codes of an authenticator app (TOTP, RFC 6238: SHA-1, 6 digits, 30 seconds)."""

import re
from datetime import datetime

import pyotp

STEP_SECONDS = 30
ISSUER = "小保投诉台"

# A phone's clock may be one step off (RFC 6238, 5.2).
_DRIFT = (0, -1, 1)
_CODE = re.compile(r"[0-9]{6}")


def new_step(secret: str, code: str, moment: datetime, last_step: int) -> int | None:
    """The time step a code belongs to; None if it is wrong or not after the last step used.

    ``secret`` is base32. A code counts once only (OWASP ASVS 5.0, 6.5.1), hence ``last_step``.
    """
    digits = code.replace(" ", "")
    if not _CODE.fullmatch(digits):
        return None
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now = totp.timecode(moment)
    fitting = [
        now + drift
        for drift in _DRIFT
        if pyotp.utils.strings_equal(totp.generate_otp(now + drift), digits)
    ]
    return next((step for step in fitting if step > last_step), None)


def enrolment_uri(secret: str, username: str) -> str:
    """What an authenticator app reads from the QR code (otpauth://totp/...)."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(
        name=username, issuer_name=ISSUER
    )
