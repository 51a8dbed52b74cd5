"""Which question the assistant asks, told by the words of domain.yml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from tests.data.corpus import domain
from tests.dialogue.kit import says

RECAP = "complaint_confirmed"
_OF_THE_FORM = re.compile(r"utter_ask_complaint_form_(\w+)")
_OTHERS = {
    "utter_ask_business": "complaint_business",
    "utter_ask_business_proposed": "complaint_business",
    "utter_ask_reason": "complaint_reason",
    "utter_ask_same": "complaint_same",
    "utter_ask_form_way_out": "form_way_out",
    "utter_ask_form_pause": "form_pause",
    "utter_recap": RECAP,
}


def question_in(replies: Sequence[str]) -> str | None:
    """The field or interlude the last of `replies` asks for; None when it asks for nothing."""
    return next((name for start, name in _beginnings().items() if start in replies[-1]), None)


@lru_cache(maxsize=1)
def _beginnings() -> dict[str, str]:
    """The words a question begins with → what it asks for."""
    named = ((name, _asked_by(name)) for name in domain()["responses"])
    return {says(name): asked for name, asked in named if asked}


def _asked_by(response: str) -> str | None:
    of_the_form = _OF_THE_FORM.fullmatch(response)
    return of_the_form[1] if of_the_form else _OTHERS.get(response)
