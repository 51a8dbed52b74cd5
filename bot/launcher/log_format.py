"""How log lines look: for people, or as JSON, one object a line. Either way masked.

Both carry the id of the message at work (`bot.correlation`). No line is meant to hold a customer's
words; masking is the second lock, for what a library may put into a message. JSON, which is made to
be carried elsewhere, has of an error only its kind and places: its own words may quote data.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from traceback import extract_tb
from typing import Any

from bot.correlation import current
from bot.privacy.masking import mask

PLACES = 5
"""Innermost frames of an error that JSON names."""

# Masking looks for a dozen things and takes a third of a millisecond: only where one may be.
_SUSPICIOUS = re.compile(
    r"[^\x00-\x7f]|\d(?:[ -]?\d){5}|pass|pwd|\bpin\b|otp|cvv|verif", re.IGNORECASE
)
# What our own lines are full of.
_REFERENCE = re.compile(r"TS\d{8}-[0-9A-Z]{7}")


class Lines(logging.Formatter):
    """`time level logger message name=value … request=id`, and the traceback of an error."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        # The message alone: the time before it looks like a number of somebody's.
        record.message = masked(record.message)
        fields = [f" {name}={value}" for name, value in _fields(record).items()]
        request = f" request={current()}" if current() else ""
        return super().formatMessage(record) + "".join(fields) + request

    def formatException(self, ei: Any) -> str:
        return masked(super().formatException(ei))


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, process, logger, message, request, and what else
    the line says under names of its own."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, timezone.utc)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "process": self._process,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if current():
            line["request"] = current()
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _kinds(record.exc_info[1])
        return json.dumps({**line, **_fields(record), **line}, ensure_ascii=False, default=str)


def masked(text: str) -> str:
    """The text without card, identity and phone numbers, passwords and codes."""
    return mask(text).text if _SUSPICIOUS.search(_REFERENCE.sub("", text)) else text


def _fields(record: logging.LogRecord) -> Mapping[str, Any]:
    """What was logged with `extra={"fields": {…}}`: our own names and figures only."""
    fields: Mapping[str, Any] = getattr(record, "fields", {})
    return fields


def _kinds(error: BaseException) -> list[dict[str, Any]]:
    """The error and what it came from, without their words."""
    found = []
    cause: BaseException | None = error
    while cause is not None:
        frames = extract_tb(cause.__traceback__)[-PLACES:]
        places = [f"{frame.name}:{frame.lineno}" for frame in frames]
        found.append({"kind": type(cause).__name__, "at": places})
        cause = cause.__cause__
    return found
