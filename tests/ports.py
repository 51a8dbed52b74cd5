"""Free ports of the loopback address."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

OURS = range(10_000, 32_768)
"""Below those that systems take for outgoing connections: the port of a server that a test has killed
stays free until the test starts it again, also while other tests run beside it."""
BLOCK = 500
"""So many ports belong to one test run at a time. Others run beside it, and a server needs seconds
until it listens: until then, and while it is killed, its port looks free to everybody."""

_mine: list[int] = []
"""Ports of this run which were not given yet."""
_marks: list[socket.socket] = []
"""What says that a block is ours, until this process ends."""
_chance = random.SystemRandom()


def free_ports(count: int) -> list[int]:
    """`count` different ports nothing listens on, and which no test run has been given that is
    still at work."""
    ports: list[int] = []
    while len(ports) < count:
        if not _mine:
            _mine.extend(_new_block())
        port = _mine.pop()
        if _is_free(port):
            ports.append(port)
    return ports


def _new_block() -> list[int]:
    """Ports in any order that are this run's from now on.

    The first of them marks the block: it is held as a UDP port, which nothing here speaks.
    """
    firsts = [*OURS[::BLOCK]]
    _chance.shuffle(firsts)
    for first in firsts:
        mark = socket.socket(type=socket.SOCK_DGRAM)
        with suppress(OSError):
            mark.bind(("127.0.0.1", first))
            _marks.append(mark)
            block = [port for port in OURS if first <= port < first + BLOCK]
            return _chance.sample(block, len(block))
        mark.close()
    raise RuntimeError("other test runs have taken all ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
