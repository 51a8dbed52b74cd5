"""A case store that lost its database gets everything again, from the relay, each thing once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from bot.intake.acts import SqlActs
from bot.intake.bootstrap import callback_reference, mint_reference
from bot.intake.callbacks import SqlCallbacks
from bot.intake.cancellations import Cancellation, SqlCancellations
from bot.intake.journal import SqlJournal
from bot.intake.seats import Seat
from bot.privacy.sealing import Sealer
from bot.storage.engine import create_engine
from tests.contract.bot.booked import wish
from tests.crash.kit import cases, rows
from tests.samples import act, complaint
from tests.stack import START_SECONDS, Stack, wait_until

DAY = timedelta(days=1)


@dataclass
class Bank:
    """Case store and relay as processes, and the journal between them; nobody chats."""

    stack: Stack
    engine: Engine

    def record(self, number: int, now: datetime) -> str:
        """A complaint with a supplement, and a booked call that is cancelled; the reference."""
        sealer = Sealer([self.stack.env["FIELD_KEYS"]])
        filed = complaint(number, submitted_at=now)
        reference = SqlJournal(self.engine, sealer, mint_reference).record(filed, now).reference
        SqlActs(self.engine, sealer).record(act(number, reference, submitted_at=now), now)
        call = wish(number, asked_at=now, promised_by=now + DAY)
        seat = Seat("315-2027", "20270315-0900", 9)
        SqlCallbacks(self.engine, sealer, callback_reference).record(call, now, seat)
        cancelled = Cancellation(call.id, call.channel, call.sender_id)
        assert SqlCancellations(self.engine, callback_reference).record(cancelled, now)
        return reference

    def all_arrived(self) -> bool:
        statuses = " UNION ALL ".join(
            f"SELECT status FROM {table}"  # noqa: S608 - names of our own
            for table in ("intake", "act", "callback", "cancellation")
        )
        return {status for (status,) in self.journal(statuses)} == {"delivered"}

    def journal(self, query: str) -> list[tuple[str, ...]]:
        return rows(self.stack.folder / "journal.db", query)

    def store(self, query: str) -> list[tuple[str, ...]]:
        return rows(self.stack.folder / "casestore.db", query)

    def lose_the_case_store(self, backup: Path | None) -> None:
        """Its database is gone; there is only what `backup` holds, or an empty one."""
        self.stack.kill("casestore")
        for file in self.stack.folder.glob("casestore.db*"):
            file.unlink()
        if backup is not None:
            (self.stack.folder / "casestore.db").write_bytes(backup.read_bytes())
        self.stack.verb("casestore", "migrate")
        self.start("casestore")

    def start(self, *names: str) -> None:
        for name in names:
            self.stack.launch(name)
        self.stack.wait_for_store()


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    stack = Stack(tmp_path)
    for name in ("bot", "casestore"):
        stack.verb(name, "migrate")
    engine = create_engine(f"sqlite:///{tmp_path / 'journal.db'}")
    running = Bank(stack, engine)
    try:
        running.start("casestore", "relay")
        yield running
    finally:
        stack.stop()
        engine.dispose()


@pytest.mark.parametrize("has_backup", [False, True])
def test_everything_is_there_again_once(bank: Bank, has_backup: bool) -> None:
    first = bank.record(0, datetime.now(timezone.utc))
    wait_until(bank.all_arrived, START_SECONDS, "delivery of the first")
    backup = bank.stack.folder / "backup.db" if has_backup else None
    if backup is not None:
        bank.store(f"VACUUM INTO '{backup}'")
    since = datetime.now(timezone.utc)
    second = bank.record(1, since)
    wait_until(bank.all_arrived, START_SECONDS, "delivery of the second")
    bank.lose_the_case_store(backup)
    assert cases(bank.stack) == ([first] if has_backup else [])
    # Without a backup from the beginning on; with one a little too early is no harm.
    moment = since - timedelta(minutes=5) if has_backup else since - DAY
    bank.stack.verb("bot", "redeliver", "--since", moment.isoformat(), "--dry-run")
    assert bank.all_arrived(), "a dry run sends nothing"
    bank.stack.verb("bot", "redeliver", "--since", moment.isoformat())
    wait_until(bank.all_arrived, START_SECONDS, "delivery of all once more")
    assert cases(bank.stack) == sorted([first, second])
    supplements = bank.store("SELECT count(*) FROM case_events WHERE kind = 'supplemented'")
    assert supplements == [(2,)]
    assert bank.store("SELECT state FROM callbacks") == [("cancelled",), ("cancelled",)]
