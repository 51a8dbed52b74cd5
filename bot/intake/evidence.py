"""Documents of customers: sealed on our disk until the case store has them.

A document is held from its upload until the form it belongs to is filed; then it is delivered like
everything else of the journal, and its file goes. The file's name is the document's id; what the
customer called it is sealed in the row.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import filetype
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.correlation import current
from bot.errors import EvidenceRefused, EvidenceUnavailable
from bot.intake.calendar import BEIJING
from bot.intake.draft_table import draft
from bot.intake.intake_table import has_arrived
from bot.intake.outbox import (
    DELIVERED,
    PENDING,
    UNDELIVERED,
    Entry,
    Outbox,
    SqlOutbox,
    metadata,
    outbox_columns,
)
from bot.privacy.sealing import Sealer

ATTACHMENT = "attachment"
HELD = "held"
LARGEST_BYTES = 10 * 1024 * 1024
MOST_A_DAY = 20
LONGEST_NAME = 200
HALF = ".part"
"""Ending of a file that is being written."""
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf")

evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("reference", sa.String(32)),
    sa.Column("sealed_name", sa.Text, nullable=False),
    sa.Column("media_type", sa.String(64), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    *outbox_columns(),
)


@dataclass(frozen=True)
class Evidence:
    """A document. `size` in bytes; `status` is held, pending, delivered or parked."""

    id: str
    sender_id: str
    channel: str
    name: str
    media_type: str
    size: int
    sha256: str
    reference: str | None
    status: str
    created_at: datetime


class EvidenceStore(Outbox, Protocol):
    """Port of the documents. Every method raises EvidenceUnavailable when storage fails."""

    def keep(
        self,
        evidence_id: UUID,
        sender_id: str,
        channel: str,
        name: str,
        content: bytes,
        now: datetime,
    ) -> Evidence:
        """Keeps a document on disk; the same id again is the same document.

        Raises EvidenceRefused with the reason as the customer may read it.
        """

    def held(self, sender_id: str) -> list[Evidence]:
        """The documents of a conversation that are not filed yet, in the order they came."""

    def of_sender(self, sender_id: str) -> list[Evidence]:
        """All documents of a conversation, filed and delivered ones too, in the order they came."""

    def attach(self, ids: Iterable[str], reference: str, now: datetime) -> None:
        """Files held documents with a complaint; what is filed already stays as it is."""

    def forget(self, ids: Iterable[str]) -> None:
        """Takes away held documents and their files; what is filed stays."""

    def count_old(self, before: datetime) -> int:
        """How many documents and left-over files `purge` would take away."""

    def purge(self, before: datetime) -> int:
        """Forgets what was held before this moment for no draft that is newer, and takes away files
        that a kill left behind: half written, or of no waiting row. How many of both."""

    def content(self, evidence_id: str) -> bytes:
        """What is in a document that has not been delivered."""

    def has_file(self, evidence_id: str) -> bool:
        """False when the content is gone: delivered, or lost with its file."""

    def is_delivered(self, evidence_id: str) -> bool:
        """True when the case store has it."""

    def is_last(self, entry: Entry) -> bool:
        """True when no other document of the entry's complaint is still to be delivered."""


