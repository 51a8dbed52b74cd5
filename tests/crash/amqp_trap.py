"""A way to the broker that kills whoever walks it at one moment: when an acknowledgement passes.

From the broker to the relay it says that a fact is safe; from the counter to the broker that it was
stored. Killed on it, the one has published and not noted it, the other stored and not told.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

CHUNK = 65536
BASIC_ACK = b"\x00\x3c\x00\x50"
"""Class 60, method 80 of AMQP 0-9-1: the beginning of a `basic.ack`."""


@contextmanager
def trap(url: str, kill: Callable[[], None]) -> Iterator[str]:
    """The address of the broker `url` by that way; `kill` is called once, before the
    acknowledgement is passed on, and it never is."""
    broker = urlsplit(url)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    sprung = threading.Event()

    def pass_on(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK):
                if BASIC_ACK in chunk and not sprung.is_set():
                    sprung.set()
                    kill()
                    break
                target.sendall(chunk)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def carry(client: socket.socket) -> None:
        with client, socket.create_connection((broker.hostname, broker.port)) as server:
            back = threading.Thread(target=pass_on, args=(server, client))
            back.start()
            pass_on(client, server)
            back.join()

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=carry, args=(client,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield url.replace(f":{broker.port}/", f":{port}/")
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
