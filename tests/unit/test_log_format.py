"""Log lines: one JSON object each or plain, masked, with the id of the message at work."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from bot.correlation import carrying, request_id
from bot.launcher.log_format import JsonLines, Lines, masked
from bot.launcher.process import event_alone
from tests.unit.metrics.cost import best_of

ID = request_id("k1")
MOST_MICROSECONDS = 50.0
PLANTED = (
    "客户说手机13800138000打不通",
    "phone 138 0013 8000",
    "card 6222021234567890128",
    "身份证11010519491231002X",
    "my password is hunter2abc",
)


def record(message: str, *args: object, error: BaseException | None = None, **more: Any) -> Any:
    info = None if error is None else (type(error), error, error.__traceback__)
    made = logging.LogRecord("bot.x", logging.WARNING, "x.py", 1, message, args, info)
    made.__dict__.update(more)
    return made


def as_json(one: logging.LogRecord) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(JsonLines("rasa").format(one))
    return line


def test_a_json_line_has_the_names_that_are_documented() -> None:
    with carrying(ID):
        line = as_json(record("turn over", fields={"channel": "web", "ms": 12.5}))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "channel": "web",
        "ms": 12.5,
        "level": "WARNING",
        "process": "rasa",
        "logger": "bot.x",
        "message": "turn over",
        "request": ID,
    }


def test_a_line_outside_of_any_message_names_none() -> None:
    assert "request" not in as_json(record("works again"))
    assert "request" not in Lines().format(record("works again"))


def test_no_field_of_a_line_takes_the_place_of_what_every_line_has() -> None:
    assert as_json(record("said", fields={"message": "other", "level": 1}))["message"] == "said"


def test_a_plain_line_says_the_same() -> None:
    with carrying(ID):
        line = Lines().format(record("turn over", fields={"channel": "web", "ms": 12.5}))
    assert line.endswith(f"WARNING bot.x turn over channel=web ms=12.5 request={ID}")


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("formatter", [JsonLines("rasa"), Lines()], ids=["json", "text"])
def test_what_a_library_quotes_of_a_customer_is_masked(
    formatter: logging.Formatter, planted: str
) -> None:
    line = formatter.format(record("could not handle %s", planted))
    for secret in ("13800138000", "138 0013 8000", "6222021234567890128", "1949", "hunter2abc"):
        assert secret not in line


@pytest.mark.parametrize(
    "ours",
    [
        "delivered complaint of TS20261126-7K3QF8K after 1 attempts",
        "postponed complaint of TS20261126-7K3QF8K by 0:00:05.123456: HTTP 503 no_error_code",
        "message 12345: retry, code 45015",
    ],
)
def test_our_own_lines_stay_as_they_are(ours: str) -> None:
    assert masked(ours) == ours


def test_an_error_in_json_is_its_kind_and_places_and_not_its_words() -> None:
    def burst() -> None:
        raise ValueError("我叫李建国") from KeyError("13800138000")

    with pytest.raises(ValueError, match="李") as caught:
        burst()
    line = as_json(record("turn failed", error=caught.value))
    assert [cause["kind"] for cause in line["error"]] == ["ValueError", "KeyError"]
    assert line["error"][0]["at"][-1].startswith("burst:")
    assert "李建国" not in json.dumps(line, ensure_ascii=False)


def test_the_traceback_of_a_plain_line_is_masked_too() -> None:
    with pytest.raises(ValueError, match="138") as caught:
        raise ValueError("13800138000")
    line = Lines().format(record("turn failed", error=caught.value))
    assert "ValueError: 138****8000" in line


@pytest.mark.parametrize("formatter", [JsonLines("rasa"), Lines()], ids=["json", "text"])
def test_a_line_of_every_turn_costs_next_to_nothing(formatter: logging.Formatter) -> None:
    """Masking, which takes a hundred times as long, is for what looks like somebody's number."""
    line = record("turn over", fields={"channel": "web", "ms": 12.5})
    with carrying(ID):
        assert best_of(lambda: formatter.format(line)) < MOST_MICROSECONDS


def test_of_rasas_events_only_the_name_is_logged() -> None:
    event = {"event": "rest.message.received.failure", "text": "我叫李建国", "exc_info": True}
    (message,), more = event_alone(None, "error", event)
    assert message == "rest.message.received.failure"
    assert more == {"exc_info": True}
