"""How log lines look: ``name=value`` for people, or JSON, one object a line.

Lines hold references and user names, no words of customers. What looks like a phone, card or
identity number is masked all the same: a library may put anything into its message. JSON, which is
made to be carried elsewhere, has of an error only its kind and places: its words may quote data.
"""

import json
import logging
import re
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from traceback import extract_tb
from typing import Any

from casestore.edge.correlation import current

PLACES = 5
"""Innermost frames of an error that JSON names."""

_PROCESS = "casestore"
_MASK = "****"
# From eleven digits on: sizes and moments of a line are shorter, landlines nothing of ours logs.
_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])\+?[0-9](?:[ -]?[0-9]){10,}[Xx]?(?![0-9])")
_UUID = re.compile(r"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})")


class Lines(logging.Formatter):
    """``time level=… logger=… message``, the request's id at its end, an error's traceback below."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)sZ level=%(levelname)s logger=%(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"
        )
        self.converter = time.gmtime

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line without its traceback."""
        request = f" request={current()}" if current() else ""
        return masked(super().formatMessage(record)) + request


class JsonLines(logging.Formatter):
    """The names of the assistant's lines (docs/operations.md): time, level, process, logger,
    message, request, error."""

    def format(self, record: logging.LogRecord) -> str:
        """One object."""
        moment = datetime.fromtimestamp(record.created, timezone.utc)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "process": _PROCESS,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if current():
            line["request"] = current()
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _kinds(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def masked(text: str) -> str:
    """The text without long numbers; UUIDs, which are ids of ours, stay."""
    parts = _UUID.split(text)
    parts[::2] = [_LONG_NUMBER.sub(_MASK, part) for part in parts[::2]]
    return "".join(parts)


def configure_logging(log_format: str) -> None:
    """Log lines on standard error, ``text`` or ``json``."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if log_format == "json" else Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # Each look at the schema, one per health check, would be two lines.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _kinds(error: BaseException) -> Sequence[dict[str, Any]]:
    """The error and what it came from, without their words."""
    found = []
    cause: BaseException | None = error
    while cause is not None:
        frames = extract_tb(cause.__traceback__)[-PLACES:]
        places = [f"{frame.name}:{frame.lineno}" for frame in frames]
        found.append({"kind": type(cause).__name__, "at": places})
        cause = cause.__cause__
    return found
