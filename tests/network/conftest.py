"""The product with a faulty network before its case store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from tests.crash.kit import all_delivered
from tests.network.proxy import Fault, Proxy, proxy_before
from tests.stack import Stack, wait_until

READ_TIMEOUT = 4.0
CONNECT_TIMEOUT = 1.0


@dataclass
class Wired:
    """A stack whose way to the case store is `proxy`."""

    stack: Stack
    proxy: Proxy

    def mend(self) -> None:
        self.proxy.fault = Fault.NONE
        wait_until(lambda: all_delivered(self.stack), 30, "delivery of all")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    time_outs = {
        "CASE_STORE_CONNECT_TIMEOUT": str(CONNECT_TIMEOUT),
        "CASE_STORE_READ_TIMEOUT": str(READ_TIMEOUT),
    }
    stack = Stack(tmp_path_factory.mktemp("network"), time_outs)
    with proxy_before(urlsplit(stack.store).port or 0) as proxy:
        stack.env["CASE_STORE_URL"] = f"http://127.0.0.1:{proxy.port}"
        try:
            stack.start()
            yield Wired(stack, proxy)
        finally:
            stack.stop()


@pytest.fixture
def wired(installation: Wired) -> Iterator[Wired]:
    """Whole at the beginning and at the end of every test."""
    installation.mend()
    yield installation
    installation.mend()
