"""A database server that vanishes without a word is given up in seconds, by both packages."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.storage.engine import create_engine
from casestore.storage.engine import build_engine
from tests.postgres import running_cluster

LONGEST_SILENCE = 30
LONGEST_UNTAKEN = 10_000


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_cluster() as cluster:
        yield cluster.url("postgres")


@pytest.mark.parametrize("make", [create_engine, build_engine])
def test_the_kernel_is_told_when_to_give_a_silent_server_up(
    make: Callable[[str], Engine], address: str
) -> None:
    engine = make(address)
    with engine.connect() as connection, closing(_socket_of(connection)) as line:
        tcp = {
            name: line.getsockopt(socket.IPPROTO_TCP, getattr(socket, f"TCP_{name}"))
            for name in ("KEEPIDLE", "KEEPINTVL", "KEEPCNT", "USER_TIMEOUT")
        }
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    engine.dispose()
    assert tcp["KEEPIDLE"] + tcp["KEEPINTVL"] * tcp["KEEPCNT"] <= LONGEST_SILENCE
    assert 0 < tcp["USER_TIMEOUT"] <= LONGEST_UNTAKEN


def _socket_of(connection: sa.engine.Connection) -> socket.socket:
    """A twin of the connection's own socket."""
    number: int = connection.connection.cursor().connection.fileno()
    return socket.fromfd(number, socket.AF_INET, socket.SOCK_STREAM)
