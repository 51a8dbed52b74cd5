"""The port of a test is nobody else's, long before anything listens on it."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from tests import ports
from tests.stack import ROOT


def test_no_port_is_given_twice() -> None:
    given = [*ports.free_ports(20), *ports.free_ports(ports.BLOCK)]
    assert len(set(given)) == len(given)


def test_another_run_gets_none_of_our_ports() -> None:
    (mine,) = ports.free_ports(1)
    first = next(first for first in ports.OURS[:: ports.BLOCK] if 0 <= mine - first < ports.BLOCK)
    program = (
        "from tests import ports\n"
        f"ports.OURS = range({first}, {first + ports.BLOCK})\n"
        "ports.free_ports(1)\n"
    )
    other = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert "other test runs have taken all ports" in other.stderr


def test_a_port_somebody_listens_on_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken, free = listening.getsockname()[1], ports.free_ports(1)[0]
        monkeypatch.setattr(ports, "_mine", [free, taken])
        assert ports.free_ports(1) == [free]
