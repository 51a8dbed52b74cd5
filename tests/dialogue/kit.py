"""What the dialogue tests read from domain.yml and from a customer's exchange."""

from __future__ import annotations

import base64
import re
import secrets
import sqlite3
from contextlib import closing, suppress
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

import yaml

from bot.handover.store import SqlHandovers
from bot.handover.talk import File, Talk, Why, talk_id
from bot.intake.drafts import SqlDrafts
from bot.privacy.sealing import Sealer
from bot.storage.engine import create_engine
from tests.bank import bank_staff
from tests.stack import ROOT, Chat, Stack, wait_until


@lru_cache(maxsize=1)
def _responses() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["responses"])


def says(response: str) -> str:
    """The words of a response of domain.yml up to its first variable."""
    text = str(_responses()[response][0]["text"])
    return text.partition("{")[0].strip()


@lru_cache(maxsize=1)
def _questions() -> dict[str, tuple[str, ...]]:
    """Field or interlude → the beginnings of its questions."""
    special = {
        "complaint_business": ("utter_ask_business", "utter_ask_business_proposed"),
        "complaint_reason": ("utter_ask_reason",),
        "complaint_same": ("utter_ask_same",),
        "complaint_confirmed": ("utter_recap",),
        "case_text": ("utter_ask_case_text_supplement", "utter_ask_case_text_review_request"),
        "callback_phone": ("utter_ask_callback_phone", "utter_ask_callback_phone_offered"),
        "callback_time": (
            "utter_ask_callback_form_callback_time",
            "utter_ask_booking_time",
            "utter_ask_booking_time_none",
        ),
        "callback_confirmed": ("utter_callback_recap", "utter_booking_recap"),
        "case_confirmed": (
            "utter_ask_case_confirmed_withdrawal",
            "utter_ask_case_confirmed_review_request",
        ),
    }
    plain = {
        name.removeprefix("utter_ask_").removeprefix(f"{form}_"): (name,)
        for form in ("complaint_form", "case_form", "callback_form")
        for name in _responses()
        if name.startswith((f"utter_ask_{form}_", "utter_ask_form_"))
    }
    return {field: tuple(map(says, names)) for field, names in {**plain, **special}.items()}


def asked(replies: list[str]) -> str:
    """The field or interlude the last of `replies` asks for."""
    for field, beginnings in _questions().items():
        if any(replies[-1].startswith(start) for start in beginnings):
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
    replies = chat.say("借记卡")
    same = "不是，另外登记"
    return chat.press(same) if same in chat.titles() else replies


def journaled(stack: Stack) -> dict[str, str]:
    """Reference and delivery status of every complaint in the journal."""
    with closing(sqlite3.connect(stack.folder / "journal.db")) as journal:
        return dict(journal.execute("SELECT reference, status FROM intake").fetchall())


def arrived(stack: Stack, reference: str, phone_tail: str) -> None:
    """Waits until the case store has the complaint and shows it for this proof.

    Asking the case store itself before that would use up the guesses it allows.
    """
    wait_until(lambda: journaled(stack)[reference] == "delivered", 30, f"delivery of {reference}")
    assert stack.case(reference, phone_tail).status_code == 200


PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""The smallest picture there is."""


def draft(stack: Stack, chat: Chat) -> dict[str, Any]:
    """The values of the form this customer is filling in, as they are on disk."""
    keys = stack.env["FIELD_KEYS"].split(",")
    engine = create_engine(f"sqlite:///{stack.folder / 'journal.db'}")
    found = SqlDrafts(engine, Sealer(keys), secrets.choice).latest(chat.sender_id)
    return dict(found.values) if found else {}


def reply_of_the_bank(stack: Stack, reference: str, text: str) -> None:
    """The bank investigates, decides and answers."""
    with bank_staff(stack.env) as staff:
        staff.reply(reference, text)


def ask_for_a_person(stack: Stack, sender_id: str, channel: str = "web") -> Talk:
    """As the assistant's action does it when the desk is open, which depends on the day."""
    engine = create_engine(f"sqlite:///{stack.folder / 'channel.db'}")
    handovers = SqlHandovers(engine, Sealer(stack.env["FIELD_KEYS"].split(",")))
    now = datetime.now(timezone.utc)
    asked_for = talk_id(sender_id, "ask")
    talk = handovers.open(asked_for, sender_id, channel, Why.WORD, File("态度"), now)
    engine.dispose()
    return talk


def two_hours_pass(stack: Stack, chat: Chat) -> None:
    """Rasa counts a session from the last event: every one of them was two hours earlier."""
    with closing(sqlite3.connect(stack.folder / "tracker.db", timeout=10)) as tracker:
        for number, data in tracker.execute(
            "SELECT id, data FROM events WHERE sender_id = ?", (chat.sender_id,)
        ).fetchall():
            earlier = re.sub(
                r'"timestamp": ([0-9.]+)', lambda m: f'"timestamp": {float(m[1]) - 7200}', data
            )
            tracker.execute(
                "UPDATE events SET data = ?, timestamp = timestamp - 7200 WHERE id = ?",
                (earlier, number),
            )
        tracker.commit()


def raw_files(stack: Stack) -> dict[str, bytes]:
    """Every file the product has written: databases with their write-ahead logs, and logs.

    A log whose database was just closed is gone: what it held stands in the database by then, which
    is why that is read last.
    """
    paths = [path for path in stack.folder.rglob("*") if path.is_file()]
    found = {}
    for path in sorted(paths, key=lambda path: path.suffix == ".db"):
        with suppress(FileNotFoundError):
            found[str(path.relative_to(stack.folder))] = path.read_bytes()
    assert {"tracker.db", "channel.db", "journal.db", "casestore.db", "rasa.log"} <= found.keys()
    return found
