"""A case store lost its database: what it had been given since its backup is sent to it again."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from rich.console import Console
from sqlalchemy.engine import Engine

from bot.errors import ConfigurationError
from bot.intake import outbox
from bot.intake.acts import ActKind
from bot.intake.bootstrap import (
    open_acts,
    open_callbacks,
    open_cancellations,
    open_evidence,
    open_journal,
)
from bot.intake.callbacks import OLD_CALLBACKS
from bot.intake.cancellations import Cancellation
from bot.intake.outbox import Repeats
from bot.intake.seats import Seat
from bot.launcher.redeliver_verb import open_deliveries, read_moment, send_again
from bot.settings import Settings
from bot.storage.engine import shared_engine
from tests.contract.bot.booked import wish
from tests.fakes import NOW
from tests.samples import PDF, SEAL_KEY, act, complaint

DAY, LEASE = timedelta(days=1), timedelta(minutes=1)
SOON = timedelta(seconds=5)
"""More than the customer is given to read a receipt."""
BACKUP, LOST = NOW + DAY, NOW + 3 * DAY
NOTHING = {"投诉": (0, 0), "回电": (0, 0), "取消的回电": (0, 0), "附件": (0, 0)}
NOTHING["补充、撤回、评价、核查申请"] = (0, 0)


class Office:
    """The outboxes of one journal, in the order of a relay's lines, and what a relay does."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.config = Settings.parse_obj(
            {
                "journal_url": url,
                "evidence_dir": folder,
                "web_session_secret": "s",
                "field_keys": SEAL_KEY,
                "case_store_token": "t",
                "analytics_secret": "a",
            }
        )
        self.engine = shared_engine(url)
        self.journal, self.callbacks = open_journal(self.config), open_callbacks(self.config)
        self.cancellations, self.acts = open_cancellations(self.config), open_acts(self.config)
        self.evidence = open_evidence(self.config)
        self.deliveries = open_deliveries(self.config)

    def file(self, number: int, moment: datetime) -> str:
        """A complaint with a document, a supplement and a withdrawal; its reference."""
        document = uuid4()
        self.evidence.keep(document, f"web-{number}", "web", "凭证.pdf", PDF, moment)
        filed = complaint(number, attachments=[str(document)])
        reference = self.journal.record(filed, moment).reference
        self.acts.record(act(2 * number, reference), moment)
        self.acts.record(act(2 * number + 1, reference, ActKind.WITHDRAWAL), moment)
        return reference

    def book_and_cancel(self, number: int, moment: datetime) -> None:
        call = wish(number, asked_at=moment)
        self.callbacks.record(call, moment, Seat("315-2027", "20270315-0900", 9))
        assert self.cancellations.record(Cancellation(call.id, "web", call.sender_id), moment)

    def deliver(self, moment: datetime) -> list[str]:
        """The kinds of what is due, in the order in which it goes out."""
        sent: list[str] = []
        while kind := self._deliver_one(moment):
            sent.append(kind)
        return sent

    def _deliver_one(self, moment: datetime) -> str | None:
        for line in (self.journal, self.callbacks, self.cancellations, self.acts, self.evidence):
            entry = line.claim("relay", moment, LEASE)
            if entry is not None:
                line.delivered(entry, moment)
                return entry.kind
        return None

    def counted(self, since: datetime, now: datetime = LOST) -> dict[str, tuple[int, int]]:
        """How many of each can be sent again, and how many not."""
        found = {each.what: each.outbox.repeats(since, now) for each in self.deliveries}
        return {what: (repeats.count, repeats.gone) for what, repeats in found.items()}

    def send_again(self, since: datetime, now: datetime = LOST, *, dry_run: bool = False) -> str:
        """What an operator reads."""
        screen = Console(file=io.StringIO(), width=160)
        assert send_again(self.deliveries, since, now, screen, dry_run=dry_run)
        return screen.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Office:
    return Office(database_url, tmp_path / "evidence")


@pytest.fixture
def full(office: Office) -> Office:
    """One matter of every kind before the backup and one after it, all delivered."""
    for number, moment in enumerate((NOW, BACKUP + DAY)):
        office.file(number, moment)
        office.book_and_cancel(number, moment)
        assert len(office.deliver(moment + SOON)) == 6
    return office


def test_what_came_since_the_backup_goes_again_and_nothing_else(full: Office) -> None:
    full.send_again(BACKUP)
    assert sorted(full.deliver(LOST)) == sorted(
        ["complaint", "supplement", "withdrawal", "callback", "callback_cancel"]
    )
    full.send_again(NOW, LOST + DAY)
    assert len(full.deliver(LOST + DAY)) == 10


def test_nothing_overtakes_what_has_to_arrive_before_it(full: Office) -> None:
    full.send_again(NOW)
    sent = full.deliver(LOST)
    for first, then in (
        ("complaint", "supplement"),
        ("supplement", "withdrawal"),
        ("callback", "callback_cancel"),
    ):
        for number in range(2):
            assert _nth(sent, first, number) < _nth(sent, then, number)


