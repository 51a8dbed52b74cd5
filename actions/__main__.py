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

from bot.launcher.process import configure_logging
from bot.settings import settings

logger = logging.getLogger(__name__)


def silent_error(_request: Request, error: Exception) -> HTTPResponse:
    logger.error("request to the action server failed: %s", type(error).__name__)
    return response.empty(status=getattr(error, "status_code", 500))


def main() -> None:
    configure_logging()
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    app = create_app("actions", cors_origins="")
    app.error_handler.add(Exception, silent_error)
    app.run(settings().actions_host, settings().actions_port, access_log=False)


if __name__ == "__main__":
    main()
