"""A small TCP proxy that spoils HTTP exchanges between two processes of this machine.

Toxiproxy's idea in the standard library: it reads a whole request, then does with it and with its
answer what the present fault says. Only the loopback address, threads, no set-up.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto

CHUNK = 65536
CUT = 20
"""Bytes of an answer that do not arrive."""
LONGEST_SECONDS = 60.0
"""No connection is held longer than this, whatever happens."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: close() sends RST


class Fault(Enum):
    """What happens to an exchange."""

    NONE = auto()
    LATENCY = auto()  # both ways, `Proxy.latency` each
    RESET_AT_ONCE = auto()  # before the request
    RESET_AFTER_REQUEST = auto()  # read, not passed on
    BLACK_HOLE = auto()  # read, never answered
    ANSWER_LOST = auto()  # committed behind the proxy, reset before the answer
    ANSWER_CUT = auto()  # committed, half of the answer arrives
    BAD_GATEWAY = auto()  # committed, a gateway in between says 502


@dataclass
class Proxy:
    """Passes connections to `port` on to `target`; `fault` may change at any time."""

    target: int
    latency: float = 0.3
    fault: Fault = Fault.NONE
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def serve(self) -> None:
        """Accepts until `close`."""
        while not self.over.is_set():
            with suppress(OSError):
                client, _ = self._listener.accept()
                client.settimeout(LONGEST_SECONDS)
                threading.Thread(target=self._converse, args=(client,), daemon=True).start()

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _converse(self, client: socket.socket) -> None:
        """One exchange after the other on one connection, while both sides keep it."""
        with client, suppress(OSError):
            while not self.over.is_set() and self._exchange(client):
                pass

    def _exchange(self, client: socket.socket) -> bool:
        """Answers one request; False when the connection is at its end."""
        if self.fault is Fault.RESET_AT_ONCE:
            return reset(client)
        request = read_message(client)
        if not request:
            return False
        fault = self.fault
        if fault in (Fault.RESET_AT_ONCE, Fault.RESET_AFTER_REQUEST):
            return reset(client)
        if fault is Fault.BLACK_HOLE:
            self.over.wait(LONGEST_SECONDS)
            return False
        return self._pass_on(client, request, fault)

    def _pass_on(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        self._delay(fault)
        answer = self._ask(request)
        self._delay(fault)
        if fault is Fault.ANSWER_LOST:
            return reset(client)
        if fault is Fault.ANSWER_CUT:
            client.sendall(answer[:-CUT])
            return False
        if fault is Fault.BAD_GATEWAY:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return True
        client.sendall(answer)
        return True

    def _ask(self, request: bytes) -> bytes:
        with socket.create_connection(
            ("127.0.0.1", self.target), timeout=LONGEST_SECONDS
        ) as server:
            server.sendall(request)
            return read_message(server)

    def _delay(self, fault: Fault) -> None:
        if fault is Fault.LATENCY:
            self.over.wait(self.latency)


def reset(connection: socket.socket) -> bool:
    """Ends the connection with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    connection.close()
    return False


def read_message(connection: socket.socket) -> bytes:
    """A whole HTTP message with its body; what there is when the other side has closed."""
    data = b""
    while not _complete(data):
        chunk = connection.recv(CHUNK)
        if not chunk:
            break
        data += chunk
    return data


def _complete(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return bool(end) and len(body) >= (int(length.group(1)) if length else 0)


@contextmanager
def proxy_before(target: int) -> Iterator[Proxy]:
    """A running proxy before port `target`."""
    proxy = Proxy(target)
    server = threading.Thread(target=proxy.serve, daemon=True)
    server.start()
    try:
        yield proxy
    finally:
        proxy.close()
        server.join(timeout=5)
