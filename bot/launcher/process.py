"""What every process of ours does first: logs without personal data, quiet libraries."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import MutableMapping
from typing import Any

import structlog

from bot.launcher.log_format import JsonLines, Lines

NOISY = ("jieba", "tensorflow", "matplotlib", "apscheduler", "sanic.access", "urllib3")


def configure_logging(
    process: str = "bot", log_format: str = "text", level: int = logging.INFO
) -> None:
    """Log lines of `process` on standard error, `log_format` text or json (`log_format.py`).

    Must run before Rasa is imported: it reads these variables on import.
    """
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("LOG_LEVEL_LIBRARIES", "ERROR")
    # What no line of ours shows is not looked up for each of them (Logging HOWTO, "Optimization").
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(process) if log_format == "json" else Lines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Rasa logs whole conversations at DEBUG through structlog, which knows no level by default.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        processors=[event_alone],
        cache_logger_on_first_use=True,  # else each line that is not written makes a logger
    )
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.ERROR)
    # Rasa's pins are old; their deprecations are known and none of them is ours to mend.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=FutureWarning)


def event_alone(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> tuple[tuple[str], dict[str, Any]]:
    """Arguments for the standard logger: the name of Rasa's event and its error.

    The rest is left out: `text`, `rasa_event` and the like are what customers said.
    """
    return (str(event["event"]),), {"exc_info": event.get("exc_info")}
