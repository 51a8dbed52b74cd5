"""`python -m actions`: the action server on the loopback address.

Rasa SDK's own server answers an exception with the request's body, tracker included
(rasa_sdk/endpoint.py); here an unexpected error has no body.
"""

from __future__ import annotations

import logging
import warnings

from rasa_sdk.endpoint import create_app
from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from actions import counting
from bot.launcher.garbage import look_rarely
from bot.launcher.process import configure_logging
from bot.metrics.process import served
from bot.settings import settings

logger = logging.getLogger(__name__)

KEPT_SECONDS = 60
"""For which an idle connection stays open: longer than Rasa's client keeps it (aiohttp: 15 seconds)."""


def silent_error(_request: Request, error: Exception) -> HTTPResponse:
    logger.error("request to the action server failed: %s", type(error).__name__)
    return response.empty(status=getattr(error, "status_code", 500))


def hang_up_when_stopping(request: Request, _answer: HTTPResponse) -> None:
    """Sanic closes idle connections once, when it is told to stop; one that was busy then would be
    kept, and the process would wait for it while it takes no new ones."""
    if request.app.is_stopping and request.stream is not None:
        request.stream.keep_alive = False


def main() -> None:
    config = settings()
    configure_logging("actions", config.log_format)
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    app = create_app("actions", cors_origins="")
    app.config.KEEP_ALIVE_TIMEOUT = KEPT_SECONDS
    app.error_handler.add(Exception, silent_error)
    app.register_middleware(hang_up_when_stopping, "response")
    look_rarely()
    with served(counting.begun(), config.metrics_host, config.actions_metrics_port):
        app.run(config.actions_host, config.actions_port, access_log=False)


if __name__ == "__main__":
    main()
