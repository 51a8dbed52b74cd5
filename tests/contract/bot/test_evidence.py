"""Documents: sealed on disk before they are acknowledged, delivered once, gone afterwards."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url

from bot.errors import EvidenceRefused, EvidenceUnavailable, JournalUnavailable
from bot.intake.drafts import Draft, SqlDrafts
from bot.intake.evidence import HELD, LARGEST_BYTES, MOST_A_DAY, Evidence, SqlEvidence
from bot.intake.journal import SqlJournal
from bot.intake.outbox import DELIVERED, PARKED, PENDING, Entry
from bot.privacy.sealing import Sealer
from tests.fakes import NOW, references
from tests.samples import OTHER_SEAL_KEY, PDF, SEAL_KEY, complaint, sealer

LEASE = timedelta(seconds=60)
DAY = timedelta(days=1)
REFERENCE = "TS20261123-7K3QF8K"
Connect = Callable[[str], Engine]

CONTENTS = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "image/gif": b"GIF89a\x01\x00\x01\x00",
    "application/pdf": PDF,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "evidence"


@pytest.fixture
def documents(engine: Engine, folder: Path) -> SqlEvidence:
    return SqlEvidence(engine, sealer(), folder)


def keep(documents: SqlEvidence, content: bytes = PDF, **changes: Any) -> Evidence:
    given = {"evidence_id": uuid4(), "sender_id": "web-0", "channel": "web", "name": "凭证.pdf"}
    return documents.keep(**{**given, "content": content, "now": NOW, **changes})


def claimed(documents: SqlEvidence) -> Entry:
    entry = documents.claim("a", NOW, LEASE)
    assert entry is not None
    return entry


@pytest.mark.parametrize("media_type", CONTENTS)
def test_a_document_is_kept_by_what_it_is(documents: SqlEvidence, media_type: str) -> None:
    content = CONTENTS[media_type]
    evidence_id = uuid4()
    kept = keep(documents, content, evidence_id=evidence_id, name="随便什么名字.exe")
    assert kept == Evidence(
        id=str(evidence_id),
        sender_id="web-0",
        channel="web",
        name="随便什么名字.exe",
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        reference=None,
        status=HELD,
        created_at=NOW,
    )
    assert documents.content(kept.id) == content
    assert documents.held("web-0") == [kept]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "空的"),
        (b"MZ\x90\x00 a program", "收不了"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "收不了"),
        (b"just text", "收不了"),
        (PDF + b"\0" * LARGEST_BYTES, "10MB"),
    ],
    ids=["empty", "program", "svg", "text", "too large"],
)
def test_what_cannot_be_taken_is_refused_with_the_reason(
    documents: SqlEvidence, folder: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(EvidenceRefused, match=reason):
        keep(documents, content, name="照片.jpg")
    assert not folder.exists()


def test_the_largest_document_is_taken(documents: SqlEvidence) -> None:
    assert keep(documents, PDF.ljust(LARGEST_BYTES, b"\0")).size == LARGEST_BYTES


def test_the_same_upload_again_is_the_same_document(documents: SqlEvidence, folder: Path) -> None:
    evidence_id = uuid4()
    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(lambda _: keep(documents, evidence_id=evidence_id), range(8)))
    assert kept == [kept[0]] * 8
    assert [path.name for path in folder.iterdir()] == [str(evidence_id)]


@pytest.mark.parametrize(
    "changes", [{"content": CONTENTS["image/png"]}, {"sender_id": "web-1"}], ids=["other", "whose"]
)
def test_a_used_id_neither_overwrites_nor_shows_another_document(
    documents: SqlEvidence, changes: dict[str, Any]
) -> None:
    kept = keep(documents)
    with pytest.raises(EvidenceRefused, match="重新选择"):
        keep(documents, evidence_id=kept.id, **changes)
    assert documents.content(kept.id) == PDF


def test_two_documents_under_one_id_at_the_same_moment_leave_the_first(
    documents: SqlEvidence, folder: Path
) -> None:
    evidence_id, contents = uuid4(), [PDF + bytes([number]) * 99 for number in range(8)]

    def attempt(content: bytes) -> Evidence | None:
        try:
            return keep(documents, content, evidence_id=evidence_id)
        except EvidenceRefused:
            return None

    with ThreadPoolExecutor(8) as pool:
        (kept,) = [known for known in pool.map(attempt, contents) if known is not None]
    assert hashlib.sha256(documents.content(kept.id)).hexdigest() == kept.sha256
    assert [path.name for path in folder.iterdir()] == [kept.id]


def test_there_is_a_limit_a_day_for_each_conversation(documents: SqlEvidence, folder: Path) -> None:
    kept = [keep(documents).id for _ in range(MOST_A_DAY)]
    documents.attach(kept[:5], REFERENCE, NOW)
    with pytest.raises(EvidenceRefused, match=f"{MOST_A_DAY}份"):
        keep(documents)
    assert len(list(folder.iterdir())) == MOST_A_DAY
    assert keep(documents, sender_id="web-1")
    documents.forget(kept[5:6])
    assert keep(documents)
    assert keep(documents, now=NOW + DAY)


def test_neither_name_nor_content_is_on_disk_in_clear(
    documents: SqlEvidence, folder: Path, engine: Engine
) -> None:
    kept = keep(documents)
    (file,) = folder.iterdir()
    assert file.name == kept.id
    assert b"%PDF" not in file.read_bytes()  # without the sign it may stand there by chance
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    with engine.connect() as connection:
        assert "凭证" not in str(connection.execute(sa.text("SELECT * FROM evidence")).all())


def test_documents_open_after_the_keys_were_rotated(engine: Engine, folder: Path) -> None:
    kept = keep(SqlEvidence(engine, sealer(), folder))
    rotated = SqlEvidence(engine, Sealer([OTHER_SEAL_KEY, SEAL_KEY]), folder)
    assert rotated.content(kept.id) == PDF
    assert rotated.held("web-0") == [kept]


def test_a_held_document_is_not_delivered(documents: SqlEvidence) -> None:
    keep(documents)
    assert documents.claim("a", NOW + DAY, LEASE) is None
    assert documents.backlog(NOW).pending == 0
    assert documents.waiting(9) == []


def test_a_filed_document_is_delivered_and_its_file_goes(
    documents: SqlEvidence, folder: Path
) -> None:
    kept = keep(documents)
    for _ in range(2):
        documents.attach([kept.id, "no such id"], REFERENCE, NOW)
    entry = claimed(documents)
    assert (entry.kind, entry.reference, entry.id) == ("attachment", REFERENCE, kept.id)
    assert entry.payload == {
        "name": "凭证.pdf",
        "media_type": "application/pdf",
        "size": len(PDF),
        "sha256": hashlib.sha256(PDF).hexdigest(),
    }
    documents.delivered(entry, NOW)
    assert list(folder.iterdir()) == []
    assert not documents.has_file(kept.id)
    (done,) = documents.of_sender("web-0")
    assert (done.status, done.reference, done.name) == (DELIVERED, REFERENCE, "凭证.pdf")
    assert documents.held("web-0") == []


def test_filing_again_moves_a_document_to_no_other_complaint(documents: SqlEvidence) -> None:
    kept = keep(documents)
    documents.attach([kept.id], REFERENCE, NOW)
    documents.attach([kept.id], "TS20261123-0000018", NOW)
    assert claimed(documents).reference == REFERENCE


def test_a_document_waits_for_its_complaint(documents: SqlEvidence, engine: Engine) -> None:
    journal = SqlJournal(engine, sealer(), references())
    kept = keep(documents)
    journal.record(complaint(attachments=[kept.id]), NOW)
    assert documents.claim("a", NOW, LEASE) is None
    filed = journal.claim("a", NOW, LEASE)
    assert filed is not None
    journal.delivered(filed, NOW)
    assert claimed(documents).id == kept.id


def test_whoever_takes_over_a_delivery_finds_the_file(documents: SqlEvidence) -> None:
    kept = keep(documents)
    documents.attach([kept.id], REFERENCE, NOW)
    stale = claimed(documents)
    present = documents.claim("b", NOW + LEASE, LEASE)
    assert present is not None
    documents.delivered(stale, NOW + LEASE)
    assert documents.content(kept.id) == PDF
    documents.delivered(present, NOW + LEASE)
    assert not documents.has_file(kept.id)


def test_the_last_document_of_a_complaint_is_known(documents: SqlEvidence) -> None:
    kept = [keep(documents).id for _ in range(3)]
    documents.attach(kept, REFERENCE, NOW)
    last = []
    while entry := documents.claim("a", NOW, LEASE):
        last.append(documents.is_last(entry))
        documents.delivered(entry, NOW)
    assert last == [False, False, True]


def test_only_held_documents_can_be_forgotten(documents: SqlEvidence, folder: Path) -> None:
    held, filed = keep(documents), keep(documents)
    documents.attach([filed.id], REFERENCE, NOW)
    documents.forget([held.id, filed.id])
    assert [path.name for path in folder.iterdir()] == [filed.id]
    assert [known.status for known in documents.of_sender("web-0")] == [PENDING]


def test_old_held_documents_go_and_everything_else_stays(
    documents: SqlEvidence, folder: Path
) -> None:
    old, filed, parked = (keep(documents, now=NOW - DAY) for _ in range(3))
    documents.attach([filed.id, parked.id], REFERENCE, NOW - DAY)
    refused = documents.claim("a", NOW, LEASE)
    assert refused is not None
    documents.parked(refused, "HTTP 415")
    new = keep(documents)
    assert documents.count_old(NOW) == 1
    assert documents.purge(NOW) == 1
    assert {path.name for path in folder.iterdir()} == {filed.id, parked.id, new.id}
    assert old.id not in [known.id for known in documents.of_sender("web-0")]
    assert {known.status for known in documents.of_sender("web-0")} == {HELD, PENDING, PARKED}
    assert documents.purge(NOW) == 0


def test_an_old_document_of_a_draft_in_work_stays(documents: SqlEvidence, engine: Engine) -> None:
    old = keep(documents, now=NOW - DAY)
    drafts = SqlDrafts(engine, sealer(), lambda _: "7")
    drafts.save(Draft("1", "complaint_form", "web-0", "web", {}, "x", None, NOW), NOW)
    assert documents.purge(NOW) == 0
    assert documents.content(old.id) == PDF
    drafts.forget("1")
    assert documents.purge(NOW) == 1


def test_files_a_kill_left_behind_are_swept_when_old(documents: SqlEvidence, folder: Path) -> None:
    kept = keep(documents)
    for name, age in (("half.part", DAY), ("orphan", DAY), ("young.part", -DAY)):
        (folder / name).write_bytes(b"x")
        moment = (NOW - age).timestamp()
        os.utime(folder / name, (moment, moment))
    assert documents.count_old(NOW) == 2
    assert documents.purge(NOW) == 2
    assert {path.name for path in folder.iterdir()} == {kept.id, "young.part"}


def test_folders_beside_the_documents_are_not_swept(documents: SqlEvidence, folder: Path) -> None:
    """Such as lost+found of a disk, or what a restore set aside."""
    kept = keep(documents)
    (folder / "before-restore-1").mkdir()
    (folder / "before-restore-1" / "old").write_bytes(b"x")
    os.utime(folder / "before-restore-1", ((NOW - DAY).timestamp(),) * 2)
    assert documents.purge(NOW) == 0
    assert (folder / "before-restore-1" / "old").is_file()
    assert documents.content(kept.id) == PDF


def test_a_file_that_is_lost_is_said_so(documents: SqlEvidence, folder: Path) -> None:
    kept = keep(documents)
    (folder / kept.id).unlink()
    assert not documents.has_file(kept.id)
    with pytest.raises(EvidenceUnavailable, match="读不出来"):
        documents.content(kept.id)


def test_a_folder_that_cannot_be_written_is_said_so(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    documents = SqlEvidence(engine, sealer(), tmp_path / "file" / "evidence")
    with pytest.raises(EvidenceUnavailable, match="稍后再发"):
        keep(documents)
    assert documents.held("web-0") == []


def test_a_read_only_database_is_said_so(read_only_url: str, connect: Connect) -> None:
    folder = Path(str(make_url(read_only_url).database)).parent / "evidence"
    with pytest.raises(JournalUnavailable, match="稍后再发") as caught:
        keep(SqlEvidence(connect(read_only_url), sealer(), folder))
    assert isinstance(caught.value.__cause__, sa.exc.OperationalError)


def test_a_full_disk_is_said_so(sqlite_url: str, stingy: Connect, tmp_path: Path) -> None:
    documents = SqlEvidence(stingy(sqlite_url), sealer(), tmp_path / "evidence")
    kept = []
    with pytest.raises(EvidenceUnavailable):
        for number in range(500):
            kept.append(keep(documents, sender_id=f"web-{number}", name="长" * 200))
    assert all(documents.held(known.sender_id) == [known] for known in kept)
