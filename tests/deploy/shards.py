"""Small servers in the place of Rasa processes: each tells who it is and what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Shard:
    """One server on the loopback address; `port` is its own also after it was stopped."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.breaks = False
        """Whether it closes the connection where an answer is due."""
        self.pause = threading.Event()
        """Set: the second half of an answer is sent."""
        self.pause.set()
        self.port = 0
        self.start()

    def start(self) -> None:
        """Listens: the first time anywhere, then where it listened before."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        """Nothing listens on the port any more. May be called twice."""
        self.pause.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def _handler(shard) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                shard.calls.append(f"{self.command} {self.path}")
                if shard.breaks:
                    return
                seen = {
                    "shard": shard.port,
                    "headers": dict(self.headers.items()),
                    "bytes": len(body),
                }
                self._answer(json.dumps(seen).encode())

            do_POST = do_GET

            def _answer(self, content: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content) + 1))
                self.send_header("Content-Security-Policy", "default-src 'none'")
                self.send_header("X-Content-Type-Options", "nosniff")
                self.end_headers()
                self.wfile.write(b" ")
                shard.pause.wait(60)
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        return Handler


@contextmanager
def running_shards(count: int) -> Iterator[list[Shard]]:
    """So many shards for as long as the block runs."""
    with ExitStack() as held:
        shards = [Shard() for _ in range(count)]
        for shard in shards:
            held.callback(shard.stop)
        yield shards
