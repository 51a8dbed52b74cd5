"""A RabbitMQ server for tests: own folder, own node, loopback only, gone at the end.

    with running_rabbitmq(tmp_path / "rabbitmq") as broker:
        ... broker.url ...
        broker.stop()       # the network is gone, what was confirmed is on disk
        broker.start()      # and back, on the same port

Erlang's name server (epmd) is a child of ours too, so that nothing outlives the tests.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_ports
from tests.stack import wait_until

_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_USER, _PASSWORD = "xiaobao", "only-for-tests"
START_SECONDS = 180.0
STOP_SECONDS = 90.0
_HEADER = b"AMQP\x00\x00\x09\x01"


class RabbitMq:
    """One broker that keeps its data in `folder` while it is stopped.

    Raises RuntimeError when the server is not installed or dies while it starts.
    """

    def __init__(self, folder: Path) -> None:
        if not _SERVER.exists():
            raise RuntimeError(
                f"no {_SERVER}: install the package rabbitmq-server, these tests need a real one"
            )
        self.folder = folder
        self.port, self._epmd_port, self._node_port = free_ports(3)
        self.url = f"amqp://{_USER}:{_PASSWORD}@127.0.0.1:{self.port}/"
        self._epmd: subprocess.Popen[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._configure()

    def start(self) -> None:
        """Starts the broker and waits until it takes connections."""
        self._epmd = self._epmd or self._spawn(["epmd"], "epmd")
        self._server = self._spawn([str(_SERVER)], "server")
        wait_until(self._is_up, START_SECONDS, f"RabbitMQ is up; see {self.folder}/server.log")

    def stop(self) -> None:
        """Stops the broker in good order; connections break, data stays."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kills the broker; what it confirmed is on disk."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Ends everything that was started here."""
        self.kill()
        if self._epmd is not None:
            _signal(self._epmd, signal.SIGKILL)
            self._epmd = None

    def _end(self, number: signal.Signals) -> None:
        if self._server is not None:
            _signal(self._server, number)
            self._server = None
            wait_until(lambda: not self._listens(), STOP_SECONDS, "the broker's port is free")

    def _configure(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "enabled_plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            f"default_user = {_USER}\n"
            f"default_pass = {_PASSWORD}\n"
            "disk_free_limit.absolute = 10MB\n"
        )

    def _environment(self) -> Mapping[str, str]:
        folder = str(self.folder)
        return {
            "PATH": os.environ["PATH"],
            "HOME": folder,  # where Erlang keeps its cookie
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"tests-{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._node_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2"
            ),
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/none.conf",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{folder}/none.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{folder}/generated",
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_LOG_BASE": f"{folder}/logs",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
        }

    def _spawn(self, command: list[str], name: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _is_up(self) -> bool:
        if self._server is None or self._server.poll() is not None:
            raise RuntimeError(f"RabbitMQ does not start; see {self.folder}/server.log")
        return self._listens()

    def _listens(self) -> bool:
        """Whether the broker answers the first bytes of the protocol."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(_HEADER)
                return bool(connection.recv(1))
        except OSError:
            return False


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        os.killpg(process.pid, number)
    process.wait(timeout=STOP_SECONDS)


@contextmanager
def running_rabbitmq(folder: Path) -> Iterator[RabbitMq]:
    """A broker that runs as long as the block does; its address is `url`."""
    broker = RabbitMq(folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.close()
