"""When two phone numbers written differently are the same."""

_COUNTRY = "86"
_MOBILE_LENGTH = 11


def phone_key(phone: str) -> str:
    """What two ways of writing one number have in common: digits, without the country code."""
    digits = "".join(filter(str.isdecimal, phone))
    is_international = len(digits) == _MOBILE_LENGTH + len(_COUNTRY) and digits.startswith(_COUNTRY)
    return digits.removeprefix(_COUNTRY) if is_international else digits
