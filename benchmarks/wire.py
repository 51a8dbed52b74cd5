"""A kept-alive HTTP connection that costs its program as little as Python allows.

Client and server share the processor: what the client spends is missing from the server's figures.
httptools is the parser Sanic itself uses; an exchange costs some 50 µs here, `requests` 700.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from httptools import HttpResponseParser

TIMEOUT_SECONDS = 120.0
MOST_IDLE_SECONDS = 2.0
"""Sanic closes a connection that was idle for five; an older one is made anew."""


@dataclass(frozen=True)
class Answer:
    """`ms`: from the request's first byte sent to the answer's last byte read."""

    status: int
    body: bytes
    ms: float


class Connection:
    """One connection to the server at `base`, used by one thread at a time.

    Raises OSError when the server cannot be reached or hangs up.
    """

    def __init__(self, base: str) -> None:
        """`base`: http://host:port/path/ that every request's path is joined to."""
        parts = urlsplit(base)
        self._where = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._prefix = parts.path
        self._socket: socket.socket | None = None
        self._used = 0.0

    def post(self, path: str, body: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Sends `body` as JSON."""
        content = json.dumps(body, ensure_ascii=False).encode()
        return self.send("POST", path, content, {"Content-Type": "application/json", **headers})

    def send(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        host, port = self._where
        lines = [
            f"{method} {self._prefix}{path} HTTP/1.1",
            f"Host: {host}:{port}",
            f"Content-Length: {len(content)}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        request = "\r\n".join([*lines, "", ""]).encode() + content
        open_socket = self.open()
        reader = _Reader()
        parser = HttpResponseParser(reader)
        began = time.perf_counter()
        open_socket.sendall(request)
        while not reader.complete:
            received = open_socket.recv(65536)
            if not received:
                self.close()
                raise ConnectionResetError("the server hung up before its answer was complete")
            parser.feed_data(received)
        self._used = time.perf_counter()
        return Answer(parser.get_status_code(), bytes(reader.body), (self._used - began) * 1000)

    def open(self) -> socket.socket:
        """The connection, made now if there is none that is fresh."""
        if self._socket is not None and time.perf_counter() - self._used > MOST_IDLE_SECONDS:
            self.close()
        if self._socket is None:
            self._socket = socket.create_connection(self._where, TIMEOUT_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._used = time.perf_counter()
        return self._socket

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __del__(self) -> None:
        self.close()


class _Reader:
    """What the parser tells of one answer."""

    def __init__(self) -> None:
        self.body = bytearray()
        self.complete = False

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        self.complete = True
