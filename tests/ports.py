"""Free ports of the loopback address."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

OURS = range(10_000, 32_768)
"""Below those that systems take for outgoing connections: the port of a server that a test has killed
stays free until the test starts it again, also while other tests run beside it."""
TRIES = 1_000

_given: set[int] = set()
_chance = random.SystemRandom()


def free_ports(count: int) -> list[int]:
    """`count` different ports nothing listens on, and which this process has not given before."""
    ports: list[int] = []
    with ExitStack() as held:
        for _ in range(TRIES):
            port = _chance.choice(OURS)
            if port not in _given and _is_bound(held.enter_context(socket.socket()), port):
                ports.append(port)
                _given.add(port)
            if len(ports) == count:
                return ports
    raise RuntimeError(f"no {count} free ports in {TRIES} tries")


def _is_bound(probe: socket.socket, port: int) -> bool:
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