class SqlEvidence(SqlOutbox):
    """Rows on SQLite or PostgreSQL, contents as sealed files in `folder`."""

    _table = evidence
    _kind = sa.literal(ATTACHMENT)
    _order = (evidence.c.next_attempt_at, evidence.c.created_at)
    _failure = EvidenceUnavailable

    def __init__(
        self, engine: Engine, sealer: Sealer, folder: Path, first_wait: timedelta = timedelta(0)
    ) -> None:
        """`first_wait` lets the customer read the receipt before the notice of delivery."""
        super().__init__(engine)
        self._sealer = sealer
        self._folder = folder
        self._first_wait = first_wait

    def keep(
        self,
        evidence_id: UUID,
        sender_id: str,
        channel: str,
        name: str,
        content: bytes,
        now: datetime,
    ) -> Evidence:
        row: dict[str, Any] = {
            "id": str(evidence_id),
            "sender_id": sender_id,
            "channel": channel,
            "sealed_name": self._sealer.seal(name[:LONGEST_NAME]),
            "media_type": media_type(content),
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "status": HELD,
            "attempts": 0,
            "next_attempt_at": now,
            "created_at": now,
        }
        known = self._known(row)
        if known is not None:
            return known
        half = self._write(row["id"], content)
        try:
            self._insert(row, half, now)
        except OSError as exc:
            raise EvidenceUnavailable() from exc
        finally:
            half.unlink(missing_ok=True)
        known = self._known(row)
        if known is None:
            raise EvidenceUnavailable()
        return known

    def _known(self, row: dict[str, Any]) -> Evidence | None:
        with self._reading() as tx:
            return self._same(tx, row)

    def _insert(self, row: dict[str, Any], half: Path, now: datetime) -> None:
        """The file gets its name before the row is committed: there is no row without a file."""
        with suppress(IntegrityError), self._transaction() as tx:  # uploaded twice at one moment
            if self._same(tx, row) is None:
                self._check_number(tx, row["sender_id"], now)
                tx.execute(evidence.insert().values(row))
                half.rename(self._path(row["id"]))
                _sync_folder(self._folder)

    def _same(self, tx: Connection, row: dict[str, Any]) -> Evidence | None:
        found = tx.execute(sa.select(evidence).where(evidence.c.id == row["id"])).one_or_none()
        if found is None:
            return None
        if (found.sender_id, found.sha256) != (row["sender_id"], row["sha256"]):
            raise EvidenceRefused("这次上传的编号已经用过了，请重新选择文件再发。")
        return self._evidence(found)

    @staticmethod
    def _check_number(tx: Connection, sender_id: str, now: datetime) -> None:
        midnight = now.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
        today = sa.and_(evidence.c.sender_id == sender_id, evidence.c.created_at >= midnight)
        count = tx.execute(sa.select(sa.func.count()).select_from(evidence).where(today)).scalar()
        if int(count or 0) >= MOST_A_DAY:
            raise EvidenceRefused(
                f"今天上传的材料已经有{MOST_A_DAY}份了，请明天再传，或者合并成一个文件。"
            )

    def _write(self, evidence_id: str, content: bytes) -> Path:
        """The sealed content on the disk, under a name of this thread alone."""
        half = self._path(f"{evidence_id}.{os.getpid()}-{threading.get_ident()}{HALF}")
        sealed = self._sealer.seal_bytes(content)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(half, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
        except OSError as exc:
            with suppress(OSError):  # a full disk needs the room
                half.unlink()
            raise EvidenceUnavailable() from exc
        return half

    def held(self, sender_id: str) -> list[Evidence]:
        return [known for known in self.of_sender(sender_id) if known.status == HELD]

    def of_sender(self, sender_id: str) -> list[Evidence]:
        query = sa.select(evidence).where(evidence.c.sender_id == sender_id)
        with self._reading() as tx:
            rows = tx.execute(query.order_by(evidence.c.created_at, evidence.c.id)).all()
        return [self._evidence(row) for row in rows]

    def attach(self, ids: Iterable[str], reference: str, now: datetime) -> None:
        with self._transaction() as tx:
            attach_within(tx, ids, reference, now + self._first_wait)

    def forget(self, ids: Iterable[str]) -> None:
        self._forget(evidence.c.id.in_(list(ids)))

    def count_old(self, before: datetime) -> int:
        query = sa.select(sa.func.count()).select_from(evidence)
        held = query.where(_is_old(before), evidence.c.status == HELD)
        with self._reading() as tx:
            rows = int(tx.execute(held).scalar_one())
        return rows + len(self._left_behind(before))

    def purge(self, before: datetime) -> int:
        count, left = self._forget(_is_old(before)), self._left_behind(before)
        self._remove(left)
        return count + len(left)

    def _forget(self, condition: Any) -> int:
        with self._transaction() as tx:
            held = sa.and_(condition, evidence.c.status == HELD)
            ids = [row.id for row in tx.execute(sa.select(evidence.c.id).where(held))]
            gone = sa.and_(evidence.c.id.in_(ids), evidence.c.status == HELD)
            tx.execute(evidence.delete().where(gone))
        self._remove(ids)
        return len(ids)

    def _left_behind(self, before: datetime) -> list[str]:
        """The names of old files that belong to no waiting row."""
        with self._reading() as tx:
            needed = sa.select(evidence.c.id).where(evidence.c.status.in_((HELD, *UNDELIVERED)))
            wanted = {row.id for row in tx.execute(needed)}
        try:
            return [
                path.name
                for path in self._folder.glob("*")
                # Folders are not ours: lost+found of a disk, what a restore set aside.
                if path.name not in wanted and path.is_file()
                if path.stat().st_mtime < before.timestamp()
            ]
        except OSError as exc:
            raise EvidenceUnavailable() from exc

    def content(self, evidence_id: str) -> bytes:
        try:
            sealed = self._path(evidence_id).read_bytes()
        except OSError as exc:
            raise EvidenceUnavailable("材料文件读不出来。") from exc
        return self._sealer.open_bytes(sealed)

    def has_file(self, evidence_id: str) -> bool:
        return self._path(evidence_id).is_file()

    def is_delivered(self, evidence_id: str) -> bool:
        query = sa.select(evidence.c.id).where(
            evidence.c.id == evidence_id, evidence.c.status == DELIVERED
        )
        with self._reading() as tx:
            return tx.execute(query).first() is not None

    def delivered(self, entry: Entry, now: datetime) -> None:
        # Whoever took over our lease still needs the file.
        if self._finish(entry, status=DELIVERED, delivered_at=now, last_error=None):
            self._remove([entry.id])

    def is_last(self, entry: Entry) -> bool:
        others = sa.and_(
            evidence.c.reference == entry.reference,
            evidence.c.status == PENDING,
            evidence.c.id != entry.id,
        )
        with self._reading() as tx:
            return tx.execute(sa.select(evidence.c.id).where(others).limit(1)).first() is None

    def _may_go(self) -> Any:
        return has_arrived(evidence.c.reference)

    def _still_here(self, since: datetime, now: datetime) -> Any:
        # Hardly ever: the file goes once the document is delivered, and stays if that was a crash.
        try:
            files = {path.name for path in self._folder.glob("*")}
        except OSError as exc:
            raise EvidenceUnavailable() from exc
        with self._reading() as tx:
            query = sa.select(evidence.c.id).where(self._delivered_in(since, now))
            delivered = tx.execute(query).scalars()
            return evidence.c.id.in_([known for known in delivered if known in files])

    def _content(self, row: Any) -> tuple[str, dict[str, Any]]:
        about = {"media_type": row.media_type, "size": row.size, "sha256": row.sha256}
        return ATTACHMENT, {"name": self._sealer.open(row.sealed_name), **about}

    def _evidence(self, row: Any) -> Evidence:
        return Evidence(
            id=row.id,
            sender_id=row.sender_id,
            channel=row.channel,
            name=self._sealer.open(row.sealed_name),
            media_type=row.media_type,
            size=row.size,
            sha256=row.sha256,
            reference=row.reference,
            status=row.status,
            created_at=row.created_at,
        )

    def _path(self, evidence_id: str) -> Path:
        return self._folder / evidence_id

    def _remove(self, ids: Iterable[str]) -> None:
        try:
            for evidence_id in ids:
                self._path(evidence_id).unlink(missing_ok=True)
        except OSError as exc:
            raise EvidenceUnavailable() from exc


def attach_within(tx: Connection, ids: Iterable[str], reference: str, due: datetime) -> None:
    """Files held documents in a transaction that does more; due for delivery at `due`."""
    named = sa.and_(evidence.c.id.in_(list(ids)), evidence.c.status == HELD)
    filed = {"status": PENDING, "reference": reference, "next_attempt_at": due}
    filed["request_id"] = current() or None
    tx.execute(evidence.update().where(named).values(filed))


def _is_old(before: datetime) -> Any:
    """Held since before a moment, for no draft that is newer."""
    newer = sa.select(draft.c.id).where(
        draft.c.sender_id == evidence.c.sender_id, draft.c.updated_at >= before
    )
    return sa.and_(evidence.c.created_at < before, ~newer.exists())


def media_type(content: bytes) -> str:
    """The type of a document by its content. Raises EvidenceRefused when it cannot be taken."""
    if not content:
        raise EvidenceRefused("这个文件是空的，请换一个再发。")
    if len(content) > LARGEST_BYTES:
        raise EvidenceRefused("这个文件超过10MB了，请压缩或者分开后再发。")
    found = filetype.guess_mime(content)
    if found not in MEDIA_TYPES:
        raise EvidenceRefused("这种文件收不了，请发图片（JPG、PNG、WebP、GIF）或者PDF。")
    return str(found)


def _sync_folder(folder: Path) -> None:
    """Makes a rename in the folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
