"""A bank's desk that is staffed or not as a test says, whatever day it is; nothing else of a bank."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class StaffedDesk:
    """Answers how it stands; everything else of the bank is away (503)."""

    def __init__(self) -> None:
        self.on_duty, self.waiting, self.is_away = 0, 0, False
        self.url = ""

    def answer(self, path: str) -> tuple[int, dict[str, object]]:
        if self.is_away or path != "/api/v1/chats/desk":
            return 503, {"error": {"code": "away"}}
        standing: dict[str, object] = {
            "open": self.on_duty > 0,
            "on_duty": self.on_duty,
            "waiting": self.waiting,
        }
        return 200, standing


@contextmanager
def staffed_desk() -> Iterator[StaffedDesk]:
    """A desk on a free port of its own."""
    desk = StaffedDesk()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = desk.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    desk.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
