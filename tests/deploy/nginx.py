"""The nginx of deploy/nginx on the loopback address, without root and with a site of the test."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_ports
from tests.stack import PATIENCE_SECONDS, ROOT, wait_until

PROGRAMS = "/usr/sbin:/usr/local/sbin:/usr/bin"
CONFIGURATION = ROOT / "deploy" / "nginx"


def program() -> str:
    """Raises RuntimeError when nginx is not installed."""
    found = shutil.which("nginx", path=PROGRAMS)
    if found is None:
        raise RuntimeError("no nginx: install the package nginx, these tests need a real one")
    return found


def install(folder: Path, site: Mapping[str, str]) -> Path:
    """Puts the configuration and a site's files into `folder`; the main file."""
    shutil.copytree(CONFIGURATION, folder, dirs_exist_ok=True)
    (folder / "xiaobao" / "site").mkdir()
    for name, text in site.items():
        (folder / "xiaobao" / "site" / name).write_text(text, encoding="utf-8")
    return folder / "nginx.conf"


def check(main: Path) -> str:
    """What nginx itself has to say against a configuration; empty when it takes it."""
    done = subprocess.run(
        [program(), "-t", "-q", "-p", str(main.parent), "-c", str(main)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    return done.stderr


class Nginx:
    """An nginx in front of shards and a case store, known by their ports."""

    def __init__(self, folder: Path, shards: list[int], case_store: int) -> None:
        customers, console = free_ports(2)
        self.customers = f"http://127.0.0.1:{customers}"
        self.console = f"http://127.0.0.1:{console}"
        self.log = folder / "access.log"
        self.errors = folder / "errors.log"
        site = {
            "customers.conf": f"listen 127.0.0.1:{customers};\naccess_log {self.log} xiaobao;\n",
            "console.conf": f"listen 127.0.0.1:{console};\naccess_log {self.log} xiaobao;\n",
            "case-store.conf": f"server 127.0.0.1:{case_store} max_fails=0;\n",
            "shards.conf": "".join(
                f"server 127.0.0.1:{port} max_fails=2 fail_timeout=1s;\n" for port in shards
            ),
        }
        self.main = install(folder / "etc", site)
        text = self.main.read_text(encoding="utf-8")
        text = re.sub(r"error_log stderr warn;", f"error_log {self.errors} warn;", text)
        # Two workers suffice here, and only root may raise the limit of open files.
        text = re.sub(r"worker_rlimit_nofile \d+;", "", text).replace("auto;", "2;")
        self.main.write_text(text, encoding="utf-8")

    @property
    def pid(self) -> int:
        """Of the first process, the parent of the workers, while it runs."""
        return int((self.main.parent.parent / "nginx.pid").read_text(encoding="ascii"))


@contextmanager
def running(main: Path) -> Iterator[None]:
    """An nginx with this main file, for as long as the block runs."""
    prefix = main.parent.parent
    command = [program(), "-p", str(prefix), "-c", str(main), "-g", "daemon off;"]
    process = subprocess.Popen(command)
    try:
        wait_until((prefix / "nginx.pid").exists, PATIENCE_SECONDS, "nginx")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE_SECONDS)


@contextmanager
def running_nginx(folder: Path, shards: list[int], case_store: int) -> Iterator[Nginx]:
    """An nginx in front of these ports, for as long as the block runs."""
    nginx = Nginx(folder, shards, case_store)
    with running(nginx.main):
        yield nginx
