"""The whole drill with the real processes: back up while running, lose everything, restore, deliver."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bot.channels.transcript import Transcript
from bot.intake.bootstrap import open_acts, open_evidence, open_journal
from bot.intake.outbox import together
from bot.settings import Settings
from bot.storage.engine import create_engine
from tests.samples import PDF, act, complaint
from tests.stack import ROOT, START_SECONDS, Stack, wait_until


class Installation:
    """Case store and relay as processes; customers' wishes go straight into the journal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stack = Stack(folder, {"CASE_STORE_FILES_DIR": str(folder / "casestore-files")})
        self.config = Settings.parse_obj({k.lower(): v for k, v in self.stack.env.items()})
        self.journal, self.acts = open_journal(self.config), open_acts(self.config)
        self.evidence = open_evidence(self.config)

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *arguments]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.stack.env,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
        )
        assert done.returncode == code, done.stderr
        return done

    def start(self) -> None:
        self.stack.launch("casestore")
        self.stack.wait_for_store()
        self.stack.launch("relay")

    def file(self, number: int) -> str:
        """A complaint with a document and a supplement."""
        now = datetime.now(timezone.utc)
        sent = self.evidence.keep(uuid4(), f"web-{number}", "web", "凭证.pdf", PDF, now)
        filed = complaint(number, now, attachments=[sent.id])
        reference = self.journal.record(filed, now).reference
        supplement = act(number, reference, submitted_at=now)
        self.acts.record(replace(supplement, sender_id=f"web-{number}"), now)
        return reference

    def undelivered(self) -> int:
        now = datetime.now(timezone.utc)
        outboxes = (self.journal, self.acts, self.evidence)
        backlog = together(outbox.backlog(now) for outbox in outboxes)
        return backlog.pending + backlog.parked

    def wait_until_delivered(self) -> None:
        wait_until(lambda: self.undelivered() == 0, START_SECONDS, "delivery of everything")

    def cases(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "casestore.db", timeout=10)) as database:
            return database.execute(query).fetchall()

    def lose_everything(self) -> None:
        self.stack.stop()
        for path in (*self.folder.glob("*.db*"), self.folder / "evidence"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.rmtree(self.folder / "casestore-files")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "var")
    try:
        yield made
    finally:
        made.stack.stop()


def test_what_was_acknowledged_before_a_backup_survives_the_loss_of_everything(
    installation: Installation, tmp_path: Path
) -> None:
    installation.run("bot", "migrate")
    installation.run("casestore", "migrate")
    installation.start()
    delivered = [installation.file(number) for number in range(2)]
    installation.wait_until_delivered()
    installation.stack.kill("relay")
    waiting = [installation.file(number) for number in range(2, 4)]
    said = installation.run("bot", "backup", str(tmp_path / "backup"))
    assert "密钥" in said.stderr
    installation.lose_everything()

    installation.run("bot", "restore", str(tmp_path / "backup"))
    installation.start()
    installation.wait_until_delivered()
    references = sorted(delivered + waiting)
    assert installation.cases("SELECT reference FROM cases ORDER BY reference") == [
        (reference,) for reference in references
    ]
    for table, condition in (("attachments", "1 = 1"), ("case_events", "kind = 'supplemented'")):
        query = f"SELECT reference FROM {table} WHERE {condition} ORDER BY reference"  # noqa: S608
        assert installation.cases(query) == [(reference,) for reference in references]
    transcript = Transcript(create_engine(installation.config.database_url("channel")))
    for number in range(4):
        assert len(transcript.after(f"web-{number}", 0)) == 3, "each notice once"


def test_the_verb_tries_again_whatever_is_undelivered(installation: Installation) -> None:
    installation.run("bot", "migrate")
    now = datetime.now(timezone.utc)
    reference = installation.file(0)
    entry = installation.journal.claim("a", datetime.max.replace(tzinfo=timezone.utc), now - now)
    assert entry is not None
    installation.journal.parked(entry, "HTTP 422 invalid_request")
    assert "已重新投递" in installation.run("bot", "retry", reference).stderr
    assert installation.journal.backlog(now).parked == 0
    with pytest.raises(AssertionError, match="没有未送达"):
        installation.run("bot", "retry", "TS20261123-7K3QF8K")


def test_the_verbs_end_badly_without_a_case_store_unless_told_that_it_is_the_banks(
    installation: Installation, tmp_path: Path
) -> None:
    installation.run("bot", "migrate")
    del installation.stack.env["DATABASE_URL"]
    installation.stack.env["CASE_STORE_URL"] = "http://127.0.0.2:8000"
    said = installation.run("bot", "backup", str(tmp_path / "1"), code=1).stderr
    assert "没有包括受理系统" in said
    drilled = installation.run("bot", "drill", "--backup", str(tmp_path / "1"), code=1).stdout
    assert "没有包括受理系统" in drilled
    installation.run("bot", "backup", "--without-casestore", str(tmp_path / "2"))
    assert "全部一致" in installation.run("bot", "drill", "--without-casestore").stdout
