"""What may never be stored is in no database and no log, wherever in the form it was typed."""

from __future__ import annotations

import re

import pytest

from tests.dialogue.kit import arrived, asked, raw_files, recap
from tests.stack import Stack, reference_in, wait_until

PHONE = "13671982345"
SECRETS = {
    "card": "6222021234567890128",
    "spaced card": "6228 4800 1234 5678 907",
    "password": "Xy9!kp27Q",
    "six-digit password": "860415",
    "code": "482913",
    "identity number": "110105199003074512",
}
SPACELESS = "6228480012345678907"
BY_CHANCE = 10
"""Digits; a shorter number can stand inside a timestamp or an id."""


def leaks(secret: str, content: bytes) -> bool:
    """Whether a file holds a secret; a short number only counts where no other digit touches it."""
    if secret.isdigit() and len(secret) < BY_CHANCE:
        # Behind an escaped character (\u7801) a digit may be the escape's own.
        alone = rb"(?:(?<!\d)|(?<=\\u[0-9A-Fa-f]{4}))%s(?!\d)" % secret.encode()
        return re.search(alone, content) is not None
    return secret.encode() in content


@pytest.fixture(scope="module")
def filed(stack: Stack) -> str:
    """A complaint whose customer typed secrets in every place; the reference."""
    chat = stack.chat()
    chat.say(f"我要投诉，我的卡{SECRETS['card']}昨天在人民路支行被多扣了年费")
    chat.press("同意，开始登记")
    refused = chat.say(f"我的密码是{SECRETS['password']}")
    assert "请不要在这里发送密码" in refused[0]
    chat.say("借记卡")
    replies = chat.say(f"退给我，卡号是{SECRETS['spaced card']}")
    assert "请不要在这里发送完整卡号" in replies[0]
    assert asked(replies) == "complainant_name"
    chat.say("周明")
    chat.say(f"取款密码是{SECRETS['six-digit password']}")
    chat.say(f"验证码是{SECRETS['code']}")
    replies = chat.say(f"身份证{SECRETS['identity number']}，电话{PHONE}")
    assert recap(replies)["联系电话"] == "136****2345"
    return reference_in(chat.press("确认提交"))


def test_secrets_are_in_no_file(stack: Stack, filed: str) -> None:
    arrived(stack, filed, PHONE[-4:])
    for name, content in raw_files(stack).items():
        for kind, secret in {**SECRETS, "card without spaces": SPACELESS}.items():
            assert not leaks(secret, content), f"{kind} in {name}"


def test_the_phone_is_nowhere_in_clear_and_still_proves(stack: Stack, filed: str) -> None:
    arrived(stack, filed, PHONE[-4:])
    assert stack.case(filed, "0000").status_code == 404
    for name, content in raw_files(stack).items():
        assert PHONE.encode() not in content, name


def test_name_and_story_of_the_journal_are_sealed(stack: Stack, filed: str) -> None:
    journal = raw_files(stack)
    content = b"".join(text for name, text in journal.items() if name.startswith("journal.db"))
    assert filed.encode() in content
    assert "周明".encode() not in content
    assert "多扣了年费".encode() not in content


def test_logs_hold_none_of_the_customers_words(stack: Stack, filed: str) -> None:
    wait_until(lambda: filed in stack.log("relay"), 30, "the reference operators go by, in the log")
    logs = {name: text for name, text in raw_files(stack).items() if name.endswith(".log")}
    for name, content in logs.items():
        for words in ("周明", "多扣了年费", "136****2345"):
            assert words.encode() not in content, f"{words} in {name}"
