"""The limit: the same Sanic, one worker, that parses a message and answers as much JSON.

`python -m benchmarks.echo_server PORT BYTES`. No Rasa, no disk: what is left of a turn when only
the network and JSON remain. It speaks as the web channel does, so the same client measures both.
"""

from __future__ import annotations

import json
import sys

from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse


def build(answer_bytes: int) -> Sanic:
    """An app whose answers have a body of this many bytes."""
    app = Sanic("echo", configure_logging=False)
    around = len(json.dumps(_body(""), separators=(",", ":")))
    body = _body("x" * max(answer_bytes - around, 1))

    async def session(_request: Request) -> HTTPResponse:
        return response.json({"token": "echo"}, status=201)

    async def messages(request: Request) -> HTTPResponse:
        if not request.json["text"]:
            return response.json({}, status=400)
        return response.json(body, ensure_ascii=False)

    app.add_route(session, "/webhooks/echo/session", methods=["POST"])
    app.add_route(messages, "/webhooks/echo/messages", methods=["POST"])
    return app


def _body(text: str) -> dict[str, list[dict[str, str]]]:
    return {"messages": [{"from": "bot", "text": text}]}


if __name__ == "__main__":
    build(int(sys.argv[2])).run("127.0.0.1", int(sys.argv[1]), workers=1, access_log=False)
