"""The one-time code with which a draft goes on elsewhere, as customers type it. Pure."""

from __future__ import annotations

import re

_CODE = re.compile(
    r"(?<![A-Za-z0-9*])([0-9A-Za-z]{4})\s?[-—–－]?\s?([0-9A-Za-z]{4})(?![A-Za-z0-9*])"
)
_ASKED_FOR = re.compile(r"继续|接续|接着|续填|码")
_ALONE = re.compile(r"\W*\w{4}\W?\w{4}\W*")


def find_code(text: str) -> str | None:
    """The code in a message that asks to go on, or that is nothing but a code; None without one.

    Eight characters in two groups, as `Drafts.make_code` writes them; eight digits alone are more
    likely a phone.
    """
    found = _CODE.search(text)
    if found is None:
        return None
    code = "".join(found.groups())
    alone = _ALONE.fullmatch(text) and not code.isdigit() and not code.isalpha()
    return code.upper() if alone or _ASKED_FOR.search(text) else None
