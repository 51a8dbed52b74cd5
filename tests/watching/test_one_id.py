"""One message, followed by its id through the logs of every process it passes."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from bot.correlation import request_id
from tests.dialogue.kit import OPENING, arrived, at_recap
from tests.stack import Chat, Stack, reference_in, wait_until

SAID = ("解放路支行", "王小红", "13912345678", "大堂经理", "短信提醒")
"""Of OPENING: nothing of it may stand in a log."""


def lines(stack: Stack, process: str, request: str) -> list[dict[str, Any]]:
    """The lines of a process about one message."""
    found = [json.loads(line) for line in stack.log(process).splitlines() if line.startswith("{")]
    return [line for line in found if line.get("request") == request]


def messages(stack: Stack, process: str, request: str) -> list[str]:
    return [line["message"] for line in lines(stack, process, request)]


def written(stack: Stack, process: str, request: str, count: int) -> list[str]:
    """The messages of a process about one message, once there are so many."""

    def enough() -> list[str]:
        found = messages(stack, process, request)
        return found if len(found) >= count else []

    return list(wait_until(enough, 15, f"{count} lines of {process}"))


def press_as(chat: Chat, title: str, key: str) -> list[str]:
    """Presses a button with a message key of ours."""
    choice = next(b["choice"] for b in chat.buttons if b["title"] == title)
    return chat._replies(chat.post({"id": key, "choice": choice}))


@pytest.fixture(scope="module")
def filed(watched: Stack) -> tuple[str, str]:
    """The id of the message that filed a complaint, and its reference."""
    chat, key = watched.chat(), str(uuid4())
    at_recap(chat, OPENING)
    reference = reference_in(press_as(chat, "确认提交", key))
    arrived(watched, reference, "5678")
    return request_id(key), reference


def test_the_channel_and_rasa_log_the_message(watched: Stack, filed: tuple[str, str]) -> None:
    request, _ = filed
    decided, over = lines(watched, "rasa", request)
    assert decided["message"] == "turn decided"
    assert "action_submit_complaint" in decided["actions"]
    assert (over["message"], over["channel"], over["outcome"]) == ("turn over", "web", "answered")
    assert over["stages"]["action"] > 0


def test_the_actions_log_it_with_the_reference_they_gave(
    watched: Stack, filed: tuple[str, str]
) -> None:
    request, reference = filed
    found = lines(watched, "actions", request)
    assert {"action_submit_complaint"} <= {line.get("action") for line in found}
    (journaled,) = [line for line in found if line["message"] == "journaled"]
    assert journaled["reference"] == reference
    assert {line["process"] for line in found} == {"actions"}


def test_the_relay_and_the_case_store_log_its_delivery(
    watched: Stack, filed: tuple[str, str]
) -> None:
    request, reference = filed
    delivered = f"delivered complaint of {reference} after 1 attempts"
    # Both lines are written after what they tell of.
    assert written(watched, "relay", request, 1) == [delivered]
    registered, answered = written(watched, "casestore", request, 2)
    assert registered == f"filed reference={reference} client=bot"
    assert answered.startswith("answered method=POST route=/api/v1/complaints status=201")


def test_a_question_about_a_case_is_found_at_the_case_store_as_well(
    watched: Stack, filed: tuple[str, str]
) -> None:
    _, reference = filed
    chat, key = watched.chat(), str(uuid4())
    chat.say(f"查一下{reference}的进度")
    chat._replies(chat.post({"id": key, "text": "5678"}))
    request = request_id(key)
    found = written(watched, "casestore", request, 1)
    assert "route=/api/v1/complaints/{reference} status=200" in found[-1]


def test_the_same_message_again_has_the_same_id(watched: Stack) -> None:
    chat, body = watched.chat(), {"id": str(uuid4()), "text": "怎么辨别假币"}
    for _ in range(2):
        chat.post(body)
    found = lines(watched, "rasa", request_id(body["id"]))
    outcomes = [line["outcome"] for line in found if line["message"] == "turn over"]
    assert outcomes == ["answered", "stored"]


def test_no_log_holds_anything_the_customer_said(watched: Stack, filed: tuple[str, str]) -> None:
    del filed  # it was said
    for process in ("rasa", "actions", "relay", "casestore"):
        log = watched.log(process)
        assert [said for said in SAID if said in log] == [], process


def test_what_is_logged_after_the_start_is_json(watched: Stack, filed: tuple[str, str]) -> None:
    request, _ = filed
    for process in ("rasa", "actions", "relay", "casestore"):
        log = watched.log(process).splitlines()
        first = next(number for number, line in enumerate(log) if request in line)
        assert [line for line in log[first:] if not line.startswith("{")] == [], process
