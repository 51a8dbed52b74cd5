"""Breaking and mending a running product, and reading what is on its disk."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.stack import COMMANDS, START_SECONDS, Chat, Stack, wait_until

OPENING = "我要投诉，昨天在人民路支行排了两个小时队，柜员态度还很差，要求赔礼道歉"


def at_recap(stack: Stack, phone: str = "13800138000") -> Chat:
    """A customer who only has to press 「确认提交」."""
    chat = stack.chat()
    chat.say(OPENING)
    chat.press("同意，开始登记")
    chat.press("借记卡")
    chat.say(f"我叫李建国，电话{phone}")
    chat.insist()
    return chat


def choice(chat: Chat, title: str) -> str:
    """The token of the button with this title among those last offered."""
    return next(b["choice"] for b in chat.buttons if b["title"] == title)


def heal(stack: Stack) -> None:
    """Starts what is not running and waits until all of it answers."""
    for name in COMMANDS:
        process = stack.processes.get(name)
        if process is None or process.poll() is not None:
            stack.launch(name)
    wait_until(lambda: stack.answers(f"{stack.store}/health"), START_SECONDS, "the case store")
    wait_until(stack.healthy, START_SECONDS, "the assistant")


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        return list(connection.execute(query).fetchall())


def journal(stack: Stack) -> dict[str, str]:
    """Reference → delivery status of every journaled complaint."""
    found = rows(stack.folder / "journal.db", "SELECT reference, status FROM intake")
    return {str(reference): str(status) for reference, status in found}


def cases(stack: Stack) -> list[str]:
    """The reference of every case in the case store, one per row."""
    found = rows(stack.folder / "casestore.db", "SELECT reference FROM cases ORDER BY reference")
    return [str(row[0]) for row in found]


def an_hour_passes(stack: Stack) -> None:
    """Makes leases run out and retries due: every moment the journal waits for is an hour nearer."""
    with closing(sqlite3.connect(stack.folder / "journal.db", timeout=10)) as connection:
        connection.execute(
            "UPDATE intake SET next_attempt_at = datetime(next_attempt_at, '-1 hour'),"
            " leased_until = datetime(leased_until, '-1 hour') WHERE status = 'pending'"
        )
        connection.commit()


def delivered(stack: Stack, references: set[str]) -> bool:
    """True when all of `references` are delivered; lets the time pass that this may need."""
    waiting = {ref for ref in references if journal(stack).get(ref) != "delivered"}
    if waiting:
        an_hour_passes(stack)
    return not waiting


@contextmanager
def full_disk(stack: Stack, name: str) -> Iterator[None]:
    """As long as the block runs, the process cannot write a byte to any file."""
    pid = stack.processes[name].pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """As long as the block runs, nobody else can write to the database."""
    with closing(sqlite3.connect(database, timeout=10, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
