"""Breaking and mending a running product, and reading what is on its disk."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from tests.stack import START_SECONDS, Chat, Stack, wait_until

OUTBOXES = ("intake", "act", "evidence")
"""Tables of the journal whose rows are delivered to the case store, as far as there are such."""
OPENING = "我要投诉，昨天在人民路支行排了两个小时队，柜员态度还很差，要求赔礼道歉"
TAIL = "8000"
_numbers = count()


def new_phone() -> str:
    """A phone nobody has named before: the same person is asked whether it is the same matter."""
    number = next(_numbers)
    return f"13{number // 10000}{number % 10000:04d}{TAIL}"


def at_recap(stack: Stack) -> Chat:
    """A customer who only has to press 「确认提交」."""
    chat = stack.chat()
    chat.say(OPENING)
    chat.press("同意，开始登记")
    chat.press("借记卡")
    chat.say(f"我叫李建国，电话{new_phone()}")
    return chat


def choice(chat: Chat, title: str) -> str:
    """The token of the button with this title among those last offered."""
    return next(b["choice"] for b in chat.buttons if b["title"] == title)


def heal(stack: Stack) -> None:
    """Starts what is not running and waits until all of it answers."""
    for name in stack.names():
        process = stack.processes.get(name)
        if process is None or process.poll() is not None:
            stack.launch(name)
    stack.wait_for_store()
    wait_until(stack.healthy, START_SECONDS, "the assistant")


def rows(database: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        return list(connection.execute(query, values).fetchall())


def journal(stack: Stack) -> dict[str, str]:
    """Reference → delivery status of every journaled complaint."""
    found = rows(stack.folder / "journal.db", "SELECT reference, status FROM intake")
    return {str(reference): str(status) for reference, status in found}


def cases(stack: Stack) -> list[str]:
    """The reference of every case in the case store, one per row."""
    found = rows(stack.folder / "casestore.db", "SELECT reference FROM cases ORDER BY reference")
    return [str(row[0]) for row in found]


class Line(NamedTuple):
    """A stored message; `about` is the customer's message it is or answers, None for a notice."""

    author: str
    about: str | None
    text: str


def conversation_of(stack: Stack, key: str) -> list[Line]:
    """The whole conversation with the customer's message `key` in it, as stored, in order."""
    found = rows(
        stack.folder / "channel.db",
        "SELECT author, CASE author WHEN 'customer' THEN key ELSE reply_to END, text FROM message"
        " WHERE sender_id = (SELECT sender_id FROM message WHERE key = ?) ORDER BY id",
        key,
    )
    return [Line(*row) for row in found]


def strays(stack: Stack) -> list[str]:
    """Cases the journal does not know: filed while it could not be written."""
    known = journal(stack).keys()
    return [reference for reference in cases(stack) if reference not in known]


def told(stack: Stack) -> dict[str, str]:
    """Reference → what happened, as the case store has it."""
    return dict(rows(stack.folder / "casestore.db", "SELECT reference, detail FROM cases"))


def outboxes(stack: Stack) -> list[str]:
    found = rows(stack.folder / "journal.db", "SELECT name FROM sqlite_master WHERE type = 'table'")
    return [name for name in OUTBOXES if (name,) in found]


def an_hour_passes(stack: Stack) -> None:
    """Makes leases run out and retries due: every moment the journal waits for is an hour nearer."""
    with closing(sqlite3.connect(stack.folder / "journal.db", timeout=10)) as connection:
        for table in outboxes(stack):
            connection.execute(
                f"UPDATE {table} SET next_attempt_at = datetime(next_attempt_at, '-1 hour'),"  # noqa: S608
                " leased_until = datetime(leased_until, '-1 hour') WHERE status = 'pending'"
            )
        connection.commit()


def delivered(stack: Stack, references: set[str]) -> bool:
    """True when all of `references` are delivered; lets the time pass that this may need."""
    waiting = {ref for ref in references if journal(stack).get(ref) != "delivered"}
    if waiting:
        an_hour_passes(stack)
    return not waiting


def pending(stack: Stack) -> int:
    """How much of any kind still waits for delivery."""
    query = " UNION ALL ".join(
        f"SELECT 1 FROM {table} WHERE status = 'pending'"  # noqa: S608
        for table in outboxes(stack)
    )
    return len(rows(stack.folder / "journal.db", query))


def all_delivered(stack: Stack) -> bool:
    """True when nothing waits; lets the time pass that this may need."""
    waiting = pending(stack)
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
