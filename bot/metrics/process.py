"""A registry for one process, and the port it is read at where there is no server of our own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, start_http_server

logger = logging.getLogger(__name__)


def process_registry(process: str) -> CollectorRegistry:
    """A registry that holds the process's start, memory, processor time and open files.

    These have the names they have everywhere; `xiaobao_process_info` beside them says that they are
    ours, whatever the bank's Prometheus calls the job.
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    info = Gauge("xiaobao_process_info", "A process of Xiaobao", ["process"], registry=registry)
    info.labels(process).set(1)
    return registry


@contextmanager
def served(registry: CollectorRegistry, host: str, port: int) -> Iterator[bool]:
    """`http://host:port/metrics` within the block; False without it: port 0 asks for none.

    A port that cannot be had keeps nobody from working; Prometheus misses the process then.
    """
    try:
        server, thread = start_http_server(port, host, registry) if port else (None, None)
    except OSError as exc:
        logger.error("no metrics, port %d cannot be used: %s", port, type(exc).__name__)
        server, thread = None, None
    try:
        yield server is not None
    finally:
        if server is not None and thread is not None:
            server.shutdown()
            server.server_close()
            thread.join()
