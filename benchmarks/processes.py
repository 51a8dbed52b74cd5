"""Servers under test as processes: started, watched, and stopped in every case."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.customers import NewCustomer, Unanswered

FIRST_ANSWER_SECONDS = 300.0
LAST_LINES = 30
_LOOK_AGAIN_SECONDS = 0.02


def launch(
    command: Sequence[str], folder: Path, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Starts a server that writes into `server.log` of `folder`, where it also runs."""
    with (folder / "server.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
        )


def run(
    command: Sequence[str], folder: Path, environment: dict[str, str], most_seconds: float
) -> str:
    """Runs a program to its end in `folder`; what it printed, without its errors.

    Raises RuntimeError with its last words when it fails, TimeoutExpired when it takes longer.
    """
    ran = subprocess.run(  # noqa: S603 - our own interpreter and modules
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=most_seconds,
    )
    if ran.returncode != 0:
        said = "\n".join([*ran.stdout.splitlines(), *ran.stderr.splitlines()][-LAST_LINES:])
        raise RuntimeError(f"{command!r} ended with {ran.returncode}:\n{said}")
    return ran.stdout


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def seconds_to_first_answer(
    start: Callable[[], subprocess.Popen[bytes]], new_customer: NewCustomer, question: str
) -> float:
    """From the start of a process until a customer has the answer to a question.

    Raises RuntimeError when the process dies or is too slow.
    """
    began = time.perf_counter()
    process = start()
    while time.perf_counter() - began < FIRST_ANSWER_SECONDS:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            new_customer().say(question)
        except (OSError, Unanswered):
            time.sleep(_LOOK_AGAIN_SECONDS)
        else:
            return time.perf_counter() - began
    raise RuntimeError(f"{process.args!r} gave no answer in {FIRST_ANSWER_SECONDS:.0f} s")


def resident_mb(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no VmRSS for process {pid}")
