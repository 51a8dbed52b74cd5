"""What every process of ours does first: logs without personal data, quiet libraries."""

from __future__ import annotations

import logging
import os
import warnings

import structlog


def configure_logging(level: int = logging.INFO) -> None:
    """Plain log lines on standard error. Messages hold masked text at most, never customers' data.

    Must run before Rasa is imported: it reads these variables on import.
    """
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("LOG_LEVEL_LIBRARIES", "ERROR")
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
    # Rasa logs whole conversations at DEBUG through structlog, which knows no level by default.
    # Its default traceback prints local variables, which are customers' data.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ],
    )
    for noisy in ("jieba", "tensorflow", "matplotlib", "apscheduler", "sanic.access", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    # Rasa's pins are old; their deprecations are known and none of them is ours to mend.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=FutureWarning)
