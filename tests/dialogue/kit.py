"""What the dialogue tests read from domain.yml and from a customer's exchange."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import lru_cache
from typing import Any

import yaml

from tests.stack import ROOT, Chat, Stack, wait_until

FIELDS = (
    "consent",
    "complaint_detail",
    "complaint_branch",
    "complaint_date",
    "complaint_request",
    "complainant_name",
    "complainant_phone",
)


@lru_cache(maxsize=1)
def _responses() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["responses"])


def says(response: str) -> str:
    """The words of a response of domain.yml up to its first variable."""
    text = str(_responses()[response][0]["text"])
    return text.partition("{")[0].strip()


def question(field: str) -> tuple[str, ...]:
    """The beginnings of the questions for a field of the complaint form."""
    if field == "complaint_business":
        return says("utter_ask_business"), says("utter_ask_business_proposed")
    if field == "complaint_confirmed":
        return (says("utter_recap"),)
    return (says(f"utter_ask_complaint_form_{field}"),)


def asked(replies: list[str]) -> str:
    """The field the last of `replies` asks for."""
    for field in (*FIELDS, "complaint_business", "complaint_confirmed"):
        if any(start in replies[-1] for start in question(field)):
            return field
    raise AssertionError(f"no question in {replies}")


def recap(replies: list[str]) -> dict[str, str]:
    """The lines 「项目：内容」 read back before filing."""
    assert asked(replies) == "complaint_confirmed", replies
    lines = (line.partition("：") for line in replies[-1].splitlines())
    return {label: value for label, colon, value in lines if colon and value}


STORY = "前天上午我在解放路支行办卡，大堂经理没问我就开了短信提醒，扣了我60元"
OPENING = f"我要投诉。{STORY}，要求退钱。我叫王小红，电话13912345678"


def at_recap(chat: Chat, opening: str = OPENING) -> list[str]:
    """Tells everything at once and answers what is left; the replies with the recap."""
    chat.say(opening)
    chat.press("同意，开始登记")
    return chat.say("借记卡")


def journaled(stack: Stack) -> dict[str, str]:
    """Reference and delivery status of every complaint in the journal."""
    with closing(sqlite3.connect(stack.folder / "journal.db")) as journal:
        return dict(journal.execute("SELECT reference, status FROM intake").fetchall())


def arrived(stack: Stack, reference: str, phone_tail: str) -> None:
    """Waits until the case store has the complaint and shows it for this proof.

    Asking the case store itself before that would use up the guesses it allows.
    """
    wait_until(lambda: journaled(stack)[reference] == "delivered", 15, f"delivery of {reference}")
    assert stack.case(reference, phone_tail).status_code == 200