def _nth(sent: list[str], kind: str, number: int) -> int:
    return [place for place, each in enumerate(sent) if each == kind][number]


def test_an_act_waits_for_its_complaint_that_is_sent_again(full: Office) -> None:
    full.send_again(NOW)
    assert full.acts.claim("relay", LOST, LEASE) is None
    assert full.cancellations.claim("relay", LOST, LEASE) is None


def test_a_dry_run_counts_what_a_run_sends_and_sends_nothing(full: Office) -> None:
    counted = full.counted(BACKUP)
    assert counted == {
        **NOTHING,
        "投诉": (1, 0),
        "回电": (1, 0),
        "取消的回电": (1, 0),
        "附件": (0, 1),
        "补充、撤回、评价、核查申请": (2, 0),
    }
    said = full.send_again(BACKUP, dry_run=True)
    assert full.deliver(LOST) == []
    assert _figures(said) == counted == _figures(full.send_again(BACKUP))
    assert "会再送" in said


def _figures(said: str) -> dict[str, tuple[int, int]]:
    rows = re.findall(r"^│ (\S+) +│ +(\d+) +│ +(\d+) +│", said, re.MULTILINE)
    return {what: (int(count), int(gone)) for what, count, gone in rows}


def test_done_twice_it_sends_once(full: Office) -> None:
    full.send_again(BACKUP)
    assert _figures(full.send_again(BACKUP)) == {**NOTHING, "附件": (0, 1)}
    assert len(full.deliver(LOST)) == 5
    assert full.deliver(LOST + DAY) == []


def test_what_is_sent_again_meanwhile_is_left_alone(full: Office) -> None:
    full.send_again(BACKUP)
    full.deliver(LOST)
    assert full.counted(BACKUP) == {**NOTHING, "附件": (0, 1)}


def test_what_was_not_delivered_stays_as_it_is(office: Office) -> None:
    office.file(0, NOW)
    office.file(1, NOW)
    entry = office.journal.claim("relay", NOW + SOON, LEASE)
    assert entry is not None
    office.journal.parked(entry, "HTTP 422 invalid_request")
    before = office.journal.waiting(9)
    office.send_again(NOW - DAY)
    assert office.journal.waiting(9) == before
    assert office.counted(NOW - DAY) == NOTHING


def test_a_document_whose_file_is_gone_is_told_and_one_with_its_file_goes(full: Office) -> None:
    with full.engine.begin() as tx:
        kept = tx.execute(sa.text("SELECT id FROM evidence ORDER BY created_at")).scalars().all()
    (full.folder / kept[0]).write_bytes(b"left by a crash")
    assert full.counted(NOW)["附件"] == (1, 1)
    assert "请客户再发一次" in full.send_again(NOW)
    assert full.deliver(LOST).count("attachment") == 1


def test_a_cancellation_whose_call_the_bank_cannot_know_is_not_sent_to_be_refused(
    full: Office,
) -> None:
    assert OLD_CALLBACKS.purge(full.engine, LOST) == 2
    assert full.counted(NOW + timedelta(days=2))["取消的回电"] == (1, 0), "of that day: it may"
    assert full.counted(NOW - DAY)["取消的回电"] == (0, 2)
    assert "已经到期删除" in full.send_again(NOW - DAY)
    assert "callback_cancel" not in full.deliver(LOST)


def test_many_go_in_portions_the_oldest_first(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "PORTION", 2)
    reference = office.journal.record(complaint(), NOW).reference
    for number in range(5):
        office.acts.record(act(number, reference, text=str(number)), NOW)
    assert len(office.deliver(NOW + SOON)) == 6
    assert office.acts.send_again(NOW, LOST) == Repeats(5, 0)
    told = []
    while entry := office.acts.claim("relay", LOST, LEASE):
        told.append(entry.payload["text"])
        office.acts.delivered(entry, LOST)
    assert told == ["0", "1", "2", "3", "4"]


def test_without_a_journal_the_operator_hears_what_to_do(
    tmp_path: Path, connect: Callable[[str], Engine]
) -> None:
    connect(f"sqlite:///{tmp_path / 'empty.db'}")
    office = Office(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path / "evidence")
    screen = Console(file=io.StringIO(), width=160)
    assert not send_again(office.deliveries, NOW, LOST, screen, dry_run=False)
    assert "再运行一次" in screen.file.getvalue()  # type: ignore[attr-defined]


def test_a_moment_is_one_of_beijing_and_of_the_past() -> None:
    assert read_moment("2026-11-23T09:00", LOST) == NOW
    assert read_moment("2026-11-23", LOST) == NOW - timedelta(hours=9)
    assert read_moment("2026-11-23T01:00+00:00", LOST) == NOW
    for text in ("昨天", "2026-11-26T09:00", "2027-01-01"):
        with pytest.raises(ConfigurationError, match="--since"):
            read_moment(text, LOST)
